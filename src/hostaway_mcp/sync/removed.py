"""
Reservations that were deleted at Hostaway: no list of changes has them and no webhook tells of them.

Hostaway says how many stays arrive in a period. Where the replica has more, the period is halved until a
page shows which.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Set
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Piece, Progress
from hostaway_mcp.sync.reservations import HISTORY_DAYS, WINDOW_DAYS
from hostaway_mcp.sync.stays import read_stay

DAY = 86_400.0
AHEAD_DAYS = 1_100
"""Three years; who books later than that and deletes it stays."""


def removed(hostaway: Hostaway, store: Store, anchor: date) -> Piece:
    """Finds them once a day, with a call for each quarter of a year where nothing is missing."""
    return Piece("reservations", "removed", partial(_removed, hostaway, store, anchor), DAY)


async def _removed(
    hostaway: Hostaway, store: Store, anchor: date, progress: Progress
) -> AsyncGenerator[Progress, None]:
    if progress.since is None:
        # The very first time: the windows have just been read.
        yield replace(progress, since=progress.began)
        return
    search = _Search(hostaway, store)
    begin = anchor - timedelta(days=HISTORY_DAYS)
    while progress.offset < HISTORY_DAYS + AHEAD_DAYS:
        first = begin + timedelta(days=progress.offset)
        await search.compare(first, first + timedelta(days=WINDOW_DAYS - 1))
        progress = replace(progress, offset=progress.offset + WINDOW_DAYS, rows=search.gone)
        yield progress
    # A list of conversations that was on its way while a stay was removed brought that stay's back. One
    # without a message has no age, but the next whole list does not have it.
    listed = await store.sync.state("conversations", "all")
    for number in await store.conversations.stayless(
        datetime.combine(begin, time.min, UTC), unseen_since=listed.as_of if listed else None
    ):
        await read_stay(hostaway, store, number)


class _Search:
    """Finds the stays of a period that Hostaway no longer has, and removes them."""

    def __init__(self, hostaway: Hostaway, store: Store) -> None:
        self._hostaway = hostaway
        self._store = store
        self.gone = 0

    async def compare(self, first: date, last: date) -> None:
        """From `first` to `last`, both included."""
        here = await self._here(first, last)
        # In the form in which sync reads stays, since another form counts as another version.
        page = await self._hostaway.reservations.find(
            arrival_start_date=first,
            arrival_end_date=last,
            limit=PAGE_LIMIT,
            include_resources=True,
            include_payments=True,
        )
        await self._store.reservations.put(page.rows, page.raw, seen_at=page.as_of)
        if page.received < PAGE_LIMIT:
            if page.set_aside == 0:
                await self._remove(here - {row.id for row in page.rows})
        elif page.count == len(here):
            return
        elif first == last:
            await self._remove(here - await self._there(first))
        else:
            middle = first + (last - first) // 2
            await self.compare(first, middle)
            await self.compare(middle + timedelta(days=1), last)

    async def _here(self, first: date, last: date) -> frozenset[int]:
        """As Hostaway counts: one without dates has a placeholder for its arrival."""
        undated = await self._store.reservations.where(arrival=None)
        days = {one.row.id: one.row.arrival_date for one in undated}
        placed = {number for number, day in days.items() if day and first <= day <= last}
        return await self._store.reservations.arriving(first, last) | placed

    async def _there(self, day: date) -> set[int]:
        """All that arrive on one day."""
        found: set[int] = set()
        after_id: int | None = None
        while True:
            page = await self._hostaway.reservations.find(
                arrival_start_date=day, arrival_end_date=day, after_id=after_id, limit=PAGE_LIMIT
            )
            found |= {row.id for row in page.rows}
            if page.received < PAGE_LIMIT or not page.rows:
                return found
            after_id = page.rows[-1].id

    async def _remove(self, candidates: Set[int]) -> None:
        """One that was moved to another day meanwhile is not on the page either, so each is asked for."""
        for number in sorted(candidates):
            self.gone += await read_stay(self._hostaway, self._store, number) is None
