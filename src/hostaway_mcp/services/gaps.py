"""Nights that will stay empty between others, what stops them from being sold, and what would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import Field

from hostaway_mcp.analytics import gaps as runs
from hostaway_mcp.analytics.calendar_days import Day
from hostaway_mcp.analytics.gaps import Gap, Obstacle, Rule
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import ListAnswer, Money, Record
from hostaway_mcp.services.calendar_days import (
    CalendarChange,
    CalendarDays,
    CalendarFix,
    DayRange,
    Scope,
    envelope_of,
    limited,
    padded,
    scope_of,
)
from hostaway_mcp.services.cursors import ANSWER_BYTES, cut
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period
from hostaway_mcp.services.gap_book import Found, GapBook
from hostaway_mcp.services.portfolio import ListingRef, ListingRow, Portfolio

DEFAULT_NIGHTS = 60
MAX_DAYS = 366
LIMIT = 25
ROOM_BYTES = ANSWER_BYTES - 1_000


class GapRow(ListingRow):
    """A listing with one of its gaps; `from` and `to` are arrival and departure."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    nights: int
    between: str
    """What closes it in: booked, requested or blocked, on either side."""
    bookable: bool
    """Whether any stay inside can be booked under the rules in force."""
    rule: str | None = None
    """What stops every stay; absent where one can be booked."""
    says: str | None = None
    """All that stops it, with days and numbers."""
    fix: CalendarFix | None = None
    """Arguments of update_calendar that let a stay of all nights in."""
    fix_also: CalendarFix | None = None
    """A second call, where the day of departure needs another change."""
    worth: Money | None = None
    """The nights at their calendar prices less the cost of the turnover; fees, tax and commission apart."""


class RuleCount(Record):
    """How many gaps a rule stops; `bookable` for those that nothing stops."""

    rule: str
    gaps: int


class GapsAnswer(ListAnswer):
    """The gaps by date."""

    gaps: tuple[GapRow, ...]
    counts: tuple[RuleCount, ...] = ()
    worth: tuple[Money, ...] = ()
    """Of all gaps together, one sum for each currency."""


class Gaps:
    """Finds gaps. Costs what reading the calendars costs: nothing from the replica, live a call a listing."""

    def __init__(self, *, days: CalendarDays, portfolio: Portfolio) -> None:
        self._days = days
        self._portfolio = portfolio
        self._book = GapBook()

    async def find(
        self,
        *,
        first: str | None = None,
        last: str | None = None,
        max_nights: int = runs.MAX_NIGHTS,
        turnover_cost: Decimal | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> GapsAnswer:
        """
        The gaps with a night from `first` up to `last`, which is not one; default the next 60 nights.

        `turnover_cost` is in each listing's own currency. Nights before today are left out.

        Raises:
            InputError: unknown listing, unreadable dates, more than a year.
            CursorError: the cursor belongs to another question.
            HostawayMcpError: no calendar at all could be had.
        """
        scope = await scope_of(self._portfolio, listing, group)
        today = self._portfolio.today(scope.listings)
        span = read_period(first, last, today, exclusive=True, default_days=DEFAULT_NIGHTS)
        limited(span, MAX_DAYS, "find_gaps")
        found = await self._found(scope, span, today, max_nights)
        scope.insist()
        question: dict[str, Any] = {"listing": listing, "group": group, "span": (span.first, span.last)}
        question |= {"max_nights": max_nights, "turnover_cost": turnover_cost}
        part = cut(
            found,
            key=lambda one: one.key,
            show=lambda one: self._row(one, turnover_cost),
            question=question,
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
            in_order=True,
        )
        envelope = envelope_of(scope, "find_gaps")
        return GapsAnswer(
            **envelope,
            warnings=_warnings(scope, span, today),
            understood=scope.understood | _in_words(span),
            gaps=part.rows,
            total=part.total if envelope["complete"] else None,
            next_cursor=part.next_cursor,
            counts=_counts(found) if envelope["complete"] else (),
            worth=_sums(found, turnover_cost) if envelope["complete"] else (),
        )

    async def _found(self, scope: Scope, span: Span, today: date, max_nights: int) -> Sequence[Found]:
        around = padded(span, today, before=max_nights + 1, after=max_nights + 1)
        zones = self._book.one_a_zone(scope.listings)
        todays = {one.time_zone_name: self._portfolio.today([one]) for one in zones}
        kept = await self._days.kept(scope, around)
        found = self._book.find(scope.listings, kept, todays, max_nights=max_nights, span=span)
        if len(kept) == len(scope.listings):
            return found
        rest = tuple(one for one in scope.listings if one.id not in kept)
        days = await self._days.read(replace(scope, listings=rest), around)
        others = _gaps_of(rest, days, todays, max_nights)
        others = (one for one in others if one.gap.first <= span.last and one.gap.end > span.first)
        return sorted([*found, *others], key=lambda one: one.key)

    def _row(self, one: Found, turnover_cost: Decimal | None) -> GapRow:
        gap, obstacles = one.gap, one.gap.obstacles
        fixes = [_fix(one.listing.id, change) for change in gap.changes]
        return GapRow(
            **self._portfolio.row_values(one.listing),
            first=gap.first,
            last=gap.end,
            nights=gap.nights,
            between=gap.before if gap.before == gap.after else f"{gap.before} and {gap.after}",
            bookable=gap.bookable,
            rule=str(obstacles[0].rule) if obstacles else None,
            says=_says(gap),
            fix=fixes[0] if fixes else None,
            fix_also=fixes[1] if len(fixes) > 1 else None,
            worth=_worth(one, turnover_cost),
        )


def _gaps_of(
    listings: Sequence[Listing],
    days: Mapping[int, Sequence[Day]],
    todays: Mapping[str | None, date],
    max_nights: int,
) -> Iterator[Found]:
    for listing in listings:
        gaps = runs.find_gaps(
            days.get(listing.id, ()),
            today=todays[listing.time_zone_name],
            max_nights=max_nights,
            same_day=listing.allow_same_day_booking != 0,
        )
        yield from (Found.of(listing, gap) for gap in gaps)


def _fix(listing_id: int, change: runs.Change) -> CalendarFix:
    return CalendarFix(
        listing=listing_id,
        ranges=(DayRange(first=change.day, last=change.day),),
        changes=CalendarChange(
            min_stay=change.min_stay,
            max_stay=change.max_stay,
            closed_to_arrival=change.closed_to_arrival,
            closed_to_departure=change.closed_to_departure,
        ),
    )


def _says(gap: Gap) -> str | None:
    if gap.obstacles:
        return "; ".join(_in_a_sentence(one) for one in gap.obstacles)
    if (gap.arrival, gap.departure) == (gap.first, gap.end):
        return None
    return f"at most {gap.arrival} to {gap.departure} can be booked"


def _in_a_sentence(one: Obstacle) -> str:
    match one.rule:
        case Rule.MINIMUM_STAY:
            return f"minimum stay {one.nights} nights on {one.day}"
        case Rule.MAXIMUM_STAY:
            return f"maximum stay {one.nights} nights on {one.day}"
        case Rule.CLOSED_TO_ARRIVAL:
            return f"closed to arrival on {one.day}"
        case Rule.CLOSED_TO_DEPARTURE:
            return f"closed to departure on {one.day}"
        case Rule.SAME_DAY_BOOKING:
            return "the listing takes no booking for the same day"


def _worth(one: Found, turnover_cost: Decimal | None) -> Money | None:
    if one.gap.price is None:
        return None
    return _less(one.gap.price, turnover_cost, one.listing.currency_code)


@lru_cache(maxsize=10_000)
def _less(price: Decimal, turnover_cost: Decimal | None, currency: str | None) -> Money | None:
    return Money.of(price - (turnover_cost or 0), currency)


def _sums(found: Sequence[Found], turnover_cost: Decimal | None) -> tuple[Money, ...]:
    sums: dict[str, Decimal] = {}
    for one in found:
        if (money := _worth(one, turnover_cost)) is not None:
            sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    every = (Money.of(amount, currency) for currency, amount in sorted(sums.items()))
    return tuple(money for money in every if money is not None)


def _counts(found: Sequence[Found]) -> tuple[RuleCount, ...]:
    counted = Counter(one.gap.obstacles[0].rule.value if one.gap.obstacles else "bookable" for one in found)
    return tuple(RuleCount(rule=rule, gaps=many) for rule, many in counted.most_common())


def _warnings(scope: Scope, span: Span, today: date) -> tuple[str, ...]:
    if span.last < today:
        return ("These nights are past, so that nothing can be sold in them.",)
    return () if scope.listings else ("There is no listing in use.",)


def _in_words(span: Span) -> dict[str, str]:
    return {"from": f"{span.first}", "to": f"{span.last + ONE_DAY} (not a night any more)"}
