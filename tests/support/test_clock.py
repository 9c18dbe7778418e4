"""The clock that other tests trust."""

from __future__ import annotations

import asyncio
import time
from datetime import date, datetime

import pytest

from tests.support.clock import DEFAULT_NOW, FakeClock


async def test_an_hour_passes_at_once_when_everything_waits() -> None:
    clock, began = FakeClock(), time.monotonic()
    await clock.sleep(3600)
    assert clock.monotonic() == pytest.approx(4_600.0)
    assert (clock.now() - DEFAULT_NOW).total_seconds() == pytest.approx(3600)
    assert time.monotonic() - began < 10


async def test_sleepers_wake_in_the_order_of_their_instants() -> None:
    clock = FakeClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic() - 1_000))

    await asyncio.gather(sleeper("c", 30), sleeper("a", 10), sleeper("b", 20))
    assert [(name, round(at, 6)) for name, at in woken] == [("a", 10), ("b", 20), ("c", 30)]


async def test_time_stands_still_while_a_task_works() -> None:
    clock = FakeClock()
    sleeper = asyncio.create_task(clock.sleep(1))
    for _ in range(500):
        await asyncio.sleep(0)
    assert clock.monotonic() == 1_000.0
    await sleeper


async def test_timeouts_of_the_loop_follow_the_virtual_time() -> None:
    clock = FakeClock()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(25):
            await clock.sleep(60)
    assert clock.monotonic() == pytest.approx(1_025.0)


async def test_work_in_a_thread_is_waited_for() -> None:
    clock = FakeClock()
    async with asyncio.timeout(5):
        await asyncio.to_thread(time.sleep, 0.05)
    assert clock.monotonic() == 1_000.0


def test_turned_by_hand_without_a_loop() -> None:
    clock = FakeClock(datetime.fromisoformat("2026-03-29T00:30:00+00:00"))
    clock.advance(3600)
    clock.jump_wall(-7200)
    assert clock.monotonic() == 4_600.0
    assert clock.now().isoformat() == "2026-03-28T23:30:00+00:00"
    assert clock.today("Europe/Berlin") == date(2026, 3, 29)


async def test_made_outside_a_loop_it_takes_hold_of_the_next_one() -> None:
    clock = await asyncio.to_thread(FakeClock)
    await clock.sleep(5)
    assert clock.monotonic() == pytest.approx(1_005.0)
