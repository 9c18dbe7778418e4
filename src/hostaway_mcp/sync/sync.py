"""Brings the replica up to date: what is due, in the order that makes answers useful first."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import CredentialsError, HostawayMcpError, UpstreamError
from hostaway_mcp.store.store import Store
from hostaway_mcp.store.sync import State
from hostaway_mcp.sync import calendar, conversations, lists, reservations
from hostaway_mcp.sync.pieces import ONCE, Piece, Progress

WORKERS = 6
"""Pieces under way at once: a chain of pages waits for each answer, and the governor's turns must not."""
LEASE_SECONDS = 120.0
"""How long a piece stays with a process that says nothing of it any more."""
IDLE_SECONDS = 60.0
"""Between two looks at what is due."""

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


class Sync:
    """
    Keeps one account's store true to Hostaway.

    Each piece goes on where it was stopped, also after the process was killed; several processes share
    the pieces by leases in the store, so none is brought twice at once.
    """

    def __init__(self, hostaway: Hostaway, store: Store, *, clock: Clock) -> None:
        self._hostaway = hostaway
        self._store = store
        self._clock = clock
        self._owner = secrets.token_hex(8)

    async def run(self, *, full: bool = False, report: Report | None = None) -> Summary:
        """
        Brings whatever is due, once. `full` forgets how far it was and brings everything again.

        Raises:
            CredentialsError: Hostaway does not let us in; nothing else would work either.
            StorageError: the store cannot be used.
        """
        if full:
            for state in await self._store.sync.states():
                await self._store.sync.forget(state.noun, state.part)
        run = _Run(self._store, self._clock, self._owner, report)
        call = calls.Call(calls.new_correlation_id(), tool="sync", lane=calls.Lane.BACKGROUND)
        with calls.answering(call):
            anchor = await self._anchor()
            await run.bring([reservations.changes(self._hostaway, self._store)])
            await run.bring(
                [
                    lists.listings(self._hostaway, self._store),
                    *lists.dictionaries(self._hostaway, self._store),
                ]
            )
            await run.bring(await self._rest(anchor))
            # Rows that moved from one window to another meanwhile are among the changes.
            changes = reservations.changes(self._hostaway, self._store)
            await run.bring([replace(changes, fresh_seconds=0.0) if run.brought_windows else changes])
        run.summary.ended, run.summary.upstream_calls = self._clock.now(), call.upstream_calls
        _log.info("sync_done", extra={"count": run.summary.brought, "upstream_calls": call.upstream_calls})
        return run.summary

    async def refresh(self, noun: str, part: str) -> None:
        """Brings one part now, however fresh it is; nothing happens where another process is at it."""
        pieces = [
            reservations.changes(self._hostaway, self._store),
            lists.listings(self._hostaway, self._store),
        ]
        if noun == "calendar":
            today = self._clock.now().date()
            pieces = calendar.calendars(self._hostaway, self._store, [int(part)], today)
        run = _Run(self._store, self._clock, self._owner, None)
        await run.bring(
            [replace(one, fresh_seconds=0.0) for one in pieces if (one.noun, one.part) == (noun, part)]
        )

    async def keep(self) -> None:
        """Brings what is due for as long as it is let; what failed is tried again at the next look."""
        while True:
            try:
                await self.run()
            except HostawayMcpError as error:
                _log.warning("sync_stopped", extra={"code": error.code})
            except Exception:
                _log.exception("sync_broke")
            await self._clock.sleep(IDLE_SECONDS)

    async def _anchor(self) -> date:
        """The day of the first sync, which the windows of stays are counted from."""
        state = await self._store.sync.state("reservations", "anchor")
        if state is not None:
            return date.fromisoformat(state.state["day"])
        now = self._clock.now()
        await self._store.sync.save("reservations", "anchor", {"day": now.date().isoformat()}, as_of=now)
        return now.date()

    async def _rest(self, anchor: date) -> list[Piece]:
        hostaway, store = self._hostaway, self._store
        return [
            reservations.near(hostaway, store, anchor),
            conversations.unread(hostaway, store),
            *calendar.calendars(
                hostaway, store, await self._listings_by_nearness(), self._clock.now().date()
            ),
            reservations.ahead(hostaway, store, anchor),
            *lists.ledgers(hostaway, store),
            *reservations.history(hostaway, store, anchor),
        ]

    async def _listings_by_nearness(self) -> list[int]:
        """Active listings; those with stays in the next days first."""
        known = [kept.row for kept in await self._store.listings.all()]
        today = self._clock.now().date()
        soon = await self._store.reservations.find(
            by="stay", first=today, last=today + timedelta(days=reservations.NEAR_DAYS)
        )
        by_arrival = sorted((kept.row for kept in soon), key=lambda stay: (stay.arrival, stay.id))
        first = {stay.listing_id: place for place, stay in reversed(list(enumerate(by_arrival)))}
        active = [listing.id for listing in known if not listing.is_archived]
        return sorted(active, key=lambda listing_id: (first.get(listing_id, len(soon)), listing_id))


class _Run:
    """One run: takes pieces in their order with a few workers."""

    def __init__(self, store: Store, clock: Clock, owner: str, report: Report | None) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner
        self._report = report
        self.summary = Summary(began=clock.now())
        self.brought_windows = False

    async def bring(self, pieces: Sequence[Piece]) -> None:
        """Brings those that are due."""
        self.summary.pieces += len(pieces)
        waiting = iter(pieces)

        async def work() -> None:
            for piece in waiting:
                await self._bring(piece)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(WORKERS, len(pieces))):
                    group.create_task(work())
        except* CredentialsError as refused:
            raise refused.exceptions[0] from None

    async def _bring(self, piece: Piece) -> None:
        state = await self._store.sync.state(piece.noun, piece.part)
        if state is not None and self._is_fresh(piece, state):
            return
        if not await self._store.sync.claim(piece.name, self._owner, LEASE_SECONDS):
            self.summary.elsewhere += 1
            return
        try:
            await self._go_on(piece, state)
            self.summary.brought += 1
            self.brought_windows |= piece.fresh_seconds == ONCE
        except CredentialsError:
            raise
        except UpstreamError as error:
            self.summary.failed[piece.name] = error.message
            _log.warning("sync_piece_failed", extra={"operation": piece.name, "code": error.code})
        finally:
            await self._store.sync.release(piece.name, self._owner)

    def _is_fresh(self, piece: Piece, state: State) -> bool:
        if state.as_of is None or state.state.get("unfinished"):
            return False
        return (self._clock.now() - state.as_of).total_seconds() < piece.fresh_seconds

    async def _go_on(self, piece: Piece, state: State | None) -> None:
        progress = Progress(began=self._clock.now())
        if state is not None:
            known = Progress.read(state.state)
            # A finished piece begins anew, but for the moment from which it looks for changes.
            unfinished = state.state.get("unfinished")
            progress = known if unfinished else Progress(progress.began, since=known.since)
        async with aclosing(piece.bring(progress)) as steps:
            async for progress in steps:
                await self._save(piece, progress, unfinished=True)
                await self._store.sync.claim(piece.name, self._owner, LEASE_SECONDS)
                if self._report:
                    self._report(piece, progress, self.summary)
        await self._save(piece, progress, unfinished=False)
        self.summary.rows[piece.noun] = self.summary.rows.get(piece.noun, 0) + progress.rows

    async def _save(self, piece: Piece, progress: Progress, *, unfinished: bool) -> None:
        ended = {"ended": self._clock.now().isoformat()}
        document = progress.document() | ({"unfinished": True} if unfinished else ended)
        await self._store.sync.save(piece.noun, piece.part, document, as_of=progress.began)
