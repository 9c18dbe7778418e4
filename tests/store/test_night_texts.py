"""A month of nights in one row is the nights themselves, however many units there are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.store.night_texts import Night, month_of, parts_of, read, written

COUNTS = st.integers(0, 3) | st.integers(0, 1_000_000)
NIGHTS = st.dictionaries(st.integers(1, 31), st.builds(Night, COUNTS, COUNTS, COUNTS, COUNTS))
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(NIGHTS)
def test_nights_come_back_as_they_were(nights: dict[int, Night]) -> None:
    assert read(cast("Any", written(nights))) == nights


def test_sums_by_hand() -> None:
    """Nights 1, 2 and 3 of one unit, of which the second was sold."""
    month = written({1: Night(1, 0, 0, 0), 2: Night(1, 1, 0, 0), 3: Night(1, 0, 0, 0)})
    assert month["width"] == 2
    assert (month["units"][:12], month["sold"][:12]) == ("000102030303", "000001010101")


@given(DAYS, st.integers(0, 500))
def test_parts_of_a_period_are_its_days_each_once(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    found = [
        date.fromordinal(month) + timedelta(days=day - 1)
        for part in parts_of(first, last)
        for month in sorted({month_of(date.fromordinal(one)) for one in range(part[0], part[1] + 1)})
        if month >= part.first_month
        for day in range(part.begin + 1, part.end + 1)
        if month_of(date.fromordinal(month + day - 1)) == month
    ]
    assert found == [first + timedelta(days=offset) for offset in range(days + 1)]
