"""The calendars of many listings as the replica has them, kept in memory until sync reads them anew."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from hostaway_mcp.analytics.calendar_days import ONE_DAY, Day, usual_units
from hostaway_mcp.clock import Clock
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.dates import Span

if TYPE_CHECKING:
    from decimal import Decimal

    from hostaway_mcp.store.calendar_lists import DayColumns, Strip
    from hostaway_mcp.store.store import Store

AROUND = timedelta(days=400)
"""How far around today days are kept; sync brings those of a month before and a year behind."""
AT_ONCE = 500
"""Listings read in one go; others are answered in between."""

MOST_GIVEN = 8
"""Selections of listings remembered; the whole portfolio is the most frequent."""

FREE, TAKEN = "F", "T"
StayRules = tuple[int | None, int | None]
"""A listing's own minimum and maximum stay, for days that say none."""

_HELD = {
    "reserved": "booked",
    "mreserved": "booked",
    "pending": "requested",
    "hardBlock": "blocked",
    "mblocked": "blocked",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """
    One listing's calendar. `states` has a letter for each day, `F` where the night can be sold. It is another
    object whenever the calendar changed, so that what follows from it can be kept beside it.
    """

    strip: Strip
    states: str
    units: int

    @property
    def first(self) -> date:
        """The first day that is known."""
        return self.strip.first

    @property
    def last(self) -> date:
        """The last day that is known."""
        return self.strip.first + ONE_DAY * (len(self.states) - 1)

    def days(self, first: date, last: date, rules: StayRules) -> list[Day]:
        """The days from `first` to `last`, both included, as far as they are known."""
        begin = max(0, (first - self.first).days)
        end = max(begin, min(len(self.states), (last - self.first).days + 1))
        day, found = self.first + ONE_DAY * begin, []
        for columns, price in zip(self.strip.days[begin:end], self.strip.prices[begin:end], strict=True):
            found.append(of_columns(columns, day, price, rules))
            day += ONE_DAY
        return found


@dataclass(frozen=True, slots=True)
class Calendars:
    """
    Calendars of many listings by number: all of them know the days from `first` to `last`, and the oldest
    was read at `as_of`. While nothing changed it is the same object for the same listings.
    """

    by_id: Mapping[int, Kept]
    first: date
    last: date
    as_of: datetime

    def covers(self, span: Span) -> bool:
        """Whether all of them know these days."""
        return self.first <= span.first and self.last >= span.last


class CalendarBook:
    """
    The calendars of one account. Before they are given out the replica is asked what sync has read since:
    only that is read again. Days that sync did not find changed keep what was made of them.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._turn = asyncio.Lock()
        self._stamp: tuple[object, ...] = ()
        self._seq = -1
        self._ages: dict[int, datetime] = {}
        self._kept: dict[int, Kept] = {}
        self._given: dict[int, tuple[Sequence[Listing], Calendars | None]] = {}
        self._unpushed: dict[date, dict[int, list[date]]] = {}

    async def kept(self, store: Store, listings: Sequence[Listing]) -> Calendars | None:
        """The calendars of these listings, of those that sync has read; None if it has read none."""
        async with self._turn:
            await self._refresh(store)
            place = id(listings)
            if place in self._given and self._given[place][0] is listings:
                return self._given[place][1]
            lacking = [one.id for one in listings if one.id not in self._kept and one.id in self._ages]
            today = self._clock.now().date()
            for start in range(0, len(lacking), AT_ONCE):
                some = lacking[start : start + AT_ONCE]
                strips = await store.calendar.strips(some, today - AROUND, today + AROUND)
                self._kept |= {number: _kept(strip) for number, strip in strips.items()}
            found = self.calendars({one.id: self._kept[one.id] for one in listings if one.id in self._kept})
            if len(self._given) >= MOST_GIVEN:
                self._given.clear()
            self._given[place] = (listings, found)
            return found

    def calendars(self, by_id: Mapping[int, Kept]) -> Calendars | None:
        """Some of the calendars that were given out, with what is true of all of them."""
        if not by_id:
            return None
        first, last = (max(one.first for one in by_id.values()), min(one.last for one in by_id.values()))
        return Calendars(by_id, first, last, min(self._ages[number] for number in by_id))

    async def unpushed(self, store: Store, listing_ids: Collection[int], span: Span) -> dict[int, list[date]]:
        """The days that channels were not told of yet, by listing, of those that have such days."""
        async with self._turn:
            await self._refresh(store)
            month, found = span.first.replace(day=1), dict[int, list[date]]()
            while month <= span.last:
                after = (month + timedelta(days=31)).replace(day=1)
                if month not in self._unpushed:
                    self._unpushed[month] = await store.calendar.unpushed(self._ages, month, after - ONE_DAY)
                for number in self._unpushed[month].keys() & listing_ids:
                    days = [day for day in self._unpushed[month][number] if span.first <= day <= span.last]
                    found.setdefault(number, []).extend(days)
                month = after
            return found

    def as_of(self, listing_id: int) -> datetime:
        """When a calendar that was given out was read."""
        return self._ages[listing_id]

    async def _refresh(self, store: Store) -> None:
        """Drops what was read again, or changed otherwise, since the last look."""
        stamp, seq = await store.sync.stamp("calendar"), await store.changes.last()
        if (stamp, seq) == (self._stamp, self._seq):
            return
        self._given = {}
        touched = frozenset[int]()
        if seq < self._seq or self._seq < 0:
            self._kept, self._ages = {}, {}
        elif seq > self._seq:
            touched = await store.changes.touched("calendar", self._seq)
        ages = {int(part): at for part, at in (await store.sync.ages("calendar")).items() if part.isdecimal()}
        read = {one for one, at in ages.items() if self._ages.get(one) != at} | touched
        if len(read) > AT_ONCE:
            self._unpushed = {}
        elif read:
            for month, found in self._unpushed.items():
                after = (month + timedelta(days=31)).replace(day=1)
                anew = await store.calendar.unpushed(read, month, after - ONE_DAY)
                self._unpushed[month] = {one: days for one, days in found.items() if one not in read} | anew
        for one in touched | (self._kept.keys() - ages.keys()):
            self._kept.pop(one, None)
        self._ages, self._stamp, self._seq = ages, stamp, seq


def of_columns(columns: DayColumns, day: date, price: Decimal | None, rules: StayRules) -> Day:
    """A day of the replica as arithmetic needs it; where it has no rule of length, with the listing's."""
    sellable, held = _sellable(columns.status, columns.available, columns.units_left)
    return Day(
        day,
        sellable,
        price,
        columns.minimum_stay or rules[0],
        columns.maximum_stay or rules[1],
        bool(columns.closed_on_arrival),
        bool(columns.closed_on_departure),
        held,
        columns.units or 1,
    )


@lru_cache
def _sellable(status: str | None, available: bool | None, units_left: int | None) -> tuple[bool, str]:
    """Whether the night can be sold, by units left and the word of the day; and what takes it if not."""
    free = False
    if available is not False and units_left != 0:
        if status is None:
            free = available is True
        else:
            free = status == "available" or (
                status in ("reserved", "mreserved", "pending") and (units_left or 0) > 0
            )
    return free, "" if free else _HELD.get(status or "", "blocked")


@lru_cache(maxsize=50_000)
def _unpriced(columns: DayColumns) -> Day:
    return of_columns(columns, date.min, None, (None, None))


def _kept(strip: Strip) -> Kept:
    days = [_unpriced(one) for one in strip.days]
    states = "".join([FREE if day.sellable else TAKEN for day in days])
    return Kept(strip, states, usual_units(days))
