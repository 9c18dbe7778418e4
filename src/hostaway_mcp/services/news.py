"""Drops what is remembered once the replica has learned something newer, whichever process brought it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import StorageError
from hostaway_mcp.services.facts import RESTS_ON, Facts, News
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

LOOK_SECONDS = 2.0
"""Between two looks, each one read of the log of changes; shorter than anything is remembered."""
MANY = 500
"""After so many changes everything is taken to have changed."""

_log = logging.getLogger("hostaway_mcp.services")


class Watch:
    """Looks into the replica's log of changes before a question is answered, at most every two seconds."""

    def __init__(self, replica: Replica, *, facts: Facts, clock: Clock) -> None:
        self._replica = replica
        self._facts = facts
        self._clock = clock
        self._seq: int | None = None
        self._again_at = 0.0

    async def look(self) -> None:
        """Drops what is outdated. Where the replica is not open, nothing remembered is made of it."""
        if not self._replica.is_open or self._clock.monotonic() < self._again_at:
            return
        self._again_at = self._clock.monotonic() + LOOK_SECONDS
        try:
            self._facts.outdate(await self._news(await self._replica.store()))
        except StorageError as error:
            # Then the copies are not read either, and live facts grow old by themselves.
            _log.warning("replica_not_read", extra={"says": error.message})

    async def _news(self, store: Store) -> list[News]:
        before, self._seq = self._seq, await store.changes.last()
        if before == self._seq:
            return []
        log = await store.changes.since(before, limit=MANY) if before is not None else ()
        if before is None or len(log) >= MANY or self._seq < before:
            now = self._clock.now()
            return [News(noun, now, known=False) for noun in frozenset().union(*RESTS_ON.values())]
        return [News(change.noun, change.at, known=change.kind != "new") for change in log]
