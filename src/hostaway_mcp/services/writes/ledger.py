"""The journal, opened at the first proposal and shared by all that work on it."""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from hostaway_mcp.clock import Clock

if TYPE_CHECKING:
    from hostaway_mcp.store.journal.journal import Journal


class Ledger:
    """Where the journal of this account is, and the journal itself once somebody needs it."""

    def __init__(self, url: str, *, account_id: str, directory: Path, clock: Clock) -> None:
        self._url = url
        self._account_id = account_id
        self._directory = directory
        self._clock = clock
        self._journal: Journal | None = None
        self._opening = asyncio.Lock()

    @property
    def is_there(self) -> bool:
        """Whether there may be one already; a file is not made just to look into it."""
        return self._journal is not None or not self._url.startswith("sqlite") or self._path().exists()

    async def journal(self) -> Journal:
        """
        The journal, made when it is lacking.

        Raises:
            StorageError: it cannot be opened or written; then nothing may be changed.
        """
        async with self._opening:
            if self._journal is None:
                # Questions that come meanwhile are answered: loading takes some tenths of a second.
                await asyncio.to_thread(import_module, "hostaway_mcp.store.journal.journal")
                from hostaway_mcp.store.journal.journal import Journal

                self._journal = await Journal.open(
                    self._url, account_id=self._account_id, directory=self._directory, clock=self._clock
                )
            return self._journal

    async def aclose(self) -> None:
        """Closes it."""
        if self._journal is not None:
            await self._journal.aclose()
            self._journal = None

    def _path(self) -> Path:
        return Path(self._url.partition(":///")[2])
