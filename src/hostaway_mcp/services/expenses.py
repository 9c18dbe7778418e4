"""Expenses and extras of the listings, with what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hostaway_mcp.analytics.expenses import Entry, Sum, by_category, by_month, by_owner, sums_of
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.errors import BrokenAnswerError, UnknownNameError
from hostaway_mcp.models.expenses import Expense
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.account_owners import AccountOwners, Owner
from hostaway_mcp.services.answers import ListAnswer, Missing, Money, Record
from hostaway_mcp.services.copied_ledgers import EXPENSES, CopiedLedgers
from hostaway_mcp.services.copy import copied_or_live
from hostaway_mcp.services.cursors import SortKey, cut, descending
from hostaway_mcp.services.dates import Span, read_period, read_span
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.narrowed import of_group
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, fold, name_of
from hostaway_mcp.services.untrusted import clean, clean_name

FRESH_SECONDS = 60.0
ROOM_BYTES = 8_500
MAX_GROUPS = 10
CONCEPT_CHARS = 120


class ExpenseRow(Record):
    """An expense (below zero) or extra (above)."""

    expense_id: int
    on: date | None = None
    listing_id: int | None = None
    listing: str | None = None
    reservation_id: int | None = None
    concept: str | None = None
    categories: tuple[str, ...] = ()
    amount: Money | None = None
    """Absent where neither listing nor currency is known."""
    owner: str | None = None
    statement_ids: tuple[int, ...] = ()
    """The owner statements that it is on."""


class ExpenseSum(Record):
    """What entries come to in one currency."""

    group: str | None = None
    count: int
    expenses: Money
    extras: Money
    net: Money


class ExpenseList(ListAnswer):
    """Expenses and extras, the latest first; sums only when all of them could be read."""

    expenses: tuple[ExpenseRow, ...]
    totals: tuple[ExpenseSum, ...]
    by_category: tuple[ExpenseSum, ...] = ()
    by_owner: tuple[ExpenseSum, ...] = ()
    by_month: tuple[ExpenseSum, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which expenses."""

    span: Span
    listing_ids: frozenset[int] | None
    category: str | None
    owner: Owner | None

    def fits(self, one: Expense) -> bool:
        if one.is_deleted or one.expense_date is None:
            return False
        if not self.span.first <= one.expense_date <= self.span.last:
            return False
        if self.listing_ids is not None and one.listing_id not in self.listing_ids:
            return False
        if self.category and not any(self.category in fold(name) for name in one.categories_names):
            return False
        return self.owner is None or self.owner.has(one.listing_id, one.owner_user_id)


class Expenses:
    """
    Reads expenses.

    Costs nothing from the replica; live one call for each 100 expenses of all time, for Hostaway has no
    filter; nothing when they were read within a minute. With `owner` one or two calls more.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        facts: Facts,
        ledgers: CopiedLedgers,
        portfolio: Portfolio,
        owners: AccountOwners,
    ) -> None:
        self._hostaway = hostaway
        self._facts = facts
        self._ledgers = ledgers
        self._portfolio = portfolio
        self._owners = owners

    async def all(self) -> Known[Expense]:
        """
        Every expense and extra, deleted ones too.

        Raises:
            HostawayMcpError: nothing at all could be had.
        """

        async def load(gathering: Gathering[Expense]) -> None:
            await copied_or_live(gathering, self._ledgers.expenses, self._load, ages=EXPENSES)

        return await self._facts.get("expenses", load, fresh_seconds=FRESH_SECONDS)

    async def find(
        self,
        *,
        first: str | None = None,
        last: str | None = None,
        category: str | None = None,
        owner: int | str | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> ExpenseList:
        """
        The expenses of some days, both included; by default this month's.

        Raises:
            InputError: dates, listing, group, category or owner that cannot be read.
            HostawayMcpError: nothing at all could be had.
        """
        chosen = await self._portfolio.choose(listing)
        every = await self._portfolio.by_id()
        ids, understood = _ids(listing, group, chosen.listings, every), dict(chosen.understood)
        today = self._portfolio.today(chosen.listings)
        span = (
            read_period(first, last, today, exclusive=False)
            if first or last
            else read_span("this month", today)
        )
        meant = await self._owners.find(owner) if owner is not None else None
        known = await self.all()
        asked = _Asked(span, ids, fold(category) if category else None, meant)
        found = [one for one in known.rows if asked.fits(one)]
        if category and not found and known.complete:
            _check_category(category, known.rows)
        entries = [entry for one in found if (entry := _entry(one, every))]
        part = cut(
            found,
            key=_place,
            show=lambda one: _row(one, every),
            question=dict(question or {}),
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        understood["dates"] = f"{span.first} to {span.last}, both included"
        if meant is not None:
            understood["owner"] = meant.says
        first_page = cursor is None
        return ExpenseList(
            as_of=min(known.as_of, chosen.known.as_of, *([meant.as_of] if meant else [])),
            complete=known.complete,
            missing=() if known.complete else (_missing(known),),
            warnings=tuple(filter(None, (_without(len(found) - len(entries)), _nothing(found, known)))),
            understood=understood,
            total=part.total if known.complete else None,
            next_cursor=part.next_cursor,
            expenses=part.rows,
            totals=_sums(entries, lambda _: (None,)) if known.complete else (),
            by_category=_sums(entries, by_category) if known.complete and first_page else (),
            by_owner=_sums(entries, by_owner) if known.complete and first_page else (),
            by_month=_months(entries, span) if known.complete and first_page else (),
        )

    async def _load(self, gathering: Gathering[Expense]) -> None:
        seen: set[int] = set()
        offset, count = 0, None
        while True:
            page = await self._hostaway.expenses.find(limit=PAGE_LIMIT, offset=offset)
            fresh = [row for row in page.rows if row.id not in seen]
            seen.update(row.id for row in fresh)
            gathering.add(fresh, page.received_at, set_aside=page.set_aside)
            offset, count = offset + page.received, page.count
            end = offset >= count if count is not None else page.received < PAGE_LIMIT
            if end or not page.received:
                break
        if count is not None and len(seen) + gathering.set_aside < count:
            # Rows that change places between two pages come twice or not at all.
            raise BrokenAnswerError("The list of expenses changed while it was read.")


def _ids(
    listing: ListingRef | None,
    group: str | None,
    chosen: Sequence[Listing],
    every: Mapping[int, Listing],
) -> frozenset[int] | None:
    """The listings in question; None for all, also archived ones and what is no listing's."""
    ids = frozenset(one.id for one in chosen) if listing is not None else None
    if group is None:
        return ids
    inside = frozenset(one.id for one in of_group(tuple(every.values()), group))
    return inside if ids is None else inside & ids


def _check_category(category: str, rows: Sequence[Expense]) -> None:
    """
    Raises:
        UnknownNameError: no expense at all has such a category.
    """
    known = sorted({name for one in rows for name in one.categories_names if not one.is_deleted})
    if not any(fold(category) in fold(name) for name in known):
        shown = [name for name in map(clean_name, known[:12]) if name]
        hint = f"There are: {', '.join(shown)}." if shown else "No expense has a category."
        raise UnknownNameError(f'No expense has the category "{quoted(category)}".', hint=hint)


def _place(one: Expense) -> SortKey:
    return descending(str(one.expense_date)), one.id


def currency_of(one: Expense, listings: Mapping[int, Listing]) -> str | None:
    """The currency of the expense's listing: Hostaway sends none with it."""
    listing = listings.get(one.listing_id or 0)
    return listing.currency_code if listing else None


def _entry(one: Expense, listings: Mapping[int, Listing]) -> Entry | None:
    currency = currency_of(one, listings)
    if currency is None or one.amount is None:
        return None
    categories = tuple(name for name in map(clean_name, one.categories_names) if name)
    return Entry(one.id, one.amount, currency, one.expense_date, categories, clean_name(one.owner_user_name))


def _row(one: Expense, listings: Mapping[int, Listing]) -> ExpenseRow:
    listing = listings.get(one.listing_id or 0)
    return ExpenseRow(
        expense_id=one.id,
        on=one.expense_date,
        listing_id=one.listing_id,
        listing=name_of(listing) if listing else clean_name(one.listing_name),
        reservation_id=one.reservation_id,
        concept=clean(one.concept, max_chars=CONCEPT_CHARS),
        categories=tuple(name for name in map(clean_name, one.categories_names) if name),
        amount=Money.of(one.amount, currency_of(one, listings)),
        owner=clean_name(one.owner_user_name),
        statement_ids=one.owner_statement_ids,
    )


def _sums(
    entries: Sequence[Entry], groups: Callable[[Entry], Sequence[str | None]]
) -> tuple[ExpenseSum, ...]:
    return tuple(map(_sum, sums_of(entries, groups)[:MAX_GROUPS]))


def _months(entries: Sequence[Entry], span: Span) -> tuple[ExpenseSum, ...]:
    """In the order of time; within one month they would say the totals again."""
    if (span.first.year, span.first.month) == (span.last.year, span.last.month):
        return ()
    return tuple(map(_sum, sorted(sums_of(entries, by_month), key=lambda one: one.group or "")))[-MAX_GROUPS:]


def _sum(one: Sum) -> ExpenseSum:
    expenses, extras = Money.of(one.expenses, one.currency), Money.of(one.extras, one.currency)
    net = Money.of(one.net, one.currency)
    assert expenses is not None  # An entry has a currency.
    assert extras is not None
    assert net is not None
    return ExpenseSum(group=one.group, count=one.count, expenses=expenses, extras=extras, net=net)


def _without(count: int) -> str | None:
    if not count:
        return None
    return (
        f"{count} of them are of no listing that is known, so their currency is not known; no sum has them."
    )


def _nothing(found: Sequence[Expense], known: Known[Expense]) -> str | None:
    return "No expense or extra is noted for this." if not found and known.complete else None


def _missing(known: Known[Expense]) -> Missing:
    return Missing(
        what=f"Some expenses: {len(known.rows)} were read.",
        why=known.why or "Not known.",
        resume="Ask the same again in a minute.",
    )
