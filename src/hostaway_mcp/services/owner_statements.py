"""Owner statements as they were stored, and the same question asked of Hostaway today."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hostaway_mcp.analytics.statements import Row, Sheet, Spent
from hostaway_mcp.analytics.stay_waterfall import OWNER_PAYOUT
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.finance import ReportDate
from hostaway_mcp.errors import AmbiguousNameError, NotFoundError, UnknownNameError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reports import FinanceReport, OwnerStatement, OwnerStatementSummary, ValueType
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.expenses import Expenses
from hostaway_mcp.services.facts import Facts, Gathering
from hostaway_mcp.services.names import fits
from hostaway_mcp.services.untrusted import clean, clean_name, word

FRESH_SECONDS = 300.0
MOST_ASKED = 20
"""Stays whose fate is looked up one by one."""
_DATES: dict[str, ReportDate] = {
    "arrivalDate": "arrivalDate",
    "departureDate": "departureDate",
    "reservationDate": "reservationDate",
}
_LABEL = re.compile(r"\((\d+)\)")
_MOST_DIGITS = 15


@dataclass(slots=True)
class Book:
    """A statement, sorted by currency, and what is known of the same today."""

    statement: OwnerStatement
    ages: list[datetime]
    sheets: dict[str, Sheet] = field(default_factory=dict)
    today: dict[str, Sheet] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    """What became of stays that are on one side only."""
    missing: list[Missing] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The statement in a sentence."""
        return f"statement {self.statement.id}"


class OwnerStatements:
    """
    Reads owner statements; they are not in the replica.

    Costs one call for the names (kept five minutes) and one for the statement; to compare it with today one
    for each currency, those for expenses, and one for each stay that is only on the statement.
    """

    def __init__(self, hostaway: Hostaway, *, facts: Facts, expenses: Expenses) -> None:
        self._hostaway = hostaway
        self._facts = facts
        self._expenses = expenses

    async def names(self) -> Sequence[OwnerStatementSummary]:
        """All statements by id and name."""

        async def load(gathering: Gathering[OwnerStatementSummary]) -> None:
            page = await self._hostaway.owner_statements.find()
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)

        return (await self._facts.get("owner statements", load, fresh_seconds=FRESH_SECONDS)).rows

    async def read(self, reference: int | str, listings: Mapping[int, Listing]) -> Book:
        """
        The statement that an id or words of its name mean.

        Raises:
            UnknownNameError: none. AmbiguousNameError: several. UpstreamError: it cannot be had.
        """
        number = await self._number(str(reference).strip())
        try:
            one = await self._hostaway.owner_statements.get(number)
        except NotFoundError:
            raise UnknownNameError(f"There is no owner statement {number} in this account.") from None
        book = Book(one.row, [one.received_at])
        _sort(book, listings)
        return book

    async def _number(self, text: str) -> int:
        if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
            return int(text)
        named = await self.names()
        whole = [one for one in named if one.statement_name.casefold() == text.casefold()]
        found = whole or [one for one in named if fits(text, one.statement_name)]
        if len(found) == 1:
            return found[0].id
        choices = [f"{word(clean_name(one.statement_name))} ({one.id})" for one in found or named]
        listed = ", ".join(choices[:8])
        if found:
            raise AmbiguousNameError(
                f'"{quoted(text)}" fits {len(found)} owner statements.',
                choices=choices,
                hint=f"Which one? {listed}.",
            )
        hint = f"There are: {listed}." if listed else "The account has none."
        raise UnknownNameError(f'There is no owner statement "{quoted(text)}".', hint=hint)

    async def compare(self, book: Book, listings: Mapping[int, Listing]) -> None:
        """Fills in what Hostaway says today; what cannot be had is named as missing."""
        try:
            await asyncio.gather(self._today(book, listings), self._spent(book, listings))
        except UpstreamError as error:
            book.today.clear()
            book.missing.append(
                Missing(
                    what="Today's figures, to compare the statement with.",
                    why=error.message,
                    resume="Ask the same again in a minute.",
                )
            )
            return
        await self._fates(book)

    async def _today(self, book: Book, listings: Mapping[int, Listing]) -> None:
        asked = book.statement.filter
        if asked is None:
            book.warnings.append("The statement does not say what it was made from, so it is not compared.")
            return
        by_currency: dict[str, list[int]] = {}
        for number in asked.listing_ids or tuple(listings):
            listing = listings.get(number)
            if listing is not None and listing.currency_code:
                by_currency.setdefault(listing.currency_code, []).append(number)
        found = await asyncio.gather(
            *(
                self._hostaway.finance.report_consolidated(
                    listing_ids=numbers,
                    from_date=asked.from_date,
                    to_date=asked.to_date,
                    date_type=_DATES.get(asked.date_type or "", "arrivalDate"),
                    channel_ids=asked.channel_ids or None,
                    statuses=asked.statuses or None,
                )
                for numbers in by_currency.values()
            )
        )
        for currency, one in zip(by_currency, found, strict=True):
            book.ages.append(one.received_at)
            if one.row.rows or currency in book.sheets:
                like = book.sheets.get(currency) or _like(book.statement)
                rows = tuple(rows_of(one.row))
                before = book.today.get(currency)
                book.today[currency] = Sheet(rows, before.spent if before else (), like.payable, like.titles)

    async def _spent(self, book: Book, listings: Mapping[int, Listing]) -> None:
        asked = book.statement.filter
        if asked is None or asked.from_date is None or asked.to_date is None:
            return
        known = await self._expenses.all()
        book.ages.append(known.as_of)
        if not known.complete:
            book.missing.append(
                Missing(
                    what="Some of today's expenses.", why=known.why or "", resume="Ask again in a minute."
                )
            )
        spent: dict[str, list[Spent]] = {}
        for one in known.rows:
            listing = listings.get(one.listing_id or 0)
            inside = one.expense_date and asked.from_date <= one.expense_date <= asked.to_date
            here = not asked.listing_ids or one.listing_id in asked.listing_ids
            if one.is_deleted or not inside or not here or listing is None or one.amount is None:
                continue
            entry = Spent(one.id, one.amount, _concept(one.concept), one.expense_date)
            spent.setdefault(listing.currency_code or "", []).append(entry)
        for currency, some in spent.items():
            like = book.today.get(currency) or book.sheets.get(currency) or _like(book.statement)
            book.today[currency] = Sheet(
                like.rows if currency in book.today else (), tuple(some), like.payable, like.titles
            )

    async def _fates(self, book: Book) -> None:
        """What became of the stays that are on one side only."""
        made = book.statement.inserted_on
        before = {row.id for sheet in book.sheets.values() for row in sheet.rows}
        after = {row.id for sheet in book.today.values() for row in sheet.rows}
        alone = sorted(before ^ after)
        found = await asyncio.gather(*(self._fate(number) for number in alone[:MOST_ASKED]))
        for number, stay in zip(alone, found, strict=False):
            book.why[number] = _fate(stay, book, gone=number in before, made=made)

    async def _fate(self, number: int) -> Reservation | UpstreamError:
        try:
            return (await self._hostaway.reservations.get(number)).row
        except UpstreamError as error:
            return error


def rows_of(report: FinanceReport) -> Iterable[Row]:
    """The stays of a report with their money; a row without an id is left out."""
    money = {one.name for one in report.columns if one.value_type is ValueType.MONEY}
    for record in report.records():
        number = str(record.get("id") or "")
        if not number.isdecimal():
            continue
        amounts = {
            name: value for name, value in record.items() if name in money and isinstance(value, Decimal)
        }
        yield Row(int(number), amounts, **{name: _text(record.get(key)) for name, key in _TEXTS.items()})


_TEXTS = {
    "status": "status",
    "channel": "channelName",
    "listing": "listingName",
    "arrival": "arrivalDate",
    "departure": "departureDate",
}


def _text(value: Any) -> str | None:
    return clean_name(str(value)) if value is not None else None


def _concept(text: str | None) -> str | None:
    return clean(text, max_chars=60)


def _like(statement: OwnerStatement) -> Sheet:
    """An empty sheet with the statement's words for its columns."""
    columns = statement.finance.columns if statement.finance else ()
    titles = {one.name: clean_name(one.title) or one.name for one in columns}
    total = statement.grand_total
    payable = tuple(one.name for one in total.formulas_total if one.name in titles) if total else ()
    return Sheet((), payable=payable or (OWNER_PAYOUT,), titles=titles)


def _sort(book: Book, listings: Mapping[int, Listing]) -> None:
    """The statement's lines by the currency of their listing; of one currency its own sums count too."""
    statement, like = book.statement, _like(book.statement)
    rows: dict[str, list[Row]] = {}
    spent: dict[str, list[Spent]] = {}
    asked = statement.filter.listing_ids if statement.filter else ()
    only = {one.currency_code for number in asked if (one := listings.get(number)) and one.currency_code}
    default = (
        next(iter(only)) if len(only) == 1 else (statement.finance.currency if statement.finance else None)
    )
    for row in rows_of(statement.finance) if statement.finance else ():
        rows.setdefault(_currency(row, listings) or default or "", []).append(row)
    for noted in statement.expenses:
        listing = listings.get(noted.listing_id or 0)
        currency = (listing.currency_code if listing else None) or default or ""
        if noted.amount is not None:
            entry = Spent(noted.id, noted.amount, _concept(noted.concept), noted.expense_date)
            spent.setdefault(currency, []).append(entry)
    unknown = len(rows.pop("", ())) + len(spent.pop("", ()))
    if unknown:
        book.warnings.append(f"{unknown} lines have no currency that could be told; no sum has them.")
    for currency in sorted(rows.keys() | spent.keys()):
        book.sheets[currency] = replace(
            like, rows=tuple(rows.get(currency, ())), spent=tuple(spent.get(currency, ()))
        )
    if len(book.sheets) == 1 and not unknown:
        ((currency, sheet),) = book.sheets.items()
        book.sheets[currency] = _with_own_sums(sheet, statement)
    elif len(book.sheets) > 1:
        book.warnings.append(
            f"The statement adds {' and '.join(book.sheets)}; its own total is no amount of money. "
            "Each currency is explained by itself."
        )


def _with_own_sums(sheet: Sheet, statement: OwnerStatement) -> Sheet:
    total = statement.grand_total
    if total is None:
        return sheet
    lines = [one.amount for one in total.formulas_total if one.amount is not None]
    return replace(
        sheet,
        lines_total=sum(lines, Decimal(0)) if lines else None,
        spent_total=total.expenses_total,
        grand_total=total.grand_total_amount,
    )


def _currency(row: Row, listings: Mapping[int, Listing]) -> str | None:
    """Reports write a listing as "(123) name"; some only its name."""
    match = _LABEL.match(row.listing or "")
    if match and len(match[1]) <= _MOST_DIGITS:
        listing = listings.get(int(match[1]))
        return listing.currency_code if listing else None
    called = [one for one in listings.values() if row.listing and clean_name(one.name) == row.listing]
    return called[0].currency_code if len(called) == 1 else None


def _fate(stay: Reservation | UpstreamError, book: Book, *, gone: bool, made: datetime | None) -> str:
    """Why a stay is on one side only."""
    if isinstance(stay, NotFoundError):
        return "deleted since"
    if isinstance(stay, UpstreamError):
        return f"why is not known: {stay.message}"
    if not gone:
        return _came(stay, made)
    asked = book.statement.filter
    assert asked is not None  # Without a filter nothing is compared.
    if asked.statuses and str(stay.status) not in asked.statuses:
        return f"{stay.status} since"
    days = {"departureDate": stay.departure, "arrivalDate": stay.arrival}
    day = days.get(asked.date_type or "", stay.reservation_date.date() if stay.reservation_date else None)
    if _outside(day, asked.from_date, asked.to_date):
        return f"moved since: now {stay.arrival} to {stay.departure}, outside the statement's period"
    if asked.listing_ids and stay.listing_id not in asked.listing_ids:
        return "moved to a listing that is not on the statement"
    return "on the statement only; why is not known"


def _came(stay: Reservation, made: datetime | None) -> str:
    priced = "" if stay.total_price else "; it has no price (calendar import)" if stay.channel.is_ical else ""
    booked = stay.reservation_date or stay.inserted_on
    if made and booked and booked > made:
        return f"booked after the statement was made{priced}"
    if stay.status == "modified":
        return f"changed into the statement's period, or after it was made{priced}"
    return f"not on the statement{priced}"


def _outside(day: date | None, first: date | None, last: date | None) -> bool:
    return day is not None and ((first is not None and day < first) or (last is not None and day > last))
