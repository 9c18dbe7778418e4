"""The local copy of one account: its store, opened when it is first needed, and what keeps it true."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.sync.sync import Sync


class Replica:
    """
    Opens the store once, whoever asks first.

    Loading a database's library takes as long as a third of the start, so nothing is imported before.
    """

    def __init__(self, url: str, *, account_id: str, hostaway: Hostaway, clock: Clock) -> None:
        self._url = url
        self._account_id = account_id
        self._hostaway = hostaway
        self._clock = clock
        self._opening = asyncio.Lock()
        self._store: Store | None = None

    async def store(self) -> Store:
        """
        The store, brought to the present schema.

        Raises:
            StorageError: it cannot be opened, in words that say what to do.
        """
        async with self._opening:
            if self._store is None:
                from hostaway_mcp.store.store import Store

                self._store = await Store.open(self._url, account_id=self._account_id, clock=self._clock)
            return self._store

    async def sync(self) -> Sync:
        """What brings the store up to date."""
        from hostaway_mcp.sync.sync import Sync

        return Sync(self._hostaway, await self.store(), clock=self._clock)

    async def aclose(self) -> None:
        """Lets go of the database."""
        if self._store is not None:
            await self._store.aclose()
            self._store = None
