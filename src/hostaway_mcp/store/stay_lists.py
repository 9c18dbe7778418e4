"""Lists of stays: narrowed, counted, ordered and cut by the database, from indices alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Subquery, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.names import spellings
from hostaway_mcp.models.reservations import ReservationStatus
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import reservations
from hostaway_mcp.store.stay_windows import StayWindows, Which

SORTED_BY: Mapping[str, Column[Any]] = {
    "arrival": reservations.c.arrival,
    "departure": reservations.c.departure,
    "booked": reservations.c.booked_on,
    "updated": reservations.c.active_on,
}


@dataclass(frozen=True, slots=True)
class Order:
    """By the value of a column, then by id; stays without the value come first."""

    by: str
    """A key of `SORTED_BY`."""
    descending: bool = False


Place = tuple[date | datetime | None, int]
"""A stay's value in an order, and its id."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The ids behind a place in their order, and how many stays of each status there are in all."""

    ids: tuple[int, ...]
    counts: Mapping[ReservationStatus, int]


class StayLists:
    """Lists of one account's stays."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._windows = StayWindows(desk)

    async def page(
        self,
        which: Which,
        *,
        statuses: frozenset[ReservationStatus] | None,
        order: Order,
        after: Place | None,
        limit: int,
    ) -> Listed:
        """The first `limit` stays of these statuses behind a place; counted are those of every status."""
        column, windows = SORTED_BY[order.by].name, self._windows
        async with self._desk.read() as connection:
            if which.name is not None:
                stays = await windows.stays(connection, which, "id", column, "status", "guest_folded")
                return await _named(connection, stays, which.name, statuses, order, after, limit)
            counts = await _counts(connection, await windows.stays(connection, which, "status"))
            stays = await windows.stays(connection, which, "id", column, "status")
            found = select(stays.c.id).where(*_of(stays, statuses), *_behind(stays, order, after))
            ordered = found.order_by(*_in(order, stays, few=which.is_of_few)).limit(limit)
            return Listed(tuple((await connection.execute(ordered)).scalars()), counts)


async def _counts(connection: AsyncConnection, stays: Subquery) -> dict[ReservationStatus, int]:
    statement = select(stays.c.status, func.count()).group_by(stays.c.status)
    found = (await connection.execute(statement)).all()
    counts: Counter[ReservationStatus] = Counter()
    for status, count in found:
        counts[ReservationStatus(status)] += count
    return dict(counts)


def _in(order: Order, stays: Subquery, *, few: bool) -> tuple[ColumnElement[Any], ...]:
    column: ColumnElement[Any] = stays.c[SORTED_BY[order.by].name]
    if few:
        # SQLite would go through all stays in this order rather than sort the few that are meant.
        column = func.coalesce(column, column)
    return (column.desc() if order.descending else column.asc()).nulls_first(), stays.c.id


def _of(stays: Subquery, statuses: frozenset[ReservationStatus] | None) -> Iterator[ColumnElement[bool]]:
    if statuses is not None:
        yield stays.c.status.in_([status.value for status in statuses])


def _behind(stays: Subquery, order: Order, after: Place | None) -> Iterator[ColumnElement[bool]]:
    if after is None:
        return
    value, number = after
    column = stays.c[SORTED_BY[order.by].name]
    if value is None:
        yield or_(column.is_not(None), stays.c.id > number)
        return
    further = column < value if order.descending else column > value
    yield or_(further, and_(column == value, stays.c.id > number))


async def _named(
    connection: AsyncConnection,
    stays: Subquery,
    name: str,
    statuses: frozenset[ReservationStatus] | None,
    order: Order,
    after: Place | None,
    limit: int,
) -> Listed:
    """Whether all words are part of one name of the guest is looked at row by row: there are few."""
    rows = (await connection.execute(select(*stays.c).order_by(*_in(order, stays, few=True)))).all()
    fitting = [row for row in rows if _is_called(row.guest_folded, name)]
    counts = Counter(ReservationStatus(row.status) for row in fitting)
    shown = [row for row in fitting if statuses is None or ReservationStatus(row.status) in statuses]
    ids = [row.id for row in shown if after is None or _is_behind(row, order, after)]
    return Listed(tuple(ids[:limit]), dict(counts))


def _is_called(folded: str | None, name: str) -> bool:
    asked = [words.split() for words in spellings(name) if words]
    known = (folded or "").split("\n")
    return any(all(word in called for word in words) for words in asked for called in known)


def _is_behind(row: Sequence[Any], order: Order, after: Place) -> bool:
    (value, number), (mine, own) = after, (row[1], row[0])
    if mine == value:
        return bool(own > number)
    if mine is None or value is None:
        return value is None
    return bool(mine < value if order.descending else mine > value)
