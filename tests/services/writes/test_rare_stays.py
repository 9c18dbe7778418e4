"""Stays of which something is unusual: what is proposed of them and what is refused, whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.services.writes.house import Json, WritingHouse, proposed, writing

ALFAMA = 40160
LATER = date(2027, 8, 2)
"""Behind all bookings."""


def day(number: int) -> str:
    return f"{LATER + timedelta(days=number)}"


def a_stay(home: WritingHouse, **values: Any) -> int:
    """A direct booking of four nights for two."""
    given: Json = {"channelId": 2000, "status": "new", "guestName": "Ana Silva", "numberOfGuests": 2}
    given |= {"adults": 2, "children": 0, "totalPrice": 800, "currency": "EUR", "guestEmail": "ana@x.org"}
    world = home.home.sandbox.world
    made = world.add_reservation(ALFAMA, LATER, LATER + timedelta(days=4), **(given | values))
    return int(made["id"])


def bare(home: WritingHouse, **values: Any) -> int:
    """As it is in Hostaway after `values` were changed there."""
    number = a_stay(home)
    home.home.sandbox.world.touch_reservation(number, **values)
    return number


async def changed(home: WritingHouse, number: int, *changes: Json) -> list[Any]:
    return await proposed(
        home, "update_reservation", *({"changes": one} for one in changes), reservation=number
    )


async def test_dates_that_move(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Earlier, later, shorter, by one night, not at all, onto taken nights, and against the shortest stay."""
    async with writing(tmp_path, listings=6) as home:
        number, world = a_stay(home), home.home.sandbox.world
        said = await changed(
            home, number,
            {"from": day(1)}, {"from": day(-1)}, {"to": day(3)}, {"from": day(2), "to": day(6)},
            {"from": day(0)}, {"from": day(0), "to": day(4)}, {"to": day(0)}, {"from": day(4)},
            {"from": "2026-07-22"}, {"from": "2026-07-20", "to": "2026-07-22"},
            {"from": day(10), "to": day(12)},
        )  # fmt: skip
        world.add_reservation(ALFAMA, LATER + timedelta(days=4), LATER + timedelta(days=5), status="new")
        world.add_reservation(ALFAMA, LATER + timedelta(days=6), LATER + timedelta(days=16), status="new")
        said += await changed(home, number, {"to": day(5)}, {"to": day(6)}, {"to": day(16)}, {"to": day(20)})
        for night in range(-5, 5):
            world.calendar_changes[ALFAMA, LATER + timedelta(days=night)] = {"minimumStay": 5}
        said += await changed(
            home, number, {"from": day(-1)}, {"from": day(1)}, {"from": day(-1), "to": day(3)}
        )
        assert said == snapshot


@pytest.mark.parametrize(
    "values",
    [
        {"channelId": 2018}, {"status": "ownerStay"}, {"channelId": 2018, "status": "ownerStay"},
        {"totalPrice": None}, {"currency": "USD"}, {"totalPrice": 5_000}, {"numberOfGuests": None},
    ],
)  # fmt: skip
async def test_money_of_dates_that_move(tmp_path: Path, values: Json, snapshot: SnapshotAssertion) -> None:
    """Of channels, of owners, without a total, in another currency, dearer than now, and of nobody."""
    async with writing(tmp_path, listings=6) as home:
        assert (
            await changed(home, bare(home, **values), {"to": day(5)}, {"to": day(5), "guests": 3}) == snapshot
        )


async def test_a_price_that_cannot_be_had(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with writing(tmp_path, listings=6) as home:
        number = a_stay(home)
        home.home.sandbox.faults.add("status", operation="calculatePriceDetails", status=500, times=None)
        (said,) = await changed(home, number, {"to": day(5)})
        assert said["warnings"] == snapshot


async def test_the_price_that_is_asked_for(tmp_path: Path) -> None:
    """For the new dates, and the guests that are named, or those of the stay, or one."""
    async with writing(tmp_path, listings=6) as home:
        number = a_stay(home)
        for guests, values in ((2, {}), (3, {"guests": 3}), (1, {})):
            if guests == 1:
                home.home.sandbox.world.touch_reservation(number, numberOfGuests=None)
            await changed(home, number, {"from": day(1), "to": day(5), **values})
            asked = next(
                one
                for one in reversed(home.home.sandbox.requests)
                if one.operation == "calculatePriceDetails"
            )
            body = asked.body.decode()
            for part in (
                f'"startingDate":"{day(1)}"',
                f'"endingDate":"{day(5)}"',
                f'"numberOfGuests":{guests}',
            ):
                assert part in body


async def test_a_stay_without_dates(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Both are needed; what else is changed does not ask for them. Source: "Reservation object"."""
    async with writing(tmp_path, listings=6) as home:
        number = bare(home, isDatesUnspecified=1)
        changes: list[Json] = [
            {"from": day(20)},
            {"to": day(20)},
            {"pets": 1},
            {"from": day(20), "to": day(22)},
        ]
        assert await changed(home, number, *changes) == snapshot


async def test_a_stay_that_is_under_way(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """It can end today, and not before; it has begun when it has begun."""
    async with writing(tmp_path, listings=6) as home:
        today = home.home.clock.today("Europe/Lisbon")
        world = home.home.sandbox.world
        number = a_stay(home)
        world.touch_reservation(
            number, arrivalDate=f"{today - timedelta(days=2)}", departureDate=f"{today + timedelta(days=2)}"
        )
        said = await changed(
            home, number, {"to": "today"}, {"to": "yesterday"}, {"from": "yesterday"}, {"from": "today"}
        )
        other = a_stay(home)
        world.touch_reservation(other, arrivalDate=f"{today}", departureDate=f"{today + timedelta(days=2)}")
        said += await changed(home, other, {"from": "tomorrow"})
        assert said == snapshot


async def test_how_many_come(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """As many as it sleeps, one more, and numbers that do not add up."""
    async with writing(tmp_path, listings=6) as home:
        most = home.home.sandbox.world.listings[ALFAMA]["personCapacity"]
        changes: list[Json] = [
            {"guests": most, "adults": most}, {"guests": most + 1, "adults": most + 1}, {"guests": 3},
            {"adults": 1}, {"children": 1}, {"guests": 3, "children": 1}, {"infants": 2}, {"pets": 1},
            {"guests": 2, "pets": 0}, {"guests": 3, "adults": 3, "to": day(5)}, {"adults": 0},
        ]  # fmt: skip
        said = await changed(home, a_stay(home), *changes)
        blank = bare(home, numberOfGuests=None, adults=None, children=None, infants=None, pets=None)
        said += await changed(
            home, blank, {"guests": 3}, {"adults": 2}, {"guests": 3, "children": 1}, {"pets": 0}
        )
        said += await changed(home, bare(home, totalPrice=None), {"guests": 3, "adults": 3})
        home.home.sandbox.world.touch_listing(ALFAMA, personCapacity=None)
        said += await changed(home, a_stay(home), {"guests": 40, "adults": 40})
        assert said == snapshot


async def test_texts_and_contact(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What is new, what goes, what is cut, what is the same, and what is hidden."""
    async with writing(tmp_path, listings=6) as home:
        fields: Json = {"doorCode": "606060#", "hostNote": "The code is 606060#. " + "Long ago, " * 40}
        fields |= {"guestNote": "Late", "phone": "+351911222333", "guestEmail": "ana@example.org"}
        changes: list[Json] = [
            {"host_note": "New"}, {"host_note": ""}, {"guest_note": "Late"}, {"guest_note": ""},
            {"door_code": "919191#"}, {"door_code": ""}, {"door_code": "606060#"},
            {"email": "zoe@example.org"},
            {"email": ""}, {"email": "ana@example.org"}, {"email": "nobody"}, {"phone": "+4915123456789"},
            {"phone": ""}, {"phone": "+351911222333"},
        ]  # fmt: skip
        said = await changed(home, bare(home, **fields), *changes)
        blank = bare(home, **dict.fromkeys(fields))
        said += await changed(home, blank, *changes[:2], *changes[4:6], changes[7], *changes[11:13])
        assert said == snapshot


async def test_custom_fields(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Hidden ones, long ones, numbers, the same again, and one that goes."""
    async with writing(tmp_path, listings=6) as home:
        world = home.home.sandbox.world
        like = next(one for one in world.custom_fields.values() if one["objectType"] == "reservation")
        for number, name, kind in ((990, "Safe code", "text"), (991, "Persons", "number"), (992, "", "text")):
            var_name = f"field_{number}"
            world.custom_fields[number] = like | {
                "id": number, "name": name, "varName": var_name, "type": kind, "possibleValues": None,
            }  # fmt: skip
        there = [{"customFieldId": 990, "value": "4711"}, {"customFieldId": 991, "value": 2},
                 {"customFieldId": 992, "value": "606060# " + "Long ago, " * 40},
                 {"customFieldId": 7, "value": "Of no field"}, {"customFieldId": 8, "value": ""}]  # fmt: skip
        number = bare(home, customFieldValues=there, doorCode="606060#")
        changes: list[Json] = [
            {"safe code": "4712"}, {"safe code": "4711"}, {"safe code": ""}, {"persons": "3"}, {"persons": 2},
            {"persons": "many"}, {"field_992": "Short"}, {"field_992": ""}, {"persons": "", "field_992": "x"},
        ]  # fmt: skip
        said = await changed(home, number, *({"custom_fields": one} for one in changes))
        said += await changed(home, a_stay(home), {"custom_fields": {"safe code": "1"}},
                              {"custom_fields": {"persons": ""}})  # fmt: skip
        proposal = await home.propose(
            "update_reservation",
            reservation=number,
            changes={"custom_fields": {"persons": "3", "safe code": ""}},
        )
        await home.apply(proposal)
        body = next(one.body.decode() for one in reversed(home.home.sandbox.requests) if one.method == "PUT")
        assert [*said, body] == snapshot
