"""Hostaway's own financial reports and owner statements, as tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from hostaway_mcp.models.lenient import MANY, Day, Moment, OpenEnum, Wire, warn

Cell = Decimal | int | str | None
"""Money is Decimal, other whole numbers are int."""

TOTALS = "Totals"
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")


class ValueType(OpenEnum):
    """What a column holds."""

    UNKNOWN = "unknown"
    NUMBER = "number"
    STRING = "string"
    MONEY = "money"


class ReportColumn(Wire):
    """A column; `name` is stable, `title` is for people and all that CSV has."""

    name: str
    title: str | None = None
    value_type: ValueType | None = None


class FinanceReport(Wire):
    """
    A report: `rows` and `totals` in the order of `columns`; one currency for all of it.

    The columns depend on the account's formulas, so take values by name. A text column has no total.
    Source: Hostaway API reference, "Financial reporting".
    """

    columns: Annotated[tuple[ReportColumn, ...], MANY]
    rows: tuple[tuple[Cell, ...], ...] = ()
    totals: tuple[Cell, ...] = ()
    currency: str | None = None

    @field_validator("rows", mode="plain")
    @classmethod
    def _read_rows(cls, rows: Any, info: ValidationInfo) -> Any:
        types = _types(info)
        readable = [row for row in rows if _is_list(row)] if _is_list(rows) else []
        if rows and (not _is_list(rows) or len(readable) < len(rows)):
            warn("Hostaway sent a financial report with rows that cannot be read; they were left out.")
        return tuple(_cells(row, types) for row in readable)

    @field_validator("totals", mode="plain")
    @classmethod
    def _read_totals(cls, totals: Any, info: ValidationInfo) -> Any:
        types = _types(info)
        if not _is_list(totals):
            return ()
        cells = _cells(totals, types)
        return tuple(
            None if cell in (0, "0") and type_ is ValueType.STRING else cell
            for cell, type_ in zip(cells, types, strict=False)
        )

    def records(self) -> list[dict[str, Cell]]:
        """The rows by column name."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=False)) for row in self.rows]

    def total(self, name: str) -> Cell:
        """The total of one column, if there is one."""
        names = [column.name for column in self.columns[: len(self.totals)]]
        return self.totals[names.index(name)] if name in names else None


def read_csv_report(text: str) -> FinanceReport:
    """
    A report from CSV text, by comma or tab. Names and titles are the same here: CSV has titles only.

    A column whose every filled cell is a number is a number column. A last line that starts with
    "Totals" is the totals. CSV does not say the currency.
    """
    head, _, _ = text.partition("\n")
    delimiter = "\t" if "\t" in head else ","
    lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if line]
    if not lines:
        return FinanceReport.model_validate({"columns": []})
    titles, body = lines[0], lines[1:]
    totals = body.pop() if body and body[-1][0] == TOTALS else []
    columns = [
        {"name": title, "title": title, "valueType": _type_of(index, body)}
        for index, title in enumerate(titles)
    ]
    return FinanceReport.model_validate({"columns": columns, "rows": body, "totals": totals})


def _type_of(index: int, lines: Sequence[Sequence[str]]) -> str:
    cells = [line[index] for line in lines if index < len(line) and line[index] != ""]
    return "number" if cells and all(_number(cell) is not None for cell in cells) else "string"


def _types(info: ValidationInfo) -> list[ValueType | None]:
    columns: tuple[ReportColumn, ...] = info.data.get("columns", ())
    return [column.value_type for column in columns]


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _cells(row: Sequence[Any], types: Sequence[ValueType | None]) -> tuple[Cell, ...]:
    return tuple(_cell(value, type_) for value, type_ in zip(row, types, strict=False))


def _cell(value: object, type_: ValueType | None) -> Cell:
    if value is None or value == "":
        return None
    number = _number(value)
    if type_ is ValueType.MONEY and number is not None:
        return number
    if type_ is ValueType.NUMBER and number is not None:
        whole = number == number.to_integral_value()
        return int(number) if whole else number
    return str(value)


def _number(value: object) -> Decimal | None:
    """A finite number from a JSON number or its text, exactly as written."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value)
    return Decimal(text) if len(text) <= 40 and _NUMBER.fullmatch(text) else None


class StatementFilter(Wire):
    """What an owner statement was made from."""

    listing_ids: Annotated[tuple[int, ...], MANY] = Field(default=(), alias="listingMapIds")
    from_date: Day | None = None
    to_date: Day | None = None
    date_type: str | None = None
    statuses: Annotated[tuple[str, ...], MANY] = ()
    channel_ids: Annotated[tuple[int, ...], MANY] = ()
    columns: Annotated[tuple[str, ...], MANY] = ()


class StatementFormula(Wire):
    """A formula's sum on a statement."""

    formula_name: str
    total_value: Decimal | None = None


class StatementExpense(Wire):
    """An expense or extra on a statement."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    expense_date: Day | None = None
    concept: str | None = None
    amount: Decimal | None = None


class StatementTotalLine(Wire):
    """A line of a statement's grand total."""

    name: str
    amount: Decimal | None = None


class StatementTotal(Wire):
    """What a statement comes to."""

    expenses_total: Decimal | None = None
    grand_total_amount: Decimal | None = None
    formulas_total: Annotated[tuple[StatementTotalLine, ...], MANY] = ()


class OwnerStatementSummary(Wire):
    """An owner statement's name."""

    id: int
    statement_name: str = ""


class OwnerStatement(Wire):
    """
    An owner statement: a stored snapshot, not computed again.

    Source: Hostaway API reference, "Owner statements".
    """

    id: int
    statement_name: str = ""
    invoice_name: str | None = None
    filter: StatementFilter | None = Field(default=None, alias="filterParametersJson")
    summary: Annotated[tuple[StatementFormula, ...], MANY] = Field(default=(), alias="summaryDataJson")
    finance: FinanceReport | None = Field(default=None, alias="financeDataJson")
    grand_total: StatementTotal | None = Field(default=None, alias="grandTotalJson")
    expenses: Annotated[tuple[StatementExpense, ...], MANY] = ()
    property_manager_name: str | None = None
    property_owner_name: str | None = None
    property_owner_email: str | None = None
    notes: str | None = None
    access_by_users: Annotated[tuple[int, ...], MANY] = ()
    inserted_on: Moment | None = None
    updated_on: Moment | None = None
