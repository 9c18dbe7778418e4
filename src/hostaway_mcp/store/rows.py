"""Rows of one noun: kept when they are new or changed, and given back as the models of Hostaway's JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Select, Table, Update, delete, func, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.lenient import JsonObject, Wire, read_row
from hostaway_mcp.store.changes import Change, Changes, Kind
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.forgotten import PERSONAL, Less, spared
from hostaway_mcp.store.raw import digest, pack, unpack, written
from hostaway_mcp.store.upsert import upsert

M = TypeVar("M", bound=Wire)

Columns = Mapping[str, Any]
"""Values by column, for the columns of a noun's own."""

_KEPT = frozenset({"account_id", "id", "raw", "digest", "seen_at", "updated_on", "place"})
"""Columns that say nothing of the object itself."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[M]):
    """A row, and when it was read from Hostaway (UTC)."""

    row: M
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Put:
    """What became of the rows of one `put`; `older` ones came after newer versions and were not kept."""

    new: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0
    touched: frozenset[int] = field(default=frozenset(), compare=False)
    """The ids of the new and the changed ones."""

    def __add__(self, other: Put) -> Put:
        return Put(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.older + other.older,
            self.touched | other.touched,
        )


@dataclass(frozen=True, slots=True)
class Coming:
    """A row on its way in."""

    id: int
    row: Any = field(repr=False)
    also: Columns
    """What is told beside the object."""
    updated_on: datetime | None
    content: bytes = field(repr=False)
    digest: str
    seen_at: datetime

    def is_older(self, there: RowMapping) -> bool:
        """Whether the row that is there is a newer version than this one."""
        mine, theirs = self.updated_on, there["updated_on"]
        if mine and theirs and mine != theirs:
            return bool(mine < theirs)
        return bool(self.seen_at < there["seen_at"])


@dataclass(frozen=True, slots=True)
class Step:
    """A row's way from what was there (None: it is new) to what is kept now (None: it is gone)."""

    id: int
    before: RowMapping | None = field(repr=False)
    after: Columns | None = field(repr=False)
    row: Any = field(default=None, repr=False)
    """What is kept now, as a model."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The rows of one `put` by what becomes of them."""

    fresh: tuple[Coming, ...]
    """New or changed."""
    same: tuple[Coming, ...]
    older: int


class Rows(Generic[M]):
    """
    One noun of one account.

    `columns` gives a model's values for the table's own columns. The values of `private` ones (a guest's
    words, names and addresses) are never copied into the log of changes.
    """

    def __init__(
        self,
        desk: Desk,
        table: Table,
        model: type[M],
        columns: Callable[[M], Columns],
        *,
        private: Iterable[str] = (),
    ) -> None:
        self._desk = desk
        self._table = table
        self._model = model
        self._columns = columns
        self._private = frozenset(private)
        self._own = tuple(column for column in table.c if column.name not in _KEPT)

    @property
    def private(self) -> frozenset[str]:
        """The columns with a guest's words, names or addresses."""
        return self._private

    async def put(self, rows: Sequence[M], raw: Sequence[JsonObject], *, seen_at: datetime) -> Put:
        """
        Keeps the rows of a page, `raw` in the same order, in one transaction with the log of changes.

        Raises:
            StorageError: nothing of it was kept.
        """
        return await self._put(rows, raw, seen_at=seen_at)

    async def get(self, ids: Iterable[int]) -> tuple[Kept[M], ...]:
        """The rows of these ids that are kept, by id."""
        found: list[Kept[M]] = []
        for some in portions(sorted(set(ids))):
            found += await self._select(self._table.c.id.in_(some))
        return tuple(found)

    async def all(self) -> tuple[Kept[M], ...]:
        """All of them, by id."""
        return await self._select()

    async def where(self, **equals: Any) -> tuple[Kept[M], ...]:
        """Those whose columns have these values, by id; of a list, tuple or set any value will do."""
        conditions = []
        for name, value in equals.items():
            column = self._table.c[name]
            several = isinstance(value, list | tuple | set | frozenset)
            conditions.append(column.in_(tuple(value)) if several else column == value)
        return await self._select(*conditions)

    async def count(self) -> int:
        """How many are kept."""
        statement = select(func.count()).select_from(self._table).where(self._desk.mine(self._table))
        async with self._desk.read() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def versions(self) -> dict[int, str]:
        """Of each row a short name for its content, by id; another content has another."""
        columns = (self._table.c.id, self._table.c.digest)
        statement = select(*columns).where(self._desk.mine(self._table)).order_by(self._table.c.id)
        async with self._desk.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def ids(self) -> frozenset[int]:
        """The ids of all that are kept."""
        statement = select(self._table.c.id).where(self._desk.mine(self._table))
        async with self._desk.read() as connection:
            return frozenset((await connection.execute(statement)).scalars())

    async def unseen(self, since: datetime) -> frozenset[int]:
        """The ids of those that were not read since an instant."""
        table = self._table
        statement = select(table.c.id).where(self._desk.mine(table), table.c.seen_at < since)
        async with self._desk.read() as connection:
            return frozenset((await connection.execute(statement)).scalars())

    async def gone(self, ids: Iterable[int], *, at: datetime) -> int:
        """
        Removes those that Hostaway no longer has, and gives how many; what was read after `at` stays.

        Raises:
            StorageError: nothing was removed.
        """
        removed = 0
        async with self._desk.write() as connection:
            for some in portions(sorted(set(ids))):
                removed += await self._gone(connection, some, at)
        return removed

    async def rewrite(
        self, connection: AsyncConnection, ids: Iterable[int], less: Less, *, log_at: datetime | None = None
    ) -> int:
        """
        Keeps no more of these rows than `less` leaves, and gives how many had more; a row that was read
        again later would be the same. With `log_at` the log of changes says so.
        """
        changed = 0
        for some in portions(sorted(set(ids))):
            there = await self._there(connection, some, (self._table.c.raw, *self._own))
            coming = [one for row in there.values() if (one := self._less(row, less))]
            if not coming:
                continue
            columns = {one.id: self._all_columns(one) for one in coming}
            values = [{**columns[one.id], **self._values(one)} for one in coming]
            await connection.execute(upsert(connection, self._table), values)
            changed += len(coming)
            steps = [Step(one.id, there[one.id], columns[one.id], one.row) for one in coming]
            await self._after(connection, steps)
            if log_at:
                await Changes(self._desk).add(connection, [self._change(step, log_at) for step in steps])
        return changed

    def _less(self, there: RowMapping, less: Less) -> Coming | None:
        before = unpack(there["raw"])
        sent = less(before)
        row = read_row(self._model, sent)
        if row is None or sent == before:
            return None
        content = written(sent)
        return Coming(there["id"], row, {}, there["updated_on"], content, digest(content), there["seen_at"])

    async def _put(
        self, rows: Sequence[M], raw: Sequence[JsonObject], *, seen_at: datetime, also: Columns | None = None
    ) -> Put:
        coming = self._coming(rows, raw, seen_at, also or {})
        total = Put()
        if not coming:
            return total
        async with self._desk.write() as connection:
            if self._table.name in PERSONAL:
                coming = await self._spared(connection, coming)
            for some in portions(coming):
                total += await self._put_some(connection, some)
        return total

    async def _spared(self, connection: AsyncConnection, coming: Sequence[Coming]) -> list[Coming]:
        """Without guests who were forgotten, and without what is no longer kept."""
        some = []
        left = await spared(self._desk, connection, self._table.name, [one.row for one in coming])
        for one, less in zip(coming, left, strict=True):
            if less is None:
                some.append(one)
            elif (sent := less(json.loads(one.content.decode("utf-8", "surrogatepass")))) is not None:
                content = written(sent)
                row = read_row(self._model, sent)
                some.append(replace(one, row=row, content=content, digest=digest(content)))
        return some

    def _coming(
        self, rows: Sequence[M], raw: Sequence[JsonObject], seen_at: datetime, also: Columns
    ) -> list[Coming]:
        by_id: dict[int, Coming] = {}
        # What is told beside the object, such as whose unit it is, makes another version of it too.
        beside = written(also) if also else b""
        for row, sent in zip(rows, raw, strict=True):
            content = written(sent)
            one = Coming(
                id=row.id,  # type: ignore[attr-defined]
                row=row,
                also=also,
                updated_on=getattr(row, "updated_on", None),
                content=content,
                digest=digest(content + beside),
                seen_at=seen_at,
            )
            before = by_id.get(one.id)
            # A row that moved while pages were read comes twice; the later version is meant.
            if before is None or (one.updated_on or seen_at) >= (before.updated_on or seen_at):
                by_id[one.id] = one
        return list(by_id.values())

    async def _put_some(self, connection: AsyncConnection, coming: Sequence[Coming]) -> Put:
        parts = _sort(coming, await self._there(connection, [one.id for one in coming]))
        if parts.same:
            await connection.execute(self._seen(parts.same))
        if not parts.fresh:
            return Put(same=len(parts.same), older=parts.older)
        before = await self._there(connection, [one.id for one in parts.fresh], self._own)
        columns = {one.id: self._all_columns(one) for one in parts.fresh}
        values = [{**columns[one.id], **self._values(one)} for one in parts.fresh]
        await connection.execute(upsert(connection, self._table, when=_is_newer), values)
        steps = [Step(one.id, before.get(one.id), columns[one.id], one.row) for one in parts.fresh]
        await Changes(self._desk).add(connection, [self._change(step, coming[0].seen_at) for step in steps])
        await self._after(connection, steps)
        new = sum(step.before is None for step in steps)
        touched = frozenset(step.id for step in steps)
        return Put(new, len(steps) - new, len(parts.same), parts.older, touched)

    async def _there(
        self, connection: AsyncConnection, ids: Sequence[int], own: Iterable[Column[Any]] = ()
    ) -> dict[int, RowMapping]:
        table = self._table
        columns = (table.c.id, table.c.digest, table.c.updated_on, table.c.seen_at, *own)
        statement = select(*columns).where(self._desk.mine(table), table.c.id.in_(ids))
        return {row["id"]: row for row in (await connection.execute(statement)).mappings()}

    def _all_columns(self, one: Coming) -> Columns:
        said = {**self._columns(one.row), **one.also}
        return {column.name: clean(said.get(column.name)) for column in self._own}

    def _values(self, one: Coming) -> dict[str, Any]:
        return {
            "account_id": self._desk.account_id,
            "id": one.id,
            "updated_on": one.updated_on,
            "raw": pack(one.content),
            "digest": one.digest,
            "seen_at": one.seen_at,
        }

    def _seen(self, same: Sequence[Coming]) -> Update:
        table, seen_at = self._table, same[0].seen_at
        rows = (self._desk.mine(table), table.c.id.in_([one.id for one in same]), table.c.seen_at < seen_at)
        return update(table).where(*rows).values(seen_at=seen_at)

    def _change(self, step: Step, at: datetime) -> Change:
        before, after = step.before, step.after
        if before is None or after is None:
            return Change(at, Kind.NEW if before is None else Kind.GONE, self._table.name, step.id)
        names = [name for name, value in after.items() if value != before[name]]
        fields = {
            name: {"before": as_json(before[name]), "after": as_json(after[name])}
            for name in names
            if name not in self._private
        }
        hidden = [name for name in names if name in self._private]
        what: dict[str, Any] = {"fields": fields} | ({"private": hidden} if hidden else {})
        return Change(at, Kind.CHANGED, self._table.name, step.id, what)

    async def _after(self, connection: AsyncConnection, steps: Sequence[Step]) -> None:
        """What a noun keeps beside its rows, in the same transaction."""

    async def _gone(self, connection: AsyncConnection, ids: Sequence[int], at: datetime) -> int:
        table = self._table
        there = await self._there(connection, ids, self._own)
        steps = [Step(row["id"], row, None) for row in there.values() if row["seen_at"] <= at]
        if steps:
            found = table.c.id.in_([step.id for step in steps])
            await connection.execute(delete(table).where(self._desk.mine(table), found))
            await Changes(self._desk).add(connection, [self._change(step, at) for step in steps])
            await self._after(connection, steps)
        return len(steps)

    async def _select(self, *conditions: ColumnElement[bool]) -> tuple[Kept[M], ...]:
        # To give them in this order SQLite would go through all rows of the account rather than an index.
        found = await self._read(self._statement(*conditions))
        return tuple(sorted(found, key=lambda one: one.row.id))  # type: ignore[attr-defined]

    def _statement(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        columns = (self._table.c.raw, self._table.c.seen_at)
        return select(*columns).where(self._desk.mine(self._table), *conditions)

    async def _read(self, statement: Select[Any]) -> tuple[Kept[M], ...]:
        async with self._desk.read() as connection:
            found = (await connection.execute(statement)).all()
        rows = ((read_row(self._model, unpack(raw)), seen_at) for raw, seen_at in found)
        return tuple(Kept(row, seen_at) for row, seen_at in rows if row is not None)


def _sort(coming: Sequence[Coming], there: Mapping[int, RowMapping]) -> Sorted:
    fresh, same, older = [], [], 0
    for one in coming:
        before = there.get(one.id)
        if before is not None and one.is_older(before):
            older += 1
        elif before is not None and one.digest == before["digest"]:
            same.append(one)
        else:
            fresh.append(one)
    return Sorted(tuple(fresh), tuple(same), older)


def _is_newer(there: Table, coming: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    return or_(
        there.c.updated_on.is_(None),
        coming["updated_on"].is_(None),
        coming["updated_on"] >= there.c.updated_on,
    )


def clean(value: Any) -> Any:
    """A value that both databases can keep: no zero characters or halves of letters, no huge numbers."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return None
    return value


def as_json(value: Any) -> Any:
    """A column's value in the log of changes: dates, instants and money as text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
