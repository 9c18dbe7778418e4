"""Where every noun of the store works: one account's part of an open database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.clock import Clock
from hostaway_mcp.store.engine import Database
from hostaway_mcp.store.retention import Retention

T = TypeVar("T")

AT_ONCE = 500
"""Values in one statement, well below the 32,766 of either database."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One account's part of a database. No statement is made without `mine`."""

    database: Database
    account_id: str
    clock: Clock
    retention: Retention = field(default_factory=Retention)

    def mine(self, table: FromClause) -> ColumnElement[bool]:
        """The rows of a table that are this account's."""
        return table.c.account_id == self.account_id

    def holds(self, column: ColumnElement[Any], letters: str) -> ColumnElement[bool]:
        """Whether a text has these letters in it, as they are; LIKE would take twice as long in SQLite."""
        place = func.instr if self.database.is_sqlite else func.strpos
        return place(column, letters) > 0

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection to read with."""
        return self.database.read()

    @asynccontextmanager
    async def write(self, within: AsyncConnection | None = None) -> AsyncIterator[AsyncConnection]:
        """A transaction; or the one that the caller is in already."""
        if within is not None:
            yield within
            return
        async with self.database.write(self._name) as connection:
            yield connection

    async def write_at_once(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives, in a durable transaction; see `Database.write_at_once`."""
        return await self.database.write_at_once(self._name, work)

    @property
    def _name(self) -> str:
        return f"account {self.account_id}"

    async def next_number(self, connection: AsyncConnection, table: Table, column: str) -> int:
        """The number after the account's highest; nobody else writes meanwhile."""
        return int((await connection.execute(self.highest(table, column))).scalar() or 0) + 1

    def highest(self, table: Table, column: str) -> Select[int | None]:
        """Asks for the account's highest number."""
        return select(func.max(table.c[column])).where(self.mine(table))


def portions(values: Sequence[T], at_once: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """The values, as many as fit into one statement at a time."""
    for start in range(0, len(values), at_once):
        yield values[start : start + at_once]
