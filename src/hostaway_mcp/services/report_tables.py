"""A financial report as a table: which columns, the rows in an order that lasts, totals that hold."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import RootModel

from hostaway_mcp.errors import InputError
from hostaway_mcp.models.reports import Cell, FinanceReport, ReportColumn, ValueType
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import ListAnswer, Money, Record
from hostaway_mcp.services.cursors import ANSWER_BYTES, SortKey, cut
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.portfolio import fold
from hostaway_mcp.services.untrusted import clean_name

ReportKind = Literal["standard", "calculated", "consolidated", "listing_financials"]

LEAN = (
    *("id", "channelName", "status", "arrivalDate", "departureDate", "listingId", "listingName", "baseRate"),
    *("cleaningFeeValue", "totalTax", "hostChannelFee", "pmCommission", "ownerPayout", "totalPrice"),
)
"""What most questions are about; the rest by `columns`. Names of the documentation's example report."""

LEAN_MONEY = 6
"""Where an account's formulas have other names, so many of its first money columns."""

EVERYTHING = "all"
SEVERAL, UNKNOWN = "several", "unknown"
OWED_BY_ROUNDING = Decimal("0.01")
_CURRENCY = ReportColumn(name="currency", title="Currency", value_type=ValueType.STRING)


class Column(Record):
    """A column; `name` is what `columns` takes, `title` is for people."""

    name: str
    title: str
    type: str


class ReportRow(RootModel[tuple[str | int | None, ...]]):
    """The cells of a row in the order of the columns; money as decimal strings."""


class Totals(Record):
    """Hostaway's totals of all rows in one currency, by column name."""

    currency: str
    values: dict[str, str]


class Report(ListAnswer):
    """A report as Hostaway computes it."""

    columns: tuple[Column, ...]
    rows: tuple[ReportRow, ...]
    totals: tuple[Totals, ...]
    """One a currency; only where Hostaway gives them and they are those of the rows."""
    currency: str
    """Of all money in the rows; `several` when a column says it for each, `unknown` when nobody does."""
    other_columns: tuple[str, ...] = ()
    """What `columns` may ask for besides."""


@dataclass(frozen=True, slots=True)
class Part:
    """The report over listings of one currency. `ids` None: over all listings."""

    currency: str | None
    ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of one part, with what it is sorted by."""

    cells: Mapping[str, Cell]
    currency: str | None
    key: SortKey


class Table:
    """The parts of a report as one table."""

    def __init__(
        self,
        kind: ReportKind,
        reports: Sequence[tuple[Part, Known[FinanceReport]]],
        wanted: Sequence[str] | None,
    ) -> None:
        self._as_of = min(known.as_of for _, known in reports)
        self._reports = [(part, known.rows[0]) for part, known in reports]
        self._all = _columns(self._reports)
        self._shown = _choose(self._all, wanted, kind=kind)
        self._mixed = len({_currency(part, report) for part, report in self._reports}) > 1
        if self._mixed:
            self._shown = [*self._shown, _CURRENCY]
        self._chosen = bool(wanted)
        self._warnings: list[str] = []

    def answer(self, question: Mapping[str, Any], *, cursor: str | None, limit: int) -> Report:
        """The rows that fit into one answer, with totals of all of them."""
        columns = tuple(_column(one) for one in self._shown)
        # Said once: not to those who chose, nor again on each page.
        said = cursor is not None or self._chosen
        others = () if said else tuple(one.name for one in self._all if one not in self._shown)
        totals = tuple(filter(None, (self._totals(part, report) for part, report in self._reports)))
        taken = sum(len(one.model_dump_json()) for one in (*columns, *totals)) + sum(
            len(one) + 3 for one in others
        )
        part = cut(
            self._lines(),
            key=lambda line: line.key,
            show=self._row,
            question=question,
            cursor=cursor,
            limit=limit,
            # A twentieth is for the fences around names in the text form.
            budget_bytes=max(ANSWER_BYTES - taken, ANSWER_BYTES // 2) * 19 // 20,
        )
        if not part.total:
            self._warnings.append("Hostaway has nothing in this period with these statuses.")
        currencies = {_currency(part, report) for part, report in self._reports}
        return Report(
            as_of=self._as_of,
            warnings=tuple(self._warnings),
            total=part.total,
            next_cursor=part.next_cursor,
            columns=columns,
            rows=part.rows,
            totals=totals,
            currency=SEVERAL if len(currencies) > 1 else next(iter(currencies)) or UNKNOWN,
            other_columns=others,
        )

    def _lines(self) -> list[_Line]:
        """Every row with a key that stays the same from page to page: date, first cell, how often seen."""
        lines, seen = list[_Line](), dict[tuple[str, ...], int]()
        names = [one.name for one in self._all]
        by = next((name for name in ("arrivalDate", "Arrival") if name in names), None)
        for part, report in self._reports:
            currency = _currency(part, report)
            for cells in report.records():
                first = next(iter(cells.values()), None)
                place = (str(cells.get(by) or "") if by else "", currency or "", str(first).zfill(12))
                seen[place] = seen.get(place, 0) + 1
                lines.append(_Line(cells, currency, (*place, seen[place])))
        return lines

    def _row(self, line: _Line) -> ReportRow:
        return ReportRow(
            tuple(
                line.currency
                if column is _CURRENCY
                else _shown(line.cells.get(column.name), column, line.currency)
                for column in self._shown
            )
        )

    def _totals(self, part: Part, report: FinanceReport) -> Totals | None:
        """Hostaway's totals, where they are the sum of the rows; others would mislead."""
        currency = _currency(part, report)
        if not report.totals or currency is None:
            return None
        values, wrong = {}, []
        for column in self._shown:
            total = report.total(column.name) if column is not _CURRENCY else None
            if column.value_type is not ValueType.MONEY or not isinstance(total, Decimal | int):
                continue
            if _adds_up(report, column.name, Decimal(total)):
                values[column.name] = _amount(Decimal(total), currency)
            else:
                wrong.append(column.name)
        if wrong:
            self._warnings.append(
                f"Hostaway's totals of {', '.join(wrong)} in {currency} are not the sum of the rows it sent, "
                "so they are left out."
            )
        return Totals(currency=currency, values=values) if values else None


def _currency(part: Part, report: FinanceReport) -> str | None:
    """What Hostaway says, else that of the listings: CSV reports say nothing."""
    return report.currency or part.currency


def _columns(reports: Sequence[tuple[Part, FinanceReport]]) -> list[ReportColumn]:
    """The columns of all parts, each once; in CSV only the titles tell money."""
    found: dict[str, ReportColumn] = {}
    for _, report in reports:
        for column in report.columns:
            found.setdefault(column.name, column)
    money = ValueType.MONEY
    return [
        one.model_copy(update={"value_type": money}) if one.name == "Amount" else one
        for one in found.values()
    ]


def _choose(
    columns: Sequence[ReportColumn], wanted: Sequence[str] | None, *, kind: ReportKind
) -> list[ReportColumn]:
    """
    The columns that are asked for, by name or title; without a wish the usual ones.

    Raises:
        InputError: there is no such column, with the nearest.
    """
    if wanted and fold(" ".join(wanted)) == EVERYTHING:
        return list(columns)
    if wanted:
        return list({one.name: one for one in (_named(columns, word) for word in wanted)}.values())
    if kind in ("standard", "calculated"):
        return list(columns)
    lean = [one for one in columns if one.name in LEAN]
    money = [one for one in columns if one.value_type is ValueType.MONEY]
    if sum(one in money for one in lean) < min(2, len(money)):
        texts = [one for one in columns if one not in money][:LEAN_MONEY]
        return [*texts, *money[:LEAN_MONEY]]
    return lean


def _named(columns: Sequence[ReportColumn], word: str) -> ReportColumn:
    wanted = fold(word).replace(" ", "")
    called = {
        fold(name).replace(" ", ""): one for one in columns for name in (one.title or one.name, one.name)
    }
    if wanted in called:
        return called[wanted]
    near = [called[name].name for name in difflib.get_close_matches(wanted, called, n=3, cutoff=0.5)]
    names = near or [one.name for one in columns][:20]
    lead = "The nearest" if near else "There are"
    raise InputError(
        f'The report has no column "{quoted(word, 40)}".', hint=f"{lead}: {', '.join(dict.fromkeys(names))}."
    )


def _column(column: ReportColumn) -> Column:
    title = clean_name(column.title) or column.name
    return Column(name=column.name, title=title, type=str(column.value_type or ValueType.STRING))


def _shown(cell: Cell, column: ReportColumn, currency: str | None) -> str | int | None:
    if cell is None or isinstance(cell, str):
        return clean_name(cell)
    if column.value_type is ValueType.MONEY:
        return _amount(Decimal(cell), currency)
    return cell if isinstance(cell, int) else f"{cell:f}"


def _amount(amount: Decimal, currency: str | None) -> str:
    money = Money.of(amount, currency)
    return f"{money.amount if money else amount:f}"


def _adds_up(report: FinanceReport, name: str, total: Decimal) -> bool:
    """Whether the rows come to this total, give or take the rounding of each."""
    cells = [cells.get(name) for cells in report.records()]
    total_of_rows = sum((Decimal(one) for one in cells if isinstance(one, Decimal | int)), Decimal())
    return abs(total_of_rows - total) <= OWED_BY_ROUNDING * (len(cells) + 1) / 2
