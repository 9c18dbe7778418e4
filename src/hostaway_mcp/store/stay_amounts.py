"""
The money of stays in whole numbers, beside them: what sums over thousands are made of (see `amount_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from typing import cast as cast_to

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
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
    IdleRow,
    Share,
    amount_of,
    booked_day,
    channel_in,
    columns,
)
from hostaway_mcp.store.amount_windows import Period, bounds, is_idle, is_plain, stays_of
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.schema import listings, reservations, stay_amounts
from hostaway_mcp.store.stay_windows import Which

Days = tuple[date, date]
"""The first and the last of some days, both included."""


class StayAmounts:
    """The money of one account's stays that have dates."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def rows(self, which: Which) -> tuple[AmountRow, ...]:
        """The stays that are meant, of every status, in no order."""
        async with self._desk.read() as connection:
            stays = stays_of(self._desk, connection, which)
            return await _rows(connection, select(*_ROW(stays)))

    async def bookings(self, which: Which) -> Sequence[Booking]:
        """Of the stays that are meant those that are confirmed or cancelled, in no order."""
        stay = stay_amounts.c
        booked = stay.status.in_((*COUNTING, CANCELLED))
        columns = [
            *(stay[name] for name in Booking._fields[:-2]),
            stay.accommodation.label("revenue"),
            case((stay.is_exact == 0, stay.id)).label("inexact_id"),
        ]
        async with self._desk.read() as connection:
            statement = select(stays_of(self._desk, connection, which, columns, booked))
            # Rows are tuples with these names; there are too many to make others of them.
            return cast_to("Sequence[Booking]", (await connection.execute(statement)).all())

    async def debtors(self, which: Which) -> tuple[tuple[DebtorRow, ...], frozenset[int]]:
        """The stays that are meant, and the ids of those besides whose total is no whole number here."""
        names = ("id", "listing_id", "status", "channel", "arrival", "currency", "total", "card_is_virtual")
        async with self._desk.read() as connection:
            stays = stays_of(self._desk, connection, which).c
            found = (await connection.execute(select(*(stays[name] for name in names), stays.is_exact))).all()
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
        stay, names = stay_amounts.c, ("departure", "check_in", "check_out", "units")
        of_status = stay.status.in_([status.value for status in statuses])
        async with self._desk.read() as connection:
            columns = [stay.id, stay.listing_id, stay.status, stay.arrival, *(stay[name] for name in names)]
            stays = select(stays_of(self._desk, connection, which, columns, of_status)).cte("stays_there")
            statement = select(stays)
            if leaving is not None:
                on = stays.c.departure.between(leaving[0].toordinal(), leaving[1].toordinal())
                statement = statement.where(stays.c.listing_id.in_(select(stays.c.listing_id).where(on)))
            found = (await connection.execute(statement)).all()
        day = date.fromordinal
        return tuple(
            [HoursRow(row[0], row[1], STATUSES[row[2]], day(row[3]), day(row[4]), *row[5:]) for row in found]
        )

    async def odd(self, which: Which, period: Period, inside: Iterable[int]) -> tuple[AmountRow, ...]:
        """Of the stays that are meant those that neither `shares` nor `idle` tells of."""
        async with self._desk.read() as connection:
            stays = stays_of(self._desk, connection, which)
            told = or_(is_plain(connection, stays, period, inside), is_idle(connection, stays, inside))
            return await _rows(connection, select(*_ROW(stays)).where(not_(told)))

    async def idle(self, which: Which, period: Period, inside: Iterable[int]) -> tuple[IdleRow, ...]:
        """Of the stays that are meant those that bring nothing because of their status, in no order."""
        async with self._desk.read() as connection:
            stays = stays_of(self._desk, connection, which)
            nights = _taken(connection, stays, period)
            statement = select(stays.c.id, stays.c.status, nights).where(is_idle(connection, stays, inside))
            return tuple(map(IdleRow._make, (await connection.execute(statement)).all()))

    async def shares(
        self, which: Which, period: Period, inside: Iterable[int], *, key: str | None = None
    ) -> tuple[Share, ...]:
        """
        The sums of the plain ones among the stays that are meant, by currency, by `key` (listing_id or
        channel), and by what part of their nights they have in the period.

        Plain are confirmed stays with a price and a currency, of a listing `inside`, whose amounts are exact;
        by night only those that have nights.
        """
        async with self._desk.read() as connection:
            stays = stays_of(self._desk, connection, which)
            nights, taken = stays.c.departure - stays.c.arrival, _taken(connection, stays, period)
            part = taken < nights if period.by_night else literal(value=False)
            of, share = case((part, nights), else_=1), case((part, taken), else_=1)
            groups = [stays.c.currency, of] if key is None else [stays.c[key], stays.c.currency, of]
            sums = [cast(func.sum(stays.c[name] * share), BigInteger) for name in MEASURES]
            counts = (func.count(), func.sum(taken * stays.c.units), func.sum(stays.c.is_estimated))
            statement = select(*groups, *counts, *sums).where(is_plain(connection, stays, period, inside))
            found = (await connection.execute(statement.group_by(*groups))).all()
        begin = 0 if key is None else 1
        return tuple(
            [
                Share._make((row[0] if begin else None, *row[begin : begin + 5], tuple(row[begin + 5 :])))
                for row in found
            ]
        )

    async def listings_of(self, which: Which, period: Period, inside: Iterable[int]) -> dict[int, int]:
        """The listings of the plain stays, with the first day that counts for each."""
        day = {By.DEPARTURE: "departure", By.BOOKED: "booked"}.get(which.by or By.STAY, "arrival")
        async with self._desk.read() as connection:
            stays = stays_of(self._desk, connection, which)
            first = func.min(func.coalesce(stays.c[day], stays.c.arrival))
            statement = select(stays.c.listing_id, first).where(is_plain(connection, stays, period, inside))
            found = await connection.execute(statement.group_by(stays.c.listing_id))
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

    async def _zones(self, connection: AsyncConnection, ids: Iterable[int]) -> dict[int | None, str | None]:
        found: dict[int | None, str | None] = {}
        for some in portions(sorted(ids)):
            mine = (self._desk.mine(listings), listings.c.id.in_(some))
            rows = await connection.execute(select(listings.c.id, listings.c.time_zone).where(*mine))
            found |= {row[0]: row[1] for row in rows}
        return found


def _taken(connection: AsyncConnection, stays: Subquery, period: Period) -> ColumnElement[int]:
    """How many nights of a stay count."""
    least, most = bounds(connection)
    begin, end = stays.c.arrival, stays.c.departure
    if period.by_night:
        begin, end = most(begin, period.first.toordinal()), least(end, period.last.toordinal() + 1)
    taken: ColumnElement[int] = most(end - begin, 0)
    return taken


_SAME = (
    stay_amounts.c.arrival == bindparam("of_arrival", type_=Integer),
    stay_amounts.c.id == bindparam("of_id", type_=BigInteger),
)


def _ROW(stays: Subquery) -> list[ColumnElement[Any]]:  # noqa: N802
    return [stays.c[name] for name in AmountRow._fields]


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> tuple[AmountRow, ...]:
    found = (await connection.execute(statement)).all()
    return tuple([AmountRow._make(row) for row in found])
