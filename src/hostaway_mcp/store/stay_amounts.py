"""
The money of stays in whole numbers, beside them: what sums over thousands are made of (see `amount_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from typing import cast as cast_to

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.analytics.pace import CANCELLED, COUNTING, Booking
from hostaway_mcp.models.reservations import By, ReservationStatus
from hostaway_mcp.store.amount_rows import (
    MEASURES,
    STATUSES,
    AmountRow,
    DebtorRow,
    HoursRow,
    Idle,
    Share,
    amount_of,
    booked_day,
    channel_in,
    columns,
)
from hostaway_mcp.store.amount_windows import (
    Period,
    Shape,
    all_of,
    is_idle,
    is_odd,
    is_plain,
    rows_of,
    shape_of,
    taken_of,
    values_of,
)
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.schema import listings, reservations, stay_amounts
from hostaway_mcp.store.stay_windows import Which

Days = tuple[date, date]
"""The first and the last of some days, both included."""

_STAY = stay_amounts.c


class StayAmounts:
    """The money of one account's stays that have dates."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def rows(self, which: Which) -> tuple[AmountRow, ...]:
        """The stays that are meant, of every status, in no order."""
        found = await self._asked(_rows(shape_of(self._desk, which)), values_of(self._desk, which))
        return tuple(map(AmountRow._make, found))

    async def bookings(self, which: Which) -> Sequence[Booking]:
        """Of the stays that are meant those that are confirmed or cancelled, in no order."""
        found = await self._asked(_bookings(shape_of(self._desk, which)), values_of(self._desk, which))
        # Rows are tuples with these names; there are too many to make others of them.
        return cast_to("Sequence[Booking]", found)

    async def debtors(self, which: Which) -> tuple[tuple[DebtorRow, ...], frozenset[int]]:
        """The stays that are meant, and the ids of those besides whose total is no whole number here."""
        found = await self._asked(_debtors(shape_of(self._desk, which)), values_of(self._desk, which))
        rows = [
            DebtorRow(
                row[0],
                row[1],
                STATUSES[row[2]],
                channel_in(row[3]),
                date.fromordinal(row[4]),
                row[5],
                None if row[6] is None else amount_of(row[6]),
                None if row[7] is None else bool(row[7]),
            )
            for row in found
            if row[8]
        ]
        return tuple(rows), frozenset(row[0] for row in found if not row[8])

    async def hours(
        self, which: Which, statuses: Iterable[ReservationStatus], *, leaving: Days | None = None
    ) -> tuple[HoursRow, ...]:
        """
        The stays of these statuses that are meant, with their hours, in no order; with `leaving` those of the
        listings alone that one of them leaves on one of these days.
        """
        values = values_of(self._desk, which) | {"statuses": [status.value for status in statuses]}
        if leaving is not None:
            values |= {"left": leaving[0].toordinal(), "until": leaving[1].toordinal()}
        found = await self._asked(_hours(shape_of(self._desk, which), leaving is not None), values)
        day = date.fromordinal
        return tuple(
            [HoursRow(row[0], row[1], STATUSES[row[2]], day(row[3]), day(row[4]), *row[5:]) for row in found]
        )

    async def odd(self, which: Which, period: Period, inside: Iterable[int]) -> tuple[AmountRow, ...]:
        """Of the stays that are meant those that neither `shares` nor `idle` tells of."""
        shape = shape_of(self._desk, which, by_night=period.by_night)
        found = await self._asked(_odd(shape), values_of(self._desk, which, inside))
        return tuple(map(AmountRow._make, found))

    async def idle(self, which: Which, period: Period, inside: Iterable[int]) -> tuple[Idle, ...]:
        """Of the stays that are meant those that bring nothing because of their status, by status."""
        shape = shape_of(self._desk, which, by_night=period.by_night)
        found = await self._asked(_idle(shape), values_of(self._desk, which, inside))
        return tuple([Idle(row[0], row[1], tuple(map(int, row[2].split(",")))) for row in found])

    async def shares(
        self, which: Which, period: Period, inside: Iterable[int], *, key: str | None = None
    ) -> tuple[Share, ...]:
        """
        The sums of the plain ones among the stays that are meant, by currency, by `key` (listing_id or
        channel), and by how many nights they have, of which some are in the period.

        Plain are confirmed stays with a price and a currency, of a listing `inside`, whose amounts are exact;
        by night only those that have nights.
        """
        shape = shape_of(self._desk, which, by_night=period.by_night)
        found = await self._asked(_shares(shape, key), values_of(self._desk, which, inside))
        return tuple([Share._make((*row[:6], row[6:])) for row in found])

    async def listings_of(self, which: Which, period: Period, inside: Iterable[int]) -> dict[int, int]:
        """The listings of the plain stays, with the first day that counts for each."""
        shape = shape_of(self._desk, which, by_night=period.by_night)
        found = await self._asked(_listings(shape), values_of(self._desk, which, inside))
        return {row[0]: row[1] for row in found}

    async def put(self, connection: AsyncConnection, before: Iterable[Any], rows: Iterable[Any]) -> None:
        """Keeps the money of these stays, and no more that of those that were `before`."""
        old = [
            {"of_arrival": one["arrival"].toordinal(), "of_id": one["id"]} for one in before if one["arrival"]
        ]
        if old:
            await connection.execute(delete(stay_amounts).where(self._desk.mine(stay_amounts), *_SAME), old)
        dated = [row for row in rows if row.arrival is not None and row.departure is not None]
        zones = await self._zones(connection, {row.listing_id for row in dated if row.listing_id is not None})
        account = {"account_id": self._desk.account_id}
        new = [account | columns(row, zones.get(row.listing_id)) for row in dated]
        if new:
            await connection.execute(insert(stay_amounts), new)

    async def moved(self, connection: AsyncConnection, zones: Mapping[int, str | None]) -> None:
        """Tells anew on which day the stays of listings were booked whose zone is another one now."""
        for some in portions(sorted(zones)):
            stay = stay_amounts.c
            joined = stay_amounts.join(
                reservations, and_(self._desk.mine(reservations), reservations.c.id == stay.id)
            )
            statement = (
                select(stay.id, stay.arrival, stay.listing_id, stay.booked, reservations.c.booked_on)
                .select_from(joined)
                .where(self._desk.mine(stay_amounts), stay.listing_id.in_(some))
            )
            found = (await connection.execute(statement)).all()
            other = [
                {"of_arrival": row.arrival, "of_id": row.id, "new": day}
                for row in found
                if (day := booked_day(row.booked_on, zones[row.listing_id])) != row.booked
            ]
            if other:
                change = update(stay_amounts).where(self._desk.mine(stay_amounts), *_SAME)
                await connection.execute(change.values(booked=bindparam("new")), other)

    async def _asked(self, statement: Any, values: Mapping[str, Any]) -> Sequence[Any]:
        async with self._desk.read() as connection:
            return (await connection.execute(statement, values)).all()

    async def _zones(self, connection: AsyncConnection, ids: Iterable[int]) -> dict[int | None, str | None]:
        found: dict[int | None, str | None] = {}
        for some in portions(sorted(ids)):
            mine = (self._desk.mine(listings), listings.c.id.in_(some))
            rows = await connection.execute(select(listings.c.id, listings.c.time_zone).where(*mine))
            found |= {row[0]: row[1] for row in rows}
        return found


_SAME = (
    stay_amounts.c.arrival == bindparam("of_arrival", type_=Integer),
    stay_amounts.c.id == bindparam("of_id", type_=BigInteger),
)


@cache
def _rows(shape: Shape) -> Any:
    return all_of(rows_of(shape, [_STAY[name] for name in AmountRow._fields]))


@cache
def _bookings(shape: Shape) -> Any:
    booked = _STAY.status.in_((*COUNTING, CANCELLED))
    columns = [
        *(_STAY[name] for name in Booking._fields[:-2]),
        _STAY.accommodation.label("revenue"),
        case((_STAY.is_exact == 0, _STAY.id)).label("inexact_id"),
    ]
    return all_of(rows_of(shape, columns, booked))


@cache
def _debtors(shape: Shape) -> Any:
    names = ("id", "listing_id", "status", "channel", "arrival", "currency", "total", "card_is_virtual")
    return all_of(rows_of(shape, [*(_STAY[name] for name in names), _STAY.is_exact]))


@cache
def _hours(shape: Shape, leaving: bool) -> Any:
    names = ("id", "listing_id", "status", "arrival", "departure", "check_in", "check_out", "units")
    fitting = _STAY.status.in_(bindparam("statuses", expanding=True))
    stays = all_of(rows_of(shape, [_STAY[name] for name in names], fitting)).cte("stays_there")
    if not leaving:
        return select(stays)
    days = (bindparam(name, type_=Integer) for name in ("left", "until"))
    left = select(stays.c.listing_id).where(stays.c.departure.between(*days))
    return select(stays).where(stays.c.listing_id.in_(left))


@cache
def _odd(shape: Shape) -> Any:
    return all_of(rows_of(shape, [_STAY[name] for name in AmountRow._fields], is_odd(shape)))


@cache
def _idle(shape: Shape) -> Any:
    columns = [_STAY.status, taken_of(shape).label("nights"), cast(_STAY.id, Text).label("id")]
    stays = all_of(rows_of(shape, columns, is_idle(shape))).subquery().c
    nights, ids = cast(func.sum(stays.nights), BigInteger), func.aggregate_strings(stays.id, ",")
    return select(stays.status, nights, ids).group_by(stays.status)


@cache
def _shares(shape: Shape, key: str | None) -> Any:
    columns = [
        (_STAY[key] if key else null()).label("key"),
        _STAY.currency,
        (_STAY.nights if shape.by_night else literal(1)).label("of"),
        _STAY.units,
        _STAY.is_estimated,
        taken_of(shape).label("taken"),
        *(_STAY[name] for name in MEASURES),
    ]
    stays = all_of(rows_of(shape, columns, is_plain(shape))).subquery().c
    share = stays.taken if shape.by_night else literal(1)
    sums = [cast(func.sum(stays[name] * share), BigInteger) for name in MEASURES]
    counts = (func.count(), func.sum(stays.taken * stays.units), func.sum(stays.is_estimated))
    groups = [stays.currency, stays.of] if key is None else [stays.key, stays.currency, stays.of]
    return select(stays.key if key else null(), stays.currency, stays.of, *counts, *sums).group_by(*groups)


@cache
def _listings(shape: Shape) -> Any:
    day = {By.DEPARTURE: _STAY.departure, By.BOOKED: _STAY.booked}.get(shape.by, _STAY.arrival)
    columns = [_STAY.listing_id, func.coalesce(day, _STAY.arrival).label("day")]
    stays = all_of(rows_of(shape, columns, is_plain(shape))).subquery().c
    return select(stays.listing_id, func.min(stays.day)).group_by(stays.listing_id)
