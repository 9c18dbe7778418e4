"""Reports, statements and charges, against the reservations they are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import pytest

from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.sandbox.pricing import cents

FORM: dict[str, Any] = {
    "fromDate": "2026-05-01",
    "toDate": "2026-05-31",
    "dateType": "arrivalDate",
    "statuses[0]": "new",
    "statuses[1]": "modified",
    "listingMapIds[0]": 40_160,
    "format": "json",
}


async def test_consolidated_report_adds_up(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    table = (await client.post("/finance/report/consolidated", data=FORM)).json()["result"]
    names = [column["name"] for column in table["columns"]]
    expected = [
        stay
        for stay in sandbox.world.stays_of[40_160]
        if stay.status in ("new", "modified") and stay.arrival.isoformat()[:7] == "2026-05"
    ]
    assert {row[0] for row in table["rows"]} == {str(stay.id) for stay in expected}
    column = names.index("totalPrice")
    total = sum((cents(row[column]) for row in table["rows"]), Decimal(0))
    assert cents(table["totals"][column]) == total
    assert table["totals"][0] == "Totals"
    assert table["currency"] == "EUR"


@pytest.mark.parametrize("report", ["standard", "calculated", "consolidated", "listingFinancials"])
async def test_reports_come_as_csv_from_multipart_and_urlencoded(
    report: str, client: httpx2.AsyncClient
) -> None:
    form = FORM | {"format": "csv", "delimiter": "tab"}
    encoded = await client.post(f"/finance/report/{report}", data=form)
    parts = {name: (None, str(value)) for name, value in form.items()}
    multipart = await client.post(f"/finance/report/{report}", files=parts)
    assert encoded.headers["content-type"].startswith("text/csv")
    assert "\t" in encoded.text.splitlines()[0]
    assert encoded.text == multipart.text


async def test_a_report_asks_for_no_status_by_itself(client: httpx2.AsyncClient) -> None:
    form = {name: value for name, value in FORM.items() if not name.startswith(("statuses", "listing"))}
    table = (await client.post("/finance/report/consolidated", data=form)).json()["result"]
    statuses = {row[2] for row in table["rows"]}
    assert {"new", "cancelled"} <= statuses
    assert table["currency"] is None


async def test_statement_totals_are_its_rows_and_expenses(client: httpx2.AsyncClient) -> None:
    number = (await client.get("/ownerStatements")).json()["result"][0]["id"]
    statement = (await client.get(f"/ownerStatement/{number}")).json()["result"]
    table = statement["financeDataJson"]
    column = [one["name"] for one in table["columns"]].index("ownerPayout")
    payout = sum((cents(row[column]) for row in table["rows"]), Decimal(0))
    spent = sum((cents(one["amount"]) for one in statement["expenses"]), Decimal(0))
    assert cents(statement["grandTotalJson"]["grandTotalAmount"]) == payout + spent


async def test_charges_of_a_stay_add_up_to_its_price(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    number = next(iter(sandbox.world.charges)) // 10
    rows = (await client.get("/guestPayments/charges", params={"reservationId": number})).json()["result"]
    price = sandbox.world.reservations[number]["totalPrice"]
    assert sum((cents(row["amount"]) for row in rows), Decimal(0)) == cents(price)


async def test_offline_charge_pays_a_stay(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    """The payment status follows the charges; `isPaid` is never stored."""
    number = next(
        stay.id
        for stay in sandbox.world.stays.values()
        if stay.channel == 2000
        and stay.status == "new"
        and sandbox.world.charges_of(stay.id)[1]["status"] == "awaiting"
    )
    assert (await client.get(f"/reservations/{number}")).json()["result"]["paymentStatus"] == "Partially paid"
    price = sandbox.world.reservations[number]["totalPrice"]
    body = {
        "title": "Rest",
        "amount": price,
        "paymentMethod": "other",
        "status": "paid",
        "scheduledDate": "2026-06-19 10:00:00",
    }
    made = (await client.post(f"/guestPayments/charges/{number}", json=body)).json()["result"]
    assert (made["reservationId"], made["paymentProvider"]) == (number, "offline")
    assert (await client.get(f"/reservations/{number}")).json()["result"]["paymentStatus"] == "Paid"


async def test_sign_of_an_expense_decides_its_type(client: httpx2.AsyncClient) -> None:
    body = {"listingMapId": 40_160, "expenseDate": "2026-06-01", "concept": "Key copy", "amount": -12.5}
    made = (await client.post("/expenses", json=body)).json()["result"]
    assert (made["type"], made["ownerStatementExpenseId"]) == ("expense", made["id"])
    after = (await client.put(f"/expenses/{made['id']}", json=body | {"amount": 30})).json()["result"]
    assert after["type"] == "extra"
    assert (await client.delete(f"/expenses/{made['id']}")).json() == {"status": "success", "result": {}}
