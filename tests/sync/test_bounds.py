"""How close a first sync comes to what the limits allow, in virtual time, and what it costs those who ask."""

from __future__ import annotations

import asyncio
import statistics
from pathlib import Path
from random import Random

import pytest

from tests.sync.conftest import Copy, copied

LIMITS = (15, 20, 10.0)
"""Published: 15 requests per IP and 20 per account in 10 s."""
EVERY_SECONDS = 12.0
"""Five questions a minute."""


def bound_seconds(calls: int) -> float:
    """The least time for so many calls: 15 at once, and 15 more each 10 s."""
    ip, _, window = LIMITS
    return window * (-(-calls // ip) - 1)


@pytest.mark.long
async def test_a_first_sync_of_500_listings_takes_no_longer_than_it_must(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the next thirty days are answered as soon as their own calls allow."""
    url = f"sqlite:///{tmp_path / 'replica.db'}"
    async with copied(url, tmp_path, listings=500, limits=LIMITS) as copy:
        clock, sandbox = copy.home.clock, copy.home.sandbox
        began = clock.monotonic()
        syncing = asyncio.ensure_future(copy.sync().run())
        while not await _answers_next_30_days(copy):
            await clock.sleep(0.5)
        near_seconds, near_calls = clock.monotonic() - began, len(sandbox.requests)
        summary = await syncing
        seconds, calls = clock.monotonic() - began, len(sandbox.requests)
        with capsys.disabled():
            print(  # noqa: T201
                f"\nnear: {near_calls} calls, {near_seconds:.1f} s, "
                f"{near_seconds / bound_seconds(near_calls):.3f} x {bound_seconds(near_calls):.0f} s; "
                f"full: {calls} calls, {seconds:.1f} s, {seconds / bound_seconds(calls):.3f} x bound"
            )
        assert summary.complete, summary.failed
        assert sandbox.refused == 0
        assert seconds <= 1.03 * bound_seconds(calls)
        assert near_seconds <= 1.1 * bound_seconds(near_calls)


async def _answers_next_30_days(copy: Copy) -> bool:
    """As a question would be answered, without asking one: that would make the sync step aside."""
    states = {state.part: state for state in await copy.store.sync.states("reservations")}
    near, changes = states.get("near"), states.get("changes")
    listings = await copy.store.sync.state("listings", "all")
    if not near or not changes or not listings or not near.as_of or not changes.as_of:
        return False
    return bool(listings.as_of and changes.as_of.isoformat() >= near.state["ended"])


@pytest.mark.long
async def test_five_questions_a_minute_wait_no_longer_during_a_sync(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each needs a live call; two turns are kept for a person who was active lately."""
    without = await _waits(tmp_path, "without.db", syncing=False)
    during = await _waits(tmp_path, "during.db", syncing=True)
    extra = statistics.median(during) - statistics.median(without)
    with capsys.disabled():
        print(  # noqa: T201
            f"\nmedian wait {statistics.median(without) * 1e3:.1f} ms without, "
            f"{statistics.median(during) * 1e3:.1f} ms during a sync; "
            f"longest {max(during) * 1e3:.0f} ms; {len(during)} questions"
        )
    assert extra <= 0.05


async def _waits(folder: Path, name: str, *, syncing: bool) -> list[float]:
    dice, waits = Random(3), list[float]()
    url = f"sqlite:///{folder / name}"
    async with copied(url, folder, listings=120, limits=LIMITS) as copy:
        clock, world = copy.home.clock, copy.home.sandbox.world
        numbers = sorted(world.stays)
        # Connected, and known as a person, as after a first question.
        await copy.home.ask("get_reservation", reservation=numbers[0], include=["guest"])
        task = asyncio.ensure_future(copy.sync().run() if syncing else clock.sleep(300))
        while not task.done():
            await clock.sleep(EVERY_SECONDS + dice.random() - 0.5)
            began, asked = clock.monotonic(), len(copy.home.upstream)
            await copy.home.app.hostaway.reservations.get(dice.choice(numbers))
            waits.append(clock.monotonic() - began)
            assert len(copy.home.upstream) > asked
        await task
        assert copy.home.sandbox.refused == 0
    return waits
