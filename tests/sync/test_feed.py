"""The end of the log, as those who wait for it are told: whoever writes, and only while somebody waits."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from hostaway_mcp.store.changes import Change, Kind
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.feed import LOOK_SECONDS
from tests.support.house import house
from tests.support.replica import synced
from tests.sync.conftest import Copies, Copy


async def learn(copy: Copy, count: int = 1) -> int:
    """Changes that another process writes; the number of the last."""
    log = [Change(copy.home.clock.now(), Kind.GONE, "tasks", number) for number in range(count)]
    async with copy.store._desk.write() as connection:
        await copy.store.changes.add(connection, log)
    return await copy.store.changes.last()


async def test_everybody_who_waits_is_told_of_what_another_process_writes(copies: Copies) -> None:
    async with copies(listings=2) as copy:
        feed = copy.home.app.feed
        assert await feed.last() == 0
        waiting = [asyncio.create_task(feed.moved(0)) for _ in range(20)]
        await copy.home.clock.sleep(10 * LOOK_SECONDS)
        assert not any(one.done() for one in waiting)
        last = await learn(copy, 3)
        assert set(await asyncio.gather(*waiting)) == {last} == {3}
        assert await feed.moved(1) == 3, "at once: it is another place"


async def test_a_log_that_is_begun_anew_is_lower(copies: Copies) -> None:
    async with copies(listings=2) as copy:
        feed, last = copy.home.app.feed, await learn(copy, 3)
        waiting = asyncio.create_task(feed.moved(last))
        await copy.home.clock.sleep(3 * LOOK_SECONDS)
        assert not waiting.done()
        await copy.store.forget_account()
        assert await waiting == 0


async def test_one_who_is_ahead_of_the_last_look_is_not_told_of_a_lower_place(copies: Copies) -> None:
    """Whoever reads the log between two looks knows more than the feed."""
    async with copies(listings=2) as copy:
        feed, first = copy.home.app.feed, await learn(copy)
        other = asyncio.create_task(feed.moved(first))
        await copy.home.clock.sleep(1.5 * LOOK_SECONDS)
        ahead = await learn(copy)
        waiting = asyncio.create_task(feed.moved(ahead))
        await copy.home.clock.sleep(5 * LOOK_SECONDS)
        assert (await other, waiting.done()) == (ahead, False)
        assert await learn(copy) == await waiting


async def test_a_replica_that_cannot_be_read_is_said_once_and_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        synced(tmp_path, listings=2) as home,
        house(clock=home.clock, listings=2, hostaway_mcp_data_dir=tmp_path / "other") as other,
    ):
        replica = tmp_path / "other" / "replica.db"
        replica.parent.mkdir()
        replica.write_bytes(b"not a database at all" * 500)
        with caplog.at_level(logging.WARNING):
            waiting = asyncio.create_task(other.app.feed.moved(0))
            await home.clock.sleep(20 * LOOK_SECONDS)
        assert [record.message for record in caplog.records] == ["replica_not_read"]
        replica.unlink()
        account = home.app.settings.hostaway_account_id
        async with await Store.open(f"sqlite:///{replica}", account_id=account, clock=home.clock) as store:
            async with store._desk.write() as connection:
                await store.changes.add(connection, [Change(home.clock.now(), Kind.GONE, "tasks", 1)])
            assert await waiting == 1


async def test_nobody_looks_when_nobody_waits(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        feed = home.app.feed
        waiting = asyncio.create_task(feed.moved(await feed.last()))
        await home.clock.sleep(LOOK_SECONDS)
        waiting.cancel()
        await home.clock.sleep(2 * LOOK_SECONDS)
        assert feed._looking is not None
        assert feed._looking.done()
