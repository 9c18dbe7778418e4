"""A replica beside a sandbox Hostaway, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.sync import Sync
from tests.support.clock import FakeClock
from tests.support.house import House, house


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


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    """Makes a house of some listings with an empty store."""

    @asynccontextmanager
    async def made(**about: object) -> AsyncIterator[Copy]:
        clock = FakeClock()
        url = f"sqlite:///{tmp_path / 'replica.db'}"
        async with house(clock=clock, hostaway_mcp_data_dir=tmp_path, **about) as home:  # type: ignore[arg-type]
            account = home.app.settings.hostaway_account_id
            async with await Store.open(url, account_id=account, clock=clock) as store:
                yield Copy(home, store, url)

    return made
