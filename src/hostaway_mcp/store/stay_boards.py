"""Stays as they stand on a calendar: dates and listing alone, without the objects themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, func, select

from hostaway_mcp.models.reservations import ReservationStatus, StatusClass
from hostaway_mcp.store import spans
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import reservations
from hostaway_mcp.store.stay_windows import StayWindows, Which

_STATUSES = {status.value: status for status in ReservationStatus}


class Stay(NamedTuple):
    """A stay, and what of it takes room on a calendar."""

    id: int
    listing_id: int | None
    status: ReservationStatus
    arrival: date | None
    departure: date | None

    @property
    def status_class(self) -> StatusClass:
        """What the status counts as."""
        return self.status.status_class


@dataclass(frozen=True, slots=True)
class Dates:
    """How many stays have these dates and this status."""

    arrival: date | None
    departure: date | None
    status: ReservationStatus
    count: int

    @property
    def status_class(self) -> StatusClass:
        """What the status counts as."""
        return self.status.status_class


@dataclass(frozen=True, slots=True)
class Turnover:
    """One stay leaves a listing on the day on which another comes, as far as known into the same unit."""

    day: date
    comes: int
    leaves: int
    listing_id: int
    units_known: bool
    """Whether Hostaway says of one of the two which unit it has."""


class StayBoards:
    """The stays of one account on a calendar."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._windows = StayWindows(desk)

    async def brief(self, which: Which, statuses: frozenset[ReservationStatus] | None) -> tuple[Stay, ...]:
        """The stays that are meant, in no order."""
        async with self._desk.read() as connection:
            names = ("id", "listing_id", "status", "arrival", "departure")
            stays = (await self._windows.stays(connection, which, *names)).c
            statement = select(*stays)
            if statuses is not None:
                statement = statement.where(stays.status.in_([status.value for status in statuses]))
            found = (await connection.execute(statement)).all()
        return tuple([Stay(one[0], one[1], _STATUSES[one[2]], one[3], one[4]) for one in found])

    async def of(self, ids: Iterable[int]) -> dict[int, Stay]:
        """These stays, by id."""
        stay = reservations.c
        async with self._desk.read() as connection:
            some = spans.numbers(connection, ids)
            rows = select(stay.id, stay.listing_id, stay.status, stay.arrival, stay.departure).where(
                self._desk.mine(reservations), stay.id.in_(select(some.c.id))
            )
            found = (await connection.execute(rows)).all()
        return {one[0]: Stay(one[0], one[1], _STATUSES[one[2]], one[3], one[4]) for one in found}

    async def count_of(self, which: Which, statuses: frozenset[ReservationStatus] | None) -> int:
        """How many stays are meant."""
        async with self._desk.read() as connection:
            stays = (await self._windows.stays(connection, which, "id", "status")).c
            statement = select(func.count(stays.id))
            if statuses is not None:
                statement = statement.where(stays.status.in_([status.value for status in statuses]))
            return int((await connection.execute(statement)).scalar() or 0)

    async def dates(self, which: Which) -> tuple[Dates, ...]:
        """How many stays have the same dates and status."""
        async with self._desk.read() as connection:
            group = (await self._windows.stays(connection, which, "arrival", "departure", "status")).c
            found = (await connection.execute(select(*group, func.count()).group_by(*group))).all()
        return tuple(Dates(row[0], row[1], ReservationStatus(row[2]), row[3]) for row in found)

    async def first_arrivals(self, which: Which) -> dict[int, date]:
        """When the first of the stays that are meant arrives, by listing, the soonest first."""
        async with self._desk.read() as connection:
            stays = (await self._windows.stays(connection, which, "listing_id", "arrival")).c
            soonest = func.min(stays.arrival, type_=stays.arrival.type)
            statement = select(stays.listing_id, soonest).where(stays.listing_id.is_not(None))
            ordered = statement.group_by(stays.listing_id).order_by(soonest, stays.listing_id)
            return {row[0]: row[1] for row in await connection.execute(ordered)}

    async def unit_ids(self, ids: Iterable[int]) -> dict[int, frozenset[int]]:
        """The units of these stays, by id, of which Hostaway says which they have."""
        stay = reservations.c
        async with self._desk.read() as connection:
            some = spans.some(connection, ids)
            rows = select(stay.id, stay.unit_ids).where(
                self._desk.mine(reservations), stay.id.in_(some), stay.unit_ids.is_not(None)
            )
            found = (await connection.execute(rows)).all()
        return {number: frozenset(map(int, units.split(","))) for number, units in found}

    async def turnovers(self, which: Which, statuses: frozenset[ReservationStatus]) -> tuple[Turnover, ...]:
        """Where one of these stays leaves and one that is meant comes to the same listing on that day."""
        other, words = reservations.alias("other"), [status.value for status in statuses]
        async with self._desk.read() as connection:
            names = ("id", "listing_id", "status", "arrival")
            coming = await self._windows.stays(connection, which, *names)
            on = and_(
                self._desk.mine(other),
                other.c.listing_id == coming.c.listing_id,
                other.c.departure == coming.c.arrival,
                other.c.id != coming.c.id,
            )
            comes = reservations.alias("comes")
            same = and_(self._desk.mine(comes), comes.c.id == coming.c.id)
            units = (comes.c.unit_ids, other.c.unit_ids)
            columns = (coming.c.arrival, coming.c.id, other.c.id, coming.c.listing_id, *units)
            found = select(*columns).select_from(coming.join(other, on).join(comes, same))
            found = found.where(coming.c.status.in_(words), other.c.status.in_(words))
            rows = (await connection.execute(found)).all()
        return tuple(
            Turnover(day, comes, leaves, listing_id, units is not None or others is not None)
            for day, comes, leaves, listing_id, units, others in rows
            if units is None or others is None or set(units.split(",")) & set(others.split(","))
        )
