"""When days were read is told by few rows as by the days themselves, whatever was read in which order."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.store.calendar_reads import Run, merged
from hostaway_mcp.store.schema import calendar_days, calendar_reads
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN
from tests.store.test_calendar import AUGUST, days


async def _told(store: Store) -> tuple[list[Any], list[Any]]:
    """Each day with its reading: by the days, and by the rows of days on end."""
    day, run, mine = calendar_days.c, calendar_reads.c, store._desk.mine
    of_days = sa.select(day.listing_id, day.day, day.seen_at).where(mine(calendar_days))
    of_runs = sa.select(run.listing_id, run.first, run.last, run.seen_at).where(mine(calendar_reads))
    async with store._desk.read() as connection:
        by_day = await connection.execute(of_days)
        runs = (await connection.execute(of_runs)).all()
    spread = [
        (number, date.fromordinal(one), seen_at)
        for number, first, last, seen_at in runs
        for one in range(first, last + 1)
    ]
    return sorted(map(tuple, by_day.all())), sorted(spread)


async def test_runs_say_of_each_day_when_it_was_read(store: Store) -> None:
    """Readings of parts, of days that Hostaway sends no more, and such that come late."""
    dice = Random(3)
    for _ in range(40):
        number, start, count = dice.choice((1, 2)), dice.randrange(60), dice.randrange(25)
        first = AUGUST + timedelta(days=start)
        last = first + timedelta(days=count + dice.choice((0, 0, 0, 4)))
        seen_at = SEEN + timedelta(minutes=dice.randrange(30))
        await store.calendar.put(number, *days(count, first), first, last, seen_at=seen_at)
        by_day, by_run = await _told(store)
        assert by_day == by_run
    for start in range(0, 90, 3):
        first, last = AUGUST + timedelta(days=start), AUGUST + timedelta(days=start + start % 7)
        ages = await store.calendar.ages([1, 2, 3], first, last)
        assert list(ages) == [1, 2, 3]
        for number in ages:
            seen = [at for one, day, at in by_day if one == number and first <= day <= last]
            whole = await store.calendar.age([number], first, last)
            assert whole == ages[number]
            than = SEEN + timedelta(minutes=15)
            older = await store.calendar.older([number], first, last, than=than)
            assert older == ((number,) if any(at < than for at in seen) else ())
            assert ages[number] == (min(seen) if len(seen) == (last - first).days + 1 else None)


async def test_sums_of_nights_are_those_of_the_nights_one_by_one(store: Store) -> None:
    """By listing and together, of any days, also across months."""
    for number in (1, 2):
        counts: dict[str, Any] = {"availableUnitsToSell": number, "countBlockedUnits": 1, "isAvailable": 0}
        await store.calendar.put(
            number, *days(80, **counts), AUGUST, AUGUST + timedelta(days=79), seen_at=SEEN
        )
    for start in range(-3, 80, 7):
        for length in (0, 1, 20, 33, 70):
            first = AUGUST + timedelta(days=start)
            last = first + timedelta(days=length)
            nights = await store.nights.each(first, last)
            totals = await store.nights.totals(first, last, [1, 2, 3])
            assert {one.listing_id: (one.days, one.nights, one.blocked) for one in totals} == {
                number: (len(some), sum(one.units for one in some), sum(one.blocked for one in some))
                for number in (1, 2)
                if (some := [one for one in nights if one.listing_id == number])
            }
            together = await store.nights.total(first, last, [1, 2, 3])
            assert together.nights == sum(one.nights for one in totals)
            assert together.blocked == sum(one.blocked for one in totals)


async def test_a_calendar_that_is_read_whole_is_one_row(store: Store) -> None:
    for minute in range(3):
        await store.calendar.put(
            1,
            *days(90),
            AUGUST,
            AUGUST + timedelta(days=89),
            seen_at=SEEN + timedelta(minutes=minute),
        )
    mine = store._desk.mine(calendar_reads)
    count = sa.select(sa.func.count()).select_from(calendar_reads).where(mine)
    async with store._desk.read() as connection:
        assert (await connection.execute(count)).scalar() == 1


RUNS = st.dictionaries(st.integers(1, 40), st.sampled_from([SEEN, SEEN + timedelta(days=1)]))


@given(RUNS)
def test_merged_runs_are_the_same_days_and_touch_none_of_the_same_reading(days: dict[int, Any]) -> None:
    found = list(merged(Run(day, day, seen_at) for day, seen_at in days.items()))
    assert {day: one.seen_at for one in found for day in range(one.first, one.last + 1)} == days
    assert not any(
        one.last + 1 == other.first and one.seen_at == other.seen_at for one, other in pairwise(found)
    )
