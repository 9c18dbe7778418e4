"""The columns of many listings' days are what the days themselves say."""

from __future__ import annotations

from datetime import timedelta

from hostaway_mcp.store.calendar import columns
from hostaway_mcp.store.calendar_lists import DayColumns
from hostaway_mcp.store.store import Store
from tests.store.conftest import FIRST, LAST, SEEN
from tests.store.sent import Sent, put_everything
from tests.store.test_calendar import AUGUST
from tests.store.test_calendar import days as days_of
from tests.store.test_rows import LATER

DAY = timedelta(days=1)


async def test_columns_are_those_of_the_days(store: Store, sent: Sent) -> None:
    """In order, across months, and with the age of the oldest."""
    await put_everything(store, sent, seen_at=SEEN)
    first, last = FIRST + 10 * DAY, LAST - 10 * DAY
    found = await store.calendar.columns(sent.calendars, first, last)
    assert set(found) == set(sent.calendars)
    for listing_id, page in sent.calendars.items():
        expected = []
        for day in sorted((one for one in page.rows if first <= one.date <= last), key=lambda one: one.date):
            own = columns(day)
            values = {name: own[name] for name in DayColumns._fields if name != "day"}
            expected.append(DayColumns(day=day.date, **values))
        assert found[listing_id].days == tuple(expected)
        assert found[listing_id].oldest == SEEN


async def test_a_listing_that_lacks_a_day_is_left_out(store: Store) -> None:
    await store.calendar.put(1, *days_of(10), AUGUST, AUGUST + 9 * DAY, seen_at=SEEN)
    await store.calendar.put(2, *days_of(9), AUGUST, AUGUST + 8 * DAY, seen_at=SEEN)
    await store.calendar.put(1, *days_of(2), AUGUST, AUGUST + DAY, seen_at=LATER)
    found = await store.calendar.columns([1, 2, 3], AUGUST, AUGUST + 9 * DAY)
    assert set(found) == {1}
    assert found[1].oldest == SEEN
    assert await store.calendar.columns([], AUGUST, AUGUST) == {}


async def test_strips_are_the_columns_without_dates(store: Store, sent: Sent) -> None:
    """As far as they are kept, in order, and none where a day is lacking in between."""
    await put_everything(store, sent, seen_at=SEEN)
    listed = await store.calendar.columns(sent.calendars, FIRST, LAST)
    strips = await store.calendar.strips(sent.calendars, FIRST - DAY, LAST + DAY)
    assert set(strips) == set(listed)
    for listing_id, strip in strips.items():
        days = tuple(
            one._replace(day=strip.first + place * DAY, price=price)
            for place, (one, price) in enumerate(zip(strip.days, strip.prices, strict=True))
        )
        assert days == listed[listing_id].days
    await store.calendar.put(900, *days_of(3), AUGUST, AUGUST + 9 * DAY, seen_at=SEEN)
    later = AUGUST + 4 * DAY
    assert len((await store.calendar.strips([900, 901], AUGUST, AUGUST + 9 * DAY))[900].days) == 3
    await store.calendar.put(900, *days_of(2, later), later, later + DAY, seen_at=SEEN)
    assert await store.calendar.strips([900, 901], AUGUST, AUGUST + 9 * DAY) == {}
    assert len((await store.calendar.strips([900], later, later))[900].days) == 1


async def test_days_that_were_not_pushed(store: Store) -> None:
    """However the flag is written, in several months; other listings and days are left out."""
    await store.calendar.put(1, *days_of(40), AUGUST, AUGUST + 39 * DAY, seen_at=SEEN)
    for offset, flag in ((3, 0), (4, False), (35, "0"), (5, 1), (6, None)):
        day = AUGUST + offset * DAY
        await store.calendar.put(1, *days_of(1, day, isProcessed=flag), day, day, seen_at=LATER)
    await store.calendar.put(2, *days_of(3, isProcessed=0), AUGUST, AUGUST + 2 * DAY, seen_at=SEEN)
    last = AUGUST + 39 * DAY
    assert await store.calendar.unpushed([1], AUGUST, last) == {
        1: [AUGUST + 3 * DAY, AUGUST + 4 * DAY, AUGUST + 35 * DAY]
    }
    assert await store.calendar.unpushed([1, 2], AUGUST + 4 * DAY, AUGUST + 9 * DAY) == {
        1: [AUGUST + 4 * DAY]
    }
    assert await store.calendar.unpushed(range(1, 900), AUGUST, AUGUST) == {2: [AUGUST]}
