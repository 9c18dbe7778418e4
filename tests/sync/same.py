"""Whether a replica is what Hostaway has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.sandbox.world.world import World
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.calendar import AHEAD_DAYS, BEHIND_DAYS
from hostaway_mcp.sync.reservations import HISTORY_DAYS


async def assert_same(hostaway: Hostaway, store: Store, world: World) -> None:
    """Every noun that sync brings is here as it is there, and nothing else is."""
    today = world.clock.today()
    here = {kept.row.id: _plain(kept.row) for kept in await store.reservations.all()}
    there: dict[int, Reservation] = {}
    after = None
    while True:
        page = await hostaway.reservations.find(after_id=after, include_resources=True, include_payments=True)
        there |= {row.id: _plain(row) for row in page.rows}
        if not page.rows:
            break
        after = page.rows[-1].id
    begin = today - timedelta(days=HISTORY_DAYS - 60)
    assert set(here) <= set(there), "deleted stays are gone"
    assert {n for n, row in there.items() if row.arrival_date and row.arrival_date > begin} <= set(here)
    assert here == {number: there[number] for number in here}
    for noun, find in (
        (store.listings, hostaway.listings.find),
        (store.tasks, hostaway.tasks.find),
        (store.expenses, hostaway.expenses.find),
        (store.reviews, hostaway.reviews.find),
        (store.charges, hostaway.guest_payments.find_charges),
    ):
        rows = await _all(find, resources=noun is store.listings)
        assert {kept.row.id: kept.row for kept in await noun.all()} == {row.id: row for row in rows}
    first, last = today - timedelta(days=BEHIND_DAYS), today + timedelta(days=AHEAD_DAYS)
    active = [n for n in world.listings if not world.listings.peek(n)["specialStatus"]]
    kept_days = await store.calendar.days(active, first, last)
    for number in active:
        page_of_days = await hostaway.calendar.find_days(number, start_date=first, end_date=last)
        assert [day.row for day in kept_days[number]] == list(page_of_days.rows), number
        units = await hostaway.listings.find_units(number)
        assert [kept.row for kept in await store.units.of(number)] == sorted(units.rows, key=lambda u: u.id)
    for thread in await store.conversations.all():
        assert thread.row.id in world.conversations
        assert thread.row.has_unread_messages == bool(world.conversations[thread.row.id]["hasUnreadMessages"])


async def _all(find: Any, *, resources: bool) -> list[Any]:
    rows: list[Any] = []
    more = {"include_resources": True} if resources else {}
    while True:
        page = await find(limit=100, offset=len(rows), **more)
        rows += page.rows
        if len(page.rows) < 100:
            return rows


def _plain(stay: Reservation) -> Reservation:
    """A message moves the activity of its stay, and is no change of the stay."""
    return stay.model_copy(update={"latest_activity_on": None})
