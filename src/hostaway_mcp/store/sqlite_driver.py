"""
SQLite's driver for SQLAlchemy's event loop, which waits for the connection's thread once for each statement.

SQLAlchemy's own adapter of aiosqlite waits four times: for a cursor, the statement, its rows, the cursor's
end; and twice more around what is read together. At each the event loop does first whatever else there is.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_

READ = "BEGIN"
"""Begins a transaction that only reads."""


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """
    What came of the last statement: everything is fetched at once, and no cursor of SQLite's outlives the
    trip, so none can hold a transaction open.
    """

    __slots__ = ("_description", "_lastrowid", "_rowcount", "arraysize")
    _adapt_connection: _Connection

    def __init__(self, adapt_connection: _Connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection  # noqa: SLF001 - as the class above
        self._rows: deque[Any] = deque()
        self._description: Any = None
        self._rowcount, self._lastrowid, self.arraysize = -1, None, 1

    @property
    def description(self) -> Any:
        return self._description

    @property
    def rowcount(self) -> int:
        return self._rowcount

    @property
    def lastrowid(self) -> Any:
        return self._lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> None:
        if operation == READ:
            # Nothing is seen before the first statement, which takes it along.
            self._adapt_connection.begins = True
            return
        given = () if parameters is None else parameters
        self._trip(lambda cursor: cursor.execute(operation, given))

    def executemany(self, operation: Any, seq_of_parameters: Sequence[Any]) -> None:
        self._trip(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    async def _async_soft_close(self) -> None:
        """There is nothing to close."""

    def close(self) -> None:
        self._rows.clear()

    def _trip(self, run: Callable[[sqlite3.Cursor], object]) -> None:
        connection: Any = self._connection
        begins = self._adapt_connection.now_reads()

        def there() -> tuple[Any, int, Any, list[Any]]:
            cursor = connection._conn.cursor()  # noqa: SLF001 - aiosqlite has no name for it
            try:
                if begins:
                    cursor.execute(READ)
                run(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return cursor.description, cursor.rowcount, cursor.lastrowid, rows
            finally:
                cursor.close()

        async def there_and_back() -> Any:
            async with self._adapt_connection._execute_mutex:  # noqa: SLF001
                return await connection._execute(there)  # noqa: SLF001

        try:
            self._description, self._rowcount, self._lastrowid, rows = await_(there_and_back())
        except Exception as error:
            self._adapt_connection._handle_exception(error)  # noqa: SLF001
        self._rows = deque(rows)


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("_reads", "begins")
    _cursor_cls: type[Any] = _Cursor

    def __init__(self, dbapi: Driver, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self.begins = self._reads = False

    def now_reads(self) -> bool:
        """Whether the next statement is the first of those that are read together."""
        begins, self.begins = self.begins, False
        self._reads = self._reads or begins
        return begins

    def rollback(self) -> None:
        """
        Of a transaction that only read, nobody waits for the end: whatever comes next comes after it, and if
        it failed would fail.
        """
        if self.begins:
            self.begins = False
        elif self._reads:
            self._reads = False
            connection: Any = self._connection
            connection._tx.put_nowait((None, connection._conn.rollback))  # noqa: SLF001 - as the class above
        else:
            super().rollback()


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """Give it to `create_async_engine` as its `module`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *args: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        """A connection whose thread has started."""
        return _Connection(self, super().connect(*args, **options)._connection)  # noqa: SLF001
