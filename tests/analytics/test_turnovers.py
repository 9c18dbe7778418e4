"""Turnovers by hand: who follows whom into which unit, and the hours between."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.turnovers import (
    TURNING,
    Slot,
    Turnover,
    Units,
    find_turnovers,
    moment_of,
    priority_of,
    same_day_pairs,
    slack_hours,
)
from hostaway_mcp.models.reservations import StatusClass

JUNE = date(2026, 6, 1)
EVER = (date.min, date.max)


@dataclass(frozen=True)
class Stay:
    """A stay of the tests: from and to as days of June 2026."""

    id: int
    begin: int
    end: int
    listing_id: int | None = 1
    status_class: StatusClass = StatusClass.CONFIRMED
    units: Units = field(default=frozenset())

    @property
    def arrival(self) -> date:
        return JUNE + timedelta(days=self.begin - 1)

    @property
    def departure(self) -> date:
        return JUNE + timedelta(days=self.end - 1)


def pairs(stays: list[Stay], **more: object) -> list[tuple[int, int | None, bool]]:
    found: list[Turnover[Stay]] = find_turnovers(stays, *EVER, units=lambda one: one.units, **more)  # type: ignore[arg-type]
    return [(one.leaves.id, one.comes.id if one.comes else None, one.unit_known) for one in found]


def test_the_next_arrival_is_the_soonest_on_or_after_the_departure() -> None:
    stays = [Stay(3, 9, 12), Stay(1, 1, 4), Stay(2, 4, 6)]
    assert pairs(stays) == [(1, 2, True), (2, 3, True), (3, None, True)]


def test_only_confirmed_and_owner_stays_turn() -> None:
    words = list(StatusClass)
    stays = [Stay(0, 1, 4)] + [Stay(10 + n, 4 + n, 5 + n, status_class=one) for n, one in enumerate(words)]
    turning = {10 + n for n, one in enumerate(words) if one in TURNING}
    assert {one for one, _, _ in pairs(stays)} == {0} | turning
    assert StatusClass.OWNER_STAY in TURNING
    assert StatusClass.NEEDS_ACTION not in TURNING


def test_listings_do_not_mix() -> None:
    assert pairs([Stay(1, 1, 4), Stay(2, 4, 6, listing_id=2)]) == [(1, None, True), (2, None, True)]


def test_units_that_are_known_are_kept_apart() -> None:
    one, two = frozenset({7}), frozenset({8})
    stays = [Stay(1, 1, 4, units=one), Stay(2, 4, 6, units=two), Stay(3, 5, 8, units=one)]
    assert pairs(stays, several={1: None}) == [(1, 3, True), (2, None, True), (3, None, True)]


def test_a_stay_of_two_units_is_a_turnover_of_each() -> None:
    stays = [Stay(1, 1, 4, units=frozenset({7, 8})), Stay(2, 4, 6, units=frozenset({8}))]
    assert pairs(stays)[:2] == [(1, None, True), (1, 2, True)]


def test_a_unit_that_is_not_known_may_be_any_and_that_is_said() -> None:
    stays = [Stay(1, 1, 4, units=frozenset({7})), Stay(2, 4, 6)]
    assert pairs(stays) == [(1, 2, False), (2, None, False)]
    assert pairs([Stay(1, 1, 4), Stay(2, 4, 6)], several={1: None})[0] == (1, 2, False)


def test_stays_that_overlap_show_that_there_are_several_units() -> None:
    assert pairs([Stay(1, 1, 4), Stay(2, 2, 6), Stay(3, 4, 5)])[0] == (1, 3, False)


@pytest.mark.parametrize(
    ("left", "came", "staying", "units", "met"),
    [(3, 1, 0, None, 1), (3, 2, 0, None, 2), (1, 3, 0, None, 1), (3, 2, 0, 4, 1), (3, 1, 0, 4, 0),
     (3, 2, 1, 4, 2), (4, 4, 0, 4, 4), (1, 1, 5, 4, 1), (2, 1, 0, 1, 1)],
)  # fmt: skip
def test_who_comes_takes_a_unit_that_was_free_before_one_that_is_left(
    left: int, came: int, staying: int, units: int | None, met: int
) -> None:
    """As many meet a departure as find no unit that was free; a house whose units are not known is full."""
    found = same_day_pairs([Slot(n) for n in range(left)], [Slot(9 + n) for n in range(came)], staying, units)
    assert len(found) == met
    assert len({gone.stay for gone, _ in found}) == len({come.stay for _, come in found}) == met


def test_the_first_to_leave_meets_the_first_of_the_last_to_come() -> None:
    """Two units were free, so the guests who come at 9 and at 10 have them."""
    left = [Slot("late", hour=14), Slot("early", hour=8)]
    came = [Slot("ten", hour=10), Slot("nine", hour=9), Slot("six", hour=18), Slot("four", hour=16)]
    found = same_day_pairs(left, came, 1, 5)
    assert [(gone.stay, come.stay) for gone, come in found] == [("early", "four"), ("late", "six")]


def test_known_units_say_who_meets_whom_and_the_rest_is_paired() -> None:
    left = [Slot("a", 7), Slot("b", 8), Slot("c")]
    came = [Slot("d", 8), Slot("e", 9), Slot("f")]
    found = same_day_pairs(left, came, 0, None)
    assert [(gone.stay, come.stay) for gone, come in found] == [("b", "d"), ("c", "e"), ("a", "f")]


def test_an_arrival_follows_one_departure_only() -> None:
    """Three leave on the 4th, one comes then and one on the 6th: the third is followed by nobody."""
    stays = [Stay(1, 1, 4), Stay(2, 1, 4), Stay(3, 2, 4), Stay(4, 4, 8), Stay(5, 6, 8)]
    assert pairs(stays)[:3] == [(1, 4, False), (2, 5, False), (3, None, False)]
    # Of four units one was free when the first came.
    assert pairs(stays, several={1: 4})[:3] == [(1, 5, False), (2, None, False), (3, None, False)]


def test_only_departures_in_the_window_count() -> None:
    stays = [Stay(1, 1, 4), Stay(2, 4, 6), Stay(3, 6, 7)]
    found = find_turnovers(stays, date(2026, 6, 6), date(2026, 6, 6), units=lambda one: one.units)
    assert [(one.leaves.id, one.comes and one.comes.id) for one in found] == [(2, 3)]
    assert found[0].is_same_day


@pytest.mark.parametrize(
    ("zone", "leaves", "comes", "hours"),
    [
        ("Europe/Lisbon", (date(2026, 6, 1), 11), (date(2026, 6, 1), 15), 4),
        ("Europe/Lisbon", (date(2026, 3, 28), 11), (date(2026, 3, 29), 15), 27),
        ("Europe/Berlin", (date(2026, 10, 24), 10), (date(2026, 10, 25), 16), 31),
        ("America/Denver", (date(2026, 3, 7), 11), (date(2026, 3, 8), 11), 23),
        ("Asia/Tokyo", (date(2026, 3, 28), 11), (date(2026, 3, 29), 15), 28),
        ("Australia/Lord_Howe", (date(2026, 4, 4), 10), (date(2026, 4, 5), 10), 24.5),
        ("Europe/Lisbon", (date(2026, 6, 1), 15), (date(2026, 6, 1), 11), -4),
        ("Europe/Lisbon", (date(2026, 6, 1), 11), (date(2026, 6, 1), 26), 15),
    ],
)
def test_slack_is_in_hours_that_really_pass(
    zone: str, leaves: tuple[date, int], comes: tuple[date, int], hours: float
) -> None:
    """Clock changes of 2026: Europe 03-29 and 10-25, North America 03-08, Lord Howe (half an hour) 04-05."""
    where = ZoneInfo(zone)
    assert slack_hours(moment_of(*leaves, where), moment_of(*comes, where)) == hours


def test_an_hour_that_is_left_out_is_the_one_after() -> None:
    assert moment_of(date(2026, 3, 29), 1, ZoneInfo("Europe/Lisbon")) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("slack", "word"),
    [(-1, "impossible"), (0, "impossible"), (0.5, "urgent"), (3, "urgent"), (4, "high"), (6, "high"),
     (7, "normal"), (24, "normal"), (24.5, "low"), (None, "low")],
)  # fmt: skip
def test_priorities(slack: float | None, word: str) -> None:
    assert priority_of(slack) == word


one_home = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), max_size=12)


@given(one_home)
def test_in_one_home_each_stay_turns_to_the_one_after_it(gaps: list[tuple[int, int]]) -> None:
    """Stays one after the other, with or without nights between them."""
    stays, day = [], 1
    for number, (gap, nights) in enumerate(gaps):
        stays.append(Stay(number, day + gap, day + gap + nights))
        day += gap + nights
    expected = [(one.id, one.id + 1 if one.id + 1 < len(stays) else None, True) for one in stays]
    assert pairs(stays) == expected


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 6), st.sets(st.integers(1, 3), max_size=2))))
def test_nobody_comes_before_the_one_who_leaves(drawn: list[tuple[int, int, set[int]]]) -> None:
    stays = [Stay(n, at, at + nights, units=frozenset(u)) for n, (at, nights, u) in enumerate(drawn)]
    found = find_turnovers(stays, *EVER, units=lambda one: one.units)
    assert len(found) == sum(max(1, len(stay.units)) for stay in stays)
    for one in found:
        if one.comes:
            assert one.comes.arrival >= one.leaves.departure
            assert one.unit_id is None or not one.comes.units or one.unit_id in one.comes.units
    followed = Counter(one.comes.id for one in found if one.comes)
    assert all(times <= max(1, len(stays[number].units)) for number, times in followed.items())


houses = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 6)), max_size=14)


@given(houses, st.none() | st.integers(2, 6))
def test_same_day_turnovers_are_those_for_which_no_unit_was_free(
    drawn: list[tuple[int, int]], units: int | None
) -> None:
    """Against counting by hand, day by day; each arrival is told once, whatever window is asked for."""
    stays = [Stay(number, at, at + nights) for number, (at, nights) in enumerate(drawn)]
    for day in range(1, 20):
        left = [one for one in stays if one.end == day]
        came = [one for one in stays if one.begin == day]
        most = min(len(left), len(came))
        if units is not None:
            before = sum(one.begin < day <= one.end for one in stays)
            most = max(0, min(most, len(came) - (units - before)))
        on = JUNE + timedelta(days=day - 1)
        near = [one for one in stays if one.begin <= day <= one.end]
        for window in (stays, near):
            found = find_turnovers(window, on, on, units=lambda one: one.units, several={1: units})
            assert sum(one.is_same_day for one in found) == most


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 23), st.integers(0, 400))
def test_slack_does_not_depend_on_the_order_of_zones(day: date, hour: int, later: int) -> None:
    """Two instants apart by so many hours of UTC have that slack, whatever the walls say."""
    at = moment_of(day, hour, ZoneInfo("America/New_York"))
    assert slack_hours(at, at + timedelta(hours=later)) == later
