"""Calendar days: small rows for questions, and by month the days as Hostaway sent them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, delete, func, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.lenient import JsonObject, read_row
from hostaway_mcp.store import spans
from hostaway_mcp.store.calendar_lists import CalendarLists
from hostaway_mcp.store.calendar_reads import CalendarReads
from hostaway_mcp.store.changes import Change, Changes, Kind
from hostaway_mcp.store.desk import portions
from hostaway_mcp.store.forgotten import forgotten_dates
from hostaway_mcp.store.nights import Nights
from hostaway_mcp.store.raw import pack, unpack, written
from hostaway_mcp.store.rows import Columns, Kept, Put, as_json
from hostaway_mcp.store.schema import calendar_days, calendar_raw
from hostaway_mcp.store.spans import Span
from hostaway_mcp.store.upsert import upsert

MAX_COUNT = 1_000_000
"""No listing has more units, and no stay more nights; a larger number is a mistake and is left empty."""

_OWN = tuple(c.name for c in calendar_days.c if c.name not in {"account_id", "listing_id", "day", "seen_at"})
_OF_NIGHTS = ("available", "units", "units_left", "units_blocked")

Sent = Mapping[date, JsonObject]
"""Days as Hostaway sent them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a reading of a listing's days makes different; `before` are the days that were there."""

    before: Mapping[date, RowMapping]
    new: Mapping[date, Columns]
    changed: Mapping[date, Columns]
    same: tuple[date, ...]
    gone: tuple[date, ...]
    later: Mapping[date, datetime]
    """Days that stay as they are, for they were read later, and when."""
    older: int

    def seen(self, seen_at: datetime) -> dict[date, datetime]:
        """When each day was read that is known now; this reading's are of `seen_at`."""
        return {**dict.fromkeys((*self.new, *self.changed, *self.same), seen_at), **self.later}

    @property
    def of_nights(self) -> Iterator[date]:
        """The days whose night may be counted otherwise now."""
        yield from self.new
        yield from self.gone
        for day, columns in self.changed.items():
            if any(columns[name] != self.before[day][name] for name in _OF_NIGHTS):
                yield day

    def columns(self, day: date) -> Columns:
        """What a day that is new or changed is now."""
        return self.new.get(day) or self.changed[day]

    def fields(self) -> dict[str, Any]:
        """What was different on days that were known, by day and field."""
        days = {}
        for day, columns in self.changed.items():
            old = self.before[day]
            fields = {
                name: {"before": as_json(old[name]), "after": as_json(columns[name])}
                for name in _OWN
                if columns[name] != old[name]
            }
            if fields:
                days[day.isoformat()] = fields
        return days


@dataclass(frozen=True, slots=True)
class Free:
    """Listings that are available on all days of a period; `oldest` is when the oldest day was read."""

    listing_ids: frozenset[int]
    oldest: datetime


class Calendar(CalendarLists):
    """The calendars of one account's listings."""

    async def put(
        self,
        listing_id: int,
        days: Sequence[CalendarDay],
        raw: Sequence[JsonObject],
        first: date,
        last: date,
        *,
        seen_at: datetime,
    ) -> Put:
        """
        Replaces a listing's days from `first` to `last`, both included; `raw` in the order of `days`.

        Days that Hostaway did not send are removed, those that were read later stay. A stay inside a day is
        kept by its id alone: the stays themselves are kept as reservations.

        Raises:
            StorageError: nothing of it was kept.
        """
        read = [(day, _slim(sent)) for day, sent in zip(days, raw, strict=True) if first <= day.date <= last]
        columns_by_day = {day.date: columns(day) for day, _ in read}
        sent: Sent = {day.date: sent for day, sent in read}
        async with self._desk.write() as connection:
            if any(one.get("note") for one in sent.values()):
                sent = _unnoted(sent, await forgotten_dates(self._desk, connection, listing_id))
            before = await self._before(connection, listing_id, first, last)
            months = await self._months(connection, listing_id, first, last)
            there = {day: one for days_there in months.values() for day, one in days_there.items()}
            difference = _difference(columns_by_day, sent, before, there, seen_at)
            await self._write_days(connection, listing_id, difference, seen_at)
            await self._write_months(connection, listing_id, difference, sent, months)
            seen = difference.seen(seen_at)
            await CalendarReads(self._desk).put(connection, listing_id, first, last, seen)
            touched = (Span(listing_id, day, day) for day in difference.of_nights)
            await Nights(self._desk).recount(connection, touched)
            log = _change(listing_id, difference, (first, last), seen_at)
            await Changes(self._desk).add(connection, log)
        return Put(len(difference.new), len(difference.changed), len(difference.same), difference.older)

    async def days(
        self, listing_ids: Iterable[int], first: date, last: date
    ) -> dict[int, tuple[Kept[CalendarDay], ...]]:
        """The days of each listing that are kept, in order; `first` and `last` included."""
        seen: dict[tuple[int, date], datetime] = {}
        found: dict[int, list[Kept[CalendarDay]]] = {one: [] for one in sorted(set(listing_ids))}
        async with self._desk.read() as connection:
            for some in portions(list(found)):
                times = select(calendar_days.c.listing_id, calendar_days.c.day, calendar_days.c.seen_at)
                rows = await connection.execute(times.where(self._in_days(some, first, last)))
                seen |= {(row.listing_id, row.day): row.seen_at for row in rows}
                months = select(calendar_raw.c.listing_id, calendar_raw.c.raw)
                ordered = months.where(self._in_months(some, first, last)).order_by(calendar_raw.c.month)
                for listing_id, packed in await connection.execute(ordered):
                    found[listing_id] += _kept(listing_id, packed, seen)
        return {listing_id: tuple(days) for listing_id, days in found.items()}

    async def ages(self, listing_ids: Iterable[int], first: date, last: date) -> dict[int, datetime | None]:
        """When the oldest of each listing's days was read; None where days of the period are missing."""
        ages: dict[int, datetime | None] = dict.fromkeys(sorted(set(listing_ids)))
        expected = (last - first).days + 1
        found = await CalendarReads(self._desk).oldest(ages, first, last)
        # Those that were read together have the same instant, which is read once.
        at = {seen_at: _instant(seen_at) for seen_at in {seen_at for _, seen_at in found.values()}}
        return ages | {number: at[seen_at] for number, (known, seen_at) in found.items() if known == expected}

    async def age(self, listing_ids: Collection[int], first: date, last: date) -> datetime | None:
        """When the oldest day of all of them was read; None where a day of one is missing."""
        return await CalendarReads(self._desk).whole(listing_ids, first, last)

    async def older(
        self, listing_ids: Iterable[int], first: date, last: date, *, than: datetime
    ) -> tuple[int, ...]:
        """The listings of which a day was read before an instant."""
        return await CalendarReads(self._desk).older(listing_ids, first, last, than=than)

    async def free(self, listing_ids: Iterable[int], first: date, last: date) -> Free | None:
        """Which of many listings are available on all these days; None where days of one are not kept."""
        expected, day = (last - first).days + 1, calendar_days.c
        async with self._desk.read() as connection:
            asked = spans.numbers(connection, listing_ids)
            # With an outer join SQLite goes through the listings, and not through all days of the account.
            mine = (self._desk.mine(calendar_days), day.listing_id == asked.c.id)
            joined = asked.outerjoin(calendar_days, and_(*mine, day.day.between(first, last)))
            available = func.count(case((day.available.is_(True), 1)))
            columns = (asked.c.id, func.count(day.day), available, func.min(day.seen_at, type_=Text()))
            statement = select(*columns).select_from(joined).group_by(asked.c.id)
            found = (await connection.execute(statement)).all()
        if not found or any(known != expected for _, known, _, _ in found):
            return None
        free = frozenset(number for number, _, available, _ in found if available == expected)
        return Free(free, _instant(min(seen_at for *_, seen_at in found)))

    def _in_days(self, listing_ids: Sequence[int], first: date, last: date) -> ColumnElement[bool]:
        return and_(
            self._desk.mine(calendar_days),
            calendar_days.c.listing_id.in_(listing_ids),
            calendar_days.c.day.between(first, last),
        )

    def _in_months(self, listing_ids: Sequence[int], first: date, last: date) -> ColumnElement[bool]:
        return and_(
            self._desk.mine(calendar_raw),
            calendar_raw.c.listing_id.in_(listing_ids),
            calendar_raw.c.month.between(first.replace(day=1), last),
        )

    async def _before(
        self, connection: AsyncConnection, listing_id: int, first: date, last: date
    ) -> dict[date, RowMapping]:
        statement = select(calendar_days).where(self._in_days([listing_id], first, last))
        rows = (await connection.execute(statement)).mappings()
        return {row["day"]: row for row in rows}

    async def _months(
        self, connection: AsyncConnection, listing_id: int, first: date, last: date
    ) -> dict[date, Sent]:
        columns = (calendar_raw.c.month, calendar_raw.c.raw)
        rows = await connection.execute(select(*columns).where(self._in_months([listing_id], first, last)))
        return {month: _opened(packed) for month, packed in rows}

    async def _write_days(
        self, connection: AsyncConnection, listing_id: int, difference: Difference, seen_at: datetime
    ) -> None:
        key = {"account_id": self._desk.account_id, "listing_id": listing_id, "seen_at": seen_at}
        rows = [{**key, "day": day, **own} for day, own in {**difference.new, **difference.changed}.items()]
        if rows:
            await connection.execute(upsert(connection, calendar_days), rows)
        mine = (self._desk.mine(calendar_days), calendar_days.c.listing_id == listing_id)
        for some in portions(difference.same):
            same = update(calendar_days).where(*mine, calendar_days.c.day.in_(some))
            await connection.execute(same.values(seen_at=seen_at))
        for some in portions(difference.gone):
            await connection.execute(delete(calendar_days).where(*mine, calendar_days.c.day.in_(some)))

    async def _write_months(
        self,
        connection: AsyncConnection,
        listing_id: int,
        difference: Difference,
        sent: Sent,
        months: Mapping[date, Sent],
    ) -> None:
        touched = {day.replace(day=1) for day in (*difference.new, *difference.changed, *difference.gone)}
        rows = []
        for month in sorted(touched):
            kept = {day: one for day, one in months.get(month, {}).items() if day not in difference.gone}
            come = {day: sent[day] for day in (*difference.new, *difference.changed) if _month(day) == month}
            units = [_units_sent(one) for day, one in kept.items() if day not in come]
            units += [difference.columns(day)["units"] for day in come]
            rows.append(_month_row(month, {**kept, **come}, units))
        key = {"account_id": self._desk.account_id, "listing_id": listing_id}
        full = [{**key, **row} for row in rows if row["raw"]]
        if full:
            await connection.execute(upsert(connection, calendar_raw), full)
        empty = [row["month"] for row in rows if not row["raw"]]
        mine = (self._desk.mine(calendar_raw), calendar_raw.c.listing_id == listing_id)
        for some in portions(empty):
            await connection.execute(delete(calendar_raw).where(*mine, calendar_raw.c.month.in_(some)))


def columns(day: CalendarDay) -> Columns:
    """What questions about days are answered from. `units` are all that the day's counters add up to."""
    taken = day.count_blocking_reservations if day.count_reserved_units is None else day.count_reserved_units
    parts = (day.available_units_to_sell, taken, day.count_pending_units, day.count_blocked_units)
    return {
        "status": day.status.value if day.status else None,
        "available": day.is_available,
        "price": day.price,
        "minimum_stay": _count(day.minimum_stay),
        "maximum_stay": _count(day.maximum_stay),
        "closed_on_arrival": day.closed_on_arrival,
        "closed_on_departure": day.closed_on_departure,
        "units": sum(_count(part) or 0 for part in parts) or None,
        "units_left": _count(day.available_units_to_sell),
        "units_blocked": _count(day.count_blocked_units),
    }


def _instant(kept: str | datetime) -> datetime:
    """An instant as a driver gives it; thousands of them are compared before one is read."""
    return datetime.fromisoformat(kept).replace(tzinfo=UTC) if isinstance(kept, str) else kept


def _count(value: int | None) -> int | None:
    return value if value is not None and 0 <= value <= MAX_COUNT else None


def _month(day: date) -> date:
    return day.replace(day=1)


def _slim(sent: JsonObject) -> JsonObject:
    stays = sent.get("reservations")
    if not isinstance(stays, list):
        return sent
    ids = [{"id": stay["id"]} for stay in stays if isinstance(stay, dict) and "id" in stay]
    return {**sent, "reservations": ids}


def _unnoted(sent: Sent, periods: Sequence[tuple[date, date]]) -> Sent:
    """Without what the host wrote on days on which a guest was there who is forgotten."""
    return {
        day: one | {"note": None} if any(first <= day <= last for first, last in periods) else one
        for day, one in sent.items()
    }


def _difference(
    coming: Mapping[date, Columns],
    sent: Sent,
    before: Mapping[date, RowMapping],
    there: Sent,
    seen_at: datetime,
) -> Difference:
    later = {day: row["seen_at"] for day, row in before.items() if row["seen_at"] > seen_at}
    new: dict[date, Columns] = {}
    changed: dict[date, Columns] = {}
    same = []
    for day, own in coming.items():
        if day in later:
            continue
        if day not in before:
            new[day] = own
        elif there.get(day) == sent[day]:
            same.append(day)
        else:
            changed[day] = own
    gone = tuple(day for day in before if day not in coming and day not in later)
    return Difference(before, new, changed, tuple(same), gone, later, len(later.keys() & coming.keys()))


def _change(
    listing_id: int, difference: Difference, period: tuple[date, date], seen_at: datetime
) -> list[Change]:
    fields, gone = difference.fields(), [day.isoformat() for day in difference.gone]
    if not (difference.new or fields or gone):
        return []
    first, last = period
    what: dict[str, Any] = {"first": first.isoformat(), "last": last.isoformat(), "new": len(difference.new)}
    what |= ({"days": fields} if fields else {}) | ({"gone": gone} if gone else {})
    kind = Kind.CHANGED if fields or gone else Kind.NEW
    return [Change(seen_at, kind, "calendar", listing_id, what)]


def _month_row(month: date, days: Sent, units: Iterable[int | None]) -> dict[str, Any]:
    content = {day.isoformat(): one for day, one in sorted(days.items())}
    return {
        "month": month,
        "units": max((some for some in units if some is not None), default=None),
        "raw": pack(written(content)) if content else b"",
    }


def _units_sent(sent: JsonObject) -> int | None:
    day = read_row(CalendarDay, sent)
    return columns(day)["units"] if day else None


def _opened(packed: bytes) -> dict[date, JsonObject]:
    return {date.fromisoformat(day): sent for day, sent in unpack(packed).items()}


def _kept(
    listing_id: int, packed: bytes, seen: Mapping[tuple[int, date], datetime]
) -> Iterator[Kept[CalendarDay]]:
    for day, sent in sorted(_opened(packed).items()):
        seen_at = seen.get((listing_id, day))
        row = read_row(CalendarDay, sent) if seen_at else None
        if row is not None and seen_at is not None:
            yield Kept(row, seen_at)
