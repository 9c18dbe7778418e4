"""What a question is answered when the store fails: with what is left of it, else by Hostaway."""

from __future__ import annotations

import json
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.schema import metadata
from hostaway_mcp.store.store import Store
from tests.support.proxy import door_to
from tests.sync.conftest import Copy, copied
from tests.sync.processes import Served, served

WEEK = {"from_": "2026-07-23", "to": "2026-07-30", "limit": 100}
PAGE = 4_096


async def asked(copy: Copy) -> tuple[str, set[int]]:
    """Who sleeps where this week: where the answer is from, and which stays it has."""
    answer = (await copy.home.ask("find_reservations", **WEEK)).json
    return answer["source"], {row["reservation_id"] for row in answer["reservations"]}


async def synced(copy: Copy) -> None:
    """As another process would have done it."""
    summary = await copy.sync().run()
    assert summary.complete, summary.failed


async def test_a_locked_file_is_read_and_writing_says_that_it_is_busy(tmp_path: Path) -> None:
    """Another program writes for longer than we wait: answers go on, from the copy (F27)."""
    async with copied(f"sqlite:///{tmp_path / 'replica.db'}", tmp_path, listings=3) as copy:
        await synced(copy)
        before = await asked(copy)
        account = copy.store.account_id
        async with await Store.open(copy.url, account_id=account, clock=copy.home.clock,
                                    busy_seconds=0.2) as store:  # fmt: skip
            with closing(sqlite3.connect(tmp_path / "replica.db", isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                copy.home.clock.advance(30)
                assert await asked(copy) == before
                assert before[0] == "replica"
                with pytest.raises(StorageError, match="in use by another program") as busy:
                    await copy.sync(store).run(full=True)
                assert busy.value.hint
                other.execute("ROLLBACK")
            await copy.home.clock.sleep(600)
            assert (await copy.sync(store).run()).complete


async def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    """A question meets it and is answered by Hostaway; sync fills the new one; who is forgotten stays so."""
    file = tmp_path / "replica.db"
    async with copied(f"sqlite:///{file}", tmp_path, listings=3) as copy:
        await synced(copy)
        async with copy.store._desk.write() as connection:
            table = metadata.tables["forgotten"]
            row = {"account_id": copy.store.account_id, "noun": "reservations", "row_id": 7}
            await connection.execute(table.insert().values(**row, at=copy.home.clock.now()))
        last = await copy.store.changes.last()
        _, stays = await asked(copy)
        await copy.store.aclose()
        await copy.home.app.replica.aclose()
        _spoil(file, "reservations")
        copy.home.clock.advance(30)
        source, found = await asked(copy)
        assert source != "replica"
        assert found == stays
        assert await copy.store.reservations.count() == 0
        await synced(copy)
        assert await copy.store.changes.last() > last
        copy.home.clock.advance(30)
        assert await asked(copy) == ("replica", stays)
        async with copy.store._desk.read() as connection:
            assert [one.row_id for one in await connection.execute(table.select())] == [7]


async def test_what_only_a_damaged_file_knows_is_not_thrown_away(tmp_path: Path) -> None:
    """Where nobody can tell who was forgotten, a person has to decide."""
    file = tmp_path / "replica.db"
    async with copied(f"sqlite:///{file}", tmp_path, listings=2) as copy:
        await copy.store.aclose()
        _ruin(file)
        with pytest.raises(StorageError, match="not a sound database") as damage:
            await Store.open(copy.url, account_id=copy.store.account_id)
        assert "Remove the file" in (damage.value.hint or "")
        assert file.stat().st_size == 20_100


def _ruin(file: Path) -> None:
    """Leaves nothing but the header."""
    file.write_bytes(file.read_bytes()[:100] + b"\xff" * 20_000)
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _spoil(file: Path, table: str) -> None:
    """Overwrites the pages of a table with noise, as a broken disk would."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_schema WHERE tbl_name = ?"
        pages = [row[0] for row in connection.execute(query, (table,)) if row[0]]
    with file.open("r+b") as content:
        for page in pages:
            content.seek((page - 1) * PAGE)
            content.write(b"\xa5" * PAGE)


async def test_a_full_disk_ends_the_sync_and_not_the_answers(tmp_path: Path) -> None:
    """No file of the process may grow beyond some size, which SQLite takes for a full disk (F28)."""
    url = f"sqlite:///{tmp_path / 'replica.db'}"
    with served(url, tmp_path, listings=8) as there:
        code, printed = _limited(there, ["sync", "--once"], 600_000)
        assert code == 1
        assert "The disk of the store is full." in printed
        assert "Traceback" not in printed
        code, printed = _limited(there, ["call", "find_listings"], 600_000)
        assert code == 0, printed
        answer = json.loads(printed[printed.index("{") :])
        assert answer["complete"]
        assert answer["total"] == 8
        # With room again it goes on where it was.
        code, printed = there.end(there.start())
        assert code == 0, printed


def _limited(there: Served, command: list[str], bytes_: int) -> tuple[int, str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))

    return there.end(there.start(*command, before=limit))


async def test_postgresql_gone_for_a_minute(postgres: str, tmp_path: Path) -> None:
    """Questions are answered by Hostaway meanwhile, sync says so, and both go on afterwards (F30)."""
    async with door_to(postgres) as (door, url), copied(url, tmp_path, listings=3) as copy:
        await synced(copy)
        before = await asked(copy)
        assert before[0] == "replica"
        await door.shut()
        copy.home.clock.advance(60)
        source, stays = await asked(copy)
        assert source != "replica"
        assert stays == before[1]
        with pytest.raises(StorageError, match="PostgreSQL cannot be reached") as gone:
            await copy.sync().run()
        assert gone.value.hint
        await door.open()
        await copy.home.clock.sleep(301)
        await synced(copy)
        copy.home.clock.advance(30)
        assert await asked(copy) == before
