"""Makes a damaged file of SQLite's anew: it holds a copy, and what is only in it is taken over."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import column, insert, table

from hostaway_mcp.store.engine import Database, make_private
from hostaway_mcp.store.migrate import migrate
from hostaway_mcp.store.schema import VERSION_TABLE
from hostaway_mcp.store.trouble import said

_TAKEN_OVER = {
    # Who was forgotten must not come back with the next reading.
    "forgotten": "SELECT * FROM forgotten",
    # Numbers of changes go on, for readers have noted how far they are.
    "changes": "SELECT * FROM changes AS one WHERE seq = "
    "(SELECT max(seq) FROM changes WHERE account_id = one.account_id)",
}

_log = logging.getLogger("hostaway_mcp.store")

Rows = list[dict[str, Any]]


async def rebuild(database: Database) -> None:
    """
    Removes the file if it is damaged, and makes an empty one in its place; sync fills it.

    Raises:
        StorageError: it cannot be removed, or what only it knows cannot be read from it.
    """
    path = Path(str(database.engine.url.database))
    async with database.turn:
        # Another task or process may have done it meanwhile.
        if not await asyncio.to_thread(_is_damaged, path):
            await database.engine.dispose()
            return
        taken = await asyncio.to_thread(_take, path)
        await database.engine.dispose()
        await asyncio.to_thread(_remove, path)
    await migrate(database)
    await _put_back(database, taken)
    _log.warning("replica_rebuilt")


def _is_damaged(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError:
        return True


def _take(path: Path) -> Mapping[str, Rows]:
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
            if VERSION_TABLE not in tables:
                raise sqlite3.DatabaseError("It was not made by us.")
            return {
                name: [dict(row) for row in connection.execute(query)]
                for name, query in _TAKEN_OVER.items()
                if name in tables
            }
    except sqlite3.DatabaseError as error:
        raise said(error) from error


def _remove(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    make_private(path)


async def _put_back(database: Database, taken: Mapping[str, Rows]) -> None:
    async with database.write("rebuild") as connection:
        for name, rows in taken.items():
            if rows:
                # As they came out of the file, past the types of the schema.
                await connection.execute(insert(table(name, *map(column, rows[0]))), rows)
