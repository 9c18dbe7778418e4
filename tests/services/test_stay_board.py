"""The board is what the calendar on the wall would say: who comes, who leaves, who stays on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.stay_board import Board, BoardDay
from hostaway_mcp.services.stay_sheet import PARTS
from tests.support.house import House, house
from tests.support.replica import sync, synced

BOOKED = {"new", "modified", "confirmed", "ownerStay"}
WAITING = {"pending", "unconfirmed", "awaitingPayment", "awaitingGuestVerification"}
FAR = date(2027, 5, 3)
"""A day that the sandbox has no stays on."""


async def board(home: House, **asked: Any) -> Board:
    return await home.app.services.stay_board.board(**asked, question=asked)


def ids(day: BoardDay) -> dict[str, set[int]]:
    return {part: {row.reservation_id for row in getattr(day, part)} for part in PARTS}


def truth(home: House, day: date) -> dict[str, set[int]]:
    """The same, from the sandbox's own documents."""
    found: dict[str, set[int]] = {part: set() for part in PARTS}
    for number, stay in home.sandbox.world.reservations.items():
        arrival, departure = stay["arrivalDate"], stay["departureDate"]
        if stay["isDatesUnspecified"]:
            continue
        if stay["status"] in WAITING and arrival == str(day):
            found["requests"].add(number)
        if stay["status"] in BOOKED and arrival <= str(day) <= departure:
            part = (
                "arrivals" if arrival == str(day) else "departures" if departure == str(day) else "in_house"
            )
            found[part].add(number)
    return found


async def all_days(home: House, **asked: Any) -> dict[date, dict[str, set[int]]]:
    """Every page of a board."""
    found: dict[date, dict[str, set[int]]] = {}
    cursor = None
    while True:
        answer = await home.app.services.stay_board.board(**asked, cursor=cursor, question=asked)
        for day in answer.days:
            known = found.setdefault(day.date, {part: set() for part in PARTS})
            for part, some in ids(day).items():
                assert not known[part] & some, "each entry once"
                known[part] |= some
        cursor = answer.next_cursor
        if cursor is None:
            return found


def add(home: House, arrival: date, nights: int, *, listing: int | None = None, **fields: Any) -> int:
    listing = listing or next(iter(home.sandbox.world.listings))
    stay = home.sandbox.world.add_reservation(listing, arrival, arrival + timedelta(days=nights), **fields)
    return int(stay["id"])


@pytest.mark.parametrize("days", [1, 5, 14])
async def test_every_day_is_what_hostaway_has(days: int) -> None:
    async with house(listings=12) as home:
        today = home.clock.today("Europe/Lisbon")
        found = await all_days(home, day=today.isoformat(), days=days)
        assert list(found) == [today + timedelta(days=n) for n in range(days)]
        for day, parts in found.items():
            assert parts == truth(home, day)


async def test_the_replica_gives_the_same_board(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=6) as home:
        asked = len(home.upstream)
        found = await all_days(home, days=3)
        assert len(home.upstream) == asked
        for day, parts in found.items():
            assert parts == truth(home, day)


async def test_a_stay_is_at_one_place_a_day() -> None:
    async with house(listings=2) as home:
        stay = add(home, FAR, 2)
        days = (await board(home, day=str(FAR), days=4)).days
        assert [[part for part, some in ids(day).items() if stay in some] for day in days] == [
            ["arrivals"],
            ["in_house"],
            ["departures"],
            [],
        ]


async def test_a_same_day_turnover_is_marked_on_both_stays() -> None:
    async with house(listings=3) as home:
        one, two, *_ = home.sandbox.world.listings
        leaving, coming = add(home, FAR, 2, listing=one), add(home, FAR + timedelta(days=2), 3, listing=one)
        elsewhere = add(home, FAR + timedelta(days=2), 1, listing=two)
        (day,) = (await board(home, day=str(FAR + timedelta(days=2)))).days
        marked = {row.reservation_id for row in (*day.arrivals, *day.departures) if row.same_day_turnover}
        assert marked == {leaving, coming}
        assert elsewhere in ids(day)["arrivals"]
        assert day.counts.same_day_turnovers == 1
        (before,) = (await board(home, day=str(FAR))).days
        assert not any(row.same_day_turnover for row in before.arrivals)


async def test_the_replica_tells_as_many_turnovers_as_are_planned(tmp_path: Path) -> None:
    """A house of four units, full before the day: three leave, two come, one of them into a known unit."""
    async with synced(tmp_path, listings=6) as home:
        listing, known = list(home.sandbox.world.listings)[5], {"id": 7, "listingUnitId": 7}
        day = FAR + timedelta(days=2)
        last = [add(home, FAR, 2, listing=listing) for _ in range(2)]
        last.append(add(home, FAR, 2, listing=listing, reservationUnit=[known]))
        stays_on = add(home, FAR, 4, listing=listing)
        comes = [add(home, day, 1, listing=listing, reservationUnit=some) for some in ([known], [])]
        await sync(home, after_seconds=600)
        asked = len(home.upstream)
        (shown,) = (await board(home, day=str(day), limit=500)).days
        plan = await home.app.services.turnovers.plan(day=str(day), question={})
        here = [one for one in plan.turnovers if one.listing_id == listing]
        met = {one.guests.leaving.reservation_id: one.guests.arriving for one in here}
        assert set(met) == set(last)
        follows = met[last[2]]
        assert follows is not None
        assert follows.reservation_id == comes[0]
        marked = {row.reservation_id for row in (*shown.arrivals, *shown.departures) if row.same_day_turnover}
        assert {*comes, last[2]} <= marked
        assert stays_on not in marked
        assert len(marked & set(last)) == 2
        assert shown.counts.same_day_turnovers == plan.same_day
        assert len(home.upstream) == asked


async def test_only_what_is_booked_is_on_it_and_requests_stand_apart() -> None:
    async with house(listings=2) as home:
        owner = add(home, FAR, 2, status="ownerStay")
        request = add(home, FAR, 2, status="pending")
        for status in ("cancelled", "inquiry", "declined"):
            add(home, FAR, 2, status=status)
        (day,) = (await board(home, day=str(FAR))).days
        assert ids(day) == {
            "arrivals": {owner},
            "departures": set(),
            "in_house": set(),
            "requests": {request},
        }
        (next_day,) = (await board(home, day=str(FAR + timedelta(days=1)))).days
        assert next_day.counts.requests == 0


async def test_a_group_is_a_city_or_a_country() -> None:
    async with house(listings=12) as home:
        world = home.sandbox.world
        city = next(iter(world.listings.items()))[1]["city"]
        there = {number for number, one in world.listings.items() if one["city"] == city}
        found = await all_days(home, group=city, days=3)
        for day, parts in found.items():
            for part, some in truth(home, day).items():
                assert parts[part] == {n for n in some if world.reservations.peek(n)["listingMapId"] in there}
        with pytest.raises(UnknownNameError):
            await board(home, group="Atlantis")


async def test_a_large_board_is_cut_with_true_counts() -> None:
    async with house(listings=40) as home:
        answer = await board(home, days=7)
        assert answer.next_cursor
        assert len(answer.model_dump_json(exclude_none=True).encode()) < 14_000
        first = answer.days[0]
        counted = {part: getattr(first.counts, part) for part in PARTS}
        assert counted == {part: len(some) for part, some in truth(home, first.date).items()}
        second = await home.app.services.stay_board.board(
            days=7, cursor=answer.next_cursor, question={"days": 7}
        )
        assert second.days[0].date >= answer.days[-1].date
        with pytest.raises(CursorError):
            await board(home, days=6, cursor=answer.next_cursor)


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"day": "this weekend"}, 2),
        ({"day": "next week"}, 7),
        ({"day": "next week", "days": 1}, 1),
        ({}, 1),
    ],
)
async def test_a_word_may_be_several_days(asked: dict[str, Any], days: int) -> None:
    async with house(listings=2) as home:
        assert len((await board(home, **asked)).days) == days


async def test_a_month_is_too_much_for_a_board() -> None:
    async with house(listings=1) as home:
        with pytest.raises(InputError, match="at most 14"):
            await board(home, day="2026-09")


async def test_what_could_not_be_read_is_missing() -> None:
    async with house(listings=40) as home:
        await board(home)
        home.app.services.facts.forget()
        home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None, after=1)
        answer = await board(home, days=14)
        assert not answer.complete
        assert answer.total is None
        assert answer.missing
