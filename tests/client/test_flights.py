"""Single flight."""

from __future__ import annotations

import asyncio

import pytest

from hostaway_mcp.client.flights import Flights


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Work:
    """Work that a test lets go on, and that counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> object:
        self.begun += 1
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return object()


async def test_followers_share_the_result() -> None:
    flights, work = Flights[object](), Work()
    callers = [asyncio.create_task(flights.join("k", work)) for _ in range(50)]
    await settle()
    assert "k" in flights
    work.go_on.set()
    assert len({id(result) for result in await asyncio.gather(*callers)}) == 1
    assert work.begun == 1
    assert "k" not in flights


async def test_other_questions_fly_alone_and_later_ones_anew() -> None:
    flights, work = Flights[object](), Work()
    work.go_on.set()
    await asyncio.gather(flights.join("a", work), flights.join("b", work))
    await flights.join("a", work)
    assert work.begun == 3


async def test_followers_share_the_error() -> None:
    flights = Flights[None]()

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    results = await asyncio.gather(*(flights.join("k", fail) for _ in range(3)), return_exceptions=True)
    assert [str(result) for result in results] == ["no"] * 3


async def test_the_one_who_began_may_leave() -> None:
    flights, work = Flights[object](), Work()
    first, second = (asyncio.create_task(flights.join("k", work)) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    assert first.cancelled()
    work.go_on.set()
    assert await second
    assert (work.begun, work.cancelled) == (1, 0)


async def test_a_follower_may_leave() -> None:
    flights, work = Flights[object](), Work()
    first, second = (asyncio.create_task(flights.join("k", work)) for _ in range(2))
    await settle()
    second.cancel()
    await settle()
    work.go_on.set()
    assert await first


async def test_with_the_last_one_gone_the_work_ends() -> None:
    flights, work = Flights[object](), Work()
    callers = [asyncio.create_task(flights.join("k", work)) for _ in range(3)]
    await settle()
    for caller in callers:
        caller.cancel()
    await settle()
    assert work.cancelled == 1
    assert "k" not in flights


async def test_a_question_asked_while_the_abandoned_one_ends_is_a_new_one() -> None:
    flights, work = Flights[object](), Work()
    first = asyncio.create_task(flights.join("k", work))
    await settle()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.go_on.set()
    assert await flights.join("k", work)
    assert (work.begun, work.cancelled) == (2, 1)


async def test_an_error_nobody_waits_for_is_not_reported_as_lost() -> None:
    flights = Flights[None]()

    async def fail_when_cancelled() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise ValueError("unseen") from None

    caller = asyncio.create_task(flights.join("k", fail_when_cancelled))
    await settle()
    caller.cancel()
    await settle()
    assert caller.cancelled()


async def test_closing_ends_what_is_under_way() -> None:
    flights, work = Flights[object](), Work()
    caller = asyncio.create_task(flights.join("k", work))
    await settle()
    await flights.aclose()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert work.cancelled == 1
