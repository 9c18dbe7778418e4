"""Why money is what it is: a stay or a statement step by step, and what makes two figures differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hostaway_mcp.analytics.balances import host_collects, paid_of
from hostaway_mcp.analytics.statements import ON_STATEMENT, TODAY, Sheet, compare
from hostaway_mcp.analytics.stay_waterfall import Formula, StayMoney, waterfall_of
from hostaway_mcp.analytics.waterfall import Step
from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import InputError, UnknownNameError, UpstreamError
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.charges import Charges
from hostaway_mcp.services.copy import note_live
from hostaway_mcp.services.cursors import cut_ordered, read_cursor
from hostaway_mcp.services.differences import Pad, Stay, bridged, of_statement, of_stay
from hostaway_mcp.services.explained import MOST_ALSO, Explanation, lines_of, shown
from hostaway_mcp.services.owner_statements import Book, OwnerStatements
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.reservations.resolve import Resolver, place
from hostaway_mcp.services.stays import named_listings

ROOM_BYTES = 5_000
"""For the lines of a statement; its steps take the rest of an answer."""
SMALLEST_ID = 100_000
"""A whole number below it is an amount, not the id of anything."""
_AMOUNT = re.compile(r"(-?\d[\d,' ]*(?:\.\d+)?)\s*([A-Za-z]{3})?")
_NAMED = re.compile(r"(statement|reservation)\s+(.+)", re.IGNORECASE)


Against = Decimal | Stay | Book | None


class Explainer:
    """
    Explains money.

    A stay costs what get_reservation costs and one call for the account's formulas; a statement two calls,
    and what `OwnerStatements.compare` costs where it is compared with today.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        portfolio: Portfolio,
        resolver: Resolver,
        charges: Charges,
        statements: OwnerStatements,
    ) -> None:
        self._hostaway = hostaway
        self._portfolio = portfolio
        self._resolver = resolver
        self._charges = charges
        self._statements = statements

    async def explain(
        self,
        *,
        reservation: int | str | None = None,
        statement: int | str | None = None,
        against: float | str | None = None,
        limit: int = 25,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Explanation:
        """
        The steps of a stay, or of a statement (then also what changed since), or those between two figures.

        Raises:
            InputError: neither or both are named, or currencies differ.
            UnknownNameError, AmbiguousNameError: a stay or statement that is not there, or several.
            HostawayMcpError: it could not be had.
        """
        if (reservation is None) == (statement is None):
            raise InputError(
                "Name one: a `reservation` or an owner `statement`.",
                hint="What it is compared with goes into `against`.",
            )
        named = await named_listings(self._portfolio)
        sheet = Pad(named.by_id, [named.as_of] if named.as_of else [])
        sheet.warnings += filter(None, (named.warning,))
        if reservation is not None:
            this: Stay | Book = await self._stay(reservation, sheet)
        else:
            this = await self._book(statement or "", sheet)
        other = await self._against(against, sheet) if against is not None else None
        if isinstance(this, Stay):
            return (
                of_stay(this, other, sheet)
                if not isinstance(other, Book)
                else await self._both(this, other, sheet, stay_first=True)
            )
        if isinstance(other, Stay):
            return await self._both(other, this, sheet, stay_first=False)
        if other is None:
            await self._statements.compare(this, sheet.listings)
        answer = of_statement(this, other, sheet)
        return _with_lines(answer, this, limit, cursor, dict(question or {}))

    async def _against(self, words: float | str, sheet: Pad) -> Against:
        text = str(words).strip()
        if text.casefold() == "today":
            return None
        if match := _NAMED.fullmatch(text):
            return await (self._book if match[1].lower() == "statement" else self._stay)(match[2], sheet)
        if match := _AMOUNT.fullmatch(text):
            amount = Decimal(re.sub("[,' ]", "", match[1]))
            if match[2] or "." in text or amount < SMALLEST_ID:
                return _understood(amount, sheet)
            return await self._number(int(amount), sheet)
        try:
            return await self._book(text, sheet)
        except UnknownNameError:
            return await self._stay(text, sheet)

    async def _number(self, number: int, sheet: Pad) -> Against:
        """A large whole number: a statement or a stay if there is one, else an amount."""
        if any(one.id == number for one in await self._statements.names()):
            return await self._book(number, sheet)
        try:
            return await self._stay(number, sheet)
        except UnknownNameError:
            return _understood(Decimal(number), sheet)

    async def _book(self, reference: int | str, sheet: Pad) -> Book:
        note_live()
        return await self._statements.read(reference, sheet.listings)

    async def _stay(self, reference: int | str, sheet: Pad) -> Stay:
        today = self._portfolio.today(tuple(sheet.listings.values()))
        found = await self._resolver.one(reference, sheet.listings, today=today)
        stay = found.stay
        sheet.ages.append(found.as_of)
        sheet.understood |= found.understood
        if stay.total_price is None or not stay.currency or stay.status_class is StatusClass.OWNER_STAY:
            return Stay(stay, None, ())
        known = StayMoney(
            total=stay.total_price,
            lines=await self._lines(stay, sheet),
            is_dead=stay.status_class is StatusClass.DEAD,
            kept=stay.channel_commission_amount,
            payout=stay.airbnb_expected_payout_amount,
            cancellation=stay.airbnb_listing_cancellation_payout,
            formulas=await self._formulas(stay, sheet),
        )
        return Stay(stay, known, waterfall_of(known).steps, await self._paid(stay, sheet))

    async def _lines(self, stay: Reservation, sheet: Pad) -> Sequence[Any]:
        if stay.finance_field:
            return stay.finance_field
        try:
            page = await self._hostaway.finance.find_fields(stay.id)
        except UpstreamError as error:
            sheet.missing.append(_missing("The parts of the price.", error))
            return ()
        note_live()
        sheet.ages.append(page.received_at)
        return page.rows

    async def _formulas(self, stay: Reservation, sheet: Pad) -> dict[str, Formula]:
        try:
            page = await self._hostaway.finance.find_calculated_fields(stay.id)
        except UpstreamError as error:
            sheet.missing.append(
                _missing("What the owner gets: the results of the account's formulas.", error)
            )
            return {}
        note_live()
        sheet.ages.append(page.received_at)
        return {
            one.formula_name: Formula(one.formula_name, one.formula_result, one.formula_value)
            for one in page.rows
            if one.formula_result is not None and one.reservation_id in (stay.id, None)
        }

    async def _paid(self, stay: Reservation, sheet: Pad) -> Decimal | None:
        if not host_collects(stay):
            return None
        charged = await self._charges.of([stay.id])
        sheet.ages += charged.ages
        rows = charged.of(stay.id)
        if rows is None:
            why = next(iter(charged.unknown.values()))
            sheet.missing.append(Missing(what="What was paid.", why=why, resume="Ask again in a minute."))
        return paid_of(rows) if rows is not None else None

    async def _both(self, one: Stay, book: Book, sheet: Pad, *, stay_first: bool) -> Explanation:
        """A stay by today's figures and the same stay on a statement."""
        await self._statements.compare(book, sheet.listings)
        number, currency = one.stay.id, one.currency
        then = _only(book.sheets.get(currency), number)
        now = _only(book.today.get(currency), number)
        if not then.rows and not now.rows:
            why = book.why.get(number) or f"it is {one.stay.status}, {place(one.stay, sheet.listings)}"
            raise InputError(f"Reservation {number} has no part in {book.label}: {why}.")
        changes = compare(then, now, book.why)
        a, b = Step(ON_STATEMENT, then.added, is_figure=True), Step(TODAY, now.added, is_figure=True)
        steps = list(changes.steps)
        if stay_first:
            a, b, steps = b, a, [replace(step, amount=-step.amount) for step in steps]
        sheet.ages += book.ages
        sheet.missing += book.missing
        labels = f"reservation {number}", book.label
        subject, other = labels if stay_first else labels[::-1]
        return bridged(subject, other, a.amount, b.amount, steps, currency, sheet).model_copy(
            update={"also": shown(changes.also[:MOST_ALSO], currency)}
        )


def _only(sheet: Sheet | None, number: int) -> Sheet:
    sheet = sheet or Sheet(())
    rows = tuple(row for row in sheet.rows if row.id == number)
    return Sheet(rows, payable=sheet.payable, titles=sheet.titles)


def _understood(amount: Decimal, sheet: Pad) -> Decimal:
    sheet.understood["against"] = f"an amount of {amount:f}"
    return amount


def _missing(what: str, error: UpstreamError) -> Missing:
    return Missing(what=what, why=error.message, resume="Ask the same again in a minute.")


def _with_lines(
    answer: Explanation, book: Book, limit: int, cursor: str | None, question: Mapping[str, Any]
) -> Explanation:
    lines = [line for currency, sheet in book.sheets.items() for line in lines_of(sheet, currency)]
    begin = int(read_cursor(question, cursor)[0]) if cursor is not None else 0
    ordered = list(enumerate(lines))[begin:]
    part = cut_ordered(
        ordered,
        total=len(lines),
        key=lambda pair: (pair[0] + 1,),
        show=lambda pair: pair[1],
        question=question,
        limit=limit,
        budget_bytes=ROOM_BYTES if cursor is None else 2 * ROOM_BYTES,
    )
    update: dict[str, Any] = {"lines": part.rows, "total": part.total, "next_cursor": part.next_cursor}
    if cursor is not None:
        update |= {"steps": (), "also": ()}
    return answer.model_copy(update=update)
