"""Lists that the database counts, orders and cuts, against the same done with all rows one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation, ReservationStatus, StatusClass
from hostaway_mcp.services.names import fits as fits_name
from hostaway_mcp.store.stay_lists import SORTED_BY, Order, Place
from hostaway_mcp.store.stay_windows import LONG_NIGHTS, Which
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN
from tests.store.sent import Sent, put_everything
from tests.store.test_rows import stay

DAYS = st.dates(date(2026, 5, 1), date(2026, 10, 31))
AIRBNB, OTHERS = frozenset({Channel.AIRBNB}), frozenset({Channel.UNKNOWN, Channel.VRBO})
STATUSES = frozenset(ReservationStatus.of_class(StatusClass.CONFIRMED))


def value(one: Reservation, by: str) -> date | datetime | None:
    """What a list is ordered by."""
    return {
        "arrival": one.arrival,
        "departure": one.departure,
        "booked": one.reservation_date or one.inserted_on,
        "updated": one.latest_activity_on or one.updated_on,
    }[by]


def fits(one: Reservation, which: Which, zones: dict[int | None, str]) -> bool:
    """What `Which` says, of one stay."""
    if which.by is By.STAY:
        if not (one.arrival and one.departure and one.arrival <= which.last and one.departure > which.first):
            return False
    elif which.by is not None:
        day = value(one, str(which.by))
        if isinstance(day, datetime):
            day = day.astimezone(ZoneInfo(zones.get(one.listing_id, "UTC"))).date()
        if day is None or not which.first <= day <= which.last:
            return False
    full = " ".join(filter(None, (one.guest_first_name, one.guest_last_name)))
    return (
        (which.listing_ids is None or one.listing_id in which.listing_ids)
        and (which.channels is None or one.channel in which.channels)
        and (which.name is None or fits_name(which.name, one.guest_name, full))
    )


def expected(rows: Sequence[Reservation], order: Order, after: Place | None) -> list[int]:
    """The ids in their order behind a place; those without a value first."""
    known = [one for one in rows if value(one, order.by) is not None]
    known.sort(key=lambda one: one.id)
    known.sort(key=lambda one: str(value(one, order.by)), reverse=order.descending)
    ordered = sorted(one.id for one in rows if value(one, order.by) is None) + [one.id for one in known]
    return ordered if after is None else ordered[ordered.index(after[1]) + 1 :]


async def test_a_list_is_what_going_through_all_stays_gives(store: Store, sent: Sent) -> None:
    """Every kind of window and order, of some listings, channels, statuses and names or all, page by page."""
    await put_everything(store, sent, seen_at=SEEN)
    await store.reservations.put(*long_stays(), seen_at=SEEN)
    rows = [kept.row for kept in await store.reservations.all()]
    listings: list[Listing] = [kept.row for kept in await store.listings.all()]
    zones: dict[int | None, str] = {one.id: one.time_zone_name or "UTC" for one in listings}
    some = frozenset(one.id for one in listings[:4])
    asked: list[tuple[Which, Order, frozenset[ReservationStatus] | None]] = []

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(
        st.sampled_from([*By, None]),
        DAYS,
        DAYS,
        st.sampled_from([None, None, some]),
        st.sampled_from([None, None, AIRBNB, OTHERS]),
        st.sampled_from([None, None, "a", "an er", "zz top"]),
        st.builds(Order, st.sampled_from(sorted(SORTED_BY)), st.booleans()),
        st.sampled_from([None, STATUSES]),
    )
    def collect(by: Any, one: date, other: date, ids: Any, channels: Any, name: Any, order: Order,
                statuses: Any) -> None:  # fmt: skip
        which = Which(by, min(one, other), max(one, other), ids, channels, None, name)
        asked.append((which, order, statuses))

    collect()
    found_any = 0
    for which, order, statuses in asked:
        meant = [one for one in rows if fits(one, which, zones)]
        shown = [one for one in meant if statuses is None or one.status in statuses]
        listed = await store.reservations.page(which, statuses=statuses, order=order, limit=7)
        assert listed.counts == Counter(one.status for one in meant), (which, order)
        assert list(listed.ids) == expected(shown, order, None)[:7], (which, order)
        assert {one.id for one in await store.reservations.brief(which)} == {one.id for one in meant}
        if listed.ids:
            last = next(one for one in rows if one.id == listed.ids[-1])
            place = (value(last, order.by), last.id)
            more = await store.reservations.page(
                which, statuses=statuses, order=order, after=place, limit=1_000
            )
            assert list(more.ids) == expected(shown, order, place), (which, order)
            assert more.counts == listed.counts
        found_any += bool(listed.ids)
    assert found_any > len(asked) / 4


def long_stays() -> tuple[Any, Any]:
    """Stays of all lengths around what counts as long, one without dates."""
    sent: list[tuple[Any, Any]] = []
    for number, nights in enumerate((0, 1, LONG_NIGHTS - 1, LONG_NIGHTS, LONG_NIGHTS + 1, 200)):
        days = {"arrivalDate": "2026-06-15", "departureDate": str(date(2026, 6, 15) + timedelta(days=nights))}
        sent.append(stay(id=8_000_000_000 + number, listingMapId=40160, **days))
    sent.append(stay(id=8_000_000_100, isDatesUnspecified=1))
    return tuple(row for rows, _ in sent for row in rows), tuple(one for _, raw in sent for one in raw)


@pytest.mark.parametrize(
    ("units", "others", "share"), [([], [1], True), ([1, 2], [2, 3], True), ([1], [2], False)]
)
async def test_a_turnover_is_in_one_unit(
    store: Store, units: list[int], others: list[int], share: bool
) -> None:
    """Where the units of both stays are known, one of them must be the same."""
    first = {"arrivalDate": "2026-08-01", "departureDate": "2026-08-04", "reservationUnit": placed(units)}
    second = {"arrivalDate": "2026-08-04", "departureDate": "2026-08-06", "reservationUnit": placed(others)}
    await store.reservations.put(*stay(id=1, **first), seen_at=SEEN)
    await store.reservations.put(*stay(id=2, **second), seen_at=SEEN)
    which = Which(By.ARRIVAL, date(2026, 8, 1), date(2026, 8, 31))
    found = await store.reservations.turnovers(which, STATUSES)
    assert [(one.day, one.comes, one.leaves) for one in found] == [(date(2026, 8, 4), 2, 1)] * share
    assert await store.reservations.turnovers(which, frozenset({ReservationStatus.CANCELLED})) == ()


def placed(units: list[int]) -> list[dict[str, int]]:
    """Units of a stay as Hostaway sends them."""
    return [{"id": number, "listingUnitId": number} for number in units]


async def test_dates_are_counted_together(store: Store) -> None:
    """As often as stays have them, by status."""
    for number in (1, 2, 3):
        await store.reservations.put(
            *stay(id=number, status="new" if number < 3 else "cancelled"), seen_at=SEEN
        )
    found = await store.reservations.dates(Which(By.STAY, date(2026, 8, 1), date(2026, 8, 31)))
    assert sorted((one.status, one.count) for one in found) == [("cancelled", 1), ("new", 2)]
    assert {(one.arrival, one.departure) for one in found} == {(date(2026, 8, 1), date(2026, 8, 4))}


async def test_which_listings_are_free_on_all_days(store: Store, sent: Sent) -> None:
    """As their days say; nothing is said while days of one listing are lacking."""
    await put_everything(store, sent, seen_at=SEEN)
    first, last = date(2026, 8, 1), date(2026, 8, 2)
    free = await store.calendar.free(sent.calendars, first, last)
    assert free is not None
    assert free.oldest == SEEN
    assert free.listing_ids == {
        number
        for number, page in sent.calendars.items()
        if all(day.is_available for day in page.rows if first <= day.date <= last)
    }
    assert 0 < len(free.listing_ids) < len(sent.calendars)
    assert await store.calendar.free([*sent.calendars, 1], first, last) is None
    assert await store.calendar.free(sent.calendars, first, date(2027, 8, 1)) is None
