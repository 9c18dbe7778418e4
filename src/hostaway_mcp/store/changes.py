"""What changed, in the order in which it was learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import changes

LIMIT = 500


class Kind(StrEnum):
    """What became of a row."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """
    One row that is new, changed or gone, as seen at `at` (UTC).

    `what` of a changed row has `fields`, each with `before` and `after`, and `private`: the names alone of
    those that hold a guest's words or addresses. Of a calendar the row is the listing, and `what` has
    `first`, `last`, and `days` that were known before and changed. `seq` counts up in an account,
    without gaps.
    """

    at: datetime
    kind: Kind
    noun: str
    row_id: int
    what: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0


class Changes:
    """The log of changes of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def add(self, connection: AsyncConnection, log: Sequence[Change]) -> None:
        """Appends, in the transaction that changes the rows."""
        if not log:
            return
        seq = await self._desk.next_number(connection, changes, "seq")
        rows = [
            {
                "account_id": self._desk.account_id,
                "seq": seq + offset,
                "at": one.at,
                "kind": one.kind.value,
                "noun": one.noun,
                "row_id": one.row_id,
                "what": dict(one.what),
            }
            for offset, one in enumerate(log)
        ]
        await connection.execute(insert(changes), rows)

    async def since(
        self,
        after: int | datetime,
        *,
        kinds: Iterable[str] | None = None,
        nouns: Iterable[str] | None = None,
        limit: int = LIMIT,
    ) -> tuple[Change, ...]:
        """The changes after a `seq`, or from an instant on, in order, at most `limit`; 0 is the beginning."""
        newer = changes.c.at >= after if isinstance(after, datetime) else changes.c.seq > after
        statement = select(changes).where(self._desk.mine(changes), newer)
        if kinds is not None:
            statement = statement.where(changes.c.kind.in_([str(kind) for kind in kinds]))
        if nouns is not None:
            statement = statement.where(changes.c.noun.in_(list(nouns)))
        async with self._desk.read() as connection:
            found = (await connection.execute(statement.order_by(changes.c.seq).limit(limit))).all()
        return tuple(Change(r.at, Kind(r.kind), r.noun, r.row_id, r.what, r.seq) for r in found)

    async def touched(self, noun: str, after: int) -> frozenset[int]:
        """The ids of the rows of a noun that changed after a `seq`."""
        rows = (self._desk.mine(changes), changes.c.seq > after, changes.c.noun == noun)
        async with self._desk.read() as connection:
            found = await connection.execute(select(changes.c.row_id).where(*rows).distinct())
            return frozenset(found.scalars())

    async def last(self) -> int:
        """The `seq` of the newest change; 0 before the first."""
        statement = select(func.max(changes.c.seq)).where(self._desk.mine(changes))
        async with self._desk.read() as connection:
            return int((await connection.execute(statement)).scalar() or 0)

    async def forget(self, before: datetime) -> int:
        """Removes older changes, and gives how many; the newest stays, for its number is counted on from."""
        newest = select(func.max(changes.c.seq)).where(self._desk.mine(changes)).scalar_subquery()
        rows = (self._desk.mine(changes), changes.c.at < before, changes.c.seq < newest)
        async with self._desk.write() as connection:
            return (await connection.execute(delete(changes).where(*rows))).rowcount
