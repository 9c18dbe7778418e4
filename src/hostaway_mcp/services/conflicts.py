"""Stays that cannot all take place as they are booked, and days that channels were not told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hostaway_mcp.analytics import conflicts as clashes
from hostaway_mcp.analytics.calendar_days import usual_units
from hostaway_mcp.analytics.conflicts import Booked, Conflict, ConflictKind, Home
from hostaway_mcp.analytics.turnovers import Dated, Staying
from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, ReservationStatus, StatusClass
from hostaway_mcp.services import calendar_days
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.calendar_days import (
    CalendarDays,
    DayRange,
    Scope,
    envelope_of,
    limited,
    padded,
    scope_of,
)
from hostaway_mcp.services.conflict_book import Clashes, ConflictBook, units_taken
from hostaway_mcp.services.conflict_rows import ConflictRow, ConflictsAnswer, KindCount, in_words, stay_row
from hostaway_mcp.services.copied_stays import Narrowed
from hostaway_mcp.services.copy import Copied
from hostaway_mcp.services.cursors import ANSWER_BYTES, SortKey, cut_ordered, rows_after
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, listing_key
from hostaway_mcp.services.stays import By, Stays, Wanted

DEFAULT_DAYS = 90
MAX_DAYS = 366
LIMIT = 20
ROOM_BYTES = ANSWER_BYTES - 1_000
MOST_WHOLE = 5_000
"""Stays read whole for their hours; more would take longer than an answer may."""
WIDER_DAYS = 60
"""Units are counted on so many days more: the nights in question may be overbooked themselves."""
FEW = 50
"""So many listings are asked for by their numbers; of more, all stays of the window are read."""
KINDS = tuple(ConflictKind)
HOLDING = frozenset(
    status
    for status in ReservationStatus
    if status.status_class in (StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION)
)
"""Stays that take nights. Source: Hostaway API reference, "Reservation statuses"."""


@dataclass(slots=True)
class _Seen:
    """What was read for one question."""

    scope: Scope
    span: Span
    today: date
    kinds: frozenset[ConflictKind]
    cleaning_hours: float
    listings: Mapping[int, Listing]
    """By number."""
    stays: dict[int, Dated] = field(default_factory=dict)
    count: int = 0
    """How many stays there are."""
    copied: bool = False
    """Whether the stays are the replica's, which reads them whole only when asked."""
    missing: list[Missing] = field(default_factory=list)


class Conflicts:
    """
    Finds conflicts.

    From the replica without a call. Live one call for each 100 stays, and one for each listing whose stays
    clash, to learn its units; for days not pushed one for each listing.
    """

    def __init__(self, *, stays: Stays, days: CalendarDays, portfolio: Portfolio) -> None:
        self._stays = stays
        self._days = days
        self._portfolio = portfolio
        self._book = ConflictBook(
            days.replica, clock=days.clock, statuses=HOLDING, read=_taking, at_home=_home
        )

    async def check(
        self,
        *,
        first: str | None = None,
        last: str | None = None,
        kinds: Sequence[ConflictKind] = KINDS,
        cleaning_hours: float = clashes.CLEANING_HOURS,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> ConflictsAnswer:
        """
        The conflicts that touch a day from `first` to `last`, which is included; default the next 90.

        Raises:
            InputError: unknown listing, unreadable dates, more than a year.
            CursorError: the cursor belongs to another question.
            HostawayMcpError: the stays could not be had.
        """
        scope = await scope_of(self._portfolio, listing, group)
        today = self._portfolio.today(scope.listings)
        span = limited(
            read_period(first, last, today, exclusive=False, default_days=DEFAULT_DAYS),
            MAX_DAYS,
            "check_conflicts",
        )
        by_id = await self._portfolio.by_id()
        if len(scope.listings) <= calendar_days.FEW:
            by_id = {one.id: one for one in scope.listings}
        seen = _Seen(scope, span, today, frozenset(kinds), cleaning_hours, by_id)
        found = await self._found(seen)
        question: dict[str, Any] = {"listing": listing, "group": group, "span": (span.first, span.last)}
        question |= {"kinds": sorted(seen.kinds), "cleaning_hours": cleaning_hours}
        listings = seen.listings

        def key(one: Conflict) -> SortKey:
            place = (one.first.isoformat(), *listing_key(listings[one.listing_id]))
            return (*place, one.kind, ",".join(map(str, one.stays)))

        ordered = rows_after(found, key=key, question=question, cursor=cursor)
        whole = await self._whole(seen, ordered[:limit])
        part = cut_ordered(
            ordered,
            total=len(found),
            key=key,
            show=lambda one: self._row(one, listings, whole),
            question=question,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        envelope = envelope_of(scope, "check_conflicts")
        missing = (*envelope["missing"], *seen.missing)
        return ConflictsAnswer(
            **envelope | {"missing": missing, "complete": not missing},
            understood=scope.understood | {"from": f"{span.first}", "to": f"{span.last} (included)"},
            conflicts=part.rows,
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            counts=() if missing else _counts(found),
            looked_at=f"{seen.count} stays of {len(scope.listings)} listings",
        )

    async def _found(self, seen: _Seen) -> list[Conflict]:
        found: list[Conflict] = []
        if seen.kinds != {ConflictKind.NOT_PUSHED}:
            found += await self._of_stays(seen)
        if ConflictKind.NOT_PUSHED in seen.kinds and seen.span.last >= seen.today:
            ahead = Span(max(seen.span.first, seen.today), seen.span.last)
            for number, days in (await self._days.unpushed(seen.scope, ahead)).items():
                found += [
                    Conflict(ConflictKind.NOT_PUSHED, number, *run) for run in clashes.days_in_runs(days)
                ]
        return [
            one
            for one in found
            if one.kind in seen.kinds and one.first <= seen.span.last and one.last >= seen.span.first
        ]

    async def _of_stays(self, seen: _Seen) -> list[Conflict]:
        """As if every listing had one unit; then, of those where something clashes, with their units."""
        if len(seen.scope.listings) > calendar_days.FEW:
            kept = await self._book.clashes(seen.scope.listings, seen.span)
            if kept is not None:
                return await self._of_clashes(seen, kept)
        await self._read_stays(seen)
        hours = await self._with_hours(seen) if ConflictKind.SHORT_TURNOVER in seen.kinds else {}
        booked = [hours.get(one.id) or _booked(one) for one in seen.stays.values()]
        homes = {one.id: _home(one, 1) for one in seen.scope.listings}
        wary = {
            one.listing_id
            for one in clashes.find_conflicts(booked, homes, cleaning_hours=seen.cleaning_hours)
        }
        if not wary:
            return []
        units = await self._units(seen, wary)
        homes = {number: _home(seen.listings[number], many) for number, many in units.items()}
        clashing = await self._with_units(seen, booked, homes)
        return list(clashes.find_conflicts(clashing, homes, cleaning_hours=seen.cleaning_hours))

    async def _of_clashes(self, seen: _Seen, kept: Copied[Clashes]) -> list[Conflict]:
        """The same of stays that are kept in memory."""
        clashing, hours = kept.rows[0], seen.cleaning_hours
        seen.scope.ages.append(kept.as_of)
        seen.copied, seen.count = True, clashing.count(seen.span)
        timed = ConflictKind.SHORT_TURNOVER in seen.kinds
        wary = clashing.wary(seen.span, hours, turnovers=timed)
        if not wary:
            return []
        calendars = await self._days.kept(seen.scope, seen.span)
        units = {number: calendars[number].units for number in wary if number in calendars}
        if rest := wary - units.keys():
            units |= await self._units(seen, rest)
        homes = {number: _home(seen.listings[number], many) for number, many in units.items()}
        stays = self._book.booked(units, seen.span)
        return list(clashes.find_conflicts(stays, homes, cleaning_hours=hours))

    async def _read_stays(self, seen: _Seen) -> None:
        """Those that sleep in the window or leave on its first day."""
        inside = frozenset(seen.scope.ids)
        wanted = Wanted(by=By.STAY, first=seen.span.first - ONE_DAY, last=seen.span.last)
        narrowed = Narrowed(inside if len(inside) <= FEW else None, statuses=HOLDING)
        if kept := await self._stays.brief(wanted, narrowed):
            seen.scope.ages.append(kept.as_of)
            seen.copied = True
            rows: Iterable[Dated] = kept.rows
        else:
            known = await self._stays.read(wanted, await self._portfolio.by_id())
            seen.scope.ages.append(known.as_of)
            if not known.complete:
                seen.missing.append(_missing(len(known.rows), known.why))
            rows = [one for one in known.rows if one.status in HOLDING]
        seen.stays = {
            one.id: one for one in rows if one.listing_id in inside and one.arrival and one.departure
        }
        seen.count = len(seen.stays)

    async def _with_hours(self, seen: _Seen) -> dict[int, Booked]:
        """The stays that leave or come on a day of a turnover, with the hours agreed for them."""
        leaves = {(one.listing_id, one.departure) for one in seen.stays.values()}
        comes = {(one.listing_id, one.arrival) for one in seen.stays.values()}
        days = leaves & comes
        turned = [
            one
            for one in seen.stays.values()
            if (one.listing_id, one.departure) in days or (one.listing_id, one.arrival) in days
        ]
        if seen.copied and len(turned) > MOST_WHOLE:
            turned.sort(key=lambda one: (one.arrival or date.max, one.id))
            turned, rest = turned[:MOST_WHOLE], turned[MOST_WHOLE:]
            seen.missing.append(_too_many(rest[0].arrival or seen.span.last, seen.span))
        return {one.id: _booked(one) for one in await self._read_whole(seen, [one.id for one in turned])}

    async def _with_units(
        self, seen: _Seen, booked: Sequence[Booked], homes: Mapping[int, Home]
    ) -> list[Booked]:
        """The stays of these listings; of those with several units with the units that they take."""
        here = [one for one in booked if one.listing_id in homes]
        several = [one.id for one in here if homes[one.listing_id].units > 1]
        whole = {one.id: _booked(one) for one in await self._read_whole(seen, several)}
        return [whole.get(one.id, one) for one in here]

    async def _units(self, seen: _Seen, numbers: set[int]) -> dict[int, int]:
        """How many units these listings have, by the counters of their calendars."""
        few = [one for one in seen.scope.listings if one.id in numbers]
        around = padded(seen.span, seen.today, before=WIDER_DAYS, after=WIDER_DAYS)
        found = await self._days.read(replace(seen.scope, listings=tuple(few)), around)
        units = {number: usual_units(days) for number, days in found.items()}
        for number, many in units.items():
            self._portfolio.learn_units(number, many)
        return units

    async def _whole(self, seen: _Seen, some: Sequence[Conflict]) -> dict[int, Reservation]:
        numbers = {number for one in some for number in one.stays}
        return {one.id: one for one in await self._read_whole(seen, sorted(numbers))}

    async def _read_whole(self, seen: _Seen, numbers: Sequence[int]) -> Sequence[Reservation]:
        if seen.copied:
            return await self._stays.whole(numbers) if numbers else ()
        stays = (seen.stays[number] for number in numbers)
        return [one for one in stays if isinstance(one, Reservation)]

    def _row(
        self, one: Conflict, listings: Mapping[int, Listing], whole: Mapping[int, Reservation]
    ) -> ConflictRow:
        stays = [whole[number] for number in one.stays if number in whole]
        values = self._portfolio.row_values(listings[one.listing_id])
        if one.stays:
            # A calendar that was read since may count an overbooked night's stays as units.
            values["units"] = one.units
        return ConflictRow(
            **values,
            kind=str(one.kind),
            dates=DayRange(first=one.first, last=one.last),
            reservations=tuple(stay_row(stay) for stay in stays),
            says=in_words(one, stays, listings[one.listing_id]),
        )


def _booked(stay: Dated) -> Booked:
    if isinstance(stay, Reservation):
        return _taking(stay, *units_taken(stay))
    listing_id, arrival, departure = _placed(stay)
    return Booked(stay.id, listing_id, arrival, departure)


def _taking(stay: Staying, units: int, unit_ids: frozenset[int]) -> Booked:
    """A stay with its hours and the units that it takes."""
    into, out = stay.check_in_time, stay.check_out_time
    return Booked(stay.id, *_placed(stay), units, unit_ids, into, out)


def _placed(stay: Dated) -> tuple[int, date, date]:
    assert stay.listing_id is not None  # such stays, and those without dates, were left out
    assert stay.arrival is not None
    assert stay.departure is not None
    return stay.listing_id, stay.arrival, stay.departure


def _home(listing: Listing, units: int) -> Home:
    return Home(
        listing.id,
        units,
        listing.check_in_time_start,
        listing.check_out_time,
        zone_or_utc(listing.time_zone_name),
    )


def _counts(found: Sequence[Conflict]) -> tuple[KindCount, ...]:
    counted: Counter[str] = Counter(str(one.kind) for one in found)
    return tuple(KindCount(kind=kind, conflicts=counted[kind]) for kind in KINDS if counted[kind])


def _missing(count: int, why: str | None) -> Missing:
    return Missing(
        what=f"Some reservations: {count} of those in question were read.",
        why=why or "Not known.",
        resume="Ask the same again in a minute, or for fewer days.",
    )


def _too_many(day: date, span: Span) -> Missing:
    return Missing(
        what=f"short turnovers from {day} on",
        why=f"More than {MOST_WHOLE:,} stays have a turnover in this period.",
        resume=f"check_conflicts with from={day}, to={span.last}, kinds=[short_turnover]",
    )
