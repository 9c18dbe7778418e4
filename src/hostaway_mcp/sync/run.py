"""One run of sync: takes pieces in their order with a few workers, and says what it did."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import CredentialsError, StorageError, UpstreamError
from hostaway_mcp.store.store import Store
from hostaway_mcp.store.sync import Lease, State
from hostaway_mcp.sync.pieces import Piece, Progress, is_due

WORKERS = 6
"""Pieces under way at once: a chain of pages waits for each answer, and the governor's turns must not."""
LEASE_SECONDS = 120.0
"""How long a piece stays with a process that says nothing of it any more."""

_log = logging.getLogger("hostaway_mcp.sync")


@dataclass(slots=True)
class Summary:
    """What one run did."""

    began: datetime
    ended: datetime | None = None
    pieces: int = 0
    brought: int = 0
    """Pieces that were due and are whole now."""
    elsewhere: int = 0
    """Pieces that another process has in hand."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows read, by noun."""
    upstream_calls: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    """Pieces that could not be brought, each with its reason; the rest goes on."""

    @property
    def complete(self) -> bool:
        """Whether everything that was due is there now."""
        return not self.failed and not self.elsewhere

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "began": self.began.isoformat(timespec="seconds"),
            "ended": self.ended.isoformat(timespec="seconds") if self.ended else None,
            "complete": self.complete,
            "pieces": self.pieces,
            "brought": self.brought,
            "elsewhere": self.elsewhere,
            "rows": dict(sorted(self.rows.items())),
            "upstream_calls": self.upstream_calls,
            "failed": self.failed,
        }


Report = Callable[[Piece, Progress, Summary], None]
"""Told after every page."""


class Run:
    """
    One run over one store.

    `often` are pieces that come again whenever they are due while a long run is under way.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        report: Report | None = None,
        often: Sequence[Piece] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._report = report
        self._often = often
        self._often_at = clock.now()
        self._after = asyncio.Lock()
        self.summary = Summary(began=clock.now())

    async def bring(self, pieces: Sequence[Piece]) -> None:
        """
        Brings those that are due.

        Raises:
            CredentialsError: Hostaway does not let us in.
            StorageError: the store cannot be used.
        """
        self.summary.pieces += len(pieces)
        # One question for all: a large account has thousands of pieces, and most are fresh.
        known = {(one.noun, one.part): one for one in await self._store.sync.states()}
        due = [one for one in pieces if not self._is_fresh(one, known.get((one.noun, one.part)))]
        waiting = self._with_often(due)

        async def work() -> None:
            for piece in waiting:
                await self._bring(piece)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(WORKERS, len(due))):
                    group.create_task(work())
        except* (CredentialsError, StorageError) as stopped:
            raise stopped.exceptions[0] from None

    def _with_often(self, pieces: Sequence[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            shortest = min((one.fresh_seconds for one in self._often), default=float("inf"))
            if (self._clock.now() - self._often_at).total_seconds() >= shortest:
                self._often_at = self._clock.now()
                yield from self._often
            yield piece

    async def _bring(self, piece: Piece) -> None:
        if self._is_fresh(piece, await self._state(piece)):
            return
        # A name for each time, so that no two workers of one process have the same piece.
        lease = Lease(piece.name, secrets.token_hex(8), LEASE_SECONDS)
        # Read again: until it was ours, another process may have brought it.
        ours, state = await self._store.sync.take(piece.noun, piece.part, lease)
        if not ours:
            self.summary.elsewhere += 1
            return
        held = True
        try:
            if self._is_fresh(piece, state):
                return
            await self._go_on(piece, state, lease)
            held = False
            self.summary.brought += 1
        except CredentialsError:
            raise
        except UpstreamError as error:
            self.summary.failed[piece.name] = error.message
            _log.warning("sync_piece_failed", extra={"operation": piece.name, "code": error.code})
            return
        finally:
            if held:
                await self._store.sync.release(lease.work, lease.owner)
        if piece.then is not None:
            await self._bring_since(piece.then, self._clock.now())

    async def _bring_since(self, piece: Piece, moment: datetime) -> None:
        """Brings a piece unless it was begun after the moment."""
        async with self._after:
            state = await self._state(piece)
            if state is None or state.as_of is None or state.as_of < moment:
                await self._bring(replace(piece, fresh_seconds=0.0))

    async def _state(self, piece: Piece) -> State | None:
        return await self._store.sync.state(piece.noun, piece.part)

    def _is_fresh(self, piece: Piece, state: State | None) -> bool:
        if state is None or state.as_of is None or state.state.get("unfinished") or is_due(state):
            return False
        # A clock that was set back makes nothing fresh.
        return 0 <= (self._clock.now() - state.as_of).total_seconds() < piece.fresh_seconds

    async def _go_on(self, piece: Piece, state: State | None, lease: Lease) -> None:
        """Brings it to its end, and gives the lease back with it."""
        progress = Progress(began=self._clock.now())
        if state is not None:
            known = Progress.read(state.state)
            # A finished piece begins anew, but for the moment from which it looks for changes.
            unfinished = state.state.get("unfinished")
            progress = known if unfinished else Progress(progress.began, since=known.since)
        async with aclosing(piece.bring(progress)) as steps:
            async for progress in steps:
                await self._save(piece, progress, state, lease, unfinished=True)
                if self._report:
                    self._report(piece, progress, self.summary)
        await self._save(piece, progress, state, replace(lease, seconds=0), unfinished=False)
        self.summary.rows[piece.noun] = self.summary.rows.get(piece.noun, 0) + progress.rows

    async def _save(
        self, piece: Piece, progress: Progress, before: State | None, lease: Lease, *, unfinished: bool
    ) -> None:
        """While it is read anew, it stays true as of when it was whole the last time."""
        document, as_of = progress.document(), before.as_of if before else None
        if unfinished:
            document |= {"unfinished": True}
            document |= {"ended": before.state["ended"]} if before and "ended" in before.state else {}
        else:
            document, as_of = document | {"ended": self._clock.now().isoformat()}, progress.began
        await self._store.sync.save(piece.noun, piece.part, document, as_of, lease=lease)
