"""A single stay, read anew: in the form of lists, since another form counts as another version."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT, One
from hostaway_mcp.errors import NotFoundError
from hostaway_mcp.models.lenient import JsonObject, read_row
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.calendar import of_changed

_ONLY_SINGLE = (
    "cancellationPolicyDetails",
    "bookingCancellationPolicy",
    "vrboCancellationPolicy",
    "marriottCancellationPolicy",
)
"""What a single stay always carries, and a list only on demand. Source: "Retrieve reservations list"."""


async def read_stay(hostaway: Hostaway, store: Store, reservation_id: int) -> frozenset[int] | None:
    """
    Reads a stay and keeps it; None if Hostaway does not have it, and then it is not kept either.

    There is no filter by number, so it is looked up and then listed by its listing and arrival. Gives all
    that were read.
    """
    try:
        one = await hostaway.reservations.get(reservation_id, include_resources=True)
    except NotFoundError:
        # It never comes back: whatever another worker read of it meanwhile is outdated.
        await remove_stay(store, reservation_id, at=store.now())
        return None
    listing_id, day = one.row.listing_id, one.row.arrival_date
    listed: frozenset[int] = frozenset()
    if listing_id and day:
        listed = await read_listed(
            hostaway,
            store,
            limit=PAGE_LIMIT,
            listing_id=listing_id,
            arrival_start_date=day,
            arrival_end_date=day,
        )
    if reservation_id not in listed:
        await _keep_single(store, one)
    return listed | {reservation_id}


async def read_listed(hostaway: Hostaway, store: Store, **wanted: Any) -> frozenset[int]:
    """Keeps a page of the list; has the calendars read again of the listings where there was news."""
    page = await hostaway.reservations.find(include_resources=True, include_payments=True, **wanted)
    put = await store.reservations.put(page.rows, page.raw, seen_at=page.as_of)
    await of_changed(store, [row for row in page.rows if row.id in put.touched])
    return frozenset(row.id for row in page.rows)


async def remove_stay(store: Store, reservation_id: int, *, at: datetime) -> bool:
    """Removes a stay that Hostaway did not have at an instant, with what was said about it."""
    threads = [kept.row.id for kept in await store.conversations.where(reservation_id=reservation_id)]
    said = [kept.row.id for kept in await store.messages.where(conversation_id=threads)] if threads else []
    await of_changed(store, [kept.row for kept in await store.reservations.get([reservation_id])])
    removed = await store.reservations.gone([reservation_id], at=at - timedelta(microseconds=1))
    await store.conversations.gone(threads, at=at)
    await store.messages.gone(said, at=at)
    return removed > 0


async def _keep_single(store: Store, one: One[Reservation]) -> None:
    """What only one of the two forms has does not make another version of it."""
    sent: JsonObject = one.raw if isinstance(one.raw, dict) else {}
    kept = [before.row for before in await store.reservations.get([one.row.id])]
    balance = kept[0].remaining_balance if kept else None
    listed = sent | dict.fromkeys(_ONLY_SINGLE)
    listed |= {"remainingBalance": _as_json(balance)}
    row = read_row(Reservation, listed)
    if row is not None:
        await store.reservations.put([row], [listed], seen_at=one.as_of)


def _as_json(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)
