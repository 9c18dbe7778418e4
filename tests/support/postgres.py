"""Databases of their own on the PostgreSQL that tests talk to."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped]


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The URL of an empty database, which is gone with the block."""
    name = f"hostaway_mcp_{secrets.token_hex(6)}"
    # What a crash of the server would lose is gone with the block anyhow.
    quick = f"ALTER DATABASE {name} SET synchronous_commit = off"
    asyncio.run(_run(server, f"CREATE DATABASE {name}", quick))
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        asyncio.run(_run(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _run(server: str, *statements: str) -> None:
    connection = await asyncpg.connect(server, timeout=5)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def empty(url: str) -> None:
    """Takes everything out of a database, and whoever is still connected; far quicker than a new one."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    asyncio.run(
        _run(
            url,
            f"{others} AND pid <> pg_backend_pid()",
            "SET client_min_messages = warning",
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
        )
    )
