"""Which stays are meant: by dates, listing, channel and guest, with the columns that indices have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Subquery, and_, false, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.names import spellings
from hostaway_mcp.models.reservations import By
from hostaway_mcp.store import spans
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.schema import listings, reservations
from hostaway_mcp.store.spans import ONE_DAY

LONG_NIGHTS = 30
"""
Stays of more nights are looked for among themselves, so that others need only be looked for near a window.
"""
FEW = 50
"""So many listings are gone through one by one, not through all stays of a window."""
_MOST_NIGHTS = 4_000_000
_LISTED_CHANNELS = [int(channel) for channel in Channel if channel]


@dataclass(frozen=True, slots=True)
class Which:
    """
    The stays that are meant; what is None or empty does not matter.

    Without `by` those of all dates. `first` and `last` are included: nights for `By.STAY`, days for the
    rest, where the listing is. `name` are words that are all part of a guest's name.
    """

    by: By | None
    first: date = date.min
    last: date = date.max
    listing_ids: frozenset[int] | None = None
    channels: frozenset[Channel] | None = None
    guest_email: str | None = None
    name: str | None = field(default=None, repr=False)

    @property
    def is_of_few(self) -> bool:
        """Whether the listings alone leave few stays."""
        return self.listing_ids is not None and len(self.listing_ids) <= FEW


class StayWindows:
    """The stays of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def stays(self, connection: AsyncConnection, which: Which, *columns: str) -> Subquery:
        """The stays that are meant, with these columns; of those that an index has, it alone is read."""
        if which.is_of_few and which.by is By.STAY:
            return self._of_few(connection, which, columns)
        narrow = list(self._narrowed(which))
        listed = [reservations.c[name] for name in dict.fromkeys(columns)]
        windows = await self._windows(connection, which)
        if which.by is None and which.name is not None:
            ids = await self._ids(connection, which.name)
            windows = [[reservations.c.id.in_(some)] for some in portions(ids)] or [[false()]]
            # With a column that no index of lists has, SQLite goes by the ids.
            listed.append(reservations.c.digest)
        parts = [select(*listed).where(*conditions, *narrow) for conditions in windows]
        return (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("stays")

    def _of_few(self, connection: AsyncConnection, which: Which, columns: tuple[str, ...]) -> Subquery:
        """The stays of a few listings, looked for one listing after the other."""
        stay, asked = reservations.c, spans.numbers(connection, which.listing_ids or ())
        window = (stay.listing_id == asked.c.id, stay.arrival <= which.last, stay.departure > which.first)
        # With an outer join SQLite goes through the listings; a plain condition would make it an inner one.
        others = self._narrowed(replace(which, listing_ids=None))
        joined = asked.outerjoin(reservations, and_(*window, *others))
        listed = [stay[name] for name in dict.fromkeys(columns)]
        return select(*listed).select_from(joined).where(func.coalesce(stay.id, 0) > 0).subquery("stays")

    async def _windows(self, connection: AsyncConnection, which: Which) -> list[list[ColumnElement[bool]]]:
        """Conditions of the dates; several sets have nothing in common."""
        stay, first, last = reservations.c, which.first, which.last
        match which.by:
            case None:
                return [[]]
            case By.STAY:
                return list(staying(first, last))
            case By.ARRIVAL:
                return [[stay.arrival.between(first, last)]]
            case By.DEPARTURE:
                return [[stay.departure.between(first, last)]]
            case By.BOOKED:
                return [[await self._local(connection, stay.booked_on, first, last)]]
            case By.UPDATED:
                return [[await self._local(connection, stay.active_on, first, last)]]

    def _narrowed(self, which: Which) -> Iterator[ColumnElement[bool]]:
        yield self._desk.mine(reservations)
        if which.listing_ids is not None:
            yield reservations.c.listing_id.in_(which.listing_ids)
        if which.channels is not None:
            yield _through(which.channels)
        if which.guest_email is not None:
            yield reservations.c.guest_email == which.guest_email
        if which.name is not None:
            yield self._called(which.name)

    def _called(self, name: str) -> ColumnElement[bool]:
        """Whether all words are in the names of the guest, if perhaps in different ones."""
        asked = [words.split() for words in spellings(name) if words]
        folded = reservations.c.guest_folded
        return or_(*(and_(*(self._desk.holds(folded, word) for word in words)) for words in asked))

    async def _ids(self, connection: AsyncConnection, name: str) -> tuple[int, ...]:
        """Whoever may be called so, from the smallest index that has the names."""
        statement = select(reservations.c.id).where(self._desk.mine(reservations), self._called(name))
        return tuple((await connection.execute(statement)).scalars())

    async def _local(
        self, connection: AsyncConnection, column: Column[Any], first: date, last: date
    ) -> ColumnElement[bool]:
        """Whether a moment's day where the listing is lies in the window; in UTC where no zone is known."""
        zone = listings.c.time_zone
        known = select(zone).where(self._desk.mine(listings), zone.is_not(None)).distinct()
        names = (await connection.execute(known)).scalars().all()
        by_bounds: dict[tuple[datetime, datetime], list[str]] = {}
        for name in names:
            by_bounds.setdefault(_bounds(first, last, zone_or_utc(name)), []).append(name)
        utc = _bounds(first, last, ZoneInfo("UTC"))
        of_stay = select(zone).where(self._desk.mine(listings), listings.c.id == reservations.c.listing_id)
        here = func.coalesce(of_stay.scalar_subquery(), "")
        by_bounds.pop(utc, None)
        others = [name for some in by_bounds.values() for name in some]
        lows, highs = zip(*by_bounds, utc, strict=True)
        # An index is searched with the widest bounds, and no listing is looked at where all zones agree.
        return and_(
            _between(column, (min(lows), max(highs))),
            or_(
                _between(column, (max(lows), min(highs))),
                and_(here.not_in(others), _between(column, utc)),
                *(and_(here.in_(some), _between(column, bounds)) for bounds, some in by_bounds.items()),
            ),
        )


def staying(first: date, last: date) -> Iterator[list[ColumnElement[bool]]]:
    """Conditions for stays that sleep in a window, in two sets: those that began near it, and longer ones."""
    stay = reservations.c
    near = first - timedelta(days=LONG_NIGHTS) if first - date.min > timedelta(days=LONG_NIGHTS) else date.min
    yield [stay.arrival.between(near, last), stay.departure > first]
    # With both bounds SQLite takes the index of nights.
    yield [stay.nights.between(LONG_NIGHTS + 1, _MOST_NIGHTS), stay.arrival < near, stay.departure > first]


def _through(channels: frozenset[Channel]) -> ColumnElement[bool]:
    column = reservations.c.channel_id
    known = column.in_([int(channel) for channel in channels if channel])
    if Channel.UNKNOWN not in channels:
        return known
    return or_(known, column.is_(None), column.not_in(_LISTED_CHANNELS))


def _bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which the first day begins and the last has ended."""
    low = datetime.combine(max(first, _EARLIEST), time(), zone)
    high = datetime.combine(min(last, _LATEST) + ONE_DAY, time(), zone)
    return low.astimezone(UTC), high.astimezone(UTC)


_EARLIEST, _LATEST = date(1, 1, 3), date(9999, 12, 29)
"""Every zone can tell the instant of these."""


def _between(column: Column[Any], bounds: tuple[datetime, datetime]) -> ColumnElement[bool]:
    return and_(column >= bounds[0], column < bounds[1])
