"""What became of each night of each listing: kept beside the stays and calendar days that it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.reservations import StatusClass
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.schema import calendar_days, calendar_raw, nights, reservations

HOLDING = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION})
"""Stays that take a night from the calendar; only the first two are counted."""

MAX_STAY_NIGHTS = 1_100
"""Three years, so that a wrong date is harmless; later nights are counted when the calendar is read."""

ONE_DAY = timedelta(days=1)
Night = tuple[int, date]
"""A listing and a day."""


@dataclass(frozen=True, slots=True)
class NightTotals:
    """
    One listing's nights in a period, in nights of a unit: `nights` there were, of which sold to guests,
    used by the owner, and blocked; the rest was free. `days` are those of the period that are known.
    """

    listing_id: int
    days: int
    nights: int
    sold: int
    owner: int
    blocked: int


@dataclass(frozen=True, slots=True)
class NightOf:
    """One night of a listing, as units sold, used by the owner and blocked, of those that there are."""

    listing_id: int
    day: date
    sold: int
    owner: int
    blocked: int
    units: int


class Nights:
    """
    The nights of one account.

    Sold are the nights of confirmed stays (statuses new, modified, confirmed), at most as many as there
    are units. Blocked is a night that cannot be sold although no stay takes it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def totals(
        self, first: date, last: date, listing_ids: Iterable[int] | None = None
    ) -> tuple[NightTotals, ...]:
        """The sums of each listing over the nights from `first` to `last`, both included, by listing."""
        sums = [func.sum(nights.c[name]) for name in ("units", "sold", "owner", "blocked")]
        found: list[Any] = []
        async with self._desk.read() as connection:
            for condition in self._where(first, last, listing_ids):
                statement = select(nights.c.listing_id, func.count(), *sums).where(condition)
                found += (await connection.execute(statement.group_by(nights.c.listing_id))).all()
        return tuple(NightTotals(*(int(value) for value in row)) for row in sorted(found))

    async def each(
        self, first: date, last: date, listing_ids: Iterable[int] | None = None
    ) -> tuple[NightOf, ...]:
        """Night by night, by listing and day."""
        columns = (nights.c[name] for name in ("listing_id", "day", "sold", "owner", "blocked", "units"))
        statement = select(*columns)
        found: list[Any] = []
        async with self._desk.read() as connection:
            for condition in self._where(first, last, listing_ids):
                found += (await connection.execute(statement.where(condition))).all()
        return tuple(NightOf(*row) for row in sorted(found))

    async def recount(self, connection: AsyncConnection, touched: Iterable[Night]) -> None:
        """Counts nights anew, in the transaction that changes what they follow from."""
        rows = [{"on_listing": listing_id, "on_day": day} for listing_id, day in sorted(set(touched))]
        if not rows:
            return
        mine = (self._desk.mine(nights), nights.c.listing_id == _LISTING, nights.c.day == _DAY)
        await connection.execute(delete(nights).where(*mine), rows)
        names = ["account_id", "listing_id", "day", "units", "sold", "owner", "blocked"]
        await connection.execute(insert(nights).from_select(names, self._counted()), rows)

    def _where(
        self, first: date, last: date, listing_ids: Iterable[int] | None
    ) -> Iterator[ColumnElement[bool]]:
        period = and_(self._desk.mine(nights), nights.c.day >= first, nights.c.day <= last)
        if listing_ids is None:
            yield period
            return
        for some in portions(sorted(set(listing_ids))):
            yield and_(period, nights.c.listing_id.in_(some))

    def _counted(self) -> Select[Any]:
        """One night from its stays and its calendar day; no row where there is neither."""
        raw = self._raw()
        sold = _least(raw.c.sold, raw.c.units)
        after_sold = raw.c.units - sold
        owner = _least(raw.c.owner, after_sold)
        left = after_sold - owner
        account = literal(self._desk.account_id, Text)
        return select(account, _LISTING, _DAY, raw.c.units, sold, owner, _least(raw.c.blocked, left))

    def _raw(self) -> Subquery:
        stays, day = self._stays(), calendar_days
        most = select(func.max(calendar_raw.c.units)).where(
            self._desk.mine(calendar_raw), calendar_raw.c.listing_id == _LISTING
        )
        units = func.coalesce(day.c.units, most.scalar_subquery(), 1)
        unused = stays.c.sold + stays.c.owner + stays.c.held == 0
        blocked = case(
            (day.c.units_blocked > 0, day.c.units_blocked),
            (and_(day.c.available.is_(False), func.coalesce(day.c.units_left, 0) == 0, unused), units),
            else_=0,
        )
        on = and_(self._desk.mine(day), day.c.listing_id == _LISTING, day.c.day == _DAY)
        known = or_(day.c.day.is_not(None), stays.c.sold + stays.c.owner > 0)
        columns = (stays.c.sold, stays.c.owner, units.label("units"), blocked.label("blocked"))
        return select(*columns).select_from(stays.outerjoin(day, on)).where(known).subquery("night")

    def _stays(self) -> Subquery:
        stay = reservations
        there = (
            self._desk.mine(stay),
            stay.c.listing_id == _LISTING,
            stay.c.arrival <= _DAY,
            stay.c.departure > _DAY,
        )
        return (
            select(
                _units_of(StatusClass.CONFIRMED).label("sold"),
                _units_of(StatusClass.OWNER_STAY).label("owner"),
                _units_of(StatusClass.NEEDS_ACTION).label("held"),
            )
            .where(*there)
            .subquery("stays")
        )


_LISTING = bindparam("on_listing", type_=BigInteger)
_DAY = bindparam("on_day", type_=Date)


def nights_of(columns: Any) -> Iterator[Night]:
    """The nights that a stay takes, by its columns; none unless its status holds them."""
    listing_id, arrival, departure = columns["listing_id"], columns["arrival"], columns["departure"]
    if columns["status_class"] not in HOLDING or None in (listing_id, arrival, departure):
        return
    for offset in range(min((departure - arrival).days, MAX_STAY_NIGHTS)):
        yield listing_id, arrival + ONE_DAY * offset


def _units_of(status_class: StatusClass) -> ColumnElement[int]:
    units = case((reservations.c.status_class == status_class.value, reservations.c.units), else_=0)
    # PostgreSQL's sum of large integers is a decimal; here it is a small number for certain.
    return cast(func.coalesce(func.sum(units), 0), BigInteger)


def _least(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    return case((one < other, one), else_=other)
