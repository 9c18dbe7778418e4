"""What is older than the history that is kept, where it is little enough to be kept too."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Piece, Progress
from hostaway_mcp.sync.reservations import HISTORY_DAYS, changes

PART = "older"
MOST = 500
"""Stays; of an account with more the replica begins with the history, and answers say so."""


def older(hostaway: Hostaway, store: Store, anchor: date) -> Piece:
    """
    The stays before the history, so that questions without dates can be answered from the replica.

    Where it ended before all were read, its progress says behind which one.
    """
    before = begin_of_history(anchor) - timedelta(days=1)
    bring = partial(_older, hostaway, store, before)
    return Piece("reservations", PART, bring, then=changes(hostaway, store))


def begin_of_history(anchor: date) -> date:
    """The first day of arrivals that the history has."""
    return anchor - timedelta(days=HISTORY_DAYS)


async def _older(
    hostaway: Hostaway, store: Store, before: date, progress: Progress
) -> AsyncGenerator[Progress, None]:
    ended = False
    while not ended and progress.rows < MOST:
        page = await hostaway.reservations.find(
            after_id=progress.after_id,
            arrival_end_date=before,
            include_resources=True,
            include_payments=True,
        )
        await store.reservations.put(page.rows, page.raw, seen_at=page.as_of)
        ended = page.received < PAGE_LIMIT or not page.rows
        progress = replace(
            progress,
            after_id=None if ended else page.rows[-1].id,
            rows=progress.rows + len(page.rows),
        )
        yield progress
