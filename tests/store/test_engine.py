"""Opening, and what is said when a database does not do its part."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import sys
from pathlib import Path
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.engine import open_database
from hostaway_mcp.store.migrate import MIGRATIONS, migrate, revision_of
from hostaway_mcp.store.schema import REVISION, VERSION_TABLE, metadata
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN
from tests.store.sent import Sent
from tests.store.test_rows import stay


def _differences(connection: Connection) -> list[object]:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        words = {"table": "message_words", "index": "ix_messages_words"}.get(kind)
        return not (words and (name or "").startswith(words))

    options = {"compare_type": True, "include_name": ours, "version_table": VERSION_TABLE}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_the_steps_make_the_tables_of_the_schema(empty_url: str) -> None:
    """What migrations made differs in nothing from what the statements rest on."""
    database = open_database(empty_url)
    await migrate(database)
    await migrate(database)
    async with database.read() as connection:
        assert await connection.run_sync(_differences) == []
        assert await connection.run_sync(revision_of) == REVISION
    await database.aclose()


def test_the_schema_names_the_newest_step() -> None:
    """A start that finds it does not load Alembic."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


async def test_a_newer_database_is_refused(empty_url: str) -> None:
    """Its tables may mean something else by now."""
    database = open_database(empty_url)
    await migrate(database)
    async with database.write("test") as connection:
        await connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    await database.aclose()
    with pytest.raises(StorageError, match="made by a newer hostaway-mcp"):
        await Store.open(empty_url, account_id="1")


OPEN = """
import asyncio, sys
from hostaway_mcp.store.store import Store

async def main():
    store = await Store.open(sys.argv[1], account_id="1")
    claimed = await store.sync.claim("work", sys.argv[2], 60)
    await store.aclose()
    print(int(claimed))

asyncio.run(main())
"""


async def test_processes_that_start_at_once_do_not_collide(empty_url: str) -> None:
    """One makes the tables while the others wait, and one of them gets the work."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", OPEN, empty_url, str(n), stdout=-1, stderr=-1
        )
        for n in range(4)
    ]
    said = [await process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    assert sorted(out.strip() for out, _ in said) == [b"0", b"0", b"0", b"1"]


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """The database, what SQLite keeps beside it, and the directory that we make for them."""
    store = await Store.open(f"sqlite:///{tmp_path}/data/store.db", account_id="1")
    await store.reservations.put(*stay(), seen_at=SEEN)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    await store.aclose()
    assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), 0o600)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "url", ["mysql://me:secret@host/db", "secret", "sqlite://", "postgresql://me:secret@[/"]
)
def test_other_urls_are_refused_without_their_password(url: str) -> None:
    """Only the scheme is said back."""
    with pytest.raises(StorageError) as refusal:
        open_database(url)
    assert "secret" not in refusal.value.sentence
    assert "sqlite:///" in refusal.value.sentence


async def test_what_is_no_database_is_said_to_be_removable(tmp_path: Path) -> None:
    """The store is only a copy."""
    path = tmp_path / "store.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="not a sound database") as refusal:
        await Store.open(f"sqlite:///{path}", account_id="1")
    assert "Remove the file" in (refusal.value.hint or "")


async def test_a_full_disk_is_named(tmp_path: Path, sent: Sent) -> None:
    """Nothing of the page is kept then."""
    store = await Store.open(f"sqlite:///{tmp_path}/store.db", account_id="1")
    page = sent.reservations
    event.listen(
        store._desk.database.engine.sync_engine,
        "begin",
        lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 100"),
    )
    with pytest.raises(StorageError, match="disk of the store is full"):
        await store.reservations.put(page.rows, page.raw, seen_at=SEEN)
    assert await store.reservations.count() == 0
    await store.aclose()


async def test_a_locked_file_is_named(tmp_path: Path) -> None:
    """Another program that writes is waited for, then named."""
    path = tmp_path / "store.db"
    store = await Store.open(f"sqlite:///{path}", account_id="1", busy_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="in use by another program"):
        await store.reservations.put(*stay(), seen_at=SEEN)
    other.execute("ROLLBACK")
    other.close()
    await store.reservations.put(*stay(), seen_at=SEEN)
    await store.aclose()


async def test_whoever_is_cancelled_while_writing_leaves_no_lock(tmp_path: Path) -> None:
    """A statement that was not read to its end would keep its transaction."""
    database = open_database(f"sqlite:///{tmp_path}/store.db", busy_seconds=0.2)
    dice = Random(5)
    async with database.write("1") as connection:
        await connection.execute(text("CREATE TABLE rows (number INTEGER)"))
        await connection.execute(text("INSERT INTO rows VALUES (:one)"), [{"one": n} for n in range(3_000)])

    async def write() -> None:
        while True:
            async with database.write("1") as connection:
                (await connection.execute(text("SELECT number FROM rows"))).fetchmany(3)
                await connection.execute(text("UPDATE rows SET number = number + 1 WHERE number < 100"))

    for _ in range(60):
        writers = [asyncio.create_task(write()) for _ in range(4)]
        await asyncio.sleep(dice.random() * 0.05)
        for writer in writers:
            writer.cancel()
        assert all(
            isinstance(one, BaseException) for one in await asyncio.gather(*writers, return_exceptions=True)
        )
        async with database.write("1") as connection:
            await connection.execute(text("INSERT INTO rows VALUES (1)"))
    await database.aclose()


async def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The path is the operator's own, so it may be said."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made or written"):
        await Store.open(f"sqlite:///{tmp_path}/file/store.db", account_id="1")


async def test_a_postgresql_that_does_not_answer_is_named() -> None:
    """Without its URL, which holds a password."""
    with pytest.raises(StorageError, match="PostgreSQL cannot be reached") as refusal:
        await Store.open("postgresql://me:secret@127.0.0.1:9/store", account_id="1")
    assert "secret" not in refusal.value.sentence


async def test_a_postgresql_database_that_is_not_there_is_named(postgres_server: str) -> None:
    """It must be made by its owner."""
    url = f"{postgres_server.rpartition('/')[0]}/hostaway_mcp_absent"
    with pytest.raises(StorageError, match="no such database"):
        await Store.open(url, account_id="1")


async def test_many_writers_and_readers_at_once(store: Store, sent: Sent) -> None:
    """Each change has a number of its own, and nothing is lost."""
    page = sent.reservations
    puts = (
        store.reservations.put([row], [raw], seen_at=SEEN)
        for row, raw in zip(page.rows, page.raw, strict=True)
    )
    reads = (store.reservations.count() for _ in range(20))
    await asyncio.gather(*puts, *reads)
    log = await store.changes.since(0)
    assert [one.seq for one in log] == list(range(1, len(page.rows) + 1))
    assert await store.reservations.count() == len(page.rows)
