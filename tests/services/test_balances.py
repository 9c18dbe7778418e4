"""Balances over the sandbox, exact against stays that were labelled by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.sandbox.documented import blank
from hostaway_mcp.services.balances import Balances
from tests.support.house import House, house
from tests.support.replica import sync

TODAY = date(2026, 7, 23)
HOST = {2000, 2013, 2017, 2020, 2021, 2022}


@asynccontextmanager
async def empty(folder: Path | None = None, listings: int = 3) -> AsyncIterator[House]:
    """A house without any stay."""
    settings: dict[str, Any] = {"hostaway_mcp_data_dir": folder} if folder else {}
    async with house(listings=listings, **settings) as home:
        for number in list(home.sandbox.world.stays):
            home.sandbox.world.remove_reservation(number)
        yield home


def add(home: House, day: int, *, listing: int = 0, nights: int = 3, **fields: Any) -> int:
    """A direct stay of 500.00 that arrives `day` days from today."""
    number = list(home.sandbox.world.listings)[listing]
    usual = {"totalPrice": 500, "guestName": "Ada Byron"}
    arrival = TODAY + timedelta(days=day)
    stay = home.sandbox.world.add_reservation(
        number, arrival, arrival + timedelta(days=nights), **(usual | fields)
    )
    return int(stay["id"])


def charge(home: House, stay: int, amount: float, status: str = "paid", **fields: Any) -> int:
    world = home.sandbox.world
    document = blank("GuestCharge") | {
        "id": world.next_number(),
        "reservationId": stay,
        "type": "charge",
        "title": "Balance",
        "currency": world.reservations.peek(stay)["currency"],
        "amount": amount,
        "status": status,
        "scheduledDate": "2026-07-25 10:00:00",
        "transactions": [],
    }
    world.add_charge(stay, document | fields)
    return int(document["id"])


def labelled(home: House) -> dict[int, str]:
    """Stays whose balance was written down by hand; those that owe nothing are not in it."""
    owed: dict[int, str] = {}
    owed[add(home, 0)] = "500.00"
    owed[add(home, 14)] = "500.00"
    add(home, 15), add(home, -1)
    paid = add(home, 2)
    charge(home, paid, 500)
    part = add(home, 3)
    charge(home, part, 150)
    owed[part] = "350.00"
    back = add(home, 4)
    charge(home, back, 500), charge(home, back, 120.5, type="refund")
    owed[back] = "120.50"
    failed = add(home, 5)
    charge(home, failed, 150), charge(home, failed, 350, "failed")
    owed[failed] = "350.00"
    held = add(home, 6)
    charge(home, held, 200, "holdSuccess", type="preAuth")
    owed[held] = "500.00"
    over = add(home, 7)
    charge(home, over, 500.01)
    cent = add(home, 7, listing=1)
    charge(home, cent, 499.99)
    owed[cent] = "0.01"
    for channel in HOST - {2000}:
        owed[add(home, 8, channelId=channel)] = "500.00"
    owed[add(home, 9, channelId=2005, guestPaymentCardIsVirtual=0)] = "500.00"
    owed[add(home, 9, status="modified")] = "500.00"
    for fields in (
        {"channelId": 2005, "guestPaymentCardIsVirtual": 1},
        {"channelId": 2005},
        {"channelId": 2018},
        {"channelId": 2018},
        {"channelId": 2002},
        {"channelId": 2007},
        {"channelId": 2015, "totalPrice": None},
        {"status": "ownerStay", "totalPrice": 0},
        {"status": "inquiry"},
        {"status": "cancelled"},
        {"status": "declined"},
        {"isDatesUnspecified": 1},
    ):
        add(home, 10, **fields)
    other = add(home, 11)
    charge(home, other, 500, currency="USD")
    return owed


async def find(home: House, **asked: Any) -> Balances:
    return await home.app.services.balances.find(**asked, question=asked)


async def all_rows(home: House, **asked: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    cursor = None
    while True:
        answer = await home.app.services.balances.find(**asked, cursor=cursor, question=asked)
        for row in answer.balances:
            assert row.reservation_id not in found, "each stay once"
            found[row.reservation_id] = f"{row.balance.amount:f}"
        cursor = answer.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("copied", [False, True])
async def test_the_labelled_stays_are_found_to_the_cent(tmp_path: Path, copied: bool) -> None:
    async with empty(tmp_path if copied else None) as home:
        owed = labelled(home)
        if copied:
            await sync(home)
        asked = len(home.upstream)
        answer = await find(home, limit=100)
        assert {row.reservation_id: f"{row.balance.amount:f}" for row in answer.balances} == owed
        assert answer.complete
        assert answer.total == len(owed)
        assert answer.left_out == {
            "bookingcom_card_unknown": 1,
            "bookingcom_virtual_card": 1,
            "channel_collects": 4,
            "dead": 2,
            "inquiry": 1,
            "no_price": 1,
            "overpaid": 1,
            "owner_stay": 1,
            "paid": 1,
            "several_currencies": 1,
        }
        assert answer.counts == {"failed_charges": 1, "holds": 1}
        assert "another currency" in answer.warnings[0]
        if copied:
            assert len(home.upstream) == asked


async def test_the_order_is_that_of_arrival_and_days_are_counted() -> None:
    async with empty() as home:
        late, soon = add(home, 9), add(home, 2)
        answer = await find(home)
        assert [(row.reservation_id, row.days_to_arrival) for row in answer.balances] == [
            (soon, 2),
            (late, 9),
        ]


async def test_currencies_are_never_added() -> None:
    async with empty() as home:
        add(home, 1), add(home, 2), add(home, 3, currency="USD", totalPrice=80.5)
        answer = await find(home)
        assert [(one.stays, str(one.balance)) for one in answer.totals] == [
            (2, "1000.00 EUR"),
            (1, "80.50 USD"),
        ]


async def test_a_day_is_the_listings_own() -> None:
    """At noon in UTC it is the 23rd everywhere here; ten hours on it is the 24th only east of London."""
    async with house(listings=40) as home:
        world = home.sandbox.world
        await home.clock.sleep(10.5 * 3600)
        days = {number: world.today_at(number) for number in world.listings}
        assert len(set(days.values())) == 2, "the world has both"
        mine = {
            home.sandbox.world.add_reservation(number, TODAY, TODAY + timedelta(days=2), totalPrice=100)[
                "id"
            ]: day == TODAY
            for number, day in days.items()
        }
        found = await all_rows(home, arriving_within=0)
        assert {number: number in found for number in mine} == mine


@pytest.mark.parametrize("days", [0, 7, 14, 30])
async def test_the_drawn_world_is_exact_too(days: int) -> None:
    async with house(listings=40) as home:
        world = home.sandbox.world
        right = {}
        for number in world.reservations:
            stay = world.reservations.peek(number)
            today = world.today_at(stay["listingMapId"])
            ahead = (date.fromisoformat(stay["arrivalDate"]) - today).days
            card = stay["channelId"] == 2005 and stay["guestPaymentCardIsVirtual"] == 0
            if not (0 <= ahead <= days) or stay["isDatesUnspecified"] or not stay["totalPrice"]:
                continue
            if stay["status"] not in {"new", "modified"} or not (stay["channelId"] in HOST or card):
                continue
            rest = Decimal(str(stay["totalPrice"]))
            for one in world.charges_of(number):
                rest -= Decimal(str(one["amount"])) if one["status"] == "paid" else 0
            if rest > 0:
                right[number] = f"{rest:.2f}"
        assert await all_rows(home, arriving_within=days) == right


async def test_a_listing_or_a_group_narrows() -> None:
    async with empty(listings=12) as home:
        world = home.sandbox.world
        here, there = add(home, 1), add(home, 1, listing=5)
        first, *_, sixth = list(world.listings)[:6]
        assert set(await all_rows(home, listing=first)) == {here}
        assert world.listings.peek(first)["city"] != world.listings.peek(sixth)["city"]
        assert set(await all_rows(home, group=world.listings.peek(sixth)["city"])) == {there}
        with pytest.raises(UnknownNameError):
            await find(home, group="Atlantis")


async def test_charges_that_cannot_be_read_leave_the_balance_open() -> None:
    async with empty() as home:
        stay = add(home, 1)
        home.sandbox.faults.add("status", path="/v1/guestPayments/charges", status=503, times=None)
        answer = await find(home)
        assert not answer.complete
        assert answer.total is None
        assert answer.totals == ()
        assert answer.left_out == {"charges_unknown": 1}
        assert str(stay) in answer.missing[0].what
        assert answer.missing[0].resume


async def test_arrivals_that_did_not_come_are_missing() -> None:
    async with house(listings=60) as home:
        home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None, after=1)
        answer = await find(home, arriving_within=30)
        assert not answer.complete
        assert answer.totals == ()
        assert answer.total is None
        assert "arrivals" in answer.missing[0].what


async def test_a_cursor_belongs_to_its_question() -> None:
    async with empty() as home:
        for day in range(5):
            add(home, day)
        assert len(await all_rows(home, limit=2)) == 5
        cursor = (await find(home, limit=2)).next_cursor
        with pytest.raises(CursorError):
            await home.app.services.balances.find(
                arriving_within=3, cursor=cursor, question={"arriving_within": 3}
            )


async def test_two_calls_are_enough_beside_the_listings() -> None:
    async with house(listings=12) as home:
        await find(home)
        assert sorted(home.upstream) == ["/v1/guestPayments/charges", "/v1/listings", "/v1/reservations"]


async def test_days_are_bounded() -> None:
    async with house(listings=1) as home:
        with pytest.raises(InputError, match="at most 90"):
            await home.ask("find_balances", arriving_within=365)
