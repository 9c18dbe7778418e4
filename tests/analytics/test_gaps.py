"""Gaps, by examples that a person can check on a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.calendar_days import Day
from hostaway_mcp.analytics.gaps import Change, Gap, Rule, find_gaps

JUNE = date(2027, 6, 1)
LONG_AGO = date(2027, 1, 1)


def at(number: int) -> date:
    """A day of June; the 0th is the last of May."""
    return JUNE + timedelta(days=number - 1)


def calendar(nights: str, first: int = 1, **changed: dict[str, Any]) -> list[Day]:
    """A letter a night, `.` free and `x` taken; `d3={...}` sets fields of 3 June."""
    return [
        Day(
            **{
                "date": at(number),
                "sellable": letter == ".",
                "price": Decimal(100 + number),
                "held": "" if letter == "." else "booked",
                **changed.get(f"d{number}", {}),
            }
        )
        for number, letter in enumerate(nights, first)
    ]


def only(days: list[Day], **asked: Any) -> Gap:
    (gap,) = find_gaps(days, **{"today": LONG_AGO, **asked})
    return gap


def test_the_worked_example() -> None:
    """Minimum 3 on the 2nd and 2 on the 3rd: stopped by the 2nd's, worth the two nights."""
    gap = only(calendar("x..x", d2={"min_stay": 3}, d3={"min_stay": 2}))
    assert (gap.first, gap.end, gap.nights) == (at(2), at(4), 2)
    assert [(one.rule, one.day, one.nights) for one in gap.obstacles] == [(Rule.MINIMUM_STAY, at(2), 3)]
    assert gap.changes == (Change(at(2), min_stay=2),)
    assert gap.price == 102 + 103


@pytest.mark.parametrize(
    ("changed", "rules", "changes"),
    [
        ({}, [], []),
        ({"d2": {"min_stay": 2}}, [], []),
        ({"d2": {"closed_to_arrival": True}, "d3": {"min_stay": 2}}, [Rule.CLOSED_TO_ARRIVAL], [2]),
        ({"d2": {"max_stay": 0}}, [], []),
        ({"d4": {"closed_to_departure": True}, "d2": {"min_stay": 2}, "d3": {"min_stay": 2}},
         [Rule.CLOSED_TO_DEPARTURE], [4]),
        ({"d2": {"min_stay": 5}, "d3": {"min_stay": 5}, "d4": {"closed_to_departure": True}},
         [Rule.MINIMUM_STAY, Rule.CLOSED_TO_DEPARTURE], [2, 4]),
        ({"d2": {"min_stay": 5, "closed_to_arrival": True}, "d3": {"min_stay": 2}},
         [Rule.MINIMUM_STAY, Rule.CLOSED_TO_ARRIVAL], [2]),
    ],
)  # fmt: skip
def test_each_rule_stands_on_its_day(changed: dict[str, Any], rules: list[Rule], changes: list[int]) -> None:
    """Arrival rules on the day of arrival, departure rules on the day of departure."""
    gap = only(calendar("x..x", **changed))
    assert [one.rule for one in gap.obstacles] == rules
    assert [one.day for one in gap.changes] == [at(number) for number in changes]


def test_a_shorter_stay_inside_is_enough() -> None:
    """Closed to arrival on the 2nd; but one night from the 3rd can be booked."""
    gap = only(calendar("x..x", d2={"closed_to_arrival": True}))
    assert gap.bookable
    assert (gap.arrival, gap.departure) == (at(3), at(4))
    assert gap.price == 103


def test_an_end_that_is_not_known_closes_nothing() -> None:
    assert find_gaps(calendar("..xx..."), today=LONG_AGO) == ()
    assert find_gaps(calendar("x..")[:3], today=LONG_AGO) == ()


def test_a_day_that_did_not_come_closes_nothing() -> None:
    days = calendar("x...x")
    assert find_gaps(days[:2] + days[3:], today=LONG_AGO) == ()


@pytest.mark.parametrize("nights", [1, 2, 3, 4])
def test_three_nights_are_a_gap_and_four_are_not(nights: int) -> None:
    found = find_gaps(calendar("x" + "." * nights + "x"), today=LONG_AGO)
    assert len(found) == (nights <= 3)
    assert len(find_gaps(calendar("x" + "." * nights + "x"), today=LONG_AGO, max_nights=4)) == 1


def test_what_is_left_of_a_gap_that_began_yesterday() -> None:
    gap = only(calendar("x..x"), today=at(3))
    assert (gap.first, gap.nights, gap.bookable) == (at(3), 1, True)
    assert find_gaps(calendar("x..x"), today=at(4)) == ()


def test_no_booking_for_the_same_day_stops_tonight_and_no_day_can_mend_it() -> None:
    gap = only(calendar("x.x"), today=at(2), same_day=False)
    assert [one.rule for one in gap.obstacles] == [Rule.SAME_DAY_BOOKING]
    assert gap.changes == ()
    assert only(calendar("x..x"), today=at(2), same_day=False).arrival == at(3)


def test_a_night_without_a_price_has_no_worth() -> None:
    assert only(calendar("x..x", d3={"price": None})).price is None
    assert only(calendar("x..x", d3={"price": Decimal(0)})).price is None


_DAYS = st.lists(
    st.tuples(st.booleans(), st.integers(1, 5), st.booleans(), st.booleans(), st.sampled_from([0, 1, 2, 30])),
    max_size=30,
)


@given(_DAYS, st.integers(1, 3))
def test_the_changes_let_a_stay_in_and_nothing_else_is_needed(
    drawn: list[tuple[bool, int, bool, bool, int]], most: int
) -> None:
    """Whatever the rules: each gap is 1 to `most` free nights between taken ones, and is mended."""
    days = [
        Day(at(n), free, Decimal(80), minimum, maximum, no_arrival, no_departure, "" if free else "booked")
        for n, (free, minimum, no_arrival, no_departure, maximum) in enumerate(drawn, 1)
    ]
    free = {day.date for day in days if day.sellable}
    for gap in find_gaps(days, today=LONG_AGO, max_nights=most):
        inside = {gap.first + timedelta(days=n) for n in range(gap.nights)}
        assert inside <= free
        assert 1 <= gap.nights <= most
        assert gap.first - timedelta(days=1) not in free
        assert gap.end not in free
        changes = {change.day: change for change in gap.changes}
        mended = [_changed(day, changes.get(day.date)) for day in days]
        again = [one for one in find_gaps(mended, today=LONG_AGO, max_nights=most) if one.first == gap.first]
        assert [one.bookable for one in again] == [True]
        assert (again[0].arrival, again[0].departure) == (gap.arrival, gap.departure)
        assert gap.bookable == (not gap.changes)


def _changed(day: Day, change: Change | None) -> Day:
    if change is None:
        return day
    return Day(
        day.date,
        day.sellable,
        day.price,
        day.min_stay if change.min_stay is None else change.min_stay,
        day.max_stay if change.max_stay is None else change.max_stay,
        day.closed_to_arrival if change.closed_to_arrival is None else change.closed_to_arrival,
        day.closed_to_departure if change.closed_to_departure is None else change.closed_to_departure,
        day.held,
    )
