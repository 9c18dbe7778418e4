"""What became of each night of each listing: kept beside the stays and calendar days that it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.analytics.nights import NightCount, share_night
from hostaway_mcp.models.reservations import StatusClass
from hostaway_mcp.store import night_texts
from hostaway_mcp.store import spans as spans_of
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.night_texts import month_of
from hostaway_mcp.store.schema import calendar_days, calendar_raw, night_months, reservations
from hostaway_mcp.store.spans import ONE_DAY, Span
from hostaway_mcp.store.upsert import upsert

_IN_ORDER = (StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION)
HOLDING = frozenset(_IN_ORDER)
"""Stays that take a night from the calendar; only the first two are counted."""

MAX_STAY_NIGHTS = 1_100
"""Three years, so that a wrong date is harmless; later nights are counted when the calendar is read."""

_PLACE = {one.value: place for place, one in enumerate(_IN_ORDER)}
_NOBODY = (0, 0, 0)
_NOT_SENT = (None, None, None, None)
Night = tuple[int, date]
"""A listing and a day."""


class NightTotals(NamedTuple):
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
        parts, of_some = tuple(night_texts.parts_of(first, last)), listing_ids is not None
        statement = _totals(self._desk.database.is_sqlite, tuple(bool(part.begin) for part in parts), of_some)
        async with self._desk.read() as connection:
            found = await connection.execute(statement, self._values(parts, listing_ids or ()))
            return tuple([NightTotals._make(row) for row in found.all() if row[1]])

    async def total(self, first: date, last: date, listing_ids: Iterable[int]) -> NightCount:
        """The sums of all these listings together."""
        parts = tuple(night_texts.parts_of(first, last))
        statement = _total(self._desk.database.is_sqlite, tuple(bool(part.begin) for part in parts))
        async with self._desk.read() as connection:
            row = (await connection.execute(statement, self._values(parts, listing_ids))).one()
            return NightCount(*(int(value or 0) for value in row))

    async def each(
        self, first: date, last: date, listing_ids: Iterable[int] | None = None
    ) -> tuple[NightOf, ...]:
        """Night by night, by listing and day."""
        async with self._desk.read() as connection:
            months = night_months.c.month.between(month_of(first), month_of(last))
            statement = select(night_months).where(months, *self._whose(connection, listing_ids))
            rows = (await connection.execute(statement)).mappings().all()
        found = [
            NightOf(row["listing_id"], day, one.sold, one.owner, one.blocked, one.units)
            for row in rows
            for number, one in night_texts.read(row).items()
            if first <= (day := night_texts.date_in(row["month"], number)) <= last
        ]
        return tuple(sorted(found, key=lambda one: (one.listing_id, one.day)))

    async def units(self) -> dict[int, int]:
        """How many like units a listing has, by the most that a month of its calendar shows."""
        months = calendar_raw.c
        statement = select(months.listing_id, func.max(months.units)).where(
            self._desk.mine(calendar_raw), months.units.is_not(None)
        )
        async with self._desk.read() as connection:
            found = (await connection.execute(statement.group_by(months.listing_id))).all()
        return {row[0]: row[1] for row in found}

    async def recount(self, connection: AsyncConnection, touched: Iterable[Span]) -> None:
        """Counts nights anew, in the transaction that changes what they follow from."""
        for spans in portions(list(spans_of.merged(touched))):
            rows = _counted(
                await self._stays(connection, spans),
                await self._days(connection, spans),
                await self._most_units(connection, spans),
            )
            await self._keep(connection, spans, rows)

    async def _keep(
        self, connection: AsyncConnection, spans: Sequence[Span], counted: Mapping[Night, night_texts.Night]
    ) -> None:
        """Keeps the nights of spans as they are counted now, with the others of their months."""
        nights = {night for one in spans for night in _nights_in(one)}
        months = await self._months(connection, {(number, month_of(day)) for number, day in nights})
        for number, day in nights:
            month = months[number, month_of(day)]
            month.pop(day.day, None)
            if (night := counted.get((number, day))) is not None:
                month[day.day] = night
        account = {"account_id": self._desk.account_id}
        keys = {key: account | {"listing_id": key[0], "month": key[1]} for key in months}
        full = [keys[key] | night_texts.written(month) for key, month in months.items() if month]
        empty = [
            {"of_listing": number, "of_month": at} for (number, at), month in months.items() if not month
        ]
        if full:
            await connection.execute(upsert(connection, night_months), full)
        if empty:
            await connection.execute(delete(night_months).where(self._desk.mine(night_months), *_SAME), empty)

    async def _months(
        self, connection: AsyncConnection, keys: Set[tuple[int, int]]
    ) -> dict[tuple[int, int], dict[int, night_texts.Night]]:
        """The nights that are kept of these listings' months."""
        month = night_months.c
        there = (
            month.month.in_(spans_of.some(connection, {at for _, at in keys})),
            month.listing_id.in_(spans_of.some(connection, {number for number, _ in keys})),
        )
        statement = select(night_months).where(self._desk.mine(night_months), *there)
        rows = (await connection.execute(statement)).mappings().all()
        kept = {(row["listing_id"], row["month"]): row for row in rows}
        return {key: night_texts.read(kept[key]) if key in kept else {} for key in keys}

    def _values(self, parts: Sequence[night_texts.Part], listing_ids: Iterable[int]) -> dict[str, Any]:
        """The parameters of a statement of `_within`."""
        values: dict[str, Any] = {
            "account": self._desk.account_id,
            "ids": spans_of.written(tuple(listing_ids)),
        }
        for place, part in enumerate(parts):
            values |= {f"{name}_{place}": value for name, value in part._asdict().items()}
        return values

    def _whose(
        self, connection: AsyncConnection, listing_ids: Iterable[int] | None
    ) -> list[ColumnElement[bool]]:
        mine = [self._desk.mine(night_months)]
        if listing_ids is not None:
            mine.append(night_months.c.listing_id.in_(spans_of.some(connection, listing_ids)))
        return mine

    async def _stays(self, connection: AsyncConnection, spans: Sequence[Span]) -> Sequence[Any]:
        """The stays that take nights of the spans, once for each span that they reach into."""
        # With an outer join SQLite goes through the few spans, and not through all stays of the account.
        asked, stay = spans_of.table(connection, spans), reservations.c
        on = and_(
            self._desk.mine(reservations),
            stay.listing_id == asked.c.listing_id,
            stay.departure > asked.c.first,
            stay.arrival <= asked.c.last,
            stay.status_class.in_([one.value for one in HOLDING]),
        )
        columns = (asked, stay.arrival, stay.departure, stay.status_class, stay.units)
        statement = select(*columns).select_from(asked.outerjoin(reservations, on))
        found = (await connection.execute(statement)).all()
        return [row for row in found if row.arrival is not None]

    async def _days(self, connection: AsyncConnection, spans: Sequence[Span]) -> Sequence[Any]:
        asked, day = spans_of.table(connection, spans), calendar_days.c
        on = and_(
            self._desk.mine(calendar_days),
            day.listing_id == asked.c.listing_id,
            day.day.between(asked.c.first, asked.c.last),
        )
        columns = (day.listing_id, day.day, day.available, day.units, day.units_left, day.units_blocked)
        statement = select(*columns).select_from(asked.outerjoin(calendar_days, on))
        found = (await connection.execute(statement)).all()
        return [row for row in found if row.day is not None]

    async def _most_units(self, connection: AsyncConnection, spans: Sequence[Span]) -> dict[int, int]:
        listing_id = calendar_raw.c.listing_id
        ids = {span.listing_id for span in spans}
        mine = (self._desk.mine(calendar_raw), listing_id.in_(ids), calendar_raw.c.units.is_not(None))
        statement = select(listing_id, func.max(calendar_raw.c.units)).where(*mine).group_by(listing_id)
        return {row[0]: row[1] for row in await connection.execute(statement)}


@cache
def _totals(is_sqlite: bool, begins: tuple[bool, ...], of_some: bool) -> Any:
    nights = _within(is_sqlite, begins, night_texts.MEASURES, of_some=of_some)
    statement = select(nights.listing_id, *_sums(nights, night_texts.MEASURES))
    return statement.group_by(nights.listing_id).order_by(nights.listing_id)


@cache
def _total(is_sqlite: bool, begins: tuple[bool, ...]) -> Any:
    measures = night_texts.MEASURES[1:]
    return select(*_sums(_within(is_sqlite, begins, measures, of_some=True), measures))


def _within(is_sqlite: bool, begins: tuple[bool, ...], measures: Sequence[str], *, of_some: bool) -> Any:
    """
    How much of each measure lies in a period, by listing and month; made once for all periods of as many
    parts, and of each whether it begins behind a month's first day.
    """
    month, parts = night_months.c, []
    for place, has_begin in enumerate(begins):
        first, last, begin, end = (
            bindparam(f"{name}_{place}", type_=Integer) for name in night_texts.Part._fields
        )
        there = [month.account_id == bindparam("account", type_=Text), month.month.between(first, last)]
        if of_some:
            there.append(month.listing_id.in_(spans_of.named("ids", is_sqlite=is_sqlite)))
        values = (
            night_texts.taken(night_months, name, begin=begin if has_begin else None, end=end).label(name)
            for name in measures
        )
        parts.append(select(month.listing_id, *values).where(*there))
    return (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("nights").c


def _sums(nights: Any, measures: Iterable[str]) -> list[ColumnElement[int]]:
    return [cast(func.sum(nights[name]), BigInteger) for name in measures]


_SAME = (
    night_months.c.listing_id == bindparam("of_listing", type_=BigInteger),
    night_months.c.month == bindparam("of_month", type_=Integer),
)


def _nights_in(span: Span) -> Iterator[Night]:
    for offset in range((span.last - span.first).days + 1):
        yield span.listing_id, span.first + ONE_DAY * offset


def _counted(
    stays: Iterable[Any], days: Iterable[Any], most_units: Mapping[int, int]
) -> dict[Night, night_texts.Night]:
    """Each night from its stays and its calendar day; none where there is neither."""
    taken: dict[Night, list[int]] = {}
    for listing_id, first, last, arrival, departure, status_class, units in stays:
        place, begin = _PLACE[status_class], max(arrival, first)
        for offset in range((min(departure, last + ONE_DAY) - begin).days):
            taken.setdefault((listing_id, begin + ONE_DAY * offset), [0, 0, 0])[place] += units
    sent = {(listing_id, day): facts for listing_id, day, *facts in days}
    booked = {night for night, (sold, owner, _) in taken.items() if sold or owner}
    return {
        night: _counted_night(taken.get(night, _NOBODY), sent.get(night, _NOT_SENT), most_units.get(night[0]))
        for night in sent.keys() | booked
    }


def _counted_night(taken: Sequence[int], facts: Sequence[Any], most: int | None) -> night_texts.Night:
    available, of_day, left, blocked_units = facts
    units = of_day or most or 1
    shares = share_night(
        units,
        *taken,
        available=available,
        units_left=left,
        units_blocked=blocked_units,
    )
    return night_texts.Night(units, shares.sold, shares.owner, shares.blocked)


def nights_of(columns: Any) -> Iterator[Span]:
    """The nights that a stay takes, by its columns; none unless its status holds them."""
    listing_id, arrival, departure = columns["listing_id"], columns["arrival"], columns["departure"]
    if columns["status_class"] not in HOLDING or None in (listing_id, arrival, departure):
        return
    count = min((departure - arrival).days, MAX_STAY_NIGHTS)
    if count > 0:
        yield Span(listing_id, arrival, arrival + ONE_DAY * (count - 1))
