"""When a listing's calendar days were read: days on end that were read together are one row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from typing import cast as cast_to

from sqlalchemy import BigInteger, Select, Text, cast, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.store import spans
from hostaway_mcp.store.amount_windows import bounds
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import calendar_reads


class Run(NamedTuple):
    """Days from `first` to `last`, both included, as numbers of `date.toordinal`."""

    first: int
    last: int
    seen_at: datetime


class CalendarReads:
    """The readings of one account's calendars, which follow from its calendar days."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def oldest(
        self, listing_ids: Iterable[int], first: date, last: date
    ) -> dict[int, tuple[int, str | datetime]]:
        """
        How many days of a period are known of each listing that has any, and when the oldest was read, as
        the driver gives it.
        """
        async with self._desk.read() as connection:
            found = (await connection.execute(self._known(connection, listing_ids, first, last))).all()
        return {number: (known, at) for number, known, at in found}

    async def whole(self, listing_ids: Collection[int], first: date, last: date) -> datetime | None:
        """When the oldest day of a period was read; None unless all days of all these listings are known."""
        async with self._desk.read() as connection:
            run = calendar_reads.c
            asked = run.listing_id.in_(spans.some(connection, listing_ids))
            around = (run.first <= first.toordinal(), run.last >= last.toordinal())
            statement = select(func.count(), func.min(run.seen_at)).where(
                self._desk.mine(calendar_reads), asked, *around
            )
            count, seen_at = (await connection.execute(statement)).one()
            if count == len(listing_ids):
                # Days that are read together are one run, so that mostly there is nothing to add up.
                return cast_to("datetime | None", seen_at)
            known = self._known(connection, listing_ids, first, last).subquery("known").c
            oldest = func.min(known.seen_at, type_=calendar_reads.c.seen_at.type)
            statement = select(func.count(), oldest).where(known.days == (last - first).days + 1)
            count, seen_at = (await connection.execute(statement)).one()
        return seen_at if count == len(listing_ids) else None

    async def older(
        self, listing_ids: Iterable[int], first: date, last: date, *, than: datetime
    ) -> tuple[int, ...]:
        """The listings of which a day was read before an instant."""
        run = calendar_reads.c
        inside = (run.first <= last.toordinal(), run.last >= first.toordinal(), run.seen_at < than)
        async with self._desk.read() as connection:
            asked = run.listing_id.in_(spans.some(connection, listing_ids))
            statement = select(run.listing_id).where(self._desk.mine(calendar_reads), asked, *inside)
            return tuple((await connection.execute(statement.distinct())).scalars())

    def _known(
        self, connection: AsyncConnection, listing_ids: Iterable[int], first: date, last: date
    ) -> Select[Any]:
        begin, end, run = first.toordinal(), last.toordinal(), calendar_reads.c
        seen_at = func.min(run.seen_at, type_=Text() if self._desk.database.is_sqlite else run.seen_at.type)
        least, most = bounds(connection)
        days = cast(func.sum(least(run.last, end) - most(run.first, begin) + 1), BigInteger)
        asked = run.listing_id.in_(spans.some(connection, listing_ids))
        inside = (self._desk.mine(calendar_reads), asked, run.first <= end, run.last >= begin)
        columns = (run.listing_id, days.label("days"), seen_at.label("seen_at"))
        return select(*columns).where(*inside).group_by(run.listing_id)

    async def put(
        self,
        connection: AsyncConnection,
        listing_id: int,
        first: date,
        last: date,
        seen: Mapping[date, datetime],
    ) -> None:
        """Notes when the days of a period were read; of those that are not among them nothing is known."""
        begin, end, run = first.toordinal(), last.toordinal(), calendar_reads.c
        near = (
            *(self._desk.mine(calendar_reads), run.listing_id == listing_id),
            *(run.first <= end + 1, run.last >= begin - 1),
        )
        columns = (run.first, run.last, run.seen_at)
        before = [Run(*row) for row in (await connection.execute(select(*columns).where(*near))).all()]
        runs = [*_outside(before, begin, end), *_runs(seen)]
        await connection.execute(delete(calendar_reads).where(*near))
        key = {"account_id": self._desk.account_id, "listing_id": listing_id}
        rows: list[dict[str, Any]] = [key | one._asdict() for one in merged(runs)]
        if rows:
            await connection.execute(insert(calendar_reads), rows)


def _outside(runs: Iterable[Run], begin: int, end: int) -> Iterator[Run]:
    """What of runs is not in a period."""
    for first, last, seen_at in runs:
        if first < begin:
            yield Run(first, min(last, begin - 1), seen_at)
        if last > end:
            yield Run(max(first, end + 1), last, seen_at)


def _runs(seen: Mapping[date, datetime]) -> Iterator[Run]:
    for day, seen_at in seen.items():
        yield Run(day.toordinal(), day.toordinal(), seen_at)


def merged(runs: Iterable[Run]) -> Iterator[Run]:
    """The same days in as few runs as there can be, in order."""
    running: Run | None = None
    for one in sorted(runs):
        if running and one.first == running.last + 1 and one.seen_at == running.seen_at:
            running = Run(running.first, one.last, running.seen_at)
            continue
        if running:
            yield running
        running = one
    if running:
        yield running
