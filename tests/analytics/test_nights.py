"""Nights are counted as PRODUCT's words say: sold, owner, blocked, available; worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.nights import (
    DayFacts,
    NightCount,
    Shares,
    Taken,
    count_nights,
    occupancy,
    share_night,
    units_of_day,
)
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.reservations import StatusClass

FIRST = date(2026, 6, 1)
SOLD, OWNER, HELD = StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION


def stay(first: int, nights: int, status: StatusClass = SOLD, units: int = 1) -> Taken:
    arrival = FIRST + timedelta(days=first - 1)
    return Taken(arrival, arrival + timedelta(days=nights), status, units)


def days(**facts: DayFacts) -> dict[date, DayFacts]:
    return {FIRST + timedelta(days=int(name[1:]) - 1): fact for name, fact in facts.items()}


def june(*stays: Taken, units: int = 1, **facts: DayFacts) -> NightCount:
    return count_nights(stays, days(**facts), FIRST, date(2026, 6, 30), units=units)


CLOSED = DayFacts(available=False)


@pytest.mark.parametrize(
    ("count", "available", "sold"),
    [
        (june(), 30, 0),
        (june(stay(1, 3)), 30, 3),
        (june(stay(29, 5)), 30, 2),
        (june(stay(-3, 6)), 30, 2),
        (june(stay(1, 3), stay(2, 3)), 30, 4),
        (june(stay(1, 3, OWNER)), 27, 0),
        (june(stay(1, 3, HELD)), 30, 0),
        (june(stay(1, 3, StatusClass.INQUIRY), stay(5, 3, StatusClass.DEAD)), 30, 0),
        (june(d10=CLOSED, d11=CLOSED), 28, 0),
        (june(stay(10, 2), d10=CLOSED, d11=CLOSED), 30, 2),
        (june(stay(10, 2, HELD), d10=CLOSED, d11=CLOSED), 30, 0),
        (june(stay(1, 3), stay(2, 3), units=2), 60, 6),
        (june(stay(1, 2, SOLD, 2), units=3), 90, 4),
        (june(stay(1, 3, OWNER), stay(1, 3), units=2), 57, 3),
        (june(stay(1, 3, OWNER), stay(1, 3)), 30, 3),
        (june(stay(1, 1), d1=DayFacts(True, 3, 1, 1), units=3), 89, 1),
    ],
    ids=[
        "empty",
        "three nights",
        "into july",
        "from may",
        "a double booking fills a night once",
        "owner nights are not available",
        "a request stays available",
        "inquiries and cancelled stays",
        "blocked by hand",
        "closed by a stay is not blocked",
        "closed by a request is not blocked",
        "two units",
        "a stay on two of three units",
        "owner and guest in two units",
        "guest before owner in one unit",
        "one of three units blocked",
    ],
)
def test_nights_of_june(count: NightCount, available: int, sold: int) -> None:
    assert (count.available, count.sold) == (available, sold)


def test_the_example_of_two_units() -> None:
    count = NightCount(60, 36, 4, 6)
    assert count.available == 50
    assert count.occupancy == Fraction(72, 100)
    assert occupancy(3, 0) is None


def test_units_are_the_sum_of_a_days_counters() -> None:
    day = CalendarDay.model_validate(
        {"date": "2026-06-01", "availableUnitsToSell": 2, "countReservedUnits": 1, "countBlockedUnits": 1}
    )
    assert units_of_day(day) == 4
    assert units_of_day(CalendarDay.model_validate({"date": "2026-06-01"})) is None


COUNTS = st.integers(0, 6)


@given(st.integers(1, 6), COUNTS, COUNTS, COUNTS, st.none() | st.booleans(), COUNTS, st.none() | COUNTS)
def test_a_night_is_never_shared_more_often_than_it_has_units(
    units: int, sold: int, owner: int, held: int, available: bool | None, left: int, blocked: int | None
) -> None:
    shares = share_night(
        units, sold, owner, held, available=available, units_left=left, units_blocked=blocked
    )
    assert all(part >= 0 for part in shares)
    assert sum(shares) <= units
    assert shares.sold == min(sold, units)


def test_a_closed_night_without_stay_is_blocked() -> None:
    assert share_night(1, 0, 0, 0, available=False, units_left=None, units_blocked=None) == Shares(0, 0, 1)


@given(
    st.lists(st.tuples(st.integers(-10, 40), st.integers(0, 20), st.sampled_from((SOLD, OWNER, HELD)))),
    st.integers(1, 29),
)
def test_two_parts_of_a_period_are_the_period(drawn: list[tuple[int, int, StatusClass]], cut: int) -> None:
    stays = [stay(first, nights, status) for first, nights, status in drawn]
    middle = FIRST + timedelta(days=cut)
    last = date(2026, 6, 30)
    parts = count_nights(stays, {}, FIRST, middle - timedelta(days=1)) + count_nights(stays, {}, middle, last)
    assert parts == count_nights(stays, {}, FIRST, last)
