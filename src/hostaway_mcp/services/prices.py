"""Prices that are surely a slip, with what would be usual."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from hostaway_mcp.analytics.calendar_days import Day
from hostaway_mcp.analytics.conflicts import days_in_runs
from hostaway_mcp.analytics.prices import (
    Limits,
    OddNight,
    OddPrice,
    PriceRule,
    nights_unlike_last_year,
    odd_runs,
)
from hostaway_mcp.analytics.revenue import amounts_of
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, ReservationStatus, StatusClass
from hostaway_mcp.services.answers import ListAnswer, Money, Record
from hostaway_mcp.services.calendar_book import Kept
from hostaway_mcp.services.calendar_days import (
    FEW,
    CalendarChange,
    CalendarDays,
    CalendarFix,
    DayRange,
    Scope,
    envelope_of,
    limited,
    scope_of,
)
from hostaway_mcp.services.copied_stays import Narrowed
from hostaway_mcp.services.cursors import ANSWER_BYTES, SortKey, cut
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period
from hostaway_mcp.services.portfolio import ListingRef, ListingRow, Portfolio, listing_key
from hostaway_mcp.services.price_book import PriceBook, months_of, odd_in
from hostaway_mcp.services.price_rules import Rules, read_rules, rules_in_words
from hostaway_mcp.services.stays import By, Stays, Wanted

DEFAULT_DAYS = 60
MAX_DAYS = 366
LIMIT = 25
ROOM_BYTES = ANSWER_BYTES - 1_200
A_YEAR = timedelta(days=364)
"""52 weeks: the same weekday."""
MOST_STAYS = 3_000
"""Stays of last year read whole; more would take longer than an answer may."""
FEW_LISTINGS = 50
"""Of more than these, last year costs calls of its own only when it was asked for."""
SOLD = frozenset(ReservationStatus.of_class(StatusClass.CONFIRMED))


class PriceFinding(ListingRow):
    """Nights on end of a listing whose price breaks the same rule; `from` and `to` are included."""

    rule: str
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    price: Money | None = None
    """For one night, the lowest of them; absent where there is none."""
    price_to: Money | None = None
    """The highest, where they differ."""
    usual: Money | None = None
    """What a night would be expected to cost, on average."""
    says: str
    fixes: tuple[CalendarFix, ...] = ()
    """Arguments of update_calendar, a call for each price."""
    worth: Money | None = None
    """What the nights would bring more at the usual prices; absent for prices that are too high."""


class PriceRuleCount(Record):
    """How many findings a rule has."""

    rule: str
    findings: int


class PricesAnswer(ListAnswer):
    """The findings by date."""

    findings: tuple[PriceFinding, ...]
    counts: tuple[PriceRuleCount, ...] = ()
    looked_at: str
    """How many open nights this rests on."""


@dataclass(frozen=True, slots=True)
class _Found:
    listing: Listing
    odd: OddPrice

    @property
    def key(self) -> SortKey:
        return (self.odd.first.isoformat(), *listing_key(self.listing), str(self.odd.rule))


class Prices:
    """
    Finds odd prices among the nights that can be sold.

    Costs what reading the calendars costs: nothing from the replica, live a call a listing; besides, live,
    one call for each 100 stays of last year.
    """

    def __init__(self, *, stays: Stays, days: CalendarDays, portfolio: Portfolio) -> None:
        self._stays = stays
        self._days = days
        self._portfolio = portfolio
        self._book = PriceBook()

    async def check(
        self,
        *,
        first: str | None = None,
        last: str | None = None,
        rules: Sequence[str] = (),
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> PricesAnswer:
        """
        The odd prices from `first` to `last`, which is included; default the next 60 days.

        Raises:
            InputError: unknown listing, rule or date, more than a year.
            CursorError: the cursor belongs to another question.
            HostawayMcpError: no calendar at all could be had.
        """
        chosen = read_rules(rules)
        scope = await scope_of(self._portfolio, listing, group)
        today = self._portfolio.today(scope.listings)
        span = read_period(first, last, today, exclusive=False, default_days=DEFAULT_DAYS)
        limited(span, MAX_DAYS, "check_prices")
        open_span = Span(max(span.first, today), span.last)
        found, nights, warnings = await self._found(scope, open_span, today, chosen)
        scope.insist()
        question: dict[str, Any] = {"listing": listing, "group": group, "span": (span.first, span.last)}
        question |= {"rules": sorted(rules)}
        part = cut(
            found,
            key=lambda one: one.key,
            show=self._row,
            question=question,
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        envelope = envelope_of(scope, "check_prices")
        return PricesAnswer(
            **envelope,
            warnings=tuple(warnings),
            understood=scope.understood
            | {"from": f"{span.first}", "to": f"{span.last} (included)", "rules": rules_in_words(chosen)},
            findings=part.rows,
            total=part.total if envelope["complete"] else None,
            next_cursor=part.next_cursor,
            counts=_counts(found) if envelope["complete"] else (),
            looked_at=f"{nights} open nights of {len(scope.listings)} listings",
        )

    async def _found(
        self, scope: Scope, span: Span, today: date, rules: Rules
    ) -> tuple[list[_Found], int, list[str]]:
        if span.last < span.first:
            return [], 0, ["These days are past, so that their prices matter no more."]
        warnings = _of_floor(scope, rules.limits)
        months = months_of(span, today)
        around = Span(months[0].days.first, months[-1].days.last)
        kept = await self._days.kept(scope, around)
        nights = self._book.open_nights(kept, span)
        by_listing = self._book.odd(scope.listings, kept, months, rules.limits)
        days: Mapping[int, Sequence[Day]] = {}
        if len(kept) < len(scope.listings):
            rest = tuple(one for one in scope.listings if one.id not in kept)
            days = await self._days.read(replace(scope, listings=rest), around)
        for number, here in days.items():
            nights += sum(day.sellable and span.first <= day.date <= span.last for day in here)
            by_listing[number] = odd_in(here, months, rules.limits)
        if rules.limits.last_year is not None:
            before = await self._last_year(scope, span, rules, warnings)
            for number in before:
                here = days[number] if number in days else _within(kept, number, span)
                inside = [day for day in here if span.first <= day.date <= span.last]
                odd = by_listing.setdefault(number, [])
                odd += list(nights_unlike_last_year(inside, odd, rules.limits, before[number]))
        by_id = await self._portfolio.by_id()
        if len(scope.listings) <= FEW:
            by_id = {one.id: one for one in scope.listings}
        return _runs(by_id, by_listing), nights, warnings

    async def _last_year(
        self, scope: Scope, span: Span, rules: Rules, warnings: list[str]
    ) -> dict[int, dict[date, Decimal]]:
        """What each night brought 364 days earlier, by the night of this year."""
        wanted = Wanted(by=By.STAY, first=span.first - A_YEAR, last=span.last - A_YEAR)
        rows: Iterable[Reservation]
        if len(scope.listings) > FEW_LISTINGS and await self._is_all(scope):
            count = await self._stays.count(wanted, Narrowed(statuses=SOLD))
            if count is not None and count > MOST_STAYS:
                warnings.append(_too_many(count))
                return {}
        inside = frozenset(scope.ids)
        narrowed = Narrowed(inside if len(inside) <= FEW_LISTINGS else None, statuses=SOLD)
        if kept := await self._stays.brief(wanted, narrowed):
            ids = [one.id for one in kept.rows if one.listing_id in inside]
            if len(ids) > MOST_STAYS:
                warnings.append(_too_many(len(ids)))
                return {}
            rows = await self._stays.whole(ids)
            scope.ages.append(kept.as_of)
        elif len(inside) > FEW_LISTINGS and not rules.last_year_asked:
            warnings.append(_not_compared(len(inside)))
            return {}
        else:
            known = await self._stays.read(wanted, await self._portfolio.by_id())
            scope.ages.append(known.as_of)
            rows = [one for one in known.rows if one.status in SOLD and one.listing_id in inside]
            if not known.complete:
                warnings.append(f"Not all stays of last year could be read: {known.why}")
        found = _nightly(rows, {one.id: one for one in scope.listings})
        if not found:
            warnings.append(
                "No stays of these nights a year before are known; nothing was compared with them."
            )
        return found

    async def _is_all(self, scope: Scope) -> bool:
        return scope.listings is (await self._portfolio.choose(None)).listings

    def _row(self, one: _Found) -> PriceFinding:
        odd, currency = one.odd, one.listing.currency_code
        return PriceFinding(
            **self._portfolio.row_values(one.listing),
            rule=str(odd.rule),
            first=odd.first,
            last=odd.last,
            price=Money.of(odd.lowest, currency),
            price_to=Money.of(odd.highest, currency) if odd.highest != odd.lowest else None,
            usual=Money.of(odd.usual, currency),
            says=_says(odd),
            fixes=tuple(_fix(one.listing.id, repair.price, repair.nights) for repair in odd.repairs),
            worth=Money.of(odd.worth, currency),
        )


def _within(kept: Mapping[int, Kept], number: int, span: Span) -> Sequence[Day]:
    return kept[number].days(span.first, span.last, (None, None)) if number in kept else ()


def _runs(by_id: Mapping[int, Listing], by_listing: Mapping[int, Sequence[OddNight]]) -> list[_Found]:
    runs = ((number, odd_runs(nights)) for number, nights in by_listing.items() if nights)
    return [_Found(by_id[number], run) for number, odd in runs for run in odd]


def _nightly(stays: Iterable[Reservation], listings: Mapping[int, Listing]) -> dict[int, dict[date, Decimal]]:
    """The average that a unit's night brought, by listing and by the night a year later."""
    found: dict[int, dict[date, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for stay in stays:
        accommodation = amounts_of(stay).accommodation
        listing = listings.get(stay.listing_id or 0)
        if not accommodation or listing is None or stay.currency != listing.currency_code:
            continue
        nights = list(_nights(stay))
        for night in nights:
            share = accommodation / len(nights) / max(1, len(stay.reservation_unit))
            found[listing.id][night + A_YEAR].append(share)
    return {
        number: {night: sum(shares, Decimal(0)) / len(shares) for night, shares in by_night.items()}
        for number, by_night in found.items()
    }


def _nights(stay: Reservation) -> Iterator[date]:
    if stay.arrival is None or stay.departure is None:
        return
    for offset in range((stay.departure - stay.arrival).days):
        yield stay.arrival + ONE_DAY * offset


def _fix(listing_id: int, price: Decimal, nights: Sequence[date]) -> CalendarFix:
    ranges = tuple(DayRange(first=first, last=last) for first, last in days_in_runs(nights))
    return CalendarFix(listing=listing_id, ranges=ranges, changes=CalendarChange(price=price))


def _says(odd: OddPrice) -> str:
    nights = f"{odd.nights} night{'s' if odd.nights > 1 else ''}"
    by = _percent(odd)
    match odd.rule:
        case PriceRule.MISSING:
            return f"{nights} without a price" + ("" if odd.usual else "; no price around to go by")
        case PriceRule.FLOOR:
            return f"{nights} below the floor"
        case PriceRule.PATTERN:
            return f"{nights} {by} than the weeks before and after"
        case PriceRule.LAST_YEAR:
            return f"{nights} {by} than what the same nights brought a year before"


def _percent(odd: OddPrice) -> str:
    if not odd.usual or odd.lowest is None or odd.highest is None:
        return "other"
    price = odd.lowest if odd.low else odd.highest
    share = abs(price / odd.usual - 1) * 100
    return f"up to {share:.0f} % {'lower' if odd.low else 'higher'}"


def _counts(found: Sequence[_Found]) -> tuple[PriceRuleCount, ...]:
    counted = Counter(one.odd.rule for one in found)
    return tuple(
        PriceRuleCount(rule=str(rule), findings=counted[rule]) for rule in PriceRule if counted[rule]
    )


def _of_floor(scope: Scope, limits: Limits) -> list[str]:
    if limits.floor is None:
        return []
    currencies = sorted({one.currency_code for one in scope.listings if one.currency_code})
    if len(currencies) < 2:
        return []
    named = ", ".join(currencies)
    return [f"The floor of {limits.floor:f} was taken in each listing's own currency: {named}."]


def _too_many(count: int) -> str:
    return (
        f"Nothing was compared with last year: its {count:,} stays are too many for one answer. "
        "Ask for a group, fewer listings or fewer days."
    )


def _not_compared(count: int) -> str:
    return (
        f"Nothing was compared with last year, which costs calls of its own for {count} listings; "
        "rules=[last_year] does it."
    )
