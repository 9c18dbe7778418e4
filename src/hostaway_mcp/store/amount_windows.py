"""Which rows of money are meant: by the dates of their stays, and those that sums in SQL are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, literal, not_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.reservations import By, ReservationStatus, StatusClass
from hostaway_mcp.store import spans
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import stay_amounts
from hostaway_mcp.store.stay_windows import LONG_NIGHTS, Which

CONFIRMED = [status.value for status in ReservationStatus.of_class(StatusClass.CONFIRMED)]
_MOST_NIGHTS = 4_000_000


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are counted, both included, and how: by night, or each stay whole."""

    first: date
    last: date
    by_night: bool


def stays_of(
    desk: Desk,
    connection: AsyncConnection,
    which: Which,
    columns: Sequence[Any] = tuple(stay_amounts.c),
    *conditions: ColumnElement[bool],
) -> Subquery:
    """The rows of the stays that are meant, with `columns` of them, as far as `conditions` hold."""
    stay = stay_amounts.c
    narrow: list[ColumnElement[bool]] = [desk.mine(stay_amounts), *conditions]
    if which.listing_ids is not None:
        narrow.append(stay.listing_id.in_(spans.some(connection, which.listing_ids)))
    parts = [select(*columns).where(*narrow, *window) for window in _windows(which)]
    return (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("stays")


def is_plain(
    connection: AsyncConnection, stays: Subquery, period: Period, inside: Iterable[int]
) -> ColumnElement[bool]:
    """Whether a stay is one of those that `StayAmounts.shares` adds up."""
    stay = stays.c
    return and_(
        stay.status.in_(CONFIRMED),
        func.coalesce(stay.is_exact, 0) == 1,
        stay.accommodation.is_not(None),
        stay.currency.is_not(None),
        stay.nights > 0 if period.by_night else literal(value=True),
        func.coalesce(stay.listing_id, -1).in_(spans.some(connection, inside)),
    )


def is_idle(connection: AsyncConnection, stays: Subquery, inside: Iterable[int]) -> ColumnElement[bool]:
    """
    Whether a stay brings nothing because of its status: no confirmed one, no cancelled one that is paid for
    nevertheless, and no owner stay of a listing that is not `inside`.
    """
    stay = stays.c
    elsewhere = func.coalesce(stay.listing_id, -1).not_in(spans.some(connection, inside))
    return and_(
        stay.status.not_in(CONFIRMED),
        func.coalesce(stay.is_exact, 0) == 1,
        stay.cancellation == 0,
        not_(and_(stay.status == ReservationStatus.OWNER_STAY.value, elsewhere)),
    )


def _windows(which: Which) -> Iterator[Sequence[ColumnElement[bool]]]:
    """Conditions of the dates; several sets have nothing in common."""
    stay = stay_amounts.c
    first, last = which.first.toordinal(), which.last.toordinal()
    near = first - LONG_NIGHTS
    long = (stay.nights.between(LONG_NIGHTS + 1, _MOST_NIGHTS), stay.arrival < near)
    match which.by:
        case By.ARRIVAL:
            yield [stay.arrival.between(first, last)]
        case By.BOOKED:
            yield [stay.booked.between(first, last)]
        case By.DEPARTURE:
            yield [stay.arrival.between(near, last), stay.departure.between(first, last)]
            yield [*long, stay.departure.between(first, last)]
            # Dates that are the wrong way round.
            yield [stay.nights.between(-_MOST_NIGHTS, -1), stay.arrival > last,
                   stay.departure.between(first, last)]  # fmt: skip
        case _:
            yield [stay.arrival.between(near, last), stay.departure > first]
            yield [*long, stay.departure > first]


def bounds(connection: AsyncConnection) -> tuple[Any, Any]:
    """The smaller and the larger of two values, which SQLite and PostgreSQL call differently."""
    if connection.dialect.name == "sqlite":
        return func.min, func.max
    return func.least, func.greatest
