"""Hostaway's reports and owner statements as tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hostaway_mcp.models.lenient import read_one
from hostaway_mcp.models.reports import FinanceReport, OwnerStatement, ValueType, read_csv_report
from tests.models import examples


def _report(name: str) -> FinanceReport:
    report, _ = read_one(FinanceReport, examples.result(name))
    assert report is not None
    return report


def test_consolidated_report_by_name() -> None:
    """Source: _financialReporting_reportConsolidated.md, its example."""
    report = _report("createFinanceConsolidatedReport.response.01.json")
    assert report.currency == "RUB"
    first = report.records()[0]
    assert first["id"] == 755143
    assert first["arrivalDate"] == "2019-03-06"
    assert first["pmCommission"] == Decimal("420.6")
    assert report.total("totalTax") == Decimal("1354.254")
    assert report.total("listingName") is None
    assert report.total("nothing") is None
    assert report.totals[0] == "Totals"


def test_csv_report_is_the_same_table_with_titles() -> None:
    """Source: _financialReporting_reportConsolidated.md, its CSV example."""
    report = read_csv_report(examples.text("createFinanceConsolidatedReport.response.02.csv"))
    other = _report("createFinanceConsolidatedReport.response.01.json")
    assert [column.title for column in report.columns] == [column.title for column in other.columns]
    assert report.rows[0][0] == other.rows[0][0] == 755143
    assert len(report.rows) == 3
    assert report.records()[0]["PM Commission"] == Decimal("420.6")
    assert report.records()[0]["Listing name"] == "(123) apartment with Balcony"
    assert report.total("Total tax") == Decimal("1354.254")
    assert report.total("Listing name") is None
    assert report.currency is None


def test_csv_report_by_tab() -> None:
    """Source: _financialReporting_reportStandard.md, its example."""
    report = read_csv_report(examples.text("createFinanceStandardReport.response.01.csv"))
    assert [column.name for column in report.columns][-1] == "Amount"
    assert report.records()[0]["Amount"] == 7000
    assert report.records()[0]["Owner"] == "john1"
    assert report.totals == ()


def test_csv_report_without_a_line() -> None:
    assert read_csv_report("").columns == ()
    report = read_csv_report("A,B\n")
    assert [column.name for column in report.columns] == ["A", "B"]
    assert report.rows == ()


def test_ragged_and_quoted_csv() -> None:
    report = read_csv_report('Name,Amount\r\n"Smith, ""Jo""\nsecond line",1.50\r\nshort\r\n')
    assert report.rows == (('Smith, "Jo"\nsecond line', Decimal("1.50")), ("short",))


def test_cells_that_are_not_numbers_stay_words() -> None:
    report = FinanceReport.model_validate(
        {
            "columns": [
                {"name": "id", "title": "Id", "valueType": "number"},
                {"name": "sum", "title": "Sum", "valueType": "money"},
                {"name": "odd", "title": "Odd", "valueType": "colour"},
            ],
            "rows": [["12", "n/a", 5], ["1.5", 0.1, None], "not a row", [True, "1_000", ""]],
            "totals": "none",
        }
    )
    assert report.rows == ((12, "n/a", "5"), (Decimal("1.5"), Decimal("0.1"), None), ("True", "1_000", None))
    assert report.columns[2].value_type is ValueType.UNKNOWN
    assert report.totals == ()


def test_owner_statement_line_by_line() -> None:
    """Source: _ownerStatement_retrieve.md, its example."""
    statement, _ = read_one(OwnerStatement, examples.result("getOwnerStatement.response.01.json"))
    assert statement is not None
    assert statement.filter is not None
    assert statement.filter.from_date == date(2021, 3, 1)
    assert statement.summary[0].total_value == Decimal("37681.7531")
    assert statement.grand_total is not None
    assert statement.grand_total.grand_total_amount == Decimal("17643.5474")
    assert [line.name for line in statement.grand_total.formulas_total] == ["baseRate", "pmCommission"]
    assert statement.expenses[0].amount == Decimal(3)
    assert statement.finance is not None
    assert statement.finance.totals == ("Totals",)
    assert statement.access_by_users == (123, 456)
