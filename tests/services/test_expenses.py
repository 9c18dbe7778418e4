"""Expenses over the sandbox, against its own documents."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.expenses import ExpenseList
from tests.support.house import House, house
from tests.support.replica import synced

PERIOD = {"first": "2026-05-01", "last": "2026-07-23"}


async def find(home: House, **asked: Any) -> ExpenseList:
    return await home.app.services.expenses.find(**asked, question=asked)


def truth(home: House, first: str = "2026-05-01", last: str = "2026-07-23") -> list[dict[str, Any]]:
    return [one for one in home.sandbox.world.expenses.values() if first <= one["expenseDate"] <= last]


def sums(home: House, rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    found: Counter[str] = Counter()
    for one in rows:
        currency = home.sandbox.world.listings.peek(one["listingMapId"])["currencyCode"]
        found[currency] += Decimal(str(one["amount"]))  # type: ignore[assignment]
    return dict(found)  # type: ignore[arg-type]


@pytest.mark.parametrize("copied", [False, True])
async def test_totals_are_one_a_currency_and_right(tmp_path: Path, copied: bool) -> None:
    async with synced(tmp_path, listings=12) if copied else house(listings=12) as home:
        asked = len(home.upstream)
        answer = await find(home, **PERIOD, limit=100)
        rows = truth(home)
        assert {row.expense_id for row in answer.expenses} == {one["id"] for one in rows}
        assert {one.net.currency: one.net.amount for one in answer.totals} == sums(home, rows)
        assert all(one.expenses.amount + one.extras.amount == one.net.amount for one in answer.totals)
        assert answer.total == len(rows)
        for groups in (answer.by_category, answer.by_month):
            for total in answer.totals:
                part = [one for one in groups if one.net.currency == total.net.currency]
                assert sum(one.net.amount for one in part) == total.net.amount
        days = [row.on for row in answer.expenses if row.on]
        assert days == sorted(days, reverse=True)
        if copied:
            assert len(home.upstream) == asked


async def test_category_owner_and_listing_narrow() -> None:
    async with house(listings=12) as home:
        world, rows = home.sandbox.world, truth(home)
        upsells = {one["id"] for one in rows if one["categoriesNames"] == ["Upsells"]}
        assert {row.expense_id for row in (await find(home, **PERIOD, category="upsell")).expenses} == upsells
        user = next(one for one in world.users.values() if one["firstName"] == "Rita")
        hers = {one["id"] for one in rows if one["listingMapId"] in user["listingMapIds"]}
        for owner in ("rita", user["id"], "Campos Rita"):
            found = await find(home, **PERIOD, owner=owner)
            assert {row.expense_id for row in found.expenses} == hers
            assert "Rita Campos" in found.understood["owner"]
        here = {one["id"] for one in rows if one["listingMapId"] == 40160}
        assert {row.expense_id for row in (await find(home, **PERIOD, listing=40160)).expenses} == here


async def test_an_expense_that_names_another_owner_is_not_the_listings_owners() -> None:
    async with house(listings=12) as home:
        world = home.sandbox.world
        user = next(one for one in world.users.values() if one["firstName"] == "Rita")
        one = next(one for one in truth(home) if one["listingMapId"] in user["listingMapIds"])
        one |= {"ownerUserId": 1003, "ownerUserName": "Iris Holm"}
        assert one["id"] not in {
            row.expense_id for row in (await find(home, **PERIOD, owner="rita")).expenses
        }
        assert one["id"] in {row.expense_id for row in (await find(home, **PERIOD, owner="iris")).expenses}


async def test_deleted_ones_are_left_out_and_those_without_a_currency_are_told() -> None:
    async with house(listings=3) as home:
        rows = truth(home)
        rows[0]["isDeleted"] = 1
        rows[1]["listingMapId"] = None
        answer = await find(home, **PERIOD, limit=100)
        assert rows[0]["id"] not in {row.expense_id for row in answer.expenses}
        bare = next(row for row in answer.expenses if row.expense_id == rows[1]["id"])
        assert bare.amount is None
        assert "1 of them" in answer.warnings[0]
        assert sum(one.count for one in answer.totals) == len(answer.expenses) - 1


async def test_a_period_without_any_is_said() -> None:
    async with house(listings=3) as home:
        answer = await find(home, first="2024-01")
        assert answer.totals == ()
        assert answer.warnings == ("No expense or extra is noted for this.",)


async def test_pages_hold_each_once_and_know_their_question() -> None:
    async with house(listings=40) as home:
        seen: list[int] = []
        asked: dict[str, Any] = dict(PERIOD)
        cursor = None
        while True:
            answer = await home.app.services.expenses.find(**asked, limit=7, cursor=cursor, question=asked)
            seen += [row.expense_id for row in answer.expenses]
            assert answer.totals, "totals are of all, on every page"
            cursor = answer.next_cursor or cursor
            if answer.next_cursor is None:
                break
        assert sorted(seen) == sorted(one["id"] for one in truth(home))
        with pytest.raises(CursorError):
            await home.app.services.expenses.find(first="2026-06", cursor=cursor, question={"x": 1})


async def test_what_did_not_come_leaves_no_totals() -> None:
    async with house(listings=80) as home:
        assert len(home.sandbox.world.expenses) > 100
        home.sandbox.faults.add("status", path="/v1/expenses", status=503, times=None, after=1)
        answer = await find(home, **PERIOD)
        assert not answer.complete
        assert answer.totals == answer.by_category == ()
        assert answer.total is None
        assert answer.missing[0].resume


async def test_bad_questions() -> None:
    async with house(listings=3) as home:
        with pytest.raises(UnknownNameError, match="No expense has the category"):
            await find(home, **PERIOD, category="Helicopters")
        with pytest.raises(UnknownNameError, match="No user"):
            await find(home, **PERIOD, owner="Nobody Atall")
        with pytest.raises(UnknownNameError, match="No listing is in"):
            await find(home, **PERIOD, group="Atlantis")
        with pytest.raises(InputError, match="before"):
            await find(home, first="2026-07-01", last="2026-06-01")
