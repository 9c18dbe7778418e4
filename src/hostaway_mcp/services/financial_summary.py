"""Revenue, payout, fees, occupancy, ADR and RevPAR of a period, by what is asked, with what is left out."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Literal

from hostaway_mcp import calls
from hostaway_mcp.analytics.revenue import Basis, Stay
from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import InputError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.account_owners import AccountOwners, OwnedListings
from hostaway_mcp.services.answers import Detail, Missing
from hostaway_mcp.services.copy import resume_of
from hostaway_mcp.services.cursors import ANSWER_BYTES, cut
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period
from hostaway_mcp.services.facts import Facts, Known
from hostaway_mcp.services.finance import Finance
from hostaway_mcp.services.narrowed import of_group
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, incomplete, label
from hostaway_mcp.services.reconciliation import reconcile_with
from hostaway_mcp.services.stay_money import StayMoney
from hostaway_mcp.services.stays import By, Wanted
from hostaway_mcp.services.summary_book import Book, Grouping
from hostaway_mcp.services.summary_rows import Cell, Compared, Rounded, Summary, changes, group_of

Compare = Literal["previous", "last_year"]

_BY = {
    Basis.NIGHT: By.STAY,
    Basis.ARRIVAL: By.ARRIVAL,
    Basis.DEPARTURE: By.DEPARTURE,
    Basis.BOOKED: By.BOOKED,
}
_MEANT = {Basis.ARRIVAL: "arrivals", Basis.DEPARTURE: "departures", Basis.BOOKED: "bookings made"}
_WITHOUT_LISTINGS = (None, "channel", "month")
"""Nights belong to listings; what is grouped so has them all together."""
_TOOL = "get_financial_summary"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which listings are meant, and how the words of the question were understood."""

    listings: tuple[Listing, ...]
    by_id: Mapping[int, Listing]
    known: Known[Listing]
    inside: Mapping[int, Listing]
    """The listings that are meant, by id."""
    whole: bool
    """Whether the whole portfolio is meant."""
    understood: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def active(self) -> tuple[Listing, ...]:
        """Those of the listings that are in use; of the whole portfolio no others are meant."""
        if self.whole:
            return self.listings
        return tuple(one for one in self.listings if not one.is_archived)


@dataclass(frozen=True, slots=True)
class Period:
    """The figures of one period."""

    book: Book
    as_of: datetime
    missing: tuple[Missing, ...]


class FinancialSummary:
    """
    Adds up the money of stays.

    Costs what `StayMoney` costs, twice with a comparison; by owner some calls for the users; one call for
    each currency where it is checked against Hostaway's report.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        money: StayMoney,
        portfolio: Portfolio,
        finance: Finance,
        facts: Facts,
    ) -> None:
        self._hostaway = hostaway
        self._money = money
        self._portfolio = portfolio
        self._finance = finance
        self._facts = facts

    async def summarize(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        basis: Basis = Basis.NIGHT,
        by: Grouping | None = None,
        compare: Compare | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        reconcile: bool | None = None,
        detail: Detail = "brief",
        limit: int = 50,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Summary:
        """
        The figures of a period, default this month; `to` is excluded by night, else included.

        Raises:
            InputError: a date, listing or cursor that cannot be read.
            UnknownNameError: no listing is in the group.
            HostawayMcpError: nothing at all could be had.
        """
        scope = await self._scope(listing, group)
        span = self._span(from_, to, basis, scope)
        reader = AccountOwners(self._hostaway, facts=self._facts)
        owners = await reader.of_listings() if by == "owner" else None
        # Only with the stays one by one can they be compared with Hostaway's.
        single = self._wants(reconcile)
        now = await self._period(span, basis, by, scope, owners, single=single, sold=compare is not None)
        totals = now.book.totals()
        compared, then, said = await self._compared(compare, span, basis, scope, now)
        reconciled = await reconcile_with(
            self._finance, now.book, scope.listings, wanted=self._wants(reconcile)
        )
        groups = _groups(now.book) if by else []
        room = ANSWER_BYTES - sum(
            len(one.model_dump_json(exclude_none=True))
            for one in (*totals, *now.book.excluded(), reconciled, *((compared,) if compared else ()))
        )
        rounded = _rounded(groups, brief=detail == "brief")
        part = cut(
            groups,
            key=_place,
            show=lambda cell: group_of(cell, rounded[cell.currency][cell]),
            question=question or {},
            cursor=cursor,
            limit=limit,
            budget_bytes=max(room, ANSWER_BYTES // 3),
            in_order=True,
        )
        missing = (*incomplete(scope.known, listing), *now.missing, *(then.missing if then else ()))
        warnings = (*scope.warnings, *now.book.warnings(), *said)
        if owners and owners.warning:
            warnings = (*warnings, owners.warning)
        return Summary(
            as_of=min(now.as_of, scope.known.as_of, *((then.as_of,) if then else ())),
            complete=not missing,
            missing=missing,
            warnings=warnings,
            understood=scope.understood | _understood(span, basis),
            total=part.total if by and not missing else None,
            next_cursor=part.next_cursor,
            totals=tuple(totals),
            groups=part.rows,
            excluded=now.book.excluded(),
            cancellation_income=now.book.cancellation_income(),
            reconciled=reconciled,
            compared=compared,
        )

    async def _scope(self, listing: ListingRef | None, group: str | None) -> Scope:
        chosen = await self._portfolio.choose(listing)
        found = tuple(of_group(chosen.listings, group))
        archived = [one for one in found if one.is_archived] if listing is not None else []
        says: tuple[str, ...] = ()
        if archived:
            named = ", ".join(label(one) for one in archived[:5])
            says = (f"Archived, so without nights available: {named}.",)
        return Scope(
            found,
            await self._portfolio.by_id(),
            chosen.known,
            chosen.by_id if group is None else {one.id: one for one in found},
            listing is None and group is None,
            chosen.understood,
            says,
        )

    def _span(self, first: str | None, last: str | None, basis: Basis, scope: Scope) -> Span:
        words = first or (None if last else "this month")
        if words is None:
            raise InputError("`to` needs a `from`.")
        today = self._portfolio.today(scope.listings)
        return read_period(words, last, today, exclusive=basis is Basis.NIGHT)

    async def _period(
        self,
        span: Span,
        basis: Basis,
        by: Grouping | None,
        scope: Scope,
        owners: OwnedListings | None,
        *,
        single: bool = False,
        sold: bool = False,
    ) -> Period:
        """With `single` stay by stay; with `sold` the book knows which listings had some."""
        book = Book(span, basis, by, scope.inside, scope.by_id, whole=scope.whole, owners=owners)
        as_of = None if single else await self._shared(book, scope, sold=sold)
        read: Known[Stay] | None = None
        missing = list[Missing]()
        if as_of is None:
            read = await self._stays(book, scope)
            as_of = read.as_of
            for stay in read.rows:
                book.add(stay)
            if not read.complete:
                missing.append(_stays_missing(read, span))
        if basis is Basis.NIGHT and book.has_stays:

            async def sleeping() -> Sequence[Stay]:
                return (read or await self._stays(book, scope)).rows

            summed = scope.whole and by in _WITHOUT_LISTINGS
            sums = await self._money.night_sums(book.spans, scope.listings) if summed else None
            if sums is not None:
                book.add_night_sums(sums.counts)
                return Period(book, min(as_of, sums.as_of), tuple(missing))
            nights = await self._money.nights(scope.active, book.spans, sleeping, tool=_TOOL)
            book.add_nights(nights.counts)
            missing += nights.missing
            as_of = min(as_of, nights.as_of or as_of)
        return Period(book, as_of, tuple(missing))

    async def _stays(self, book: Book, scope: Scope) -> Known[Stay]:
        return await self._money.stays(_wanted(book.span, book.basis, scope), scope.by_id)

    async def _shared(self, book: Book, scope: Scope, *, sold: bool) -> datetime | None:
        """Fills the book with sums of the replica's; gives their age, or None where it has none."""
        inside = tuple(scope.inside)
        by_night = book.basis is Basis.NIGHT
        key = None if book.by in (None, "month") else "channel" if book.by == "channel" else "listing_id"
        wanted = _wanted(book.span, book.basis, scope)
        ask = partial(
            self._money.shared, listings=scope.by_id, inside=inside, by_night=by_night, whole=scope.whole
        )
        found = await ask(wanted, key=key)
        if found is None:
            return None
        book.add_shares(found.shares)
        book.leave_out(found.idle)
        for stay in found.odd:
            book.add(stay)
        for span in book.spans if book.by == "month" else ():
            part = await ask(_wanted(span, book.basis, scope))
            book.add_shares(part.shares if part else (), span.first.replace(day=1))
        if sold:
            book.sold(await self._money.first_days(wanted, inside, by_night=by_night, whole=scope.whole))
        return found.as_of

    async def _compared(
        self, compare: Compare | None, span: Span, basis: Basis, scope: Scope, now: Period
    ) -> tuple[Compared | None, Period | None, tuple[str, ...]]:
        if compare is None:
            return None, None, ()
        earlier = before(span) if compare == "previous" else year_before(span)
        try:
            then = await self._period(earlier, basis, None, scope, None, sold=True)
        except UpstreamError as error:
            # The period itself is still worth telling.
            known: Known[Stay] = Known((), now.as_of, complete=False, why=error.message)
            lost = Period(now.book, now.as_of, (_stays_missing(known, earlier),))
            return None, lost, ()
        totals, listings = then.book.totals(), then.book.listings_sold
        if not listings:
            what = f"No booked stay is known from {earlier.first} to {earlier.last}"
            return None, then, (f"{what}, so there is nothing to compare with.",)
        said: tuple[str, ...] = ()
        if len(listings) < len(now.book.listings_sold):
            since = then.book.first_day
            said = (
                f"Of {len(now.book.listings_sold)} listings with stays now, {len(listings)} had any in the "
                f"earlier period (the first from {since}): the comparison covers what there is.",
            )
        compared = Compared(
            first=earlier.first,
            last=earlier.last,
            totals=tuple(totals),
            change=changes(now.book.totals(), totals),
            listings_then=len(listings),
            listings_now=len(now.book.listings_sold),
        )
        return compared, then, said

    def _wants(self, reconcile: bool | None) -> bool:
        """Asked for; or, if nothing is said, where the answer is read from Hostaway anyway."""
        if reconcile is not None:
            return reconcile
        call = calls.current()
        return call is not None and call.live and not call.copied


def before(span: Span) -> Span:
    """
    The period before: as many whole months if it is whole months, else as many days.

    Example: before 1 to 31 July is 1 to 30 June; before 10 to 19 July is 30 June to 9 July.
    """
    last = span.first - ONE_DAY
    if span.first.day == 1 and (span.last + ONE_DAY).day == 1:
        months = (span.last.year - span.first.year) * 12 + span.last.month - span.first.month
        first = last.replace(day=1)
        for _ in range(months):
            first = (first - ONE_DAY).replace(day=1)
        return Span(first, last)
    return Span(span.first - timedelta(days=span.days), last)


def year_before(span: Span) -> Span:
    """The same dates a year earlier; a period that ends with a month ends with that month then."""
    return Span(_year_before(span.first), _year_before(span.last, month_end=(span.last + ONE_DAY).day == 1))


def _year_before(day: date, *, month_end: bool = False) -> date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, last if month_end else min(day.day, last))


def _groups(book: Book) -> list[Cell]:
    cells = book.groups()
    if book.by == "month":
        return sorted(cells, key=lambda cell: (cell.order, cell.currency))
    return sorted(cells, key=_place)


def _place(cell: Cell) -> tuple[str, str, str | int]:
    return str(cell.order), cell.currency, cell.key


def _rounded(cells: Sequence[Cell], *, brief: bool) -> dict[str, Rounded]:
    """By currency: a group is rounded together with all others of its own."""
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.currency, []).append(cell)
    return {currency: Rounded(some, brief=brief) for currency, some in found.items()}


def _wanted(span: Span, basis: Basis, scope: Scope) -> Wanted:
    only = scope.listings[0].id if len(scope.listings) == 1 and not scope.whole else None
    return Wanted(by=_BY[basis], first=span.first, last=span.last, listing_id=only)


def _understood(span: Span, basis: Basis) -> dict[str, str]:
    if basis is Basis.NIGHT:
        return {"dates": f"nights from {span.first}, `to` {span.last + ONE_DAY} excluded"}
    return {"dates": f"{_MEANT[basis]} from {span.first} to {span.last}, both included"}


def _stays_missing(known: Known[Stay], span: Span) -> Missing:
    return Missing(
        what=f"Some reservations from {span.first} to {span.last}: {len(known.rows)} were read, so these are "
        "no totals.",
        why=known.why or "Not known.",
        resume=resume_of(known.why, "Ask the same again in a minute, or for a shorter period."),
    )
