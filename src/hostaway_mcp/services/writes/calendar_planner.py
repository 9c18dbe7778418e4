"""Makes plans from what a caller wants of calendars: which nights change, which cannot, what to warn of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.dates import Span, read_span
from hostaway_mcp.services.nights import units_of
from hostaway_mcp.services.portfolio import ListingRef, Portfolio
from hostaway_mcp.services.writes.calendar import CalendarKind
from hostaway_mcp.services.writes.calendar_draft import DayChange, Draft, usual_price
from hostaway_mcp.services.writes.calendar_words import summary_of, written_spans
from hostaway_mcp.services.writes.plans import Plan, archived
from hostaway_mcp.services.writes.reading import read_each
from hostaway_mcp.services.writes.words import few

MAX_DAYS = 366
"""Days that one proposal reaches over."""

UNITS_DAYS = 28
"""Days looked at to see how many units a listing has: one alone may be booked twice over."""


class CalendarPlanner:
    """Makes plans; costs one read for each listing, and none else but the portfolio's."""

    def __init__(self, kind: CalendarKind, *, portfolio: Portfolio, clock: Clock) -> None:
        self._kind = kind
        self._portfolio = portfolio
        self._clock = clock

    async def plan(
        self,
        *,
        listing: ListingRef,
        ranges: Sequence[Mapping[str, str]],
        change: DayChange,
        arguments: Mapping[str, Any],
    ) -> Plan:
        """
        What the change would do to each listing; days that are so already are left out.

        Raises:
            InputError: no change at all, days in the past, more than a year, more than 200 intervals; or no
                night could be changed, and why.
            UnknownNameError, AmbiguousNameError: as to the listings.
            HostawayMcpError: no calendar could be read.
        """
        _check(change)
        now = self._clock.now()
        chosen = await self._portfolio.choose(listing)
        spans = _spans(ranges, self._portfolio.today(chosen.listings))
        alive = [one for one in chosen.listings if not one.is_archived]

        async def read(one: Listing) -> Draft:
            return await self._of_listing(one, spans, change)

        found, failures = await read_each(alive, read, clock=self._clock)
        made = [found[one.id] for one in alive if one.id in found]
        changed = [one for one in made if one.wanted]
        warnings = [warning for one in made for warning in one.warnings()]
        missing = (*archived(chosen.listings), *failures.missing("update_calendar"))
        if not changed:
            _refuse(failures.error, [*warnings, *(f"{one.what}: {one.why}" for one in missing)])
        return Plan(
            tool="update_calendar",
            arguments=arguments,
            summary=summary_of(len(changed), change.block, change.of_prices, spans),
            steps=tuple(one.step(n, self._kind.name) for n, one in enumerate(changed, start=1)),
            touches=tuple(one.touch() for one in changed),
            as_of=now,
            warnings=few([*_currencies(change, changed), *warnings]),
            missing=missing,
            understood=chosen.understood | {"days": f"{written_spans(spans)} (both ends included)"},
        )

    async def _of_listing(self, one: Listing, spans: Sequence[Span], change: DayChange) -> Draft:
        first, last = spans[0].first, spans[-1].last
        if first < self._portfolio.today([one]):
            raise InputError(f"There it is {self._portfolio.today([one])} already; {first} is in the past.")
        reach = max(last, first + timedelta(days=UNITS_DAYS - 1)) if change.of_nights else last
        days = await self._kind.days(one.id, first, reach, stays=change.of_nights)
        made = Draft(one, self._units(one, days), usual_price(one, days.values()))
        for span in spans:
            for offset in range(span.days):
                day = (span.first + timedelta(days=offset)).isoformat()
                if day not in days:
                    raise InputError(f"Hostaway has no calendar day {day} there.")
                made.add(days[day], change)
        made.check()
        return made

    def _units(self, listing: Listing, days: Mapping[str, CalendarDay]) -> int:
        """How many like units a listing has: by its calendar, or by its list of units where that is known."""
        counted = units_of(list(days.values())) or 1
        return counted if counted > 1 else self._portfolio.units(listing.id) or 1


def _currencies(change: DayChange, made: Sequence[Draft]) -> list[str]:
    currencies = sorted({one.listing.currency_code for one in made if one.listing.currency_code})
    if change.price is None or len(currencies) < 2:
        return []
    return [f"{change.price:f} is taken in each listing's own currency: {', '.join(currencies)}."]


def _refuse(error: Exception | None, reasons: Sequence[str]) -> None:
    """Why nothing is left to change; nothing is raised where all is so already."""
    if error is not None:
        raise error
    if reasons:
        raise InputError(f"Nothing can be changed: {' '.join(reasons[:5])}")


def _check(change: DayChange) -> None:
    given = [name for name in DayChange.__dataclass_fields__ if getattr(change, name) is not None]
    if not given:
        raise InputError(
            "`changes` changes nothing.", hint="Give block, price, price_percent, min_stay or the like."
        )
    for one, other in (("price", "price_percent"), ("block", "units_to_sell")):
        if one in given and other in given:
            raise InputError(f"`{one}` and `{other}` say two things.", hint="Give one of them.")
    if change.price_percent == 0:
        raise InputError("`price_percent` of 0 changes nothing.")
    if change.min_stay and change.max_stay and change.min_stay > change.max_stay:
        raise InputError(f"`min_stay` {change.min_stay} is more than `max_stay` {change.max_stay}.")


def _spans(ranges: Sequence[Mapping[str, str]], today: date) -> list[Span]:
    spans = sorted((_span(one, today) for one in ranges), key=lambda span: span.first)
    if spans[0].first < today:
        raise InputError(
            f"{spans[0].first} is in the past.", hint=f"The first day that can change is {today}."
        )
    for before, after in pairwise(spans):
        if after.first <= before.last:
            raise InputError(f"Two ranges hold {after.first}.", hint="Give each day once.")
    if (spans[-1].last - spans[0].first).days >= MAX_DAYS:
        raise InputError(
            f"From {spans[0].first} to {spans[-1].last} is more than a year.",
            hint=f"One proposal reaches over {MAX_DAYS} days at most.",
        )
    return spans


def _span(one: Mapping[str, str], today: date) -> Span:
    first = read_span(one["from"], today)
    last = read_span(one["to"], today) if one.get("to") else first
    if last.last < first.first:
        raise InputError(
            f"`to` ({last.last}) is before `from` ({first.first}).", hint="Exchange the two dates."
        )
    return Span(first.first, last.last)
