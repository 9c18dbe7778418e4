"""Calendars: one call a listing for the whole horizon, the listings that matter first."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import NotFoundError
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.sync.pieces import ASKED, DUE, Piece, Progress, is_due

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.store.sync import State

BEHIND_DAYS, AHEAD_DAYS = 30, 365
PAST_DAYS = 430
"""A year and two months, so that last month can be compared with the same one a year before."""
FRESH_SECONDS = 6 * 3_600.0
ASKED_SECONDS = 3_600.0
"""How fresh the calendar is kept of a listing that somebody asks about."""
ASKED_LATELY = timedelta(days=1)


def calendars(
    hostaway: Hostaway,
    store: Store,
    listing_ids: Sequence[int],
    *,
    now: datetime,
    known: Mapping[str, State] | None = None,
) -> list[Piece]:
    """
    The calendar of each listing, a month back and a year ahead.

    First those with a stay that changed since their calendar was read, then those that somebody asked
    about lately; the rest, and each of these among themselves, in the order given.
    """
    states = {number: (known or {}).get(str(number)) for number in listing_ids}
    asked = {number for number, state in states.items() if _was_asked(state, now)}
    changed = {number for number, state in states.items() if state is not None and is_due(state)}
    first, last = now.date() - timedelta(days=BEHIND_DAYS), now.date() + timedelta(days=AHEAD_DAYS)
    ordered = sorted(listing_ids, key=lambda number: (number not in changed, number not in asked))
    return [
        Piece(
            "calendar",
            str(number),
            partial(_days, hostaway, store, number, first, last),
            ASKED_SECONDS if number in asked else FRESH_SECONDS,
        )
        for number in ordered
    ]


def past(hostaway: Hostaway, store: Store, listing_ids: Sequence[int], anchor: date) -> list[Piece]:
    """
    The days that had passed before the first sync, once: occupancy of past months rests on them.

    They change no more, and whatever passes later is kept as it was last read.
    """
    first, last = anchor - timedelta(days=PAST_DAYS), anchor - timedelta(days=BEHIND_DAYS + 1)
    return [
        Piece("calendar_past", str(number), partial(_days, hostaway, store, number, first, last))
        for number in listing_ids
    ]


async def of_changed(store: Store, stays: Iterable[Reservation]) -> None:
    """Has the calendars read again of listings whose stays have changed."""
    listing_ids = sorted({str(stay.listing_id) for stay in stays if stay.listing_id})
    if listing_ids:
        await store.sync.mark("calendar", listing_ids, DUE)


def _was_asked(state: State | None, now: datetime) -> bool:
    asked = state.marked(ASKED) if state else None
    return asked is not None and now - asked < ASKED_LATELY


async def _days(
    hostaway: Hostaway, store: Store, listing_id: int, first: date, last: date, progress: Progress
) -> AsyncGenerator[Progress, None]:
    try:
        page = await hostaway.calendar.find_days(listing_id, start_date=first, end_date=last)
    except NotFoundError:
        # The listing was deleted after the listings were read.
        await store.sync.mark("listings", ["all"], DUE)
        yield progress
        return
    await store.calendar.put(listing_id, page.rows, page.raw, first, last, seen_at=page.as_of)
    yield replace(progress, rows=len(page.rows))
