"""Calendars: one call a listing for the whole horizon, the listings that matter first."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from hostaway_mcp.client import Hostaway
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Piece, Progress

BEHIND_DAYS, AHEAD_DAYS = 30, 365
FRESH_SECONDS = 6 * 3_600.0


def calendars(hostaway: Hostaway, store: Store, listing_ids: Sequence[int], today: date) -> list[Piece]:
    """The calendar of each listing, a month back and a year ahead, in this order."""
    return [
        Piece(
            "calendar", str(listing_id), partial(_horizon, hostaway, store, listing_id, today), FRESH_SECONDS
        )
        for listing_id in listing_ids
    ]


async def _horizon(
    hostaway: Hostaway, store: Store, listing_id: int, today: date, progress: Progress
) -> AsyncGenerator[Progress, None]:
    first, last = today - timedelta(days=BEHIND_DAYS), today + timedelta(days=AHEAD_DAYS)
    page = await hostaway.calendar.find_days(listing_id, start_date=first, end_date=last)
    await store.calendar.put(listing_id, page.rows, page.raw, first, last, seen_at=page.received_at)
    yield replace(progress, rows=len(page.rows))
