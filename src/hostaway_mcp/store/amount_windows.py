"""
Which rows of money are meant: by the dates of their stays, and those that sums in SQL are made of.

Statements are made of a `Shape` and parameters: to make one takes SQLAlchemy longer than the database often
takes to answer it, so each is made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.reservations import By, ReservationStatus, StatusClass
from hostaway_mcp.store import spans
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import stay_amounts
from hostaway_mcp.store.stay_windows import LONG_NIGHTS, Which

CONFIRMED = [status.value for status in ReservationStatus.of_class(StatusClass.CONFIRMED)]
_MOST_NIGHTS = 4_000_000
_STAY = stay_amounts.c


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are counted, both included, and how: by night, or each stay whole."""

    first: date
    last: date
    by_night: bool


class Shape(NamedTuple):
    """What of a question its statement depends on."""

    is_sqlite: bool
    by: By
    of_some: bool
    """Whether only stays of some listings are meant."""
    by_night: bool = False


def shape_of(desk: Desk, which: Which, *, by_night: bool = False) -> Shape:
    """The shape of a question."""
    by = which.by if which.by in _OTHERS else By.STAY
    return Shape(desk.database.is_sqlite, by or By.STAY, which.listing_ids is not None, by_night)


def values_of(desk: Desk, which: Which, inside: Iterable[int] = ()) -> dict[str, Any]:
    """The parameters of a question."""
    first, last = which.first.toordinal(), which.last.toordinal()
    return {
        "account": desk.account_id,
        "first": first,
        "last": last,
        "near": first - LONG_NIGHTS,
        "some": spans.written(tuple(which.listing_ids or ())),
        "inside": spans.written(tuple(inside)),
    }


def rows_of(
    shape: Shape, columns: Sequence[ColumnElement[Any]], *conditions: ColumnElement[bool]
) -> list[Select[Any]]:
    """The rows of the stays that are meant, as far as `conditions` hold, in parts with nothing in common."""
    narrow = [_STAY.account_id == bindparam("account", type_=Text)]
    if shape.of_some:
        # First, for SQLite looks at conditions in their order.
        narrow.append(_STAY.listing_id.in_(spans.named("some", is_sqlite=shape.is_sqlite)))
    return [select(*columns).where(*narrow, *window, *conditions) for window in _windows(shape.by)]


def all_of(parts: Sequence[Select[Any]]) -> Any:
    """The parts as one statement."""
    return union_all(*parts) if len(parts) > 1 else parts[0]


def is_plain(shape: Shape) -> ColumnElement[bool]:
    """Whether a stay is one of those that `StayAmounts.shares` adds up."""
    return and_(
        _STAY.status.in_(CONFIRMED),
        _STAY.is_exact == 1,
        _STAY.accommodation.is_not(None),
        _STAY.currency.is_not(None),
        _STAY.nights > 0 if shape.by_night else true(),
        _is_inside(shape),
    )


def is_idle(shape: Shape) -> ColumnElement[bool]:
    """
    Whether a stay brings nothing because of its status: no confirmed one, no cancelled one that is paid for
    nevertheless, and no owner stay of a listing that is not `inside`.
    """
    return and_(
        _STAY.status.not_in(CONFIRMED),
        _STAY.is_exact == 1,
        _STAY.cancellation == 0,
        or_(_STAY.status != ReservationStatus.OWNER_STAY.value, _is_inside(shape)),
    )


def is_odd(shape: Shape) -> ColumnElement[bool]:
    """Whether a stay is neither plain nor idle."""
    return not_(or_(is_plain(shape), is_idle(shape)))


def taken_of(shape: Shape) -> ColumnElement[int]:
    """How many nights of a stay count."""
    least, most = (func.min, func.max) if shape.is_sqlite else (func.least, func.greatest)
    begin: ColumnElement[int] = _STAY.arrival
    end: ColumnElement[int] = _STAY.departure
    if shape.by_night:
        begin, end = most(begin, _DAY("first")), least(end, _DAY("last") + 1)
    taken: ColumnElement[int] = most(end - begin, 0)
    return taken


def _is_inside(shape: Shape) -> ColumnElement[bool]:
    return func.coalesce(_STAY.listing_id, -1).in_(spans.named("inside", is_sqlite=shape.is_sqlite))


def _DAY(name: str) -> ColumnElement[int]:  # noqa: N802
    return bindparam(name, type_=Integer)


_OTHERS = frozenset({By.ARRIVAL, By.DEPARTURE, By.BOOKED})


def _windows(by: By) -> Iterator[Sequence[ColumnElement[bool]]]:
    """Conditions of the dates; several sets have nothing in common."""
    stay, first, last, near = _STAY, _DAY("first"), _DAY("last"), _DAY("near")
    long = (stay.nights.between(LONG_NIGHTS + 1, _MOST_NIGHTS), stay.arrival < near)
    match by:
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
