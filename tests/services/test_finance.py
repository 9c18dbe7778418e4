"""Hostaway's reports as rows: its figures, untouched, one currency at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hostaway_mcp.errors import (
    CursorError,
    ForbiddenError,
    InputError,
    UnknownNameError,
    UpstreamError,
)
from hostaway_mcp.services.report_tables import Report
from tests.support.house import House, house

JUNE = {"from_": "2026-06-01", "to": "2026-06-30"}
CONFIRMED = {"new", "modified", "confirmed"}
DEAD = {"inquiryDenied", "inquiryTimedout", "inquiryNotPossible", "declined", "expired", "cancelled"}
"""`modified` is a booking too. Source: Hostaway help, article 360023618174."""


async def report(home: House, **asked: Any) -> Report:
    return await home.app.services.finance.report(**asked)


def stays(home: House, *, by: str = "arrivalDate", statuses: set[str] = CONFIRMED) -> list[dict[str, Any]]:
    """June's stays, from the world's documents."""
    world = home.sandbox.world
    rows = (world.reservations.peek(number) for number in world.reservations)
    return [r for r in rows if r["status"] in statuses and "2026-06-01" <= (r[by] or "")[:10] <= "2026-06-30"]


def total_of(stay: dict[str, Any], name: str) -> Decimal:
    lines = (line for line in stay["financeField"] if line["name"] == name and not line["isDeleted"])
    return sum((Decimal(str(line["total"])) for line in lines), Decimal())


def currency_of(home: House, stay: dict[str, Any]) -> str:
    return str(home.sandbox.world.listings.peek(stay["listingMapId"])["currencyCode"])


def records(answer: Report) -> list[dict[str, Any]]:
    return [dict(zip([one.name for one in answer.columns], row.root, strict=True)) for row in answer.rows]


async def test_a_row_for_each_stay_with_hostaways_figures() -> None:
    async with house() as home:
        truth = {stay["id"]: stay for stay in stays(home)}
        answer = await report(home, **JUNE, limit=100)
        found = {row["id"]: row for row in records(answer)}
        assert found.keys() == truth.keys()
        assert answer.total == len(truth)
        for number, row in found.items():
            stay = truth[number]
            assert row["arrivalDate"] == stay["arrivalDate"]
            assert Decimal(row["baseRate"]) == total_of(stay, "baseRate")
            assert row["currency"] == currency_of(home, stay)
        assert any(row["status"] == "modified" for row in found.values()) == any(
            stay["status"] == "modified" for stay in truth.values()
        )


async def test_totals_are_one_for_each_currency_and_never_added() -> None:
    async with house() as home:
        expected: dict[str, Decimal] = {}
        for stay in stays(home):
            key = currency_of(home, stay)
            expected[key] = expected.get(key, Decimal()) + total_of(stay, "baseRate")
        assert len(expected) > 1, "the seeded world has several currencies"
        answer = await report(home, **JUNE)
        assert {one.currency: Decimal(one.values["baseRate"]) for one in answer.totals} == expected
        assert answer.currency == "several"
        assert home.upstream.count("/v1/finance/report/consolidated") == len(expected)


async def test_listings_of_one_currency_need_one_call_and_no_column_for_it() -> None:
    async with house() as home:
        answer = await report(home, **JUNE, listing=[40160, 40167])
        assert answer.currency == "EUR"
        assert "currency" not in [one.name for one in answer.columns]
        assert home.upstream.count("/v1/finance/report/consolidated") == 1
        mine = [stay for stay in stays(home) if stay["listingMapId"] in (40160, 40167)]
        assert {row["id"] for row in records(answer)} == {stay["id"] for stay in mine}
        assert Decimal(answer.totals[0].values["baseRate"]) == sum(total_of(s, "baseRate") for s in mine)


async def test_money_is_written_to_the_cent() -> None:
    async with house() as home:
        answer = await report(home, **JUNE, listing=40160)
        money = [one.name for one in answer.columns if one.type == "money"]
        assert money
        for row in records(answer):
            for name in money:
                assert isinstance(row[name], str)
                assert len(row[name].partition(".")[2]) == 2


@pytest.mark.parametrize(("date_type", "by"), [("departure", "departureDate"), ("booked", "reservationDate")])
async def test_dates_may_be_departures_or_bookings(date_type: str, by: str) -> None:
    async with house() as home:
        answer = await report(home, **JUNE, date_type=date_type, columns=["id"], limit=100)
        assert {row["id"] for row in records(answer)} == {stay["id"] for stay in stays(home, by=by)}


async def test_statuses_are_named_because_hostaway_leaves_none_out() -> None:
    """Source: _financialReporting_reportConsolidated.md, whose sample holds a cancelled stay."""
    async with house() as home:
        dead = await report(home, **JUNE, status_class=["dead"], limit=100)
        assert {row["id"] for row in records(dead)} == {stay["id"] for stay in stays(home, statuses=DEAD)}
        assert "cancelled" in dead.understood["statuses"]


async def test_a_channel_narrows() -> None:
    async with house() as home:
        answer = await report(home, **JUNE, channel=["airbnb"], limit=100)
        expected = {stay["id"] for stay in stays(home) if stay["channelId"] == 2018}
        assert {row["id"] for row in records(answer)} == expected


async def test_listing_financials_have_a_row_a_listing() -> None:
    async with house() as home:
        answer = await report(home, kind="listing_financials", **JUNE)
        sums: dict[int, Decimal] = {}
        for stay in stays(home):
            sums[stay["listingMapId"]] = sums.get(stay["listingMapId"], Decimal()) + total_of(
                stay, "baseRate"
            )
        found = {row["listingId"]: Decimal(row["baseRate"]) for row in records(answer)}
        assert {number: found[number] for number in sums} == sums


@pytest.mark.parametrize(("kind", "title"), [("standard", "Amount"), ("calculated", "Formula")])
async def test_csv_reports_are_rows_too(kind: Any, title: str) -> None:
    async with house() as home:
        answer = await report(home, kind=kind, **JUNE, listing=40160, limit=100)
        assert title in [one.name for one in answer.columns]
        assert answer.totals == (), "Hostaway gives none and none are made up"
        assert answer.currency == "EUR"
        base = "Base rate" if kind == "standard" else "Accommodation fee"
        mine = [stay for stay in stays(home) if stay["listingMapId"] == 40160]
        lines = [row for row in records(answer) if row["Description"] == base]
        assert len(lines) == len(mine)
        if kind == "standard":
            assert sum(Decimal(row["Amount"]) for row in lines) == sum(total_of(s, "baseRate") for s in mine)


async def test_columns_by_name_or_title_in_the_order_asked() -> None:
    async with house() as home:
        answer = await report(home, **JUNE, listing=40160, columns=["Owner payout", "id", "BASE RATE", "id"])
        assert [one.name for one in answer.columns] == ["ownerPayout", "id", "baseRate"]
        assert answer.other_columns == ()


async def test_all_columns() -> None:
    async with house() as home:
        lean = await report(home, **JUNE, listing=40160)
        whole = await report(home, **JUNE, listing=40160, columns=["all"])
        assert {*(one.name for one in lean.columns), *lean.other_columns} == {
            one.name for one in whole.columns
        }


async def test_an_unknown_column_gives_the_nearest() -> None:
    async with house() as home:
        with pytest.raises(InputError, match='no column "ownerpayouts"') as caught:
            await report(home, **JUNE, columns=["ownerpayouts"])
        assert "ownerPayout" in (caught.value.hint or "")


async def test_the_pages_of_a_report_hold_each_row_once_and_are_one_reading() -> None:
    async with house() as home:
        question = {"from": "2026-06", "columns": ["id"]}
        asked = {"from_": "2026-06", "columns": ["id"], "question": question, "limit": 7}
        answer = await report(home, **asked)
        calls, seen = len(home.upstream), [row["id"] for row in records(answer)]
        while answer.next_cursor:
            answer = await report(home, **asked, cursor=answer.next_cursor)
            seen += [row["id"] for row in records(answer)]
        assert sorted(seen) == sorted(stay["id"] for stay in stays(home))
        assert len(home.upstream) == calls
        with pytest.raises(CursorError):
            await report(home, **(asked | {"question": {"from": "2026-05"}}), cursor="WyJ4IixbXV0")


async def test_rows_alike_are_all_kept() -> None:
    """A standard report may say the same line twice; both count."""
    async with house() as home:
        one = next(stay for stay in stays(home) if stay["listingMapId"] == 40160)
        world = home.sandbox.world
        fields = world.reservations[one["id"]]["financeField"]
        world.touch_reservation(one["id"], financeField=[*fields, dict(fields[0])])
        whole = await report(home, kind="standard", **JUNE, listing=40160, limit=100)
        seen, cursor = 0, None
        while True:
            part = await report(home, kind="standard", **JUNE, listing=40160, limit=3, cursor=cursor)
            seen += len(part.rows)
            cursor = part.next_cursor
            if not cursor:
                break
        assert seen == whole.total


async def test_totals_that_are_not_those_of_the_rows_are_left_out() -> None:
    """The documentation's own sample has totals of far more than its rows."""
    body = {
        "columns": [
            {"name": "id", "title": "Reservation ID", "valueType": "number"},
            {"name": "baseRate", "title": "Base rate", "valueType": "money"},
            {"name": "ownerPayout", "title": "Owner payout", "valueType": "money"},
        ],
        "rows": [["755143", 2103, 2503], ["777736", 1402, 1802]],
        "totals": ["Totals", 3505, 372366.254],
        "currency": "RUB",
    }
    async with house() as home:
        home.sandbox.faults.add(
            "status", path="/v1/finance/*", status=200, body={"status": "success", "result": body}
        )
        answer = await report(home, **JUNE, listing=40160)
        assert answer.currency == "RUB", "what Hostaway says, not what the listing says"
        assert answer.totals[0].values == {"baseRate": "3505.00"}
        assert answer.warnings[0].startswith("Hostaway's totals of ownerPayout in RUB are not the sum")


async def test_formulas_with_other_names_still_show_money() -> None:
    columns = [
        {"name": "id", "title": "Reservation ID", "valueType": "number"},
        {"name": "ourShare", "title": "Our share", "valueType": "money"},
        {"name": "theirShare", "title": "Their share", "valueType": "money"},
    ]
    body = {"columns": columns, "rows": [["1", 10, 20.5]], "totals": ["Totals", 10, 20.5], "currency": "EUR"}
    async with house() as home:
        home.sandbox.faults.add(
            "status", path="/v1/finance/*", status=200, body={"status": "success", "result": body}
        )
        answer = await report(home, **JUNE, listing=40160)
        assert records(answer) == [{"id": 1, "ourShare": "10.00", "theirShare": "20.50"}]


async def test_an_empty_period_is_said() -> None:
    async with house() as home:
        answer = await report(home, from_="2010-01", listing=40160)
        assert answer.rows == ()
        assert answer.total == 0
        assert answer.warnings == ("Hostaway has nothing in this period with these statuses.",)


@pytest.mark.parametrize("status", [403, 404])
async def test_an_account_without_reports_gets_one_sentence(status: int) -> None:
    async with house() as home:
        body = {"status": "fail", "message": "Financial reporting is not enabled"}
        home.sandbox.faults.add("status", path="/v1/finance/*", times=None, status=status, body=body)
        with pytest.raises(ForbiddenError, match="gives this account no financial reports") as caught:
            await report(home, **JUNE)
        assert "financial reporting feature" in (caught.value.hint or "")


async def test_one_currency_that_fails_is_named_and_the_rest_is_shown() -> None:
    async with house() as home:
        await home.app.services.portfolio.listings()
        home.sandbox.faults.add("fail_200", path="/v1/finance/*", text="Try later")
        answer = await report(home, **JUNE, limit=100)
        assert not answer.complete
        assert answer.total is None
        assert len(answer.missing) == 1
        assert answer.missing[0].what.startswith("the listings in ")
        had = {row["id"] for row in records(answer)}
        gone = answer.missing[0].what.removeprefix("the listings in ")
        assert had == {stay["id"] for stay in stays(home) if currency_of(home, stay) != gone}


async def test_when_no_report_can_be_had_the_failure_comes_out() -> None:
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/finance/*", times=None, status=500)
        with pytest.raises(UpstreamError):
            await report(home, **JUNE)


async def test_without_dates_it_is_this_month() -> None:
    async with house() as home:
        answer = await report(home, listing=40160)
        assert answer.understood["dates"] == "arrivals from 2026-07-01 to 2026-07-31, both included"
        assert answer.understood["statuses"] == "new, modified, confirmed"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"from_": "2026-06-31"}, "2026-06-31 does not exist"),
        ({"from_": "2026-06-30", "to": "2026-06-01"}, "before `from`"),
        ({"to": "2026-06-01"}, "`to` needs a `from`"),
        ({"from_": "2206-06-01"}, "surely a slip"),
        ({"from_": "2020-01-01", "to": "2026-01-01"}, "at most 731"),
        ({"channel": ["airbnbb"]}, "is not a channel"),
        ({"listing": "Nowhere House"}, "There is no listing"),
    ],
)
async def test_bad_input_is_a_sentence_and_costs_no_report(asked: dict[str, Any], says: str) -> None:
    async with house() as home:
        with pytest.raises((InputError, UnknownNameError), match=says):
            await report(home, **asked)
        assert not any("finance" in path for path in home.upstream)


async def test_only_documented_paths_are_called() -> None:
    """The earlier system called /financialReports, which does not exist."""
    async with house() as home:
        for kind in ("standard", "calculated", "consolidated", "listing_financials"):
            await report(home, kind=kind, **JUNE, listing=40160)
        assert home.upstream[1:] == [
            f"/v1/finance/report/{name}"
            for name in ("standard", "calculated", "consolidated", "listingFinancials")
        ]
        assert not home.sandbox.violations
