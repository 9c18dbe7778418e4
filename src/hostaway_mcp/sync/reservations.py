"""
Reservations: closed windows once, then only what changed.

The order of a list is latest change first, so rows move to its front while one pages. Each window is read
with `walk_changes`, which reads its front again; a row that leaves one window for another while both are
being read comes with the changes, which are read from a moment before the first window.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.paging import Resume, walk_changes, walk_recent
from hostaway_mcp.client.rows import Page
from hostaway_mcp.errors import BrokenAnswerError
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.calendar import of_changed
from hostaway_mcp.sync.pieces import Piece, Progress

NEAR_DAYS = 30
WINDOW_DAYS = 91
HISTORY_DAYS = 730
CHANGES_SECONDS = 300.0
ONE_DAY = timedelta(days=1)


def near(hostaway: Hostaway, store: Store, anchor: date) -> Piece:
    """In house on the day of the first sync, and the thirty days behind it."""
    bounds = {"departure_start_date": anchor, "arrival_end_date": anchor + timedelta(days=NEAR_DAYS)}
    return _window(hostaway, store, "near", bounds)


def ahead(hostaway: Hostaway, store: Store, anchor: date) -> Piece:
    """All later stays."""
    return _window(hostaway, store, "ahead", {"arrival_start_date": anchor + timedelta(days=NEAR_DAYS + 1)})


def history(hostaway: Hostaway, store: Store, anchor: date) -> list[Piece]:
    """Two years back, the latest quarter first."""
    return [
        _window(hostaway, store, _named(first), {"arrival_start_date": first, "arrival_end_date": last})
        for first, last in _quarters(anchor)
    ]


def history_parts(anchor: date) -> list[str]:
    """The names of the parts that history consists of."""
    return [_named(first) for first, _ in _quarters(anchor)]


def _named(first: date) -> str:
    return f"from {first}"


def _quarters(anchor: date) -> Iterator[tuple[date, date]]:
    last = anchor - ONE_DAY
    while (anchor - last).days < HISTORY_DAYS:
        first = max(last - timedelta(days=WINDOW_DAYS - 1), anchor - timedelta(days=HISTORY_DAYS))
        yield first, last
        last = first - ONE_DAY


def changes(hostaway: Hostaway, store: Store) -> Piece:
    """What changed since the last time, wherever it is."""
    return Piece("reservations", "changes", partial(_recent, hostaway, store), CHANGES_SECONDS)


def _window(hostaway: Hostaway, store: Store, part: str, bounds: dict[str, date]) -> Piece:
    # A row may have moved from one window to another meanwhile: the changes have it.
    bring = partial(_whole, hostaway, store, bounds)
    return Piece("reservations", part, bring, then=changes(hostaway, store))


async def _whole(
    hostaway: Hostaway, store: Store, bounds: dict[str, date], progress: Progress
) -> AsyncGenerator[Progress, None]:
    fetch = _Pages(hostaway, bounds)
    start = Resume(after_id=progress.after_id, since=progress.since)
    settled = True
    async for step in walk_changes(fetch, key=_id, updated=_updated, start=start):
        await fetch.store(store, step.rows)
        settled = step.settled
        progress = replace(
            progress,
            after_id=step.resume.after_id,
            since=step.resume.since,
            rows=progress.rows + len(step.rows),
        )
        yield progress
    if not settled:
        raise BrokenAnswerError("The reservations changed faster than they could be read.")


async def _recent(hostaway: Hostaway, store: Store, progress: Progress) -> AsyncGenerator[Progress, None]:
    fetch = _Pages(hostaway, {})
    since = progress.since
    if since is None:
        # The very first time: from here on.
        page = await fetch(None, 1)
        newest = _updated(page.rows[0]) if page.rows else None
        yield replace(progress, since=newest or progress.began)
        return
    settled = True
    async for step in walk_recent(fetch, key=_id, updated=_updated, since=since):
        touched = await fetch.store(store, step.rows)
        await of_changed(store, [row for row in step.rows if row.id in touched])
        settled = step.settled
        since = step.resume.since or since
        progress = replace(progress, rows=progress.rows + len(step.rows))
    if not settled:
        raise BrokenAnswerError("The reservations changed faster than they could be read.")
    yield replace(progress, since=since)


class _Pages:
    """Fetches pages and remembers the objects that their rows came from."""

    def __init__(self, hostaway: Hostaway, bounds: dict[str, Any]) -> None:
        self._hostaway = hostaway
        self._bounds = bounds
        self._page: Page[Reservation] | None = None

    async def __call__(self, after_id: int | None, limit: int) -> Page[Reservation]:
        self._page = await self._hostaway.reservations.find(
            after_id=after_id, limit=limit, include_resources=True, include_payments=True, **self._bounds
        )
        return self._page

    async def store(self, store: Store, rows: tuple[Reservation, ...]) -> frozenset[int]:
        """Stores these rows of the last page, and gives the ids of those that are new or changed."""
        if self._page is None or not rows:
            return frozenset()
        raw = {row.id: one for row, one in zip(self._page.rows, self._page.raw, strict=True)}
        put = await store.reservations.put(rows, [raw[row.id] for row in rows], seen_at=self._page.as_of)
        return put.touched


def _id(row: Reservation) -> int:
    return row.id


def _updated(row: Reservation) -> Any:
    return row.updated_on
