"""Conflicts, by examples that a person can check, and none among many clean stays."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.conflicts import (
    Booked,
    Conflict,
    ConflictKind,
    Home,
    days_in_runs,
    find_conflicts,
)

JUNE = date(2027, 6, 1)
DAY = timedelta(days=1)
OVERLAP, OVERBOOKED, SHORT = (
    ConflictKind.OVERLAP,
    ConflictKind.OVERBOOKED,
    ConflictKind.SHORT_TURNOVER,
)


def at(number: int) -> date:
    """A day of June."""
    return JUNE + DAY * (number - 1)


def stay(number: int, first: int, end: int, **fields: Any) -> Booked:
    return Booked(number, fields.pop("listing_id", 1), at(first), at(end), **fields)


def home(**fields: Any) -> dict[int, Home]:
    return {1: Home(1, **{"check_in_hour": 15, "check_out_hour": 11, **fields})}


def short(found: tuple[Conflict, ...]) -> list[tuple[ConflictKind, date, date, tuple[int, ...]]]:
    return [(one.kind, one.first, one.last, one.stays) for one in found]


def test_the_worked_example() -> None:
    """1 to 4, 3 to 5 and 5 to 7 June: the night of the 3rd is taken twice; the 5th is a turnover."""
    stays = [stay(1, 1, 4), stay(2, 3, 5), stay(3, 5, 7)]
    assert short(find_conflicts(stays, home())) == [(OVERLAP, at(3), at(3), (1, 2))]


@pytest.mark.parametrize(
    ("units", "stays", "expected"),
    [
        (2, [(1, 4), (2, 5)], []),
        (2, [(1, 4), (2, 5), (3, 6)], [(OVERBOOKED, 3, 3, (1, 2, 3))]),
        (2, [(1, 9), (1, 9), (3, 4), (6, 8)], [(OVERBOOKED, 3, 3, (1, 2, 3)), (OVERBOOKED, 6, 7, (1, 2, 4))]),
        (1, [(1, 9), (3, 4), (6, 8)], [(OVERLAP, 3, 3, (1, 2)), (OVERLAP, 6, 7, (1, 3))]),
        (1, [(1, 4), (1, 4), (1, 4)], [(OVERLAP, 1, 3, (1, 2, 3))]),
        (1, [(1, 4), (4, 6), (6, 7)], []),
        (1, [(5, 5), (5, 6)], []),
    ],
)
def test_nights_are_taken_once_a_unit(
    units: int, stays: list[tuple[int, int]], expected: list[tuple[Any, ...]]
) -> None:
    booked = [stay(number, *dates) for number, dates in enumerate(stays, 1)]
    found = find_conflicts(booked, home(units=units))
    assert short(found) == [(kind, at(first), at(last), ids) for kind, first, last, ids in expected]


def test_one_unit_assigned_twice_is_an_overlap_although_another_is_free() -> None:
    stays = [stay(1, 1, 4, unit_ids=frozenset({7})), stay(2, 2, 5, unit_ids=frozenset({7}))]
    assert short(find_conflicts(stays, home(units=3))) == [(OVERLAP, at(2), at(3), (1, 2))]
    apart = [stays[0], stay(2, 2, 5, unit_ids=frozenset({8}))]
    assert find_conflicts(apart, home(units=3)) == ()


def test_a_stay_of_several_units_takes_them_all() -> None:
    stays = [stay(1, 1, 4, units=2), stay(2, 2, 5, units=2)]
    assert short(find_conflicts(stays, home(units=3))) == [(OVERBOOKED, at(2), at(3), (1, 2))]
    assert find_conflicts(stays, home(units=4)) == ()


@pytest.mark.parametrize(
    ("out", "into", "slack"), [(11, 15, None), (14, 15, 1.0), (11, 12, 1.0), (15, 13, -2.0), (13, 15, None)]
)
def test_a_turnover_needs_the_time_of_a_cleaning(out: int, into: int, slack: float | None) -> None:
    """Hours agreed for one stay go before the listing's."""
    found = find_conflicts([stay(1, 1, 4, check_out_hour=out), stay(2, 4, 6, check_in_hour=into)], home())
    assert [one.slack_hours for one in found] == ([] if slack is None else [slack])
    assert all((one.kind, one.first, one.stays) == (SHORT, at(4), (1, 2)) for one in found)


def test_hours_that_are_not_known_are_no_conflict() -> None:
    stays = [stay(1, 1, 4), stay(2, 4, 6)]
    assert find_conflicts(stays, {1: Home(1)}) == ()
    assert find_conflicts(stays, {1: Home(1, check_in_hour=15, check_out_hour=99)}) == ()


def test_hours_are_those_that_really_pass_when_the_clock_changes() -> None:
    """In Lisbon the hour after 1 was skipped on 2027-03-28, so that from 0 to 3 only two pass."""
    day = date(2027, 3, 28)
    stays = [Booked(1, 1, day - DAY, day, check_out_hour=0), Booked(2, 1, day, day + DAY, check_in_hour=3)]
    lisbon = {1: Home(1, zone=ZoneInfo("Europe/Lisbon"))}
    assert [one.slack_hours for one in find_conflicts(stays, lisbon, cleaning_hours=2.5)] == [2.0]
    assert find_conflicts(stays, {1: Home(1)}, cleaning_hours=2.5) == ()


def test_who_comes_takes_a_unit_that_was_free_anyway() -> None:
    """Two units: late out and early in share the day, but not the unit; with both full they must."""
    late, early = stay(1, 1, 4, check_out_hour=15), stay(2, 4, 6, check_in_hour=15)
    assert find_conflicts([late, early], home(units=2)) == ()
    other = stay(3, 2, 6)
    assert short(find_conflicts([late, early, other], home(units=2))) == [(SHORT, at(4), at(4), (1, 2))]


def test_known_units_say_who_follows_whom() -> None:
    late = stay(1, 1, 4, check_out_hour=15, unit_ids=frozenset({1}))
    apart = stay(2, 4, 6, check_in_hour=15, unit_ids=frozenset({2}))
    full = stay(3, 2, 6, unit_ids=frozenset({3}))
    assert find_conflicts([late, apart, full], home(units=3)) == ()
    same = stay(2, 4, 6, check_in_hour=15, unit_ids=frozenset({1}))
    assert short(find_conflicts([late, same, full], home(units=3))) == [(SHORT, at(4), at(4), (1, 2))]


def test_an_arrival_is_short_of_one_departure_only() -> None:
    """Two had the same unit by mistake, or two leave a house: the one who comes is named with one of them."""
    unit = frozenset({1})
    late = [stay(n, 1, 4, check_out_hour=15, unit_ids=unit) for n in (1, 2)]
    found = find_conflicts([*late, stay(3, 4, 6, unit_ids=unit)], home(units=2))
    assert [one.stays for one in found if one.kind is SHORT] == [(1, 3)]
    any_unit = [stay(n, 1, 4, check_out_hour=15) for n in (1, 2)]
    assert short(find_conflicts([*any_unit, stay(3, 4, 6)], home(units=2))) == [(SHORT, at(4), at(4), (1, 3))]


def test_two_units_that_pass_from_one_stay_to_another_are_one_conflict() -> None:
    both = frozenset({1, 2})
    stays = [stay(1, 1, 4, check_out_hour=15, units=2, unit_ids=both), stay(2, 4, 6, units=2, unit_ids=both)]
    assert short(find_conflicts(stays, home(units=3))) == [(SHORT, at(4), at(4), (1, 2))]


def clean_stays(count: int, seed: int = 5) -> tuple[list[Booked], dict[int, Home]]:
    """Stays unit by unit, back to back half of the time, one and several units."""
    random, stays, homes = Random(seed), list[Booked](), dict[int, Home]()
    listing = 0
    while len(stays) < count:
        listing += 1
        units = random.choice((1, 1, 1, 4, 6))
        out, into = random.choice((10, 11, 12)), random.choice((14, 15, 16))
        homes[listing] = Home(listing, units, into, out, ZoneInfo(random.choice(("Europe/Lisbon", "UTC"))))
        for unit in range(units):
            day = JUNE + DAY * random.randint(0, 5)
            for _ in range(20):
                end = day + DAY * random.randint(1, 9)
                known = frozenset({unit}) if random.random() < 0.5 else frozenset()
                stays.append(Booked(len(stays) + 1, listing, day, end, unit_ids=known))
                day = end + DAY * random.choice((0, 0, 0, 1, 4))
    return stays, homes


def test_none_among_5_000_clean_stays() -> None:
    """Back to back, several units, two zones."""
    stays, homes = clean_stays(5_000)
    assert len(stays) >= 5_000
    assert find_conflicts(stays, homes) == ()
    Random(1).shuffle(stays)
    assert find_conflicts(stays, homes) == ()


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(1, 6)), max_size=12), st.integers(1, 3))
def test_a_night_is_named_exactly_when_more_stays_take_it_than_there_are_units(
    drawn: list[tuple[int, int]], units: int
) -> None:
    """Against counting night by night; the stays named are those that take it."""
    stays = [
        Booked(number, 1, JUNE + DAY * first, JUNE + DAY * (first + nights))
        for number, (first, nights) in enumerate(drawn, 1)
    ]
    expected = {
        night: ids
        for night in (JUNE + DAY * n for n in range(35))
        if len(ids := tuple(one.id for one in stays if one.arrival <= night < one.departure)) > units
    }
    found = {
        one.first + DAY * n: one.stays
        for one in find_conflicts(stays, {1: Home(1, units)})
        for n in range((one.last - one.first).days + 1)
    }
    assert found == expected


def test_days_on_end_are_one_run() -> None:
    days = [at(1), at(2), at(4), at(7), at(8), at(9)]
    assert list(days_in_runs(days)) == [(at(1), at(2)), (at(4), at(4)), (at(7), at(9))]
    assert list(days_in_runs([])) == []
