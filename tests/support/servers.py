"""The real PostgreSQL and Redis that tests talk to, where there are some."""

from __future__ import annotations

import asyncio
import os

import asyncpg  # type: ignore[import-untyped]
import pytest

POSTGRES = "HOSTAWAY_MCP_TEST_POSTGRES_URL"
REDIS = "HOSTAWAY_MCP_TEST_REDIS_URL"
_HERE = {POSTGRES: "postgresql://postgres@127.0.0.1:5432/test", REDIS: "redis://127.0.0.1:6379/0"}


def postgres_server() -> str:
    """
    The URL of a PostgreSQL that lets us make databases: the setting's, or the one of this machine.

    Without one the test is skipped; where the setting names one, it must answer.
    """
    url = os.environ.get(POSTGRES, _HERE[POSTGRES])
    try:
        asyncio.run(_ask(url))
    except (OSError, asyncpg.PostgresError, TimeoutError):
        _without(POSTGRES)
    return url


def redis_server() -> str:
    """The URL of a Redis, in the same way."""
    import redis

    url = os.environ.get(REDIS, _HERE[REDIS])
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1.0) as client:
            client.ping()
    except redis.RedisError:
        _without(REDIS)
    return url


async def _ask(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        await connection.execute("SELECT 1")
    finally:
        await connection.close()


def _without(setting: str) -> None:
    if setting in os.environ:
        pytest.fail(f"The server of {setting} does not answer.")
    # `tests/conftest.py` says so on the last line.
    pytest.skip(f"no server answers; {setting} names one")
