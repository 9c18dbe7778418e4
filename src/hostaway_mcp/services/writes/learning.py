"""What was read live for a change is newer than what the replica and the memory hold: they learn it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import StorageError
from hostaway_mcp.services.facts import Facts, News
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

_log = logging.getLogger("hostaway_mcp.writes")


class Learner:
    """Hands what was read to whoever remembers older things."""

    def __init__(self, replica: Replica, *, facts: Facts, clock: Clock) -> None:
        self._replica = replica
        self._facts = facts
        self._clock = clock

    async def learn(
        self, noun: str, keep: Callable[[Store], Awaitable[object]], *, changed: bool = True
    ) -> None:
        """
        Keeps rows of a noun with `keep`, where there is a replica, and drops what is remembered of it where
        it may have `changed`.

        Trouble with the replica is no trouble of a change: sync brings it the same later.
        """
        if changed:
            # What is remembered from this very instant was read before.
            self._facts.outdate([News(noun, self._clock.now() + timedelta.resolution, known=True)])
            self._facts.version += 1
        if not self._replica.is_there:
            return
        try:
            await keep(await self._replica.store())
        except StorageError as error:
            _log.warning("write_not_learned", extra={"noun": noun, "says": error.message})
