"""Totals to the cent, over one fixture that was worked out by hand, from the replica and live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import pytest

from hostaway_mcp.analytics.revenue import Basis
from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.summary_book import Grouping
from hostaway_mcp.services.summary_rows import Figures, Summary
from tests.support.house import House, house
from tests.support.replica import sync, synced

EUROS, DOLLARS = "EUR", "USD"
JUNE = {"from_": "2027-06"}
"""The sandbox has no stays of its own so far ahead."""


def line(name: str, kind: str, total: float, *, included: int = 1) -> dict[str, Any]:
    row = {"name": name, "type": kind, "total": total, "value": total, "isIncludedInTotalPrice": included}
    return {"id": 1, "isDeleted": 0, **row}


def base(amount: float) -> dict[str, Any]:
    return {"financeField": [line("baseRate", "accommodation", amount)], "totalPrice": amount}


def listing_in(home: House, currency: str) -> int:
    world = home.sandbox.world
    return next(
        number
        for number, one in world.listings.items()
        if one["currencyCode"] == currency and not world.units.get(number) and not one["specialStatus"]
    )


def seed(home: House) -> dict[str, int]:
    """The stays of the fixture by a letter; the figures follow from these lines alone."""
    euros, dollars = listing_in(home, EUROS), listing_in(home, DOLLARS)

    def add(arrival: str, departure: str, *, listing: int = euros, **fields: Any) -> int:
        return int(home.sandbox.world.add_reservation(listing, arrival, departure, **fields)["id"])

    whole = [
        line("baseRate", "accommodation", 300),
        line("weeklyDiscount", "discount", -30),
        line("cleaningFee", "fee", 50),
        line("cityTax", "tax", 20),
        line("damageDeposit", "fee", 100),
        line("hostChannelFee", "commissions", 45, included=0),
    ]
    payout = [*base(500)["financeField"], line("cancellationPayout", "totals", 150, included=0)]
    return {
        "from May": add("2027-05-30", "2027-06-03", **base(400.01)),
        "modified": add("2027-06-10", "2027-06-13", status="modified", financeField=whole, totalPrice=440),
        "into July": add("2027-06-29", "2027-07-02", **base(100)),
        "cancelled": add("2027-06-15", "2027-06-17", status="cancelled", financeField=payout, totalPrice=500),
        "owner": add("2027-06-20", "2027-06-22", status="ownerStay"),
        "inquiry": add("2027-06-22", "2027-06-25", status="inquiry", **base(900)),
        "pending": add("2027-06-24", "2027-06-25", status="pending", **base(900)),
        "imported": add("2027-06-26", "2027-06-27", channelId=2015, totalPrice=None),
        "in dollars": add("2027-06-01", "2027-06-06", listing=dollars, **base(1000)),
    }


@asynccontextmanager
async def seeded(folder: Path | None = None) -> AsyncIterator[tuple[House, dict[str, int]]]:
    """A house with the fixture: live, or with a replica in the folder."""
    async with house(listings=12) if folder is None else synced(folder, listings=12) as home:
        letters = seed(home)
        if folder is not None:
            await sync(home, after_seconds=300)
        yield home, letters


async def summary(home: House, **asked: Any) -> Summary:
    basis = Basis(asked.pop("basis", "night"))
    return await home.app.services.financial_summary.summarize(
        **asked, basis=basis, question={**asked, "basis": basis}
    )


def amounts(one: Figures) -> list[str | None]:
    return [
        str(money.amount) if money else None
        for money in (one.revenue, one.payout, one.fees, one.taxes, one.commission, one.adr, one.revpar)
    ]


@pytest.mark.parametrize("copied", [False, True], ids=["live", "replica"])
async def test_june_to_the_cent(copied: bool, tmp_path: Path) -> None:
    """
    Euros: 2 of 4 nights of 400.01, 300 - 30, 2 of 3 nights of 100: 200.005 + 270 + 66.667 = 536.67.
    7 nights with a price and 1 imported one sold of 30 - 2 owner nights: ADR 536.67 / 7, RevPAR 536.67 / 28.
    """
    async with seeded(tmp_path if copied else None) as (home, stays):
        before = len(home.upstream)
        listings = [listing_in(home, EUROS), listing_in(home, DOLLARS)]
        found = await summary(home, **JUNE, listing=listings, reconcile=False)
        assert not copied or len(home.upstream) == before
        euros, dollars = found.totals
        # Payout: 200.005 + (440 - 45 - 100) + 66.667.
        assert amounts(euros) == ["536.67", "561.67", "50.00", "20.00", "45.00", "76.67", "19.17"]
        assert (euros.stays, euros.nights_sold, euros.nights_priced) == (4, 8, 7)
        assert (euros.nights_available, euros.occupancy) == (28, 0.2857)
        assert amounts(dollars) == ["1000.00", "1000.00", "0.00", "0.00", "0.00", "200.00", "33.33"]
        assert (dollars.nights_sold, dollars.nights_priced, dollars.nights_available) == (5, None, 30)
        (income,) = found.cancellation_income
        assert (str(income.amount), income.reservation_ids) == ("150.00 EUR", (stays["cancelled"],))
        assert {one.reason: one.reservation_ids for one in found.excluded} == {
            "no_price": (stays["imported"],),
            "owner_stay": (stays["owner"],),
            "needs_action": (stays["pending"],),
            "cancelled": (stays["cancelled"],),
            "inquiry": (stays["inquiry"],),
        }
        assert found.complete
        assert any("currencies are not added" in one for one in found.warnings)


async def test_groups_sum_to_totals(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=12) as home:
        for by in get_args(Grouping):
            asked = {"from_": "2026-07", "to": "2026-09", "by": by, "detail": "standard", "limit": 200}
            found = await summary(home, **asked)
            rows, cursor = list(found.groups), found.next_cursor
            while cursor:
                more = await home.app.services.financial_summary.summarize(
                    **asked, cursor=cursor, question={**asked, "basis": "night"}
                )
                rows, cursor = [*rows, *more.groups], more.next_cursor
            assert len(rows) == found.total
            for total in found.totals:
                mine = [one for one in rows if one.currency == total.currency]
                for name in ("revenue", "payout", "fees", "taxes", "commission"):
                    assert sum(getattr(one, name).amount for one in mine) == getattr(total, name).amount
                if by != "channel":
                    assert sum(one.nights_sold for one in mine) == total.nights_sold
                    assert sum(one.nights_available or 0 for one in mine) == total.nights_available


async def test_three_months_of_a_stay_are_the_stay() -> None:
    """May 200.005, June 536.671…, July 33.333… are 770.01; May loses most by rounding down."""
    async with seeded() as (home, _):
        euros = listing_in(home, EUROS)
        found = await summary(home, from_="2027-05-30", to="2027-07-03", by="month", listing=euros)
        assert [(one.key, str(one.revenue.amount)) for one in found.groups if one.revenue] == [
            ("2027-05", "200.01"),
            ("2027-06", "536.67"),
            ("2027-07", "33.33"),
        ]
        assert [str(one.revenue.amount) for one in found.totals if one.revenue] == ["770.01"]


@pytest.mark.parametrize(
    ("basis", "asked", "revenue", "nights"),
    [
        ("arrival", JUNE, "370.00", 7),
        ("departure", JUNE, "670.01", 8),
        ("booked", {"from_": "2026-07-23", "to": "2026-07-23"}, "770.01", 11),
    ],
)
async def test_the_other_bases_count_whole_stays(
    basis: str, asked: dict[str, str], revenue: str, nights: int
) -> None:
    """
    In June arrive 270 and 100, leave 400.01 and 270; all were booked today. The imported night is sold in
    all of them. Nights available belong to nights alone.
    """
    async with seeded() as (home, _):
        euros = listing_in(home, EUROS)
        old = [one for one in home.sandbox.world.stays.values() if one.listing_id == euros]
        before = [one for one in old if one.arrival.year < 2027 or one.arrival.month < 5]
        for one in before:
            home.sandbox.world.remove_reservation(one.id)
        (total,) = (await summary(home, **asked, basis=basis, listing=euros)).totals
        assert total.revenue
        assert (str(total.revenue.amount), total.nights_sold) == (revenue, nights)
        assert total.nights_available is None
        assert total.revpar is None


async def test_hostaway_says_the_same_of_every_stay() -> None:
    async with house(listings=12) as home:
        found = await summary(home, from_="2026-06", reconcile=True)
        assert found.reconciled.state == "agrees", found.reconciled.says
        assert sum(one.stays for one in found.reconciled.checked) == sum(
            one.stays for one in found.totals
        ) - sum(one.stays for one in found.excluded if one.reason == "no_price")
        assert all(not one.difference.amount for one in found.reconciled.checked)


async def test_a_difference_is_named_with_its_amount_and_why(tmp_path: Path) -> None:
    """The copy has 300 - 30 for a stay whose base rate Hostaway has changed to 310 since."""
    async with seeded(tmp_path) as (home, stays):
        document = home.sandbox.world.reservations[stays["modified"]]
        document["financeField"][0] |= {"total": 310, "value": 310}
        found = await summary(home, **JUNE, listing=listing_in(home, EUROS), reconcile=True)
        assert found.reconciled.state == "differs"
        (one,) = found.reconciled.differences
        assert (one.reservation_id, str(one.ours), str(one.hostaway)) == (
            stays["modified"],
            "270.00 EUR",
            "280.00 EUR",
        )
        (checked,) = found.reconciled.checked
        assert (str(checked.difference.amount), str(checked.in_period.amount)) == ("-10.00", "536.67")


async def test_reports_that_cannot_be_had_spoil_nothing(tmp_path: Path) -> None:
    async with seeded(tmp_path) as (home, _):
        home.sandbox.faults.add("status", path="/v1/finance/*", times=None, status=403)
        found = await summary(home, **JUNE, reconcile=True)
        assert found.reconciled.state == "not_had"
        assert found.complete
        assert (await summary(home, **JUNE)).reconciled.state == "not_checked"


async def test_a_period_without_stays_is_said() -> None:
    async with house(listings=2) as home:
        found = await summary(home, from_="2028-02")
        assert found.totals == ()
        assert found.warnings == ("No stay touches 2028-02-01 to 2028-02-29: there is nothing to add up.",)


async def test_without_a_year_of_history_it_is_said(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=6) as home:
        found = await summary(home, from_="2026-07", compare="last_year")
        assert any("listings with stays now" in one for one in found.warnings)
        assert found.compared
        assert found.compared.listings_then < found.compared.listings_now
        nothing = await summary(home, from_="2025-01", compare="last_year")
        assert nothing.compared is None
        assert any("nothing to compare with" in one for one in nothing.warnings)


async def test_the_period_before_is_as_many_whole_months(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=3) as home:
        found = (await summary(home, from_="2026-07", compare="previous")).compared
        assert found
        assert (str(found.first), str(found.last)) == ("2026-06-01", "2026-06-30")
        found = (await summary(home, from_="2026-07-10", to="2026-07-20", compare="previous")).compared
        assert found
        assert (str(found.first), str(found.last)) == ("2026-06-30", "2026-07-09")


async def test_an_archived_listing_is_outside_the_portfolio() -> None:
    async with seeded() as (home, stays):
        euros = listing_in(home, EUROS)
        home.sandbox.world.touch_listing(euros, specialStatus="archived")
        found = await summary(home, **JUNE)
        assert {one.currency: str(one.revenue.amount) for one in found.totals if one.revenue} == {
            EUROS: "0.00",
            "GBP": "0.00",
            DOLLARS: "1000.00",
        }
        out = {one.reason: one.reservation_ids for one in found.excluded}
        assert set(out["archived_listing"]) >= {stays["modified"], stays["owner"]}
        alone = await summary(home, **JUNE, listing=euros)
        assert any("Archived" in one for one in alone.warnings)
        assert [one.nights_available for one in alone.totals] == [None]


async def test_a_page_that_fails_is_missing_and_comes_the_next_time() -> None:
    async with house(listings=40) as home:
        home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None, after=2)
        asked = {"from_": "2026-05", "to": "2026-07", "reconcile": False}
        found = await summary(home, **asked)
        assert not found.complete
        assert any("so these are no totals" in one.what for one in found.missing)
        assert found.missing[0].resume
        home.sandbox.faults.clear()
        await home.clock.sleep(60)
        assert (await summary(home, **asked)).complete


async def test_an_earlier_period_that_cannot_be_had_is_missing_and_costs_the_rest_nothing() -> None:
    async with house(listings=1) as home:
        asked = {"from_": "2026-06-01", "to": "2026-07-01", "reconcile": False}
        alone = await summary(home, **asked)
        home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None)
        found = await summary(home, **asked, compare="last_year")
        assert found.totals == alone.totals
        assert found.compared is None
        assert any("from 2025-06-01 to 2025-06-30" in one.what for one in found.missing)


async def test_two_of_forty_calendars_that_fail_are_named() -> None:
    async with house(listings=40) as home:
        broken = list(home.sandbox.world.listings)[:2]
        for number in broken:
            home.sandbox.faults.add("status", path=f"/v1/listings/{number}/calendar", status=503, times=None)
        found = await summary(home, from_="2026-07", reconcile=False)
        assert not found.complete
        (missing,) = found.missing
        assert all(str(number) in f"{missing.what} {missing.resume}" for number in broken)
        assert "taken to have been available" in missing.what


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"to": "2026-07-01"}, InputError),
        ({"from_": "soon"}, InputError),
        ({"group": "Atlantis"}, UnknownNameError),
        ({"listing": "Nowhere Hall"}, UnknownNameError),
        ({"by": "listing", "cursor": "abc"}, CursorError),
    ],
)
async def test_bad_input(asked: dict[str, Any], error: type[Exception]) -> None:
    async with house(listings=2) as home:
        with pytest.raises(error):
            await summary(home, **asked)
