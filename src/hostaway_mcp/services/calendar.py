"""Calendars of listings: the days as Hostaway has them, and runs of like days for reading."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import ListAnswer, Missing, Money, Record
from hostaway_mcp.services.copied_calendars import CopiedCalendars
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copy import CALENDAR, Ages, Copied, copied_or_live
from hostaway_mcp.services.cursors import ANSWER_BYTES, SortKey, read_cursor, rows_after, write_cursor
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.nights import is_free, status_of, units_left, units_of
from hostaway_mcp.services.portfolio import (
    ListingRef,
    ListingRow,
    Portfolio,
    in_place,
    incomplete,
    label,
    listing_key,
)
from hostaway_mcp.services.untrusted import clean

FRESH_SECONDS = 60.0
DEFAULT_DAYS = 30
MAX_DAYS = 366
MAX_LISTINGS = 20
MAX_NAMED = 8
_AT_ONCE = 7
"""Calendars read side by side; an answer of 30 days holds about as many, so few are read for nothing."""

_MAX_DAYS_WITH_STAYS = 100
"""Each day carries its stays whole, so that a year of them would be megabytes for the sake of an id."""

_DONE = "~"
"""In a cursor: every run of this listing has been shown. Sorts behind every date."""

Aspect = Literal["status", "price", "rules", "units", "notes"]


class Run(Record):
    """Days on end, first and last included, that are alike in everything shown."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    status: str | None = None
    """available, reserved, pending, blocked, conflicted or unknown."""
    reservation_id: int | None = None
    """Whose stay takes the nights, where it is one and known."""
    price: Money | None = None
    """For one night."""
    min_stay: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    units_free: int | None = None
    units_reserved: int | None = None
    units_pending: int | None = None
    units_blocked: int | None = None
    note: str | None = None


class CalendarRow(ListingRow):
    """A listing with its calendar."""

    runs: tuple[Run, ...]


class CalendarAnswer(ListAnswer):
    """Calendars, listing by listing."""

    calendars: tuple[CalendarRow, ...]


@dataclass
class Failures:
    """Listings whose calendars could not be had, and why."""

    listings: dict[str, list[Listing]] = field(default_factory=dict)
    error: HostawayMcpError | None = None

    def add(self, listing: Listing, why: str | HostawayMcpError) -> None:
        """Notes one listing."""
        if isinstance(why, HostawayMcpError):
            self.error = self.error or why
            why = why.message
        self.listings.setdefault(why, []).append(listing)

    def missing(self, tool: str, *, of: str = "calendar") -> tuple[Missing, ...]:
        """What an answer says of them."""
        return tuple(_missing(listings, why, tool, of) for why, listings in self.listings.items())


@dataclass
class _Page:
    """An answer in the making: what fits, and where to go on."""

    question: Mapping[str, Any]
    rows: list[CalendarRow] = field(default_factory=list)
    room: int = ANSWER_BYTES
    place: SortKey | None = None
    """The last run shown."""
    full: bool = False

    def add(self, listing: Listing, row: ListingRow, runs: Sequence[Run]) -> None:
        """Takes as many runs as there is room for; the first run of all always."""
        self.room -= len(row.model_dump_json(exclude_none=True)) + 12
        taken = 0
        for run in runs:
            self.room -= len(run.model_dump_json(exclude_none=True, by_alias=True).encode()) + 1
            if self.room < 0 and (taken or self.rows):
                self.full = True
                break
            taken += 1
        if taken or not runs:
            self.rows.append(CalendarRow(**row.model_dump(), runs=tuple(runs[:taken])))
            self.place = (*listing_key(listing), runs[taken - 1].first.isoformat() if self.full else _DONE)


class Calendar:
    """
    Reads calendars.

    A question costs nothing from the replica; live one call for each listing that its answer shows (besides
    the portfolio's), however many days; none within 60 seconds of the same window. Calendars that would not
    fit are not read.
    """

    def __init__(
        self, hostaway: Hostaway, *, facts: Facts, copy: CopiedCalendars, portfolio: Portfolio
    ) -> None:
        self._copy = copy
        self._hostaway = hostaway
        self._facts = facts
        self._portfolio = portfolio

    async def days(
        self, listing_id: int, first: date, last: date, *, stays: bool = False
    ) -> Known[CalendarDay]:
        """
        The calendar days of one listing in order, first and last included; `stays` names who takes them.

        Hostaway does not say which window it gives at most, so a day that did not come makes the rows
        incomplete. Prices are for one night, in the listing's currency.

        Raises:
            HostawayMcpError: nothing could be had; NotFoundError where there is no such listing.

        Source: Hostaway API reference, "Retrieve a calendar".
        """

        async def copied(ages: Ages) -> Copied[CalendarDay] | None:
            kept = await self._copy.days([listing_id], first, last, ages, stays=stays)
            return kept.get(listing_id)

        async def load(gathering: Gathering[CalendarDay]) -> None:
            await copied_or_live(gathering, copied, live, ages=CALENDAR)

        async def live(gathering: Gathering[CalendarDay]) -> None:
            page = await self._hostaway.calendar.find_days(
                listing_id, start_date=first, end_date=last, include_resources=stays or None
            )
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)

        key = ("calendar", listing_id, first, last, stays)
        known = await self._facts.get(key, load, fresh_seconds=FRESH_SECONDS)
        return self._in_order(listing_id, known, Span(first, last))

    def _in_order(self, listing_id: int, known: Known[CalendarDay], span: Span) -> Known[CalendarDay]:
        by_date = {day.date: day for day in known.rows if span.first <= day.date <= span.last}
        days = tuple(by_date[one] for one in sorted(by_date))
        units = units_of(days)
        if units is not None:
            self._portfolio.learn_units(listing_id, units)
        if len(days) == span.days:
            return Known(days, known.as_of)
        why = known.why or f"Hostaway sent {len(days)} of {span.days} days."
        return Known(days, known.as_of, complete=False, why=why)

    async def show(
        self,
        *,
        listing: ListingRef | None = None,
        group: str | None = None,
        first: str | None = None,
        last: str | None = None,
        show: Sequence[Aspect] = ("status", "price"),
        limit: int = MAX_LISTINGS,
        cursor: str | None = None,
    ) -> CalendarAnswer:
        """
        The calendars of some listings, or of all active ones, as runs of like days; `last` is included.

        Raises:
            InputError: unknown or ambiguous listing, unreadable or impossible dates, more than a year.
            CursorError: the cursor belongs to another question.
            HostawayMcpError: no calendar at all could be had.
        """
        chosen = await self._portfolio.choose(listing)
        listings, warnings = in_place(chosen.listings, group) if group else (list(chosen.listings), ())
        span = _period(first, last, self._portfolio.today(chosen.listings))
        aspects = tuple(dict.fromkeys(show)) or ("status", "price")
        question = {"listing": listing, "group": group, "span": (span.first, span.last), "show": aspects}
        page = _Page(question)
        failures, ages = Failures(), [chosen.known.as_of]
        waiting = _after(listings, question, cursor)
        rest = waiting[:limit]
        while rest and not page.full:
            rest = await self._fill(page, rest, span, aspects, failures, ages)
        if failures.error and not page.rows:
            raise failures.error
        more = page.full or len(waiting) > limit
        place = page.place if page.full else (*listing_key(waiting[limit - 1][0]), _DONE) if more else None
        missing = (*incomplete(chosen.known, listing), *failures.missing("get_calendar"))
        return CalendarAnswer(
            as_of=min(ages),
            complete=not missing,
            missing=missing,
            warnings=warnings,
            understood=chosen.understood | {"from": f"{span.first}", "to": f"{span.last} (included)"},
            calendars=tuple(page.rows),
            total=len(listings) if chosen.known.complete or listing is not None else None,
            next_cursor=write_cursor(question, place) if place else None,
        )

    async def _fill(
        self,
        page: _Page,
        rest: list[tuple[Listing, str]],
        span: Span,
        aspects: Sequence[Aspect],
        failures: Failures,
        ages: list[datetime],
    ) -> list[tuple[Listing, str]]:
        """Reads the next few calendars into the page; gives back those that are still to be read."""
        batch = [listing for listing, _ in rest[:_AT_ONCE]]
        stays = "status" in aspects and span.days <= _MAX_DAYS_WITH_STAYS
        read = await self.many(batch, span, stays=stays)
        for (listing, behind), known in zip(rest, read, strict=False):
            if isinstance(known, HostawayMcpError):
                failures.add(listing, known)
                continue
            if not known.complete:
                failures.add(listing, known.why or "Not all days came.")
            ages.append(known.as_of)
            runs = runs_of(known.rows, currency=listing.currency_code, show=aspects)
            left = [run for run in runs if run.first.isoformat() > behind]
            page.add(listing, self._portfolio.row(listing), left)
            if page.full:
                break
        return rest[_AT_ONCE:]

    async def many(
        self, listings: Sequence[Listing], span: Span, *, stays: bool = False
    ) -> list[Known[CalendarDay] | HostawayMcpError]:
        """The calendars of several listings, side by side; what could not be had is an error in its place."""
        call, done = calls.current(), 0
        kept = await self._copy.days([one.id for one in listings], span.first, span.last, stays=stays)
        if kept:
            rests_on_the_replica()

        async def one(listing: Listing) -> Known[CalendarDay] | HostawayMcpError:
            nonlocal done
            try:
                if copied := kept.get(listing.id):
                    return self._in_order(listing.id, Known(copied.rows, copied.as_of), span)
                return await self.days(listing.id, span.first, span.last, stays=stays)
            except HostawayMcpError as error:
                return error
            finally:
                done += 1
                if call and call.upstream_calls and len(listings) > 1:
                    said = f"{done} of {len(listings)} calendars read"
                    await call.tell(said, done=done, total=len(listings))

        return list(await asyncio.gather(*map(one, listings)))


def runs_of(days: Sequence[CalendarDay], *, currency: str | None, show: Sequence[Aspect]) -> list[Run]:
    """
    Days that are alike in what is shown, as runs; they must be in order, and a lacking day ends a run.

    With the status, prices stand on nights that can still be sold; asked for alone, on all of them.
    """
    runs: list[Run] = []
    for day in days:
        run = Run(first=day.date, last=day.date, **_facts(day, currency, show))
        before = runs[-1] if runs else None
        if before and before.last == day.date - ONE_DAY and _alike(before, run):
            runs[-1] = before.model_copy(update={"last": day.date})
        else:
            runs.append(run)
    return runs


def _alike(one: Run, other: Run) -> bool:
    dates = {"first": one.first, "last": one.last}
    return one == other.model_copy(update=dates)


def _facts(day: CalendarDay, currency: str | None, show: Sequence[Aspect]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if "status" in show:
        facts |= {"status": status_of(day), "reservation_id": _whose(day)}
    if "price" in show and (is_free(day) or "status" not in show):
        facts["price"] = Money.of(day.price, currency)
    if "rules" in show:
        facts |= {
            "min_stay": day.minimum_stay,
            "max_stay": day.maximum_stay,
            "closed_to_arrival": day.closed_on_arrival or None,
            "closed_to_departure": day.closed_on_departure or None,
        }
    if "units" in show:
        reserved = day.count_reserved_units
        facts |= {
            "units_free": units_left(day) if units_left(day) is not None else int(is_free(day)),
            "units_reserved": day.count_blocking_reservations if reserved is None else reserved,
            "units_pending": day.count_pending_units,
            "units_blocked": day.count_blocked_units,
        }
    if "notes" in show:
        facts["note"] = clean(day.note, max_chars=200)
    return facts


def _whose(day: CalendarDay) -> int | None:
    """The stay that takes the night; where several do (units), none is named."""
    return day.reservations[0].id if len(day.reservations) == 1 and not is_free(day) else None


def _period(first: str | None, last: str | None, today: date) -> Span:
    span = read_period(first, last, today, exclusive=False, default_days=DEFAULT_DAYS)
    if span.days > MAX_DAYS:
        raise InputError(
            f"From {span.first} to {span.last} is {span.days} days; a calendar shows at most {MAX_DAYS}.",
            hint="Ask year by year.",
        )
    return span


def _after(
    listings: Sequence[Listing], question: Mapping[str, Any], cursor: str | None
) -> list[tuple[Listing, str]]:
    """The listings still to be shown, each with the date behind which its runs go on."""

    def key(listing: Listing) -> SortKey:
        return (*listing_key(listing), _DONE)

    waiting = [(one, "") for one in rows_after(listings, key=key, question=question, cursor=cursor)]
    if cursor is not None and waiting:
        *place, behind = read_cursor(question, cursor)
        if tuple(place) == listing_key(waiting[0][0]):
            waiting[0] = (waiting[0][0], str(behind))
    return waiting


def _missing(listings: Sequence[Listing], why: str, tool: str, of: str) -> Missing:
    named = ", ".join(label(one) for one in listings[:MAX_NAMED])
    more = f" and {len(listings) - MAX_NAMED} more" if len(listings) > MAX_NAMED else ""
    ids = ", ".join(str(one.id) for one in listings[:50])
    what = of if len(listings) == 1 else f"{of}s"
    return Missing(what=f"{what} of {named}{more}", why=why, resume=f"{tool} with listing=[{ids}]")
