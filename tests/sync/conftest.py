"""A replica beside a sandbox Hostaway, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.sync import Sync
from tests.support import servers
from tests.support.clock import FakeClock
from tests.support.house import House, house
from tests.support.postgres import new_database


@dataclass(frozen=True)
class Copy:
    """A house, its store, and what keeps the store true."""

    home: House
    store: Store
    url: str

    def sync(self, store: Store | None = None) -> Sync:
        """As a process has it that starts now."""
        return Sync(self.home.app.hostaway, store or self.store, clock=self.home.clock)


Copies = Callable[..., AbstractAsyncContextManager[Copy]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A database that many tests use one after another."""
    with new_database(servers.postgres_server()) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind; one that other tests have used is emptied by whoever opens it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'replica.db'}"
    return str(request.getfixturevalue("postgres"))


@asynccontextmanager
async def copied(url: str, folder: Path, **about: object) -> AsyncIterator[Copy]:
    """A house of some listings whose replica is at this URL, and empty."""
    clock = FakeClock()
    places = {"hostaway_mcp_data_dir": folder, "hostaway_mcp_database_url": url}
    async with house(clock=clock, **(places | about)) as home:  # type: ignore[arg-type]
        account = home.app.settings.hostaway_account_id
        async with await Store.open(url, account_id=account, clock=clock) as store:
            await store.forget_account()
            yield Copy(home, store, url)


@pytest.fixture
def copies(url: str, tmp_path: Path) -> Copies:
    """Makes a house of some listings with an empty store."""

    def made(**about: object) -> AbstractAsyncContextManager[Copy]:
        return copied(url, tmp_path, **about)

    return made
