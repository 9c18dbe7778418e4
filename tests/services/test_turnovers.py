"""The plan names every departure with the next arrival into the same home, the least time first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.turnover_rows import TurnoverRow
from hostaway_mcp.services.turnovers import TurnoverAnswer
from tests.support.house import House, house
from tests.support.replica import sync, synced

BOOKED = {"new", "modified", "confirmed", "ownerStay"}
SPRING = date(2027, 3, 27)
"""In Europe the clocks go forward in the night after this day; in America they did two weeks before."""


async def plan(home: House, **asked: Any) -> TurnoverAnswer:
    return await home.app.services.turnovers.plan(**asked, question=asked)


def at(home: House, city: str) -> int:
    """A home with one unit in a city."""
    world = home.sandbox.world
    return next(n for n, one in world.listings.items() if one["city"] == city and world.homes[n].units == 1)


def turn(home: House, listing: int, out: tuple[date, int], into: tuple[date, int], **fields: Any) -> int:
    """Two stays with the day and hour between them; gives the one that leaves."""
    world = home.sandbox.world
    leaves = world.add_reservation(listing, out[0] - timedelta(days=2), out[0], checkOutTime=out[1])
    world.add_reservation(listing, into[0], into[0] + timedelta(days=2), checkInTime=into[1], **fields)
    return int(leaves["id"])


def four_zones(home: House) -> list[tuple[int, float]]:
    """Turnovers of four zones over a clock change, with the hours that a person counts, least first."""
    next_day = SPRING + timedelta(days=1)
    return [
        (turn(home, at(home, "Miami"), (SPRING, 11), (SPRING, 15)), 4.0),
        (turn(home, at(home, "London"), (SPRING, 10), (SPRING, 16)), 6.0),
        # The walls say 25, but one hour of this night is left out.
        (turn(home, at(home, "Berlin"), (SPRING, 14), (next_day, 15)), 24.0),
        (turn(home, at(home, "Lisbon"), (SPRING, 13), (next_day, 15)), 25.0),
        # The walls say 26 here and there; in Denver all of them pass.
        (turn(home, at(home, "Denver"), (SPRING, 13), (next_day, 15)), 26.0),
        (turn(home, at(home, "Porto"), (SPRING, 11), (SPRING + timedelta(days=9), 15)), 219.0),
    ]


async def test_the_order_is_by_hours_that_pass_over_zones_and_a_clock_change() -> None:
    async with house(listings=12) as home:
        expected = four_zones(home)
        found = await plan(home, day=str(SPRING))
        assert [(row.guests.leaving.reservation_id, row.slack_hours) for row in found.turnovers] == expected
        assert [row.priority for row in found.turnovers] == ["high", "high", "normal", "low", "low", "low"]
        lisbon = found.turnovers[3]
        assert lisbon.departs_at == datetime(2027, 3, 27, 13, tzinfo=UTC)
        assert lisbon.arrives_at == datetime(2027, 3, 28, 14, tzinfo=UTC)
        assert found.same_day == 2
        assert found.total == 6


async def test_the_replica_gives_the_same_order(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=12) as home:
        expected = four_zones(home)
        await sync(home, after_seconds=400)
        asked = len(home.upstream)
        found = await plan(home, day=str(SPRING))
        assert [(row.guests.leaving.reservation_id, row.slack_hours) for row in found.turnovers] == expected
        assert len(home.upstream) == asked


def truth(home: House, day: date) -> dict[int, float | None]:
    """The departures of a day from homes with one unit and their slack, from the sandbox's own documents."""
    world, found = home.sandbox.world, {}
    stays = [
        one
        for _, one in world.reservations.items()
        if one["status"] in BOOKED and not one["isDatesUnspecified"]
    ]
    for one in stays:
        number = one["listingMapId"]
        if one["departureDate"] != str(day) or world.homes[number].units > 1:
            continue
        after = [
            other
            for other in stays
            if other["listingMapId"] == number
            and other["id"] != one["id"]
            and other["arrivalDate"] >= str(day)
        ]
        comes = min(after, key=lambda other: other["arrivalDate"], default=None)
        zone = ZoneInfo(world.listings[number]["timeZoneName"])
        slack = None
        if comes and comes["arrivalDate"] <= str(day + timedelta(days=14)):
            into = datetime.fromisoformat(comes["arrivalDate"]).replace(
                hour=comes["checkInTime"], tzinfo=zone
            )
            out = datetime.fromisoformat(str(day)).replace(hour=one["checkOutTime"], tzinfo=zone)
            slack = (into.timestamp() - out.timestamp()) / 3600
        found[one["id"]] = slack
    return found


def single(home: House, rows: tuple[TurnoverRow, ...]) -> dict[int, float | None]:
    homes = home.sandbox.world.homes
    return {
        row.guests.leaving.reservation_id: row.slack_hours for row in rows if homes[row.listing_id].units == 1
    }


@pytest.mark.parametrize("ahead", [0, 1, 5])
async def test_every_departure_is_there_as_hostaway_has_it(ahead: int) -> None:
    async with house(listings=40) as home:
        day = home.clock.today("Europe/Lisbon") + timedelta(days=ahead)
        found = await plan(home, day=str(day), limit=100)
        assert found.complete
        assert single(home, found.turnovers) == truth(home, day)


async def test_the_replica_has_the_same_departures(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=12) as home:
        day = home.clock.today("Europe/Lisbon")
        asked = len(home.upstream)
        found = await plan(home, day=str(day), limit=100)
        assert len(home.upstream) == asked
        assert single(home, found.turnovers) == truth(home, day)


async def test_the_state_of_the_cleaning_is_told() -> None:
    async with house(listings=3) as home:
        world = home.sandbox.world
        one, two, three = world.listings
        leaving = [
            turn(home, number, (SPRING, 11), (SPRING, 15 + n)) for n, number in enumerate((one, two, three))
        ]
        task = next(iter(world.tasks.values())) | {
            "completedAt": None,
            "startedAt": None,
            "status": "pending",
        }
        late = {"canStartFrom": "2027-03-27 11:00:00", "shouldEndBy": "2027-03-27 23:30:00"}
        world.tasks[1] = (
            task | late | {"id": 1, "reservationId": leaving[0], "listingMapId": one, "assigneeUserId": 1012}
        )
        world.tasks[2] = (
            task | late | {"id": 2, "reservationId": None, "listingMapId": two, "assigneeUserId": None}
        )
        world.tasks[3] = (
            task | late | {"id": 3, "reservationId": leaving[2], "listingMapId": three, "status": "cancelled"}
        )
        rows = {row.listing_id: row for row in (await plan(home, day=str(SPRING))).turnovers}
        first, second, third = (rows[number] for number in (one, two, three))
        assert first.task
        assert (first.task.task_id, first.task.state, first.task.assignee) == (
            1,
            "pending",
            "Clara Nunes",
        )
        assert first.notes == ("cleaning is due after check-in",)
        assert second.task
        assert (second.task.task_id, second.task.assignee) == (2, None)
        assert "cleaning not assigned" in second.notes
        assert third.task
        assert (third.task.state, third.task.task_id) == ("none", None)


async def test_an_owner_stay_counts_and_a_request_does_not() -> None:
    async with house(listings=2) as home:
        listing = at(home, "Lisbon")
        turn(home, listing, (SPRING, 11), (SPRING, 15), status="pending")
        world = home.sandbox.world
        owner = world.add_reservation(listing, "2027-03-28", "2027-03-30", status="ownerStay")
        (row,) = (await plan(home, day=str(SPRING))).turnovers
        assert row.guests.arriving
        assert row.guests.arriving.reservation_id == owner["id"]
        assert row.guests.arriving.owner_stay


async def test_the_unit_is_kept_where_it_is_known(tmp_path: Path) -> None:
    """Lists of the replica carry the units; an arrival into another unit is not the next."""
    async with synced(tmp_path, listings=6) as home:
        world = home.sandbox.world
        listing = next(number for number, one in world.homes.items() if one.units > 1)
        one, two = (unit["id"] for unit in world.units[listing][:2])

        def add(first: str, last: str, unit: int) -> int:
            units = [{"id": unit * 10, "listingUnitId": unit}]
            return int(world.add_reservation(listing, first, last, reservationUnit=units)["id"])

        leaves = add("2027-03-20", "2027-03-27", one)
        add("2027-03-27", "2027-03-29", two)
        comes = add("2027-03-30", "2027-04-02", one)
        await sync(home, after_seconds=400)
        (row,) = (await plan(home, day=str(SPRING))).turnovers
        assert row.guests.leaving.reservation_id == leaves
        assert row.unit_id == one
        assert row.guests.arriving
        assert row.guests.arriving.reservation_id == comes
        assert not any("unit" in note for note in row.notes)


async def test_an_unknown_unit_is_said() -> None:
    async with house(listings=6) as home:
        listing = next(number for number, one in home.sandbox.world.homes.items() if one.units > 1)
        home.app.services.portfolio.learn_units(listing, 4)
        turn(home, listing, (SPRING, 11), (SPRING, 15))
        (row,) = (await plan(home, day=str(SPRING))).turnovers
        assert any("unit not known" in note for note in row.notes)


async def test_without_a_zone_no_hours_are_made_up() -> None:
    async with house(listings=2) as home:
        listing = at(home, "Lisbon")
        home.sandbox.world.touch_listing(listing, timeZoneName="Nowhere/Else")
        turn(home, listing, (SPRING, 11), (SPRING, 15))
        (row,) = (await plan(home, day=str(SPRING))).turnovers
        assert (row.departs_at, row.slack_hours) == (None, None)
        assert row.priority == "impossible"
        assert any("time zone not known" in note for note in row.notes)


async def test_a_long_plan_goes_on_with_a_cursor() -> None:
    async with house(listings=40) as home:
        asked: dict[str, Any] = {"days": 7, "limit": 10}
        seen: list[tuple[int, float | None]] = []
        cursor = None
        while True:
            part = await home.app.services.turnovers.plan(**asked, cursor=cursor, question=asked)
            seen += [(row.guests.leaving.reservation_id, row.slack_hours) for row in part.turnovers]
            cursor = part.next_cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == part.total
        slacks = [slack for _, slack in seen if slack is not None]
        assert slacks == sorted(slacks)
        first = await plan(home, days=7, limit=10)
        with pytest.raises(CursorError):
            await plan(home, days=6, cursor=first.next_cursor)


async def test_a_group_is_a_place() -> None:
    async with house(listings=12) as home:
        found = await plan(home, days=7, group="Porto", limit=100)
        assert {row.city for row in found.turnovers} == {"Porto"}
        with pytest.raises(UnknownNameError):
            await plan(home, group="Atlantis")


async def test_days_on_which_nobody_leaves_are_said() -> None:
    async with house(listings=1) as home:
        found = await plan(home, day="2027-05-03")
        assert found.turnovers == ()
        assert found.warnings == ("No stay leaves on 2027-05-03.",)


async def test_what_could_not_be_read_is_missing() -> None:
    async with house(listings=40) as home:
        await home.app.services.portfolio.listings()
        fault = home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None, after=1)
        found = await plan(home, days=7)
        assert not found.complete
        assert found.total is None
        assert found.missing
        assert fault
    async with house(listings=12) as home:
        home.sandbox.faults.add("status", path="/v1/tasks", status=503, times=None)
        found = await plan(home, days=3)
        assert [one.what for one in found.missing] == ["Some tasks of these turnovers."]
        assert found.turnovers
        assert not any(row.task for row in found.turnovers)


async def test_a_month_is_too_much() -> None:
    async with house(listings=1) as home:
        with pytest.raises(InputError, match="at most 14"):
            await plan(home, day="2026-09")
