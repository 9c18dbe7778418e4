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
from hostaway_mcp.analytics.turnovers import Dated
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
AT_ONCE = 500
MANY = 2_000
"""After so many changes all stays are read again."""
A_DAY_HOURS = 26.0
"""No turnover within a day has more hours, so that all of them are found."""

Read = Callable[[Dated], Booked]
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

    async def booked(self, listing_ids: Collection[int], several: Collection[int]) -> list[Booked]:
        """The stays of these listings; of those with several units with the units that they take."""
        found = [stay for number in listing_ids for stay in self._stays.get(number, ())]
        whole = await self.whole([one.id for one in found if one.listing_id in several])
        known = {one.id: self._booked(one) for one in whole}
        return [known.get(one.id, one) for one in found]

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

        rows = await store.reservations.brief(Which(by=By.STAY, first=begin), self._statuses)
        self._last, self._where, self._stays = None, {}, {}
        await self._put(store, [one for one in rows if _is_placed(one)])

    async def _read_some(self, store: Store, begin: date, ids: Iterable[int]) -> None:
        rows = [kept.row for kept in await store.reservations.get(ids)]
        for number in ids:
            listing_id = self._where.pop(number, None)
            if listing_id is not None:
                rest = tuple(one for one in self._stays[listing_id] if one.id != number)
                self._stays[listing_id] = rest
        self._last = None
        holding = (one for one in rows if one.status in self._statuses and _is_placed(one))
        await self._put(store, [one for one in holding if one.departure and one.departure > begin])

    async def _put(self, store: Store, rows: Sequence[Dated]) -> None:
        """Adds stays, those that meet another on a day of a turnover with the hours agreed for them."""
        come = defaultdict[int, list[Booked]](list)
        for row in rows:
            stay = self._booked(row)
            come[stay.listing_id].append(stay)
            self._where[stay.id] = stay.listing_id
        known = {row.id for row in rows if isinstance(row, Reservation)}
        for number, some in come.items():
            come[number] = [*self._stays.get(number, ()), *some]
        meet = [one.id for some in come.values() for one in meeting(some) if one.id not in known]
        hours: dict[int, Booked] = {}
        for start in range(0, len(meet), AT_ONCE):
            for kept in await store.reservations.get(meet[start : start + AT_ONCE]):
                hours[kept.row.id] = self._booked(kept.row)
        for number, some in come.items():
            self._stays[number] = tuple([hours.get(one.id, one) for one in some])


def meeting(stays: Sequence[Booked]) -> list[Booked]:
    """The stays of a listing that leave on a day on which another comes, or come on one of those."""
    days = {one.departure for one in stays} & {one.arrival for one in stays}
    return [one for one in stays if one.departure in days or one.arrival in days] if days else []


def _is_placed(stay: Dated) -> bool:
    return bool(stay.listing_id is not None and stay.arrival and stay.departure)
