"""Brings the replica up to date: what is due, in the order that makes answers useful first."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, timedelta

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import CredentialsError, HostawayMcpError
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync import (
    calendar,
    conversations,
    dictionaries,
    lists,
    removed,
    reservations,
    threads,
    units,
)
from hostaway_mcp.sync.older import older
from hostaway_mcp.sync.pieces import ASKED, Piece
from hostaway_mcp.sync.retention import keep_retention
from hostaway_mcp.sync.run import Report, Run, Summary

IDLE_SECONDS = 60.0
"""Between two looks at what is due."""
REFUSED_SECONDS = 3_600.0
"""Between two attempts with credentials that Hostaway does not accept."""

_log = logging.getLogger("hostaway_mcp.sync")


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
        # First: what is no longer to be kept goes, whether Hostaway answers or not.
        await keep_retention(self._store, clock=self._clock)
        changes = reservations.changes(self._hostaway, self._store)
        run = Run(self._store, clock=self._clock, report=report, often=[changes])
        call = calls.Call(calls.new_correlation_id(), tool="sync", lane=calls.Lane.BACKGROUND)
        with calls.answering(call):
            anchor = await self._anchor()
            near = await self._store.sync.state("reservations", "near")
            if near is None or near.as_of is None:
                call.lane = calls.Lane.FILLING
            await run.bring([changes])
            await run.bring([lists.listings(self._hostaway, self._store)])
            # Alone: beside other work its pages would have to share the turns at Hostaway.
            await run.bring([reservations.near(self._hostaway, self._store, anchor)])
            call.lane = calls.Lane.BACKGROUND
            await run.bring(await self._rest(anchor))
            await run.bring(await self._units())
            listing_ids = await self._listings_by_nearness()
            await run.bring(calendar.past(self._hostaway, self._store, listing_ids, anchor))
        run.summary.ended, run.summary.upstream_calls = self._clock.now(), call.upstream_calls
        _log.info("sync_done", extra={"count": run.summary.brought, "upstream_calls": call.upstream_calls})
        return run.summary

    async def refresh(self, noun: str, part: str) -> None:
        """Brings one part now, however fresh it is; nothing happens where another process is at it."""
        pieces = [
            reservations.changes(self._hostaway, self._store),
            lists.listings(self._hostaway, self._store),
            *lists.names(self._hostaway, self._store),
            *lists.ledgers(self._hostaway, self._store),
            threads.recent(self._hostaway, self._store),
            conversations.unread(self._hostaway, self._store),
        ]
        if noun == "calendar":
            pieces = calendar.calendars(self._hostaway, self._store, [int(part)], now=self._clock.now())
        await self._store.sync.mark(noun, [part], ASKED)
        run = Run(self._store, clock=self._clock)
        await run.bring(
            [replace(one, fresh_seconds=0.0) for one in pieces if (one.noun, one.part) == (noun, part)]
        )

    async def keep(self) -> None:
        """Brings what is due for as long as it is let; what failed is tried again at the next look."""
        while True:
            pause = IDLE_SECONDS
            try:
                await self.run()
            except CredentialsError:
                # Logged by whoever was refused; another secret comes with another start.
                pause = REFUSED_SECONDS
            except HostawayMcpError as error:
                _log.warning("sync_stopped", extra={"code": error.code})
            except Exception:
                _log.exception("sync_broke")
            await self._clock.sleep(pause)

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
            *lists.names(hostaway, store),
            *dictionaries.dictionaries(hostaway, store),
            threads.recent(hostaway, store),
            conversations.unread(hostaway, store),
            *await self._calendars(),
            reservations.ahead(hostaway, store, anchor),
            *lists.ledgers(hostaway, store),
            threads.whole(hostaway, store),
            conversations.undecided(hostaway, store),
            *reservations.history(hostaway, store, anchor),
            older(hostaway, store, anchor),
            removed.removed(hostaway, store, anchor),
        ]

    async def _units(self) -> list[Piece]:
        return units.units(self._hostaway, self._store, sorted(await self._store.units.several()))

    async def _calendars(self) -> list[Piece]:
        states = await self._store.sync.states("calendar")
        return calendar.calendars(
            self._hostaway,
            self._store,
            await self._listings_by_nearness(),
            now=self._clock.now(),
            known={state.part: state for state in states},
        )

    async def _listings_by_nearness(self) -> list[int]:
        """Active listings; those with stays in the next days first."""
        today = self._clock.now().date()
        until = today + timedelta(days=reservations.NEAR_DAYS)
        soon = await self._store.reservations.first_arrivals(today, until)
        never = until + timedelta(days=1)
        active = await self._store.listings.active()
        return sorted(active, key=lambda listing_id: (soon.get(listing_id, never), listing_id))
