"""Money explained over the sandbox: every seeded difference named with its amount."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hostaway_mcp.errors import InputError, UnknownNameError
from hostaway_mcp.services.explained import Explanation
from tests.support.house import House, house

STATEMENT = 800_003
"""June of an owner whose listings are all in EUR."""


async def explain(home: House, **asked: Any) -> Explanation:
    return await home.app.services.explainer.explain(**asked, question=asked)


def amounts(answer: Explanation) -> dict[str, Decimal]:
    return {step.label: step.amount.amount for step in answer.steps if not step.figure}


async def made(home: House) -> dict[str, Any]:
    """The statement as it was stored, before anything changes."""
    await home.app.services.explainer._statements.read(STATEMENT, {})
    return home.sandbox.world.statement_details[STATEMENT]


def of(document: dict[str, Any], channel: str | None = None) -> int:
    """A stay on the statement."""
    names = [one["name"] for one in document["financeDataJson"]["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in document["financeDataJson"]["rows"]]
    return int(next(row["id"] for row in rows if channel is None or row["channelName"] == channel))


def field(home: House, number: int, name: str, by: float) -> None:
    """Changes a line of a stay's price, as a host would."""
    world = home.sandbox.world
    rows = [dict(row) for row in world.reservations.peek(number)["financeField"]]
    row = next(row for row in rows if row["name"] == name)
    row["total"] = row["total"] + by
    world.touch_reservation(number, financeField=rows)


def owner(document: dict[str, Any], number: int) -> Decimal:
    names = [one["name"] for one in document["financeDataJson"]["columns"]]
    row = next(row for row in document["financeDataJson"]["rows"] if row[0] == str(number))
    return Decimal(str(row[names.index("ownerPayout")]))


Seed = Callable[[House, dict[str, Any], int], dict[str, Decimal]]
"""Changes something, and gives the steps that must name it."""


def rate(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    field(home, number, "baseRate", 100)
    return {
        f"Base rate of reservation {number}": Decimal(-100),
        f"PM Commission of reservation {number}": Decimal(20),
    }


def commission(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    number = of(document, "airbnbOfficial")
    field(home, number, "hostChannelFee", 12.34)
    return {f"Host channel fee of reservation {number}": Decimal("12.34")}


def cancelled(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    home.sandbox.world.touch_reservation(number, status="cancelled")
    return {f"Reservation {number}": owner(document, number)}


def moved(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    home.sandbox.world.touch_reservation(number, arrivalDate="2026-07-01", departureDate="2026-07-04")
    return {f"Reservation {number}": owner(document, number)}


def deleted(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    home.sandbox.world.remove_reservation(number)
    return {f"Reservation {number}": owner(document, number)}


def late(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    listing = document["filterParametersJson"]["listingMapIds"][0]
    rows = [{"id": 1, "name": "baseRate", "type": "accommodation", "title": "Base rate", "total": 200}]
    rows[0] |= {"value": 200, "isIncludedInTotalPrice": 1, "isDeleted": 0}
    stay = home.sandbox.world.add_reservation(
        listing, "2026-06-26", "2026-06-28", totalPrice=200, financeField=rows
    )
    return {f"Reservation {stay['id']}": Decimal(-160)}


def expense_added(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    world = home.sandbox.world
    one = dict(next(iter(world.expenses.values()))) | {"id": 799_999, "amount": -75, "concept": "Lock"}
    one |= {"listingMapId": document["filterParametersJson"]["listingMapIds"][0], "expenseDate": "2026-06-09"}
    world.expenses[799_999] = one
    return {"Expense 799999 (Lock)": Decimal(75)}


def expense_changed(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    one = document["expenses"][0]
    row = home.sandbox.world.expenses[one["id"]]
    row["amount"] = one["amount"] - 30
    return {f"Expense {one['id']} ({one['concept']})": Decimal(30)}


def expense_deleted(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    one = document["expenses"][0]
    del home.sandbox.world.expenses[one["id"]]
    return {f"Expense {one['id']} ({one['concept']})": Decimal(str(one["amount"]))}


def lines_total(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    total = document["grandTotalJson"]
    total["formulasTotal"][0]["amount"] += 11.5
    total["grandTotalAmount"] = round(total["grandTotalAmount"] + 11.5, 2)
    return {"Sum of the lines": Decimal("11.50")}


def grand_total(home: House, document: dict[str, Any], number: int) -> dict[str, Decimal]:
    total = document["grandTotalJson"]
    total["grandTotalAmount"] = round(total["grandTotalAmount"] - 5, 2)
    return {"Grand total": Decimal(-5)}


SEEDS = (
    *(rate, commission, cancelled, moved, deleted, late),
    *(expense_added, expense_changed, expense_deleted, lines_total, grand_total),
)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.__name__)
async def test_each_seeded_difference_is_named_with_its_amount(seed: Seed) -> None:
    async with house(listings=12) as home:
        document = await made(home)
        right = seed(home, document, of(document))
        answer = await explain(home, statement=STATEMENT)
        found = amounts(answer)
        for label, amount in right.items():
            assert found[label] == amount, found
        assert answer.difference is not None
        assert answer.difference.amount == sum(right.values())
        assert answer.unexplained is not None
        assert answer.unexplained.amount == 0
        assert answer.complete


async def test_what_does_not_touch_the_owner_is_told_apart() -> None:
    """The owner's formula has no cleaning fee and no taxes."""
    async with house(listings=12) as home:
        document = await made(home)
        number = of(document)
        field(home, number, "cleaningFee", 20)
        answer = await explain(home, statement=STATEMENT)
        assert {step.label: step.amount.amount for step in answer.also} == {
            f"Cleaning fee value of reservation {number}": -20
        }
        assert answer.difference is not None
        assert answer.difference.amount == 0


async def test_all_at_once_are_still_explained() -> None:
    async with house(listings=12) as home:
        document = await made(home)
        first = of(document)
        other = of(document, "airbnbOfficial")
        right = dict[str, Decimal]()
        for seed in (commission, expense_added, expense_changed, late, lines_total):
            right |= seed(home, document, first)
        if first != other:
            right |= cancelled(home, document, first)
        answer = await explain(home, statement=STATEMENT)
        assert right.items() <= amounts(answer).items()
        assert answer.unexplained is not None
        assert answer.unexplained.amount == 0


async def test_what_cannot_be_explained_is_shown() -> None:
    async with house(listings=12) as home:
        document = await made(home)
        names = [one["name"] for one in document["financeDataJson"]["columns"]]
        row = document["financeDataJson"]["rows"][0]
        row[names.index("ownerPayout")] += 33.33
        document["grandTotalJson"]["formulasTotal"][0]["amount"] += 33.33
        document["grandTotalJson"]["grandTotalAmount"] += 33.33
        answer = await explain(home, statement=STATEMENT)
        assert answer.unexplained is not None
        assert str(answer.unexplained) == "33.33 EUR"
        assert amounts(answer)["Not explained"] == Decimal("33.33")


async def test_a_statement_is_whole_line_by_line() -> None:
    async with house(listings=12) as home:
        document = await made(home)
        answer = await explain(home, statement="Owner 1005 2026-06", limit=100)
        assert sum(line.owner.amount for line in answer.lines) == Decimal(
            str(document["grandTotalJson"]["grandTotalAmount"])
        )
        assert answer.total == len(document["financeDataJson"]["rows"]) + len(document["expenses"])
        assert str(answer.difference) == "0.00 EUR"


async def test_several_currencies_are_explained_one_by_one() -> None:
    async with house(listings=12) as home:
        answer = await explain(home, statement=800_001)
        assert answer.difference is None
        assert [one.this.currency for one in answer.by_currency] == ["EUR", "USD"]
        assert all(one.difference.amount == one.unexplained.amount == 0 for one in answer.by_currency)
        assert "no amount of money" in answer.warnings[0]


async def test_every_priced_stay_is_explained_to_the_cent() -> None:
    """From guest price to owner, every channel, cancelled stays too; the steps add up figure by figure."""
    async with house(listings=4) as home:
        world, seen = home.sandbox.world, set[int]()
        stays = [number for number in world.reservations if world.reservations.peek(number)["totalPrice"]]
        for number in stays[::9]:
            answer = await explain(home, reservation=number)
            running = Decimal(0)
            for step in answer.steps:
                if step.figure:
                    assert running == step.amount.amount, (number, step)
                else:
                    running += step.amount.amount
            assert str(answer.unexplained).startswith("0.00 ")
            seen.add(world.reservations.peek(number)["channelId"])
        assert len(seen) >= 5, seen


async def test_a_stay_against_an_amount_and_another_stay() -> None:
    async with house(listings=12) as home:
        payout = await explain(home, reservation=20009685, against="887.00")
        assert amounts(payout) == {"Host channel fee": 147}
        bare = await explain(home, reservation=20009685, against=949)
        assert amounts(bare) == {"Cleaning fee": 85}
        other = await explain(home, reservation=20009685, against="reservation 20010288")
        for answer in (payout, bare, other):
            assert answer.unexplained is not None
            assert answer.unexplained.amount == 0
        strange = await explain(home, reservation=20009685, against="1.11")
        assert strange.unexplained == strange.difference
        document = await made(home)
        number = of(document)
        field(home, number, "baseRate", 100)
        both = await explain(home, reservation=number, against=f"statement {STATEMENT}")
        assert both.difference is not None
        assert both.difference.amount == 80
        two = await explain(home, statement=STATEMENT, against="statement 800009")
        assert two.unexplained is not None
        assert two.unexplained.amount == 0


async def test_a_statement_against_an_amount_names_what_lies_between() -> None:
    """The payouts of the statement's stays, before the manager's share, taxes, fees and expenses."""
    async with house(listings=12) as home:
        document = await made(home)
        table = document["financeDataJson"]
        names = [one["name"] for one in table["columns"]]
        sums = dict(zip(names, table["totals"], strict=True))
        gross = Decimal(str(sums["totalPrice"]))
        answer = await explain(home, statement=STATEMENT, against=f"{gross:.2f}")
        assert answer.unexplained is not None
        assert answer.unexplained.amount == 0
        assert amounts(answer)["Host channel fee"] == -Decimal(str(sums["hostChannelFee"]))


async def test_what_hostaway_does_not_give_is_missing() -> None:
    async with house(listings=12) as home:
        home.sandbox.faults.add("status", path="/v1/finance/report/*", status=503, times=None)
        home.sandbox.faults.add("status", path="/v1/financeCalculatedField/*", status=503, times=None)
        statement = await explain(home, statement=STATEMENT)
        assert not statement.complete
        assert statement.steps
        stay = await explain(home, reservation=20009685)
        assert not stay.complete
        assert [step.label for step in stay.steps if step.figure] == ["Guest price", "Payout"]


async def test_bad_questions() -> None:
    async with house(listings=12) as home:
        with pytest.raises(InputError, match="Name one"):
            await explain(home)
        with pytest.raises(InputError, match="Name one"):
            await explain(home, reservation=1, statement=1)
        with pytest.raises(UnknownNameError):
            await explain(home, statement=5)
        with pytest.raises(UnknownNameError):
            await explain(home, statement="Atlantis")
        with pytest.raises(UnknownNameError):
            await explain(home, reservation=5)
        with pytest.raises(InputError, match="no one figure"):
            await explain(home, statement=800_001, against="100.00")
