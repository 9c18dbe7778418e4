"""One trip to SQLite's thread for each statement, and what is read together is of one moment all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from hostaway_mcp.store.engine import Database, open_database

ALL = text("SELECT name FROM guests ORDER BY id")


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    """A file with two guests."""
    database = open_database(f"sqlite:///{tmp_path / 'file.db'}")
    async with database.write("guests") as connection:
        await connection.exec_driver_sql("CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        await connection.execute(_new(), [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Ben"}])
    yield database
    await database.aclose()


def _new() -> Any:
    return text("INSERT INTO guests (id, name) VALUES (:id, :name)")


async def _names(file: Database) -> list[str]:
    async with file.read() as connection:
        return list((await connection.execute(ALL)).scalars())


async def test_one_trip_for_each_statement(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await _names(file)
    trips = []
    whole: Any = aiosqlite.Connection._execute

    async def counted(connection: Any, fn: Any, *args: Any, **kwargs: Any) -> Any:
        trips.append(fn)
        return await whole(connection, fn, *args, **kwargs)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    async with file.read() as connection:
        for _ in range(3):
            assert (await connection.execute(ALL)).scalars().all() == ["Ada", "Ben"]
    assert len(trips) == 3


async def test_what_is_read_together_is_of_one_moment(file: Database) -> None:
    async with file.read() as reader:
        assert (await reader.execute(ALL)).scalars().all() == ["Ada", "Ben"]
        async with file.write("guests") as writer:
            await writer.execute(_new(), {"id": 3, "name": "Eva"})
        assert (await reader.execute(ALL)).scalars().all() == ["Ada", "Ben"]
    assert await _names(file) == ["Ada", "Ben", "Eva"]


async def test_whoever_has_read_leaves_nothing_open(file: Database, tmp_path: Path) -> None:
    async with file.read() as connection:
        await connection.execute(ALL)
    async with file.read():
        """Nothing is read: nothing is begun."""
    await _names(file)
    async with file.write("guests") as connection:
        await connection.execute(_new(), {"id": 3, "name": "Eva"})
    beside = sqlite3.connect(tmp_path / "file.db")
    # Were a state from before still read, the log could not be emptied: 1, it was busy.
    assert beside.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    beside.close()


async def test_a_transaction_that_fails_leaves_nothing(file: Database) -> None:
    async def failing() -> None:
        async with file.write("guests") as connection:
            changed = await connection.execute(text("UPDATE guests SET name = 'Eva'"))
            raise ZeroDivisionError(changed.rowcount)

    with pytest.raises(ZeroDivisionError, match="2"):
        await failing()
    assert await _names(file) == ["Ada", "Ben"]


async def test_errors_have_their_names(file: Database) -> None:
    async with file.engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table: owners"):
            await connection.execute(text("SELECT * FROM owners"))
    async with file.engine.connect() as connection:
        with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: guests\.id"):
            await connection.execute(_new(), {"id": 1, "name": "Ada"})
    assert await _names(file) == ["Ada", "Ben"]


async def test_rows_that_are_streamed(file: Database) -> None:
    async with file.stream(ALL) as rows:
        assert [row.name async for row in rows] == ["Ada", "Ben"]
