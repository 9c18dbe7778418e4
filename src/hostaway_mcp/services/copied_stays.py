"""Lists of stays from the replica: its database counts, orders and cuts, and only what is shown is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from hostaway_mcp import calls
from hostaway_mcp.analytics.balances import Debtor
from hostaway_mcp.analytics.turnovers import Dated, Staying
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.reservations import By, Reservation, ReservationStatus
from hostaway_mcp.services.copy import STAYS, Copied, Copy, begins_at, covered, whole_at
from hostaway_mcp.services.wanted import Wanted

if TYPE_CHECKING:
    from hostaway_mcp.store.stay_boards import Dates, Turnover
    from hostaway_mcp.store.stay_windows import Which
    from hostaway_mcp.store.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list is narrowed by, besides what is wanted; None does not matter."""

    listing_ids: frozenset[int] | None = None
    channels: frozenset[Channel] | None = None
    statuses: frozenset[ReservationStatus] | None = None
    """Others are counted too."""
    name: str | None = None
    """Words that are all part of the guest's name."""


@dataclass(frozen=True, slots=True)
class Sort:
    """By arrival, departure, booked or updated, then by id; a stay without the value comes first."""

    by: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class StayPage:
    """Stays in their order, and how many there are of each status in all."""

    rows: tuple[Reservation, ...]
    counts: Mapping[ReservationStatus, int]
    as_of: datetime
    lacks: str | None = None
    """What is known to be missing."""


@dataclass(frozen=True, slots=True)
class Calendared:
    """How many stays have which dates, and on which days one leaves a listing and another comes."""

    dates: tuple[Dates, ...]
    turnovers: tuple[Turnover, ...]
    several: Mapping[int, int]
    """The listings with several units, and how many."""
    as_of: datetime


class CopiedStays(Copy):
    """Stays in the replica."""

    async def page(
        self,
        wanted: Wanted,
        narrowed: Narrowed,
        *,
        sort: Sort,
        after: tuple[date | datetime | None, int] | None = None,
        limit: int,
    ) -> StayPage | None:
        """The first `limit` stays behind a place, where days are the listing's own."""

        async def read(store: Store) -> Copied[StayPage] | None:
            from hostaway_mcp.store.stay_lists import Order

            states = await store.sync.states("reservations")
            as_of = covered(wanted, states) if wanted.by else whole_at(states)
            if as_of is None or not self._may_use(as_of, STAYS, "reservations", "changes"):
                return None
            listed = await store.reservations.page(
                _which(wanted, narrowed),
                statuses=narrowed.statuses,
                order=Order(sort.by, sort.descending),
                after=after,
                limit=limit,
            )
            rows = await _in_order(store, listed.ids)
            lacks = None if wanted.by else begins_at(states)
            return Copied((StayPage(rows, listed.counts, as_of, lacks),), as_of)

        return None if wanted.unread else _noted(await self._read(read))

    async def calendared(self, wanted: Wanted, narrowed: Narrowed) -> Calendared | None:
        """The dates of all stays of a window, and the turnovers of those whose status is asked for."""

        async def read(store: Store) -> Copied[Calendared] | None:
            as_of = await self._as_of(store, wanted)
            if as_of is None:
                return None
            which = _which(wanted, narrowed)
            coming = _which(replace(wanted, by=By.ARRIVAL), narrowed)
            turnovers = await store.reservations.turnovers(coming, narrowed.statuses or frozenset())
            dates, several = await store.reservations.dates(which), await store.units.several()
            return Copied((Calendared(dates, turnovers, several, as_of),), as_of)

        return _noted(await self._read(read))

    async def with_units(
        self, wanted: Wanted, narrowed: Narrowed
    ) -> tuple[Sequence[Dated], Mapping[int, frozenset[int]]]:
        """The stays of a window, in no order, and the units of those of which they are known, by id."""

        async def read(store: Store) -> Copied[tuple[Sequence[Dated], Mapping[int, frozenset[int]]]]:
            stays = await store.reservations.brief(_which(wanted, narrowed), narrowed.statuses)
            units = await store.reservations.unit_ids(one.id for one in stays)
            return Copied(((stays, units),), self._clock.now())

        found = await self._read(read)
        return found.rows[0] if found else ((), {})

    async def brief(self, wanted: Wanted, narrowed: Narrowed) -> Copied[Dated] | None:
        """The stays of a window, in no order, without the objects themselves."""

        async def read(store: Store) -> Copied[Dated] | None:
            as_of = await self._as_of(store, wanted)
            if as_of is None:
                return None
            return Copied(await store.reservations.brief(_which(wanted, narrowed), narrowed.statuses), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    async def debtors(self, wanted: Wanted) -> Copied[Debtor] | None:
        """The stays of a window as far as it matters whether money is owed for them, in no order."""

        async def read(store: Store) -> Copied[Debtor] | None:
            as_of = await self._as_of(store, wanted)
            if as_of is None:
                return None
            rows, others = await store.stay_amounts.debtors(_which(wanted, Narrowed()))
            whole = await _in_order(store, sorted(others)) if others else ()
            return Copied((*rows, *whole), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    async def hours(
        self, wanted: Wanted, narrowed: Narrowed, *, leaving: tuple[date, date]
    ) -> Copied[Staying] | None:
        """
        The stays of a window with their own hours, in no order, without the objects themselves; of the
        listings alone that one of them leaves on a day of `leaving`, its first and last included.
        """

        async def read(store: Store) -> Copied[Staying] | None:
            as_of = await self._as_of(store, wanted)
            if as_of is None:
                return None
            statuses = narrowed.statuses or frozenset(ReservationStatus)
            which = _which(wanted, narrowed)
            return Copied(await store.stay_amounts.hours(which, statuses, leaving=leaving), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    async def count(self, wanted: Wanted, narrowed: Narrowed) -> int | None:
        """How many stays of these statuses a window has; None where the replica does not reach."""

        async def read(store: Store) -> Copied[int] | None:
            as_of = await self._as_of(store, wanted)
            if as_of is None:
                return None
            return Copied(
                (await store.reservations.count_of(_which(wanted, narrowed), narrowed.statuses),), as_of
            )

        return _noted(await self._read(read))

    async def whole(self, ids: Sequence[int]) -> tuple[Reservation, ...]:
        """The stays of these ids, in their order; one that has just gone is left out."""

        async def read(store: Store) -> Copied[Reservation]:
            return Copied(await _in_order(store, ids), self._clock.now())

        found = await self._read(read)
        return found.rows if found else ()

    async def _as_of(self, store: Store, wanted: Wanted) -> datetime | None:
        as_of = covered(wanted, await store.sync.states("reservations"))
        return as_of if as_of and self._may_use(as_of, STAYS, "reservations", "changes") else None


def _which(wanted: Wanted, narrowed: Narrowed) -> Which:
    from hostaway_mcp.store.stay_windows import Which

    return Which(
        by=wanted.by,
        first=wanted.first,
        last=wanted.last,
        listing_ids=narrowed.listing_ids,
        channels=narrowed.channels,
        guest_email=wanted.guest_email,
        name=narrowed.name,
    )


async def _in_order(store: Store, ids: Sequence[int]) -> tuple[Reservation, ...]:
    by_id = {kept.row.id: kept.row for kept in await store.reservations.get(ids)}
    return tuple(by_id[number] for number in ids if number in by_id)


def _noted(found: Copied[T] | None) -> T | None:
    if found is None:
        return None
    rests_on_the_replica()
    return found.rows[0]


def rests_on_the_replica() -> None:
    """The answer says so, and is not kept for whoever asks again: sync may have learned something."""
    if call := calls.current():
        call.copied = True
        call.used_facts(1e-9)
