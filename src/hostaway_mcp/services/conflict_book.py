"""The stays of many listings that take nights, kept in memory, and which of them may be in conflict."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hostaway_mcp.analytics.conflicts import Booked, Conflict, ConflictKind, Home, find_conflicts
from hostaway_mcp.analytics.turnovers import Staying
from hostaway_mcp.clock import Clock
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation, ReservationStatus
from hostaway_mcp.services.copied_stays import CopiedStays, rests_on_the_replica
from hostaway_mcp.services.copy import Copied
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.wanted import Wanted
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

BACK = timedelta(days=60)
"""So long ago a period may begin, and be answered from memory."""
MANY = 2_000
"""After so many changes all stays are read again."""
NO_UNITS = frozenset[int]()
A_DAY_HOURS = 26.0
"""No turnover within a day has more hours, so that all of them are found."""

Read = Callable[[Staying, int, frozenset[int]], Booked]
"""Of a stay with its hours, how many units it takes and which."""
AtHome = Callable[[Listing, int], Home]


@dataclass(frozen=True, slots=True)
class Clashes:
    """
    What clashes at some listings if each has one unit: by listing, the shortest turnovers of a day first.

    `arrivals` and `departures` are of all their stays, in order.
    """

    double: tuple[Conflict, ...]
    turnovers: tuple[Conflict, ...]
    arrivals: Sequence[date]
    departures: Sequence[date]

    def wary(self, span: Span, cleaning_hours: float, *, turnovers: bool) -> set[int]:
        """The listings at which something clashes in a period, some of them only by having one unit here."""
        slow = bisect_left(self.turnovers, cleaning_hours, key=lambda one: one.slack_hours or 0.0)
        some = (*self.double, *(self.turnovers[:slow] if turnovers else ()))
        return {one.listing_id for one in some if one.first <= span.last and one.last >= span.first}

    def count(self, span: Span) -> int:
        """How many stays sleep in the period or leave on its first day."""
        return bisect_right(self.arrivals, span.last) - bisect_left(self.departures, span.first)


class ConflictBook(CopiedStays):
    """The stays that take nights, from some weeks ago on; of those that changed since only they are read."""

    def __init__(
        self,
        replica: Replica,
        *,
        clock: Clock,
        statuses: frozenset[ReservationStatus],
        read: Read,
        at_home: AtHome,
    ) -> None:
        super().__init__(replica, clock=clock)
        self._statuses, self._booked, self._at_home = statuses, read, at_home
        self._turn = asyncio.Lock()
        self._seq, self._begin = -1, date.max
        self._where: dict[int, int] = {}
        self._stays: dict[int, tuple[Booked, ...]] = {}
        self._found: dict[int, tuple[tuple[Booked, ...], Listing, tuple[Conflict, ...]]] = {}
        self._last: tuple[Sequence[Listing], Clashes] | None = None

    async def clashes(self, listings: Sequence[Listing], span: Span) -> Copied[Clashes] | None:
        """What clashes at these listings, if each has one unit; None where the replica does not reach."""
        today = self._clock.now().date()
        if span.first - ONE_DAY < today - BACK:
            return None

        async def read(store: Store) -> Copied[Clashes] | None:
            wanted = Wanted(by=By.STAY, first=span.first - ONE_DAY, last=span.last)
            as_of = await self._as_of(store, wanted)
            if as_of is None:
                return None
            async with self._turn:
                await self._refresh(store, (today - BACK).replace(day=1))
                if self._last is None or self._last[0] is not listings:
                    self._last = (listings, self._clashes(listings))
                return Copied((self._last[1],), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    def booked(self, listing_ids: Collection[int], span: Span) -> list[Booked]:
        """The stays of these listings in a period, and all that they meet before and after it."""
        found: list[Booked] = []
        for here in map(self._stays.get, listing_ids):
            inside = [one for one in here or () if _touches(one, span.first, span.last)]
            if here and inside:
                first, last = min(one.arrival for one in inside), max(one.departure for one in inside)
                found += [one for one in here if _touches(one, first, last)]
        return found

    def _clashes(self, listings: Sequence[Listing]) -> Clashes:
        double: list[Conflict] = []
        turnovers: list[Conflict] = []
        here: list[Booked] = []
        for listing in listings:
            if stays := self._stays.get(listing.id):
                here += stays
                for one in self._of_listing(listing, stays):
                    (turnovers if one.kind is ConflictKind.SHORT_TURNOVER else double).append(one)
        turnovers.sort(key=lambda one: one.slack_hours or 0.0)
        arrivals, departures = sorted(one.arrival for one in here), sorted(one.departure for one in here)
        return Clashes(tuple(double), tuple(turnovers), arrivals, departures)

    def _of_listing(self, listing: Listing, stays: tuple[Booked, ...]) -> tuple[Conflict, ...]:
        known = self._found.get(listing.id)
        if known is None or known[0] is not stays or known[1] is not listing:
            homes = {listing.id: self._at_home(listing, 1)}
            known = (stays, listing, find_conflicts(stays, homes, cleaning_hours=A_DAY_HOURS))
            self._found[listing.id] = known
        return known[2]

    async def _refresh(self, store: Store, begin: date) -> None:
        seq = await store.changes.last()
        if (seq, begin) == (self._seq, self._begin):
            return
        touched: Iterable[int] | None = None
        if 0 <= self._seq <= seq and begin == self._begin:
            ids = await store.changes.touched("reservations", self._seq)
            touched = ids if len(ids) <= MANY else None
        if touched is None:
            await self._read_all(store, begin)
        elif touched:
            await self._read_some(store, begin, touched)
        self._seq, self._begin = seq, begin

    async def _read_all(self, store: Store, begin: date) -> None:
        from hostaway_mcp.store.stay_windows import Which

        rows = await store.stay_amounts.hours(Which(by=By.STAY, first=begin), self._statuses)
        units = await store.reservations.unit_ids(row.id for row in rows)
        self._last, self._where, self._stays = None, {}, {}
        self._put(
            self._booked(row, row.units, units.get(row.id, NO_UNITS))
            for row in rows
            if row.listing_id is not None
        )

    async def _read_some(self, store: Store, begin: date, ids: Iterable[int]) -> None:
        rows = [kept.row for kept in await store.reservations.get(ids)]
        for number in ids:
            listing_id = self._where.pop(number, None)
            if listing_id is not None:
                rest = tuple(one for one in self._stays[listing_id] if one.id != number)
                self._stays[listing_id] = rest
        self._last = None
        self._put(
            self._booked(row, *units_taken(row))
            for row in rows
            if row.status in self._statuses
            and row.listing_id is not None
            and row.arrival
            and row.departure
            and row.departure > begin
        )

    def _put(self, stays: Iterable[Booked]) -> None:
        come = defaultdict[int, list[Booked]](list)
        for stay in stays:
            come[stay.listing_id].append(stay)
            self._where[stay.id] = stay.listing_id
        for number, some in come.items():
            self._stays[number] = (*self._stays.get(number, ()), *some)


def _touches(stay: Booked, first: date, last: date) -> bool:
    return stay.arrival <= last and stay.departure >= first


def units_taken(stay: Reservation) -> tuple[int, frozenset[int]]:
    """How many units a stay takes, and which, as far as Hostaway says."""
    taken = stay.reservation_unit
    return max(1, len(taken)), frozenset(one.listing_unit_id for one in taken)
