"""Calendars as runs: every day as Hostaway has it, and what is said when some are lacking."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.services.calendar import Aspect, runs_of
from hostaway_mcp.services.nights import is_free, obstacle, status_of, units_of
from tests.services import truth
from tests.support.house import house

TODAY = date(2026, 7, 23)
ALL: tuple[Aspect, ...] = ("status", "price", "rules", "units", "notes")
STATUSES = ("available", "blocked", "reserved", "pending", "hardBlock", "mblocked", "mreserved", "conflicted")


def _day(offset: int = 0, **fields: Any) -> CalendarDay:
    shown = {"date": (TODAY + timedelta(days=offset)).isoformat(), "status": "available", "isAvailable": 1}
    return CalendarDay.model_validate(shown | {"price": 100, "minimumStay": 1, "maximumStay": 365} | fields)


async def test_runs_tell_every_day_of_every_listing_as_the_world_has_it() -> None:
    """Status, price of open nights, and whose stay it is; multi-unit listings too."""
    async with house(listings=20) as home:
        world = home.sandbox.world
        seen = 0
        cursor = None
        while True:
            answer = await home.app.services.calendar.show(first="today", last="+40d", cursor=cursor)
            for row in answer.calendars:
                for run in row.runs:
                    for day, said in truth.days(world, row.listing_id, run.first, run.last).items():
                        seen += 1
                        assert run.status == said["status"], (row.name, day)
                        price = run.price.amount if run.price else None
                        assert price == (said["price"] if said["isAvailable"] else None)
                        if run.reservation_id:
                            assert said["reservations"] == [run.reservation_id]
            cursor = answer.next_cursor
            if cursor is None:
                break
        assert seen == 41 * len(truth.active(world))


async def test_a_calendar_costs_one_call_and_is_kept_for_a_minute() -> None:
    """However many days."""
    async with house() as home:
        for last in ("+60d", "+60d"):
            await home.app.services.calendar.show(listing=[40160, 40167], last=last)
        paths = ["/v1/listings/40160/calendar", "/v1/listings/40167/calendar"]
        assert home.upstream == ["/v1/listings", *paths]
        home.clock.advance(61)
        await home.app.services.calendar.show(listing=40160, last="+60d")
        assert home.upstream[-1] == paths[0]
        assert len(home.upstream) == 4


async def test_each_side_asked_for_is_shown() -> None:
    """Rules, units and notes, against the world."""
    async with house(listings=12) as home:
        world = home.sandbox.world
        blocked = next(one for one in truth.active(world) if world.blocks.get(one))
        block = world.blocks[blocked][-1]
        answer = await home.app.services.calendar.show(
            listing=[40195, blocked], first=block.first.isoformat(), show=ALL
        )
        rows = {row.listing_id: row for row in answer.calendars}
        assert any(run.note for run in rows[blocked].runs)
        assert rows[40195].units == 4
        for row in answer.calendars:
            for run in row.runs:
                for said in truth.days(world, row.listing_id, run.first, run.last).values():
                    assert (run.min_stay, run.max_stay) == (said["minimumStay"], said["maximumStay"])
                    assert bool(run.closed_to_arrival) is bool(said["closedOnArrival"])
                    assert bool(run.closed_to_departure) is bool(said["closedOnDeparture"])
                    free = said["availableUnitsToSell"]
                    assert run.units_free == (said["isAvailable"] if free is None else free)
                    assert run.note == said["note"]


async def test_prices_alone_are_shown_for_every_night() -> None:
    """Also for those that are taken."""
    async with house() as home:
        answer = await home.app.services.calendar.show(listing=40160, last="+20d", show=("price",))
        runs = answer.calendars[0].runs
        shown = {
            run.first + timedelta(days=i): run.price
            for run in runs
            for i in range((run.last - run.first).days + 1)
        }
        said = truth.days(home.sandbox.world, 40160, TODAY, TODAY + timedelta(days=20))
        assert {day: price.amount for day, price in shown.items() if price} == {
            day: Decimal(one["price"]) for day, one in said.items()
        }


async def test_a_calendar_that_cannot_be_had_is_named_and_the_others_are_shown() -> None:
    """2 of 12 fail; asking for them alone mends it."""
    async with house() as home:
        for number in (40167, 40181):
            home.sandbox.faults.add("status", path=f"/v1/listings/{number}/calendar", times=None)
        answer = await home.app.services.calendar.show(last="+2d")
        assert not answer.complete
        assert {row.listing_id for row in answer.calendars} == set(truth.active(home.sandbox.world)) - {
            40167,
            40181,
        }
        assert "(40167" in answer.missing[0].what
        assert answer.missing[0].resume == "get_calendar with listing=[40181, 40167]"
        home.sandbox.faults.clear()
        again = await home.app.services.calendar.show(listing=[40167, 40181], last="+2d")
        assert again.complete


async def test_when_nothing_can_be_had_the_error_comes_out() -> None:
    """One listing, and its calendar fails."""
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/listings/40160/calendar", times=None)
        with pytest.raises(HostawayMcpError):
            await home.app.services.calendar.show(listing=40160)


async def test_days_that_did_not_come_are_said_to_be_missing() -> None:
    """Hostaway does not say how wide a window it gives."""
    async with house() as home:
        home.sandbox.faults.add("bad_row", path="/v1/listings/40160/calendar", row=2)
        answer = await home.app.services.calendar.show(listing=40160, last="+5d")
        assert not answer.complete
        assert sum((run.last - run.first).days + 1 for run in answer.calendars[0].runs) == 5


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-08-01", "2026-07-25", "is before"),
        ("2026-08-01", "2027-09-01", "at most 366"),
        ("2062-08-01", None, "slip"),
        ("2026-02-31", None, "does not exist"),
        ("whenever", None, "is not a date"),
    ],
)
async def test_impossible_windows_are_refused(first: str, last: str | None, sentence: str) -> None:
    """Before anything but the portfolio is asked for."""
    async with house() as home:
        with pytest.raises(InputError) as refused:
            await home.app.services.calendar.show(first=first, last=last)
        assert sentence in refused.value.sentence
        assert home.upstream == ["/v1/listings"]


async def test_a_group_is_a_place_and_an_unknown_one_is_said() -> None:
    """City or country."""
    async with house() as home:
        show = home.app.services.calendar.show
        assert {row.city for row in (await show(group="lisbon", last="+1d")).calendars} == {"Lisbon"}
        assert {row.country_code for row in (await show(group="PT", last="+1d")).calendars} == {"PT"}
        nowhere = await show(group="Atlantis")
        assert (nowhere.calendars, nowhere.total) == ((), 0)
        assert "There are:" in nowhere.warnings[0]


@given(
    days=st.lists(
        st.fixed_dictionaries(
            {"status": st.sampled_from(STATUSES), "price": st.sampled_from((None, 90, 100))}
        ),
        max_size=40,
    ),
    lacking=st.sets(st.integers(0, 39)),
    show=st.lists(st.sampled_from(ALL), min_size=1),
)
def test_runs_cover_each_day_once_and_neighbours_differ(
    days: list[dict[str, Any]], lacking: set[int], show: list[Aspect]
) -> None:
    """A lacking day ends a run."""
    given_days = [_day(i, **one) for i, one in enumerate(days) if i not in lacking]
    runs = runs_of(given_days, currency="EUR", show=show)
    told = [run.first + timedelta(days=i) for run in runs for i in range((run.last - run.first).days + 1)]
    assert told == [day.date for day in given_days]
    for one, other in pairwise(runs):
        shifted = other.model_copy(update={"first": one.first, "last": one.last})
        assert shifted != one or (other.first - one.last).days > 1


@pytest.mark.parametrize(
    ("fields", "free"),
    [
        ({}, True),
        ({"isAvailable": 0}, False),
        ({"status": "reserved", "isAvailable": 0}, False),
        ({"status": "pending", "isAvailable": None}, False),
        ({"status": "hardBlock"}, False),
        ({"status": "conflicted"}, False),
        ({"status": None}, True),
        ({"status": None, "isAvailable": None}, False),
        ({"availableUnitsToSell": 2, "countReservedUnits": 2}, True),
        ({"status": "reserved", "isAvailable": 1, "availableUnitsToSell": 1}, True),
        ({"availableUnitsToSell": 0}, False),
        # Live single listings count "units that exist" as 1, also on a night that is taken.
        ({"status": "reserved", "isAvailable": 0, "countAvailableUnits": 1}, False),
    ],
)
def test_a_night_is_free_while_a_unit_is_left(fields: dict[str, Any], free: bool) -> None:
    """Source: Hostaway API reference, "Calendar day object"."""
    assert is_free(_day(**fields)) is free


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "hardBlock"}, "blocked"),
        ({"status": "mreserved"}, "reserved"),
        ({"status": "brandNew"}, "unknown"),
        ({"status": None, "isAvailable": 0}, "blocked"),
        ({"status": None, "isAvailable": None}, "unknown"),
    ],
)
def test_statuses_are_told_in_plain_words(fields: dict[str, Any], status: str) -> None:
    """Source: Hostaway API reference, "Calendar day statuses"."""
    assert status_of(_day(**fields)) == status


def test_units_are_counted_from_the_parts() -> None:
    """Free, reserved, pending and blocked together; without counters it is one."""
    parts = {
        "availableUnitsToSell": 1,
        "countReservedUnits": 2,
        "countPendingUnits": 0,
        "countBlockedUnits": 1,
    }
    assert units_of([_day(), _day(1, **parts)]) == 4
    assert units_of([_day()]) == 1
    assert units_of([]) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, None),
        ({0: {"minimumStay": 4}}, "minimum stay 4 nights"),
        ({1: {"minimumStay": 4}}, None),
        ({0: {"maximumStay": 2}}, "maximum stay 2 nights"),
        ({0: {"closedOnArrival": 1}}, "closed to arrival on 2026-07-23"),
        ({3: {"closedOnArrival": 1}}, None),
        ({3: {"closedOnDeparture": 1}}, "closed to departure on 2026-07-26"),
        ({3: {"status": "reserved", "isAvailable": 0}}, None),
        ({1: {"status": "blocked", "isAvailable": 0}}, "blocked the night 2026-07-24"),
        (
            {0: {"status": "reserved", "isAvailable": 0}, 1: {"status": "reserved", "isAvailable": 0}},
            "booked the nights 2026-07-23 to 2026-07-24",
        ),
        (
            {0: {"status": "pending", "isAvailable": 0}, 2: {"status": "conflicted", "isAvailable": 0}},
            "held by a request the night 2026-07-23; not available the night 2026-07-25",
        ),
    ],
)
def test_the_rule_that_stops_a_stay_is_named(changes: dict[int, dict[str, Any]], says: str | None) -> None:
    """Three nights from 2026-07-23; the day of departure may be taken."""
    days = {day.date: day for i in range(4) for day in [_day(i, **changes.get(i, {}))]}
    assert obstacle(days, TODAY, TODAY + timedelta(days=3)) == says
