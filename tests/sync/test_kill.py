"""A process that is killed leaves nothing wrong: the next one goes on and ends the same."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.run import WORKERS
from tests.sync.processes import END_SECONDS, Served, served
from tests.sync.same import assert_same


async def test_a_sync_that_was_killed_goes_on(url: str, tmp_path: Path) -> None:
    await _kill(url, tmp_path, kills=3, listings=6)


@pytest.mark.long
async def test_a_sync_that_was_killed_50_times_ends_the_same(url: str, tmp_path: Path) -> None:
    """At 50 random moments, anywhere between two requests or in the midst of writing."""
    await _kill(url, tmp_path, kills=50, listings=60)


async def _kill(url: str, folder: Path, *, kills: int, listings: int) -> None:
    dice = Random(11)
    with served(url, folder, listings=listings) as there:
        async with await Store.open(url, account_id=there.sandbox.account_id) as store:
            await store.forget_account()
        killed = 0
        for _ in range(kills):
            killed += _kill_one(there, dice)
            await there.time_passes()
        code, printed = there.end(there.start())
        assert code == 0, printed
        assert killed >= kills * 0.8, "most were killed while they were at work"
        calendars = {page: n for page, n in there.asked().items() if page.split("?")[0].endswith("/calendar")}
        # What was whole is not asked for again, only what a killed process had in hand.
        assert sum(calendars.values()) - len(calendars) <= killed * WORKERS
        async with there.looking() as (app, store):
            await assert_same(app.hostaway, store, there.sandbox.world)


def _kill_one(there: Served, dice: Random) -> bool:
    """True if it was at work."""
    requests = there.sandbox.requests
    process = there.start()
    stop_at = len(requests) + dice.randint(1, 6)
    begun = time.monotonic()
    while process.poll() is None and len(requests) < stop_at:
        assert time.monotonic() - begun < END_SECONDS
        time.sleep(0.001)
    time.sleep(dice.random() * 0.03)
    at_work = process.poll() is None
    process.kill()
    there.end(process)
    return at_work
