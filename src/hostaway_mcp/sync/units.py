"""Units: the like homes of those listings that have several."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import NotFoundError
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Piece, Progress

DAY = 86_400.0


def units(hostaway: Hostaway, store: Store, listing_ids: Iterable[int]) -> list[Piece]:
    """
    The units of these listings, one call each.

    A listing does not say whether it has several; its calendar does, by the counters of its days.
    """
    return [Piece("units", str(one), partial(_of, hostaway, store, one), DAY) for one in listing_ids]


async def _of(
    hostaway: Hostaway, store: Store, listing_id: int, progress: Progress
) -> AsyncGenerator[Progress, None]:
    try:
        page = await hostaway.listings.find_units(listing_id)
    except NotFoundError:
        # The listing was deleted.
        known = [kept.row.id for kept in await store.units.of(listing_id)]
        await store.units.gone(known, at=progress.began)
        yield progress
        return
    await store.units.put_of(listing_id, page.rows, page.raw, seen_at=page.as_of)
    if page.set_aside == 0:
        gone = {kept.row.id for kept in await store.units.of(listing_id)} - {row.id for row in page.rows}
        await store.units.gone(gone, at=progress.began - timedelta(microseconds=1))
    yield replace(progress, rows=len(page.rows))
