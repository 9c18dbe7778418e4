"""The short memory: one load for many, partial when time runs out, never older than asked."""

from __future__ import annotations

import asyncio

import pytest

from hostaway_mcp import calls
from hostaway_mcp.errors import TimedOutError, UnavailableError
from hostaway_mcp.services import facts
from hostaway_mcp.services.facts import Facts, Gathering
from tests.support.clock import FakeClock


async def test_many_who_ask_at_once_share_one_load() -> None:
    """And all get the same rows."""
    clock = FakeClock()
    memory, loads = Facts(clock=clock), 0

    async def load(gathering: Gathering[int]) -> None:
        nonlocal loads
        loads += 1
        await clock.sleep(1)
        gathering.add([1, 2], clock.now())

    known = await asyncio.gather(*(memory.get("k", load, fresh_seconds=30) for _ in range(50)))
    assert loads == 1
    assert {one.rows for one in known} == {(1, 2)}


async def test_what_is_older_than_asked_is_read_again() -> None:
    """`as_of` is when the first page was read."""
    clock = FakeClock()
    memory, loads = Facts(clock=clock), 0

    async def load(gathering: Gathering[int]) -> None:
        nonlocal loads
        loads += 1
        gathering.add([loads], clock.now())

    first = await memory.get("k", load, fresh_seconds=30)
    clock.advance(29)
    assert (await memory.get("k", load, fresh_seconds=30)).as_of == first.as_of
    clock.advance(2)
    assert (await memory.get("k", load, fresh_seconds=30)).rows == (2,)


async def test_a_load_goes_on_when_its_asker_runs_out_of_time() -> None:
    """The asker gets what there is, marked; the next question finds it done."""
    clock = FakeClock()
    memory = Facts(clock=clock)

    async def load(gathering: Gathering[int]) -> None:
        for page in range(3):
            await clock.sleep(10)
            gathering.add([page], clock.now())

    with calls.answering(calls.Call("c", deadline=clock.monotonic() + 15)):
        known = await memory.get("k", load, fresh_seconds=60)
    assert (known.rows, known.complete) == ((0,), False)
    assert known.why
    assert (await memory.get("k", load, fresh_seconds=60)).rows == (0, 1, 2)


async def test_without_a_single_row_the_error_comes_out() -> None:
    """Both when time runs out and when Hostaway fails; then the next asker begins anew."""
    clock = FakeClock()
    memory, fails = Facts(clock=clock), True

    async def load(gathering: Gathering[int]) -> None:
        await clock.sleep(5)
        if fails:
            raise UnavailableError("Hostaway answered 500.")
        gathering.add([7], clock.now())

    with (
        calls.answering(calls.Call("c", deadline=clock.monotonic() + 3)),
        pytest.raises(TimedOutError),
    ):
        await memory.get("k", load, fresh_seconds=60)
    with pytest.raises(UnavailableError):
        await memory.get("k", load, fresh_seconds=60)
    fails = False
    assert (await memory.get("k", load, fresh_seconds=60)).rows == (7,)


async def test_a_failure_in_the_middle_leaves_what_was_had() -> None:
    """Incomplete, and why; it is not kept."""
    clock = FakeClock()
    memory, loads = Facts(clock=clock), 0

    async def load(gathering: Gathering[int]) -> None:
        nonlocal loads
        loads += 1
        gathering.add([1], clock.now())
        raise UnavailableError("Hostaway answered 502.")

    known = await memory.get("k", load, fresh_seconds=60)
    assert (known.rows, known.complete, known.why) == ((1,), False, "Hostaway answered 502.")
    await memory.get("k", load, fresh_seconds=60)
    assert loads == 2


async def test_whoever_is_given_rows_is_given_their_warnings() -> None:
    """A status that nobody knows is warned of in each answer, not only in the first."""
    clock = FakeClock()
    memory = Facts(clock=clock)

    async def load(gathering: Gathering[int]) -> None:
        call = calls.current()
        assert call is not None
        call.warn("strange")
        call.upstream_calls += 1
        gathering.add([1], clock.now())

    costs = []
    for _ in range(2):
        call = calls.Call("c")
        with calls.answering(call):
            await memory.get("k", load, fresh_seconds=60)
        assert call.warnings == ["strange"]
        costs.append(call.upstream_calls)
    assert costs == [1, 0]


async def test_a_load_has_the_lane_of_its_asker_and_no_deadline() -> None:
    """It goes on after the asker, but does not push ahead of people when it is background."""
    clock = FakeClock()
    seen: list[calls.Call | None] = []

    async def load(gathering: Gathering[int]) -> None:
        seen.append(calls.current())

    asker = calls.Call("c", lane=calls.Lane.BACKGROUND, deadline=clock.monotonic() + 5)
    with calls.answering(asker):
        await Facts(clock=clock).get("k", load, fresh_seconds=60)
    own = seen[0]
    assert own is not None
    assert (own.lane, own.deadline, own.correlation_id) == (calls.Lane.BACKGROUND, None, "c")


async def test_unreadable_rows_make_it_incomplete() -> None:
    """They are counted, not passed over."""
    clock = FakeClock()

    async def load(gathering: Gathering[int]) -> None:
        gathering.add([1], clock.now(), set_aside=2)

    known = await Facts(clock=clock).get("k", load, fresh_seconds=60)
    assert (known.complete, known.why) == (False, "2 rows could not be read.")


async def test_the_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old questions make room, and so does the oldest when there are many."""
    monkeypatch.setattr(facts, "MAX_ENTRIES", 10)
    clock = FakeClock()
    memory = Facts(clock=clock)

    async def load(gathering: Gathering[int]) -> None:
        gathering.add([1], clock.now())

    for key in range(40):
        clock.advance(1)
        await memory.get(key, load, fresh_seconds=60)
        assert len(memory._entries) <= 10
    clock.advance(facts.KEPT_SECONDS + 60)
    await memory.get("new", load, fresh_seconds=60)
    assert len(memory._entries) == 1


async def test_forgetting_ends_a_load() -> None:
    """Who waits gets what there is, or a sentence."""
    clock = FakeClock()
    memory = Facts(clock=clock)

    async def load(gathering: Gathering[int]) -> None:
        await clock.sleep(100)

    async def forget() -> None:
        await clock.sleep(1)
        memory.forget("k")

    forgetting = asyncio.create_task(forget())
    with pytest.raises(TimedOutError, match="given up"):
        await memory.get("k", load, fresh_seconds=60)
    await forgetting
