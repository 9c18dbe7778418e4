"""The replica becomes what Hostaway has, and goes on where it was stopped."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from hostaway_mcp.errors import CredentialsError
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.calendar import AHEAD_DAYS, BEHIND_DAYS
from hostaway_mcp.sync.reservations import HISTORY_DAYS
from tests.sync.conftest import Copies, Copy


async def assert_same(copy: Copy) -> None:
    """What the store has of stays, listings and calendars is what the sandbox has."""
    world, store = copy.home.sandbox.world, copy.store
    assert await store.listings.ids() == set(world.listings)
    today = copy.home.clock.now().date()
    kept = {one.row.id: one.row for one in await store.reservations.all()}
    for number, document in world.reservations.items():
        if document["arrivalDate"] >= (today - timedelta(days=HISTORY_DAYS - 1)).isoformat():
            assert number in kept, document["arrivalDate"]
    for number, row in kept.items():
        document = world.reservations[number]
        assert row.status.value == document["status"]
        assert row.arrival_date is not None
        assert row.arrival_date.isoformat() == document["arrivalDate"]
        assert row.host_note == document["hostNote"]
    first, last = today - timedelta(days=BEHIND_DAYS), today + timedelta(days=AHEAD_DAYS)
    active = [number for number, one in world.listings.items() if not one["specialStatus"]]
    ages = await store.calendar.ages(active, first, last)
    assert all(ages.values())


async def test_a_first_sync_brings_everything_that_questions_need(copies: Copies) -> None:
    async with copies(listings=5) as copy:
        summary = await copy.sync().run()
        assert summary.complete, summary.failed
        await assert_same(copy)
        assert summary.rows["reservations"] >= await copy.store.reservations.count() > 100
        assert summary.upstream_calls == len(copy.home.sandbox.requests)


async def test_what_is_fresh_is_not_brought_again(copies: Copies) -> None:
    async with copies(listings=3) as copy:
        sync = copy.sync()
        await sync.run()
        asked = len(copy.home.upstream)
        again = await sync.run()
        assert (again.brought, again.upstream_calls) == (0, 0)
        assert len(copy.home.upstream) == asked


async def test_changes_come_with_few_calls(copies: Copies) -> None:
    """A stay that changed is read again without reading its window again."""
    async with copies(listings=5) as copy:
        sync = copy.sync()
        await sync.run()
        await copy.home.clock.sleep(600)
        number = next(n for n, stay in copy.home.sandbox.world.stays.items() if stay.status == "new")
        await copy.home.app.hostaway.reservations.update(number, {"hostNote": "Late arrival"})
        asked = len(copy.home.upstream)
        await sync.run()
        (kept,) = await copy.store.reservations.get([number])
        assert kept.row.host_note == "Late arrival"
        reads = [path for path in copy.home.upstream[asked:] if path.endswith("/reservations")]
        assert len(reads) <= 3, "the changes, and those with unread messages"


async def test_a_sync_that_is_killed_anywhere_goes_on_and_ends_the_same(copies: Copies) -> None:
    """At 12 random requests the process is gone; the next one brings only what is lacking."""
    dice = random.Random(7)
    async with copies(listings=4) as copy:
        for _ in range(12):
            stop_at = len(copy.home.sandbox.requests) + dice.randint(1, 6)
            async with await Store.open(copy.url, account_id=copy.store.account_id,
                                        clock=copy.home.clock) as store:  # fmt: skip
                running = asyncio.ensure_future(copy.sync(store).run())
                while not running.done() and len(copy.home.sandbox.requests) < stop_at:
                    await copy.home.clock.sleep(0.01)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            await copy.home.clock.sleep(130)
        summary = await copy.sync().run()
        assert summary.complete, (summary.failed, summary.elsewhere)
        await assert_same(copy)


async def test_two_processes_share_the_work(copies: Copies) -> None:
    """No calendar is read twice, and both end with the same store."""
    async with copies(listings=6) as copy:
        async with await Store.open(copy.url, account_id=copy.store.account_id,
                                    clock=copy.home.clock) as other:  # fmt: skip
            await asyncio.gather(copy.sync().run(), copy.sync(other).run())
        await copy.home.clock.sleep(130)
        await copy.sync().run()
        await assert_same(copy)
        calendars = [path for path in copy.home.upstream if path.endswith("/calendar")]
        assert len(calendars) == len(set(calendars))


async def test_one_piece_that_fails_does_not_stop_the_rest(copies: Copies) -> None:
    """The summary names it, and the next run brings it."""
    async with copies(listings=3) as copy:
        copy.home.sandbox.faults.add("html", path="/v1/tasks", status=502, times=None)
        summary = await copy.sync().run()
        assert list(summary.failed) == ["tasks all"]
        await assert_same(copy)
        copy.home.sandbox.faults.clear()
        await copy.home.clock.sleep(130)
        again = await copy.sync().run()
        assert again.complete
        assert await copy.store.tasks.count() > 0


async def test_wrong_credentials_end_it_at_once(copies: Copies) -> None:
    async with copies(listings=3, hostaway_client_secret="wrong-secret-wrong-secret-1234567") as copy:
        with pytest.raises(CredentialsError):
            await copy.sync().run()
