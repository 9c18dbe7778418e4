"""Calendar days and the nights that are counted from them and from the stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.lenient import read_rows
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.store.changes import Kind
from hostaway_mcp.store.nights import NightOf, NightTotals
from hostaway_mcp.store.rows import Put
from hostaway_mcp.store.store import Store
from tests.store.conftest import FIRST, LAST, SEEN
from tests.store.sent import Sent, put_everything
from tests.store.test_rows import LATER, stay

AUGUST = date(2026, 8, 1)


def days(count: int, first: date = AUGUST, **fields: Any) -> tuple[Any, Any]:
    """Calendar days as Hostaway sends them."""
    plain = {"status": "available", "isAvailable": 1, "price": 100, "minimumStay": 2}
    sent = [{"date": str(first + timedelta(days=n)), **plain, **fields} for n in range(count)]
    rows, raw, _ = read_rows(CalendarDay, sent)
    return rows, raw


async def test_days_come_back_as_they_were_sent(store: Store, sent: Sent) -> None:
    """Across months; the stays inside a day are kept by their ids."""
    await put_everything(store, sent, seen_at=SEEN)
    first, last = FIRST + timedelta(days=10), LAST - timedelta(days=10)
    kept = await store.calendar.days(sent.calendars, first, last)
    for listing_id, page in sent.calendars.items():
        expected = [day for day in page.rows if first <= day.date <= last]
        found = [one.row for one in kept[listing_id] if first <= one.row.date <= last]
        assert [day.model_dump(exclude={"reservations"}) for day in found] == [
            day.model_dump(exclude={"reservations"}) for day in expected
        ]
        assert [[s.id for s in d.reservations] for d in found] == [
            [s.id for s in d.reservations] for d in expected
        ]
        assert len(kept[listing_id]) == len(expected)


async def test_the_same_days_again_are_only_seen_again(store: Store) -> None:
    """Nothing is written into the log of changes, and their age is that of the last reading."""
    rows, raw = days(40)
    last = AUGUST + timedelta(days=39)
    assert await store.calendar.put(1, rows, raw, AUGUST, last, seen_at=SEEN) == Put(new=40)
    assert await store.calendar.put(1, rows, raw, AUGUST, last, seen_at=LATER) == Put(same=40)
    assert await store.changes.last() == 1
    assert await store.calendar.ages([1, 2], AUGUST, last) == {1: LATER, 2: None}


async def test_a_range_is_replaced_and_the_log_tells_what_changed(store: Store) -> None:
    """Days that did not come are gone; the days around the range stay."""
    await store.calendar.put(1, *days(10), AUGUST, AUGUST + timedelta(days=9), seen_at=SEEN)
    rows, raw = days(2, AUGUST + timedelta(days=3), price=120)
    first, last = AUGUST + timedelta(days=3), AUGUST + timedelta(days=5)
    assert await store.calendar.put(1, rows, raw, first, last, seen_at=LATER) == Put(changed=2)
    kept = (await store.calendar.days([1], AUGUST, AUGUST + timedelta(days=30)))[1]
    assert [(one.row.date.day, int(one.row.price or 0)) for one in kept] == [
        *((n, 100) for n in (1, 2, 3)),
        *((n, 120) for n in (4, 5)),
        *((n, 100) for n in (7, 8, 9, 10)),
    ]
    change = (await store.changes.since(1))[0]
    assert (change.kind, change.noun, change.row_id) == (Kind.CHANGED, "calendar", 1)
    assert change.what["days"]["2026-08-04"] == {"price": {"before": "100", "after": "120"}}
    assert change.what["gone"] == ["2026-08-06"]
    assert await store.calendar.ages([1], AUGUST, last) == {1: None}
    assert await store.calendar.ages([1], AUGUST, AUGUST + timedelta(days=4)) == {1: SEEN}


async def test_an_older_reading_does_not_replace_a_newer_one(store: Store) -> None:
    """Day by day."""
    await store.calendar.put(1, *days(3, price=120), AUGUST, AUGUST + timedelta(days=2), seen_at=LATER)
    put = await store.calendar.put(1, *days(5), AUGUST, AUGUST + timedelta(days=4), seen_at=SEEN)
    assert put == Put(new=2, older=3)
    assert [one.row.price for one in (await store.calendar.days([1], AUGUST, LAST))[1]] == [
        *[120] * 3,
        *[100] * 2,
    ]


async def test_a_calendar_can_be_emptied(store: Store) -> None:
    """No days for all of time leave nothing, not even nights."""
    await store.calendar.put(1, *days(40), AUGUST, LAST, seen_at=SEEN)
    await store.calendar.put(1, [], [], date.min, date.max, seen_at=LATER)
    assert await store.calendar.days([1], AUGUST, LAST) == {1: ()}
    assert await store.nights.each(AUGUST, LAST) == ()


def counted(
    stays: list[Reservation], calendars: Mapping[int, list[CalendarDay]], first: date, last: date
) -> list[NightOf]:
    """Every night from its definition, one by one."""
    nights = []
    listings = {one.listing_id for one in stays} | set(calendars)
    for listing_id in sorted(one for one in listings if one is not None):
        by_day = {day.date: day for day in calendars.get(listing_id, [])}
        for n in range((last - first).days + 1):
            night = first + timedelta(days=n)
            there = [
                one.status_class
                for one in stays
                if one.listing_id == listing_id
                and one.arrival
                and one.departure
                and one.arrival <= night < one.departure
            ]
            day = by_day.get(night)
            sold, owner = there.count(StatusClass.CONFIRMED), there.count(StatusClass.OWNER_STAY)
            if day is None and not sold + owner:
                continue
            most = max((units(day) or 0 for day in calendars.get(listing_id, [])), default=0)
            has = (units(day) if day else None) or most or 1
            sold, owner = min(sold, has), min(owner, max(0, has - sold))
            held = there.count(StatusClass.NEEDS_ACTION)
            free = has - sold - owner
            nights.append(NightOf(listing_id, night, sold, owner, min(free, blocked(day, there, has)), has))
            assert held >= 0
    return nights


def units(day: CalendarDay) -> int | None:
    """What the counters add up to."""
    parts = (
        day.available_units_to_sell,
        day.count_reserved_units,
        day.count_pending_units,
        day.count_blocked_units,
    )
    return sum(part or 0 for part in parts) or None


def blocked(day: CalendarDay | None, there: list[StatusClass], has: int) -> int:
    """Units that cannot be sold although no stay takes them."""
    if day is None:
        return 0
    if day.count_blocked_units:
        return day.count_blocked_units
    holding = {StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION}
    used = any(one in holding for one in there)
    return has if day.is_available is False and not used and not day.available_units_to_sell else 0


@pytest.mark.parametrize("stays_first", [True, False])
async def test_nights_are_what_counting_gives(store: Store, sent: Sent, stays_first: bool) -> None:
    """Sold, owner and blocked nights of the whole sandbox, in whichever order it was read."""
    if not stays_first:
        for listing_id, page in sent.calendars.items():
            await store.calendar.put(listing_id, page.rows, page.raw, FIRST, LAST, seen_at=SEEN)
    await put_everything(store, sent, seen_at=SEEN)
    calendars = {listing_id: list(page.rows) for listing_id, page in sent.calendars.items()}
    stays = [kept.row for kept in await store.reservations.all()]
    expected = counted(stays, calendars, FIRST, LAST)
    assert list(await store.nights.each(FIRST, LAST)) == expected
    assert {kind for night in expected for kind in ("sold", "blocked", "owner") if getattr(night, kind)} == {
        "sold",
        "blocked",
        "owner",
    }
    assert await store.nights.totals(FIRST, LAST, [expected[0].listing_id]) == (
        totals([night for night in expected if night.listing_id == expected[0].listing_id]),
    )


def totals(nights: list[NightOf]) -> NightTotals:
    """The sums of one listing."""
    return NightTotals(
        nights[0].listing_id,
        len(nights),
        sum(night.units for night in nights),
        sum(night.sold for night in nights),
        sum(night.owner for night in nights),
        sum(night.blocked for night in nights),
    )


async def test_nights_follow_a_stay_that_moves_and_goes(store: Store) -> None:
    """The nights it leaves are free again, with the calendar and without."""
    await store.calendar.put(1, *days(10), AUGUST, AUGUST + timedelta(days=9), seen_at=SEEN)

    async def sold() -> list[int]:
        return [night.day.day for night in await store.nights.each(AUGUST, LAST) if night.sold]

    await store.reservations.put(*stay(), seen_at=SEEN)
    assert await sold() == [1, 2, 3]
    moved = {"arrivalDate": "2026-08-03", "departureDate": "2026-08-13", "updatedOn": "2026-07-02 00:00:00"}
    await store.reservations.put(*stay(**moved), seen_at=SEEN)
    assert await sold() == list(range(3, 13))
    await store.reservations.put(
        *stay(**moved | {"updatedOn": "2026-07-03 00:00:00", "status": "cancelled"}), seen_at=SEEN
    )
    assert await sold() == []
    assert len(await store.nights.each(AUGUST, LAST)) == 10
    await store.reservations.put(*stay(**moved | {"updatedOn": "2026-07-04 00:00:00"}), seen_at=SEEN)
    await store.reservations.gone([7_000_000_000], at=LATER)
    assert await sold() == []


async def test_a_wrong_date_counts_no_century(store: Store) -> None:
    """A stay to the end of time is kept; three years of its nights are counted."""
    await store.reservations.put(*stay(departureDate="9999-12-31"), seen_at=SEEN)
    assert len(await store.nights.each(date.min, date.max)) == 1_100


async def test_absurd_numbers_stop_no_page(store: Store) -> None:
    """What no database could count in is left empty in the columns, and kept as it was sent."""
    rows, raw = days(1, minimumStay=10**15, availableUnitsToSell=-5)
    assert await store.calendar.put(1, rows, raw, AUGUST, AUGUST, seen_at=SEEN) == Put(new=1)
    assert (await store.calendar.days([1], AUGUST, AUGUST))[1][0].row.minimum_stay == 10**15
