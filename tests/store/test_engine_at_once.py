"""Transactions that run in one thread keep what the others promise."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.engine import Database, open_database

READ = text("SELECT number FROM one")
WRITE = text("UPDATE one SET number = :number")


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """One row that holds 0."""
    opened = open_database(empty_url)

    def make(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE one (number INTEGER)"))
        connection.execute(text("INSERT INTO one VALUES (0)"))

    await opened.write_at_once("test", make)
    yield opened
    await opened.aclose()


def number(connection: Connection) -> int:
    return int(connection.execute(READ).scalar_one())


async def test_what_fails_leaves_nothing(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(WRITE, {"number": 7})
        raise ValueError("later")

    with pytest.raises(ValueError, match="later"):
        await database.write_at_once("test", fail)
    assert await database.read_at_once(number) == 0


async def test_both_ways_to_write_take_turns(database: Database) -> None:
    """What was read still holds when it is written."""

    def add(connection: Connection) -> int:
        connection.execute(WRITE, {"number": (then := number(connection) + 1)})
        return then

    async def add_slowly() -> int:
        async with database.write("test") as connection:
            return await connection.run_sync(add)

    numbers = await asyncio.gather(
        *(database.write_at_once("test", add) for _ in range(10)), *(add_slowly() for _ in range(10))
    )
    assert sorted(numbers) == list(range(1, 21))
    assert await database.read_at_once(number) == 20


async def test_it_is_durable_and_only_it(tmp_path: Path) -> None:
    """SQLite's 2 is FULL: the log of writes is on the disk when the transaction ends; 1 is NORMAL."""
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    asked = "PRAGMA synchronous"
    levels = [await database.write_at_once("test", lambda one: one.exec_driver_sql(asked).scalar())]
    async with database.write("test") as connection:
        levels.append((await connection.exec_driver_sql(asked)).scalar())
    assert levels == [2, 1]
    await database.aclose()


async def test_a_locked_file_is_named(tmp_path: Path) -> None:
    """Questions are answered meanwhile."""
    path = tmp_path / "store.db"
    database = open_database(f"sqlite:///{path}", busy_seconds=0.05)
    await database.write_at_once("test", lambda _: None)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="in use by another program"):
        await database.write_at_once("test", lambda _: None)
    assert await database.read_at_once(lambda one: one.execute(text("SELECT 1")).scalar()) == 1
    other.execute("ROLLBACK")
    other.close()
    await database.write_at_once("test", lambda _: None)
    await database.aclose()


async def test_whoever_stops_waiting_leaves_no_lock(database: Database) -> None:
    """The transaction ends by itself, and the next has its turn."""
    for then in range(20):
        writing = asyncio.create_task(
            database.write_at_once("test", lambda one, then=then: one.execute(WRITE, {"number": then}))  # type: ignore[misc]
        )
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await database.write_at_once("test", lambda one: one.execute(WRITE, {"number": 99}))
    assert await database.read_at_once(number) == 99
