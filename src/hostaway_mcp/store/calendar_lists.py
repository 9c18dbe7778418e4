"""Calendar days of many listings: the columns alone, without the objects themselves."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from hostaway_mcp.store import spans
from hostaway_mcp.store.desk import AT_ONCE, Desk
from hostaway_mcp.store.raw import unpack
from hostaway_mcp.store.schema import calendar_days, calendar_raw

_UNPUSHED = re.compile(rb'"isProcessed":\s?(?:0\b|false|"0")')
"""How a day says it, in a month that is still packed text: few months have such a day, so few are decoded."""


class DayColumns(NamedTuple):
    """What of a calendar day questions about many listings need; `price` is for one night."""

    day: date
    status: str | None
    available: bool | None
    price: Decimal | None
    minimum_stay: int | None
    maximum_stay: int | None
    closed_on_arrival: bool | None
    closed_on_departure: bool | None
    units: int | None
    units_left: int | None


_HEAD = tuple(name for name in DayColumns._fields if name not in {"day", "price"})
_FLAGS = frozenset({"available", "closed_on_arrival", "closed_on_departure"})


@dataclass(frozen=True, slots=True)
class Listed:
    """The days of one listing in order, and when the oldest of them was read (UTC)."""

    days: tuple[DayColumns, ...]
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Strip:
    """
    Days on end of one listing from `first` on: what each says but its price, and the prices for one night.

    Days that say the same are one object, here and in other listings' strips, which saves room and time.
    """

    first: date
    days: tuple[DayColumns, ...]
    prices: tuple[Decimal | None, ...]


class CalendarLists:
    """The calendar days of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def columns(self, listing_ids: Iterable[int], first: date, last: date) -> dict[int, Listed]:
        """The days from `first` to `last`, both included, of those listings of which none is missing."""
        expected, names = (last - first).days + 1, DayColumns._fields
        ids = sorted(set(listing_ids))
        async with self._desk.read() as connection:
            asked, day = spans.numbers(connection, ids), calendar_days.c
            # With an outer join SQLite goes through the listings, and not through all days of the account.
            mine = (self._desk.mine(calendar_days), day.listing_id == asked.c.id)
            joined = asked.outerjoin(calendar_days, and_(*mine, day.day.between(first, last)))
            oldest = func.min(day.seen_at, type_=day.seen_at.type)
            counted = select(asked.c.id, func.count(day.day), oldest).select_from(joined)
            ages = (await connection.execute(counted.group_by(asked.c.id))).all()
            whole = {number: seen_at for number, known, seen_at in ages if known == expected}
            listed = select(asked.c.id, *(day[name] for name in names)).select_from(joined)
            rows = (await connection.execute(listed.where(day.day.is_not(None)))).all()
        found: dict[int, list[DayColumns]] = {number: [] for number in whole}
        for row in rows:
            if (days := found.get(row[0])) is not None:
                days.append(DayColumns._make(row[1:]))
        for days in found.values():
            days.sort()
        return {number: Listed(tuple(days), whole[number]) for number, days in found.items()}

    async def strips(self, listing_ids: Iterable[int], first: date, last: date) -> dict[int, Strip]:
        """
        The days that are kept of each listing from `first` to `last`, of those of which they are on end.

        The database puts a listing's days into one text, which is a tenth of the work of reading rows.
        """
        async with self._desk.read() as connection:
            asked, day = spans.numbers(connection, listing_ids), calendar_days.c
            mine = (self._desk.mine(calendar_days), day.listing_id == asked.c.id)
            joined = asked.outerjoin(calendar_days, and_(*mine, day.day.between(first, last)))
            text = _written(day)
            if connection.dialect.name == "sqlite":
                whole = func.group_concat(text, ";")
            else:
                whole = func.string_agg(text, aggregate_order_by(literal_column("';'"), day.day))
            statement = select(asked.c.id, whole).select_from(joined).where(day.day.is_not(None))
            rows = (await connection.execute(statement.group_by(asked.c.id))).all()
        strips = ((number, _strip(text)) for number, text in rows)
        return {number: strip for number, strip in strips if strip is not None}

    async def unpushed(self, listing_ids: Iterable[int], first: date, last: date) -> dict[int, list[date]]:
        """The days that were not processed when they were read (`isProcessed` 0), by listing, in order."""
        asked, found = frozenset(listing_ids), dict[int, list[date]]()
        months = select(calendar_raw.c.listing_id, calendar_raw.c.raw).where(
            self._desk.mine(calendar_raw), calendar_raw.c.month.between(first.replace(day=1), last)
        )
        if len(asked) <= AT_ONCE:
            months = months.where(calendar_raw.c.listing_id.in_(asked))
        async with self._desk.read() as connection:
            rows = (await connection.execute(months)).all()
        for listing_id, packed in rows:
            if listing_id in asked and _UNPUSHED.search(zlib.decompress(packed)):
                days = (date.fromisoformat(day) for day, sent in unpack(packed).items() if _is_unpushed(sent))
                found.setdefault(listing_id, []).extend(day for day in days if first <= day <= last)
        return {listing_id: sorted(days) for listing_id, days in found.items() if days}


def _is_unpushed(sent: object) -> bool:
    return isinstance(sent, dict) and sent.get("isProcessed") in (0, False, "0")


def _written(day: Any) -> ColumnElement[str]:
    """A day as text: its date, its price, and behind a stroke each the rest in the order of its fields."""
    parts: list[ColumnElement[Any]] = [func.coalesce(cast(day.price, Text), "")]
    for name in _HEAD:
        value = day[name]
        flag = case((value.is_(True), "1"), (value.is_(False), "0"), else_="")
        parts.append(flag if name in _FLAGS else func.coalesce(cast(value, Text), ""))
    text: ColumnElement[Any] = cast(day.day, Text)
    for part in parts:
        text = text.concat("|").concat(part)
    return text


def _strip(text: str) -> Strip | None:
    """The days of a text in order; None where one is lacking in between."""
    # No database promises the order in which SQLite would put them together.
    written = sorted(text.split(";"))
    first, last = date.fromisoformat(written[0][:10]), date.fromisoformat(written[-1][:10])
    if (last - first).days + 1 != len(written):
        return None
    parts = [one[11:].split("|", 1) for one in written]
    prices = tuple([_price(price) for price, _ in parts])
    return Strip(first, tuple([_columns(head) for _, head in parts]), prices)


@lru_cache(maxsize=50_000)
def _price(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@lru_cache(maxsize=50_000)
def _columns(head: str) -> DayColumns:
    values: list[Any] = []
    for name, text in zip(_HEAD, head.split("|"), strict=True):
        if not text:
            values.append(None)
        elif name in _FLAGS:
            values.append(text == "1")
        else:
            values.append(text if name == "status" else int(text))
    return DayColumns(day=date.min, price=None, **dict(zip(_HEAD, values, strict=True)))
