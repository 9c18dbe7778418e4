"""The calendar days of many listings for arithmetic: columns of the replica, or calendars one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, PlainSerializer

from hostaway_mcp import calls
from hostaway_mcp.analytics.calendar_days import Day, usual_units
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing, Record
from hostaway_mcp.services.calendar import Calendar, Failures
from hostaway_mcp.services.calendar_book import CalendarBook, Calendars, Kept, of_columns
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copy import CALENDAR, Copied, Copy
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.narrowed import of_group
from hostaway_mcp.services.nights import is_free, status_of, units_of
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, incomplete
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.calendar_lists import DayColumns
    from hostaway_mcp.store.store import Store

LIVE_AT_ONCE = 14
"""Calendars asked of Hostaway side by side; about what ten seconds of the documented limit allow."""
LIVE_SECONDS = 5.0
"""With less time than this left no more calendars are asked for: what was had must be put together."""
FEW = 20
NO_TIME = "Not all calendars could be read in the time of one answer."
BEHIND, AHEAD = timedelta(days=28), timedelta(days=360)
"""How far around today the replica keeps calendars for certain."""

_TAKEN = {"reserved": "booked", "pending": "requested"}


class DayRange(Record):
    """Days on end, first and last included."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")


class CalendarChange(Record):
    """What becomes of each day; absent stays as it is."""

    price: Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str)] | None = None
    """For one night, in the listing's currency."""
    min_stay: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None


class CalendarFix(Record):
    """The arguments of update_calendar that would mend something."""

    listing: int
    ranges: tuple[DayRange, ...]
    changes: CalendarChange


@dataclass(slots=True)
class Scope:
    """The listings that a question is about, and what was found out about them on the way."""

    listings: tuple[Listing, ...]
    ages: list[datetime]
    missing: tuple[Missing, ...] = ()
    understood: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    """Whether these are all there are in question."""
    failures: Failures = field(default_factory=Failures)

    @property
    def ids(self) -> list[int]:
        """Their numbers."""
        return [one.id for one in self.listings]

    def insist(self) -> None:
        """
        Goes on unless nothing was had but the listings themselves.

        Raises:
            HostawayMcpError: why the first of the calendars could not be had.
        """
        if self.failures.error and not self.ages[1:]:
            raise self.failures.error


async def scope_of(portfolio: Portfolio, listing: ListingRef | None, group: str | None) -> Scope:
    """
    The listings named, or all active ones; of them those in the group.

    Raises:
        UnknownNameError: there is no such listing, or none of them is in the group.
        AmbiguousNameError: a name fits several.
    """
    chosen = await portfolio.choose(listing)
    found = of_group(chosen.listings, group)
    missing = incomplete(chosen.known, listing)
    return Scope(tuple(found), [chosen.known.as_of], missing, dict(chosen.understood), not missing)


def padded(span: Span, today: date, *, before: int, after: int) -> Span:
    """The span with days around it, as far as the replica is sure to reach."""
    first = max(span.first - timedelta(days=before), min(span.first, today - BEHIND))
    last = min(span.last + timedelta(days=after), max(span.last, today + AHEAD))
    return Span(first, last)


class CalendarDays(Copy):
    """
    Reads days of many listings.

    Costs nothing from the replica; live one call for each listing, as many as the time of an answer allows.
    What could not be had is noted in the scope's `failures`.
    """

    def __init__(self, replica: Replica, *, calendar: Calendar, portfolio: Portfolio, clock: Clock) -> None:
        super().__init__(replica, clock=clock)
        self._calendar = calendar
        self._portfolio = portfolio
        self._book = CalendarBook(clock=clock)
        self._learned: Mapping[int, Kept] = {}

    @property
    def replica(self) -> Replica:
        """What the days are copied in."""
        return self._replica

    @property
    def clock(self) -> Clock:
        """Tells how old they are."""
        return self._clock

    async def kept(self, scope: Scope, span: Span) -> Mapping[int, Kept]:
        """
        The calendars that are kept of many listings, with all days of the span; of few, none. The scope
        knows their age. While nothing changed it is the same object for the same listings.
        """
        if len(scope.listings) <= FEW:
            return {}

        async def read(store: Store) -> Copied[Calendars] | None:
            known = await self._book.kept(store, scope.listings)
            oldest = self._clock.now() - CALENDAR.usable
            if known is not None and not (known.covers(span) and known.as_of >= oldest):
                known = self._book.calendars(
                    {
                        number: kept
                        for number, kept in known.by_id.items()
                        if kept.first <= span.first
                        and kept.last >= span.last
                        and self._book.as_of(number) >= oldest
                    }
                )
            return Copied((known,), known.as_of) if known else None

        found = await self._read(read)
        if found is None:
            return {}
        scope.ages.append(found.as_of)
        rests_on_the_replica()
        calendars = found.rows[0].by_id
        if calendars is not self._learned:
            self._learned = calendars
            for number, kept in calendars.items():
                if self._portfolio.units(number) is None:
                    self._portfolio.learn_units(number, kept.units)
        return calendars

    async def read(self, scope: Scope, span: Span) -> dict[int, list[Day]]:
        """The days of each listing in order, first and last included; where some are lacking, the rest."""
        rules = {one.id: (one.min_nights, one.max_nights) for one in scope.listings}
        found = await self._copied(scope, span, rules)
        for number, days in (await self.live(scope, span, without=found)).items():
            found[number] = [_live_day(day, rules[number]) for day in days]
        return found

    async def live(
        self, scope: Scope, span: Span, *, without: Mapping[int, object]
    ) -> dict[int, tuple[CalendarDay, ...]]:
        """The days as Hostaway has them, of the listings that are not known yet."""
        rest = list(scope.listings) if len(without) < len(scope.listings) else []
        rest = [one for one in rest if one.id not in without]
        found: dict[int, tuple[CalendarDay, ...]] = {}
        while rest and self._has_time(found):
            batch, rest = rest[:LIVE_AT_ONCE], rest[LIVE_AT_ONCE:]
            for listing, known in zip(batch, await self._calendar.many(batch, span), strict=True):
                if isinstance(known, HostawayMcpError):
                    scope.failures.add(listing, known)
                    continue
                if not known.complete:
                    scope.failures.add(listing, known.why or "Not all days came.")
                scope.ages.append(known.as_of)
                found[listing.id] = known.rows
        for listing in rest:
            scope.failures.add(listing, NO_TIME)
        return found

    async def unpushed(self, scope: Scope, span: Span) -> dict[int, list[date]]:
        """The days of each listing that channels were not told of yet (`isProcessed` 0)."""
        usable = set[int]()

        async def read(store: Store) -> Copied[tuple[int, list[date]]] | None:
            if len(scope.listings) > FEW:
                kept = await self.kept(scope, span)
                usable.update(kept)
                days = await self._book.unpushed(store, kept.keys(), span)
                return Copied(tuple(days.items()), min(scope.ages)) if kept else None
            ages = await store.calendar.ages(scope.ids, span.first, span.last)
            known = {number: as_of for number, as_of in ages.items() if as_of is not None}
            usable.update(number for number, as_of in known.items() if self._is_usable(as_of, number, scope))
            if not usable:
                return None
            days = await store.calendar.unpushed(usable, span.first, span.last)
            return Copied(tuple(days.items()), min(known[number] for number in usable))

        kept = await self._read(read)
        found = dict(kept.rows) if kept else {}
        if kept:
            scope.ages.append(kept.as_of)
            rests_on_the_replica()
        live = await self.live(scope, span, without=dict.fromkeys(usable) if kept else {})
        found |= {
            number: [day.date for day in days if day.is_processed is False] for number, days in live.items()
        }
        return {number: days for number, days in found.items() if days}

    async def _copied(
        self, scope: Scope, span: Span, rules: Mapping[int, tuple[int | None, int | None]]
    ) -> dict[int, list[Day]]:
        async def read(store: Store) -> Copied[tuple[int, tuple[DayColumns, ...]]] | None:
            rows, ages = [], []
            for number, listed in (await store.calendar.columns(scope.ids, span.first, span.last)).items():
                if self._is_usable(listed.oldest, number, scope):
                    rows.append((number, listed.days))
                    ages.append(listed.oldest)
            return Copied(tuple(rows), min(ages)) if rows else None

        kept = await self._read(read) if scope.listings else None
        if kept is None:
            return {}
        scope.ages.append(kept.as_of)
        rests_on_the_replica()
        found = {}
        for number, days in kept.rows:
            found[number] = [of_columns(day, day.day, day.price, rules[number]) for day in days]
            if self._portfolio.units(number) is None:
                self._portfolio.learn_units(number, usual_units(found[number]))
        return found

    def _is_usable(self, as_of: datetime, listing_id: int, scope: Scope) -> bool:
        """Few calendars are brought anew when they are read, not those of the whole portfolio."""
        if len(scope.listings) <= FEW:
            return self._may_use(as_of, CALENDAR, "calendar", str(listing_id))
        return self._clock.now() - as_of <= CALENDAR.usable

    def _has_time(self, found: Mapping[int, object]) -> bool:
        call = calls.current()
        if not found or call is None or call.deadline is None:
            return True
        return call.deadline - self._clock.monotonic() > LIVE_SECONDS


def _live_day(day: CalendarDay, rules: tuple[int | None, int | None]) -> Day:
    free = is_free(day)
    return Day(
        date=day.date,
        sellable=free,
        price=day.price,
        min_stay=day.minimum_stay or rules[0],
        max_stay=day.maximum_stay or rules[1],
        closed_to_arrival=bool(day.closed_on_arrival),
        closed_to_departure=bool(day.closed_on_departure),
        held="" if free else _TAKEN.get(status_of(day), "blocked"),
        units=units_of([day]) or 1,
    )


def limited(span: Span, most: int, what: str) -> Span:
    """
    The span, if it is not too long.

    Raises:
        InputError: it has more than `most` days.
    """
    if span.days > most:
        raise InputError(
            f"From {span.first} to {span.last} is {span.days} days; {what} looks at {most} at most.",
            hint="Ask for a shorter period.",
        )
    return span


def envelope_of(scope: Scope, tool: str) -> dict[str, Any]:
    """What an answer's envelope says of the scope: age, and what is missing."""
    missing = (*scope.missing, *scope.failures.missing(tool))
    return {"as_of": min(scope.ages), "complete": not missing, "missing": missing}
