"""Wakes those who wait for changes: looks how far the replica's log reaches, whoever writes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.sync.replica import Replica

LOOK_SECONDS = 1.0
"""Between two looks at the log: other processes write it too, and tell nobody."""

_log = logging.getLogger("hostaway_mcp.sync")


class Feed:
    """
    The end of the log of changes, as it moves on.

    It is looked at while somebody waits; else nothing runs and no database is opened. One look serves all.
    """

    def __init__(self, replica: Replica, *, clock: Clock) -> None:
        self._replica = replica
        self._clock = clock
        self._last = 0
        self._looks = 0
        self._looked = asyncio.Event()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None
        self._failing = False
        self._at_close: list[Callable[[], None]] = []

    async def last(self) -> int:
        """
        The number of the newest change; 0 before the first, and without a replica.

        Raises:
            StorageError: the replica cannot be read.
        """
        return await (await self._replica.store()).changes.last() if self._replica.is_there else 0

    async def moved(self, seq: int) -> int:
        """
        The number of the newest change, as soon as it is another one than `seq`.

        It is lower where the log was begun anew. While the replica cannot be read, this waits.
        """
        self._waiting += 1
        began = self._looks
        try:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            # The look that is under way may have begun before the caller saw `seq`.
            while self._last <= seq and (self._last == seq or self._looks < began + 2):
                await self._looked.wait()
            return self._last
        finally:
            self._waiting -= 1

    def at_close(self, action: Callable[[], None]) -> None:
        """What is done when the feed is closed."""
        self._at_close.append(action)

    def close(self) -> None:
        """Ends what follows the feed: the process is being stopped."""
        while self._at_close:
            self._at_close.pop()()

    async def aclose(self) -> None:
        """The same, and lets go of the replica."""
        self.close()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while self._waiting:
            try:
                self._last = await self.last()
                self._looks += 1
                self._failing = False
            except HostawayMcpError as error:
                if not self._failing:
                    _log.warning("replica_not_read", extra={"says": error.message})
                self._failing = True
            except Exception:
                _log.exception("feed_broke")
            looked, self._looked = self._looked, asyncio.Event()
            looked.set()
            await self._clock.sleep(LOOK_SECONDS)
