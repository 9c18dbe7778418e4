"""Hostaway's reports and the money of stays, through the real client and the sandbox."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hostaway_mcp.client.client import Nouns
from hostaway_mcp.client.finance import ReportFilters
from tests.client.recorder import Recorder
from tests.client.world import World, world


def _month(w: World) -> ReportFilters:
    today = w.clock.today("UTC")
    return {
        "from_date": today - timedelta(days=30),
        "to_date": today,
        "date_type": "arrivalDate",
        "statuses": ["new", "modified"],
    }


async def test_consolidated_report_as_json_and_as_csv() -> None:
    async with world() as w:
        json = (await w.hostaway.finance.report_consolidated(**_month(w))).row
        csv = (await w.hostaway.finance.report_consolidated(format="csv", **_month(w))).row
        assert json.rows
        assert [column.title for column in json.columns] == [column.title for column in csv.columns]
        assert [row[0] for row in json.rows] == [row[0] for row in csv.rows]
        rates = [record["baseRate"] for record in json.records()]
        assert all(isinstance(rate, Decimal) for rate in rates)
        assert json.total("baseRate") == sum(rate for rate in rates if isinstance(rate, Decimal))


async def test_other_reports_have_rows() -> None:
    async with world() as w:
        finance = w.hostaway.finance
        assert (await finance.report_standard(**_month(w))).row.rows
        assert (await finance.report_calculated(**_month(w))).row.rows
        assert (await finance.report_listing_financials(**_month(w))).row.rows


async def test_fields_of_one_stay() -> None:
    async with world() as w:
        number = (await w.hostaway.reservations.find()).rows[0].id
        standard = await w.hostaway.finance.get_standard_fields(number)
        assert standard.row.reservation_id == number
        assert (await w.hostaway.finance.find_calculated_fields(number)).rows
        assert (await w.hostaway.finance.find_custom_formulas()).rows


async def test_owner_statement() -> None:
    async with world() as w:
        summaries = await w.hostaway.owner_statements.find()
        statement = (await w.hostaway.owner_statements.get(summaries.rows[0].id)).row
        assert statement.statement_name == summaries.rows[0].statement_name
        assert statement.finance is not None


async def test_form_of_a_report() -> None:
    """Arrays stay arrays: how they travel in a form is the protocol's business."""
    recorder = Recorder({"columns": []})
    await Nouns(recorder).finance.report_consolidated(
        listing_ids=(1, 2), from_date=date(2026, 1, 1), statuses=["new"], sort_by=None
    )
    assert recorder.last.body == {
        "listingMapIds": [1, 2],
        "fromDate": "2026-01-01",
        "statuses": ["new"],
        "format": "json",
    }
