"""A store of each kind for a test, and rows as the sandbox sends them over the project's own client."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hostaway_mcp.store.store import Store
from tests.store.sent import Sent, read_sandbox
from tests.support import servers
from tests.support.postgres import empty, new_database

SEEN = datetime(2026, 7, 23, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 6, 1), date(2026, 9, 30)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL that lets us make databases; tests that need one are skipped without it."""
    return servers.postgres_server()


@pytest.fixture(scope="session")
def postgres(postgres_server: str) -> Iterator[str]:
    """A database that many tests use, each with an account of its own."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_to_empty(postgres_server: str) -> Iterator[str]:
    """A database that each test takes for itself."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nothing was made yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/store.db"
    url: str = request.getfixturevalue("postgres_to_empty")
    empty(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/store.db"
    return str(request.getfixturevalue("postgres"))


Opener = Callable[[], Awaitable[Store]]


@pytest.fixture
async def open_store(url: str) -> AsyncIterator[Opener]:
    """Opens a store for another account each time."""
    opened: list[Store] = []

    async def opener() -> Store:
        opened.append(await Store.open(url, account_id=f"account-{secrets.token_hex(4)}"))
        return opened[-1]

    yield opener
    for store in opened:
        await store.aclose()


@pytest.fixture
async def store(open_store: Opener) -> Store:
    """An empty store, once on each kind of database."""
    return await open_store()


@pytest.fixture(scope="session")
def sent() -> Sent:
    """What a sandbox of 12 listings sends."""
    return asyncio.run(read_sandbox(FIRST, LAST))
