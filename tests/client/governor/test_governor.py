"""Turns as callers see them: waiting, giving up, 429, several loops and processes, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator

import pytest

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.governor import KEY, LeaseGovernor
from hostaway_mcp.client.shared import Change, MemoryState, SharedState, T
from hostaway_mcp.clock import Clock, SystemClock
from hostaway_mcp.errors import BusyError, StorageError
from tests.client.test_redis_state import VirtualRedis, a_prefix, redis_url
from tests.support.clock import FakeClock

RESPONSE = 0.25
WINDOW = 10.0


@pytest.fixture
async def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "redis"])
def state(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[SharedState]:
    """In memory; and in a Redis whose clock is hours from that of the machine."""
    if request.param == "memory":
        yield MemoryState()
        return
    url = redis_url()
    with a_prefix(url) as prefix:
        one = VirtualRedis(url, clock=clock, prefix=prefix)
        yield one
        one.close()


@pytest.fixture
def governor(state: SharedState, clock: FakeClock) -> LeaseGovernor:
    return LeaseGovernor(state, clock=clock)


class Calls:
    """Requests of a quarter second each, and the second at which each was sent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self.sent: list[float] = []
        self.names: list[str] = []

    async def call(
        self,
        governor: LeaseGovernor,
        *,
        name: str = "",
        account: str = "1",
        lane: Lane = Lane.INTERACTIVE,
        timeout: float = 1_000.0,  # noqa: ASYNC109 - it is the argument under test
        response: float = RESPONSE,
    ) -> None:
        async with governor.turn(account=account, lane=lane, timeout_seconds=timeout):
            self.sent.append(self._clock.monotonic() - self._began)
            self.names.append(name)
            await self._clock.sleep(response)


@pytest.fixture
def calls(clock: FakeClock) -> Calls:
    return Calls(clock)


async def started(*work: Coroutine[None, None, None]) -> list[asyncio.Task[None]]:
    """Tasks that have come as far as they can at this instant."""
    tasks = [asyncio.create_task(one) for one in work]
    for _ in range(20):
        await asyncio.sleep(0)
    return tasks


# -- waiting in line --


async def test_the_sixteenth_request_waits_a_window_after_the_first_answer(
    governor: LeaseGovernor, calls: Calls
) -> None:
    """Fifteen at once, the next fifteen when their leases are back, in the order of asking."""
    await asyncio.gather(*(calls.call(governor, name=str(number)) for number in range(45)))
    assert calls.sent[:15] == [0.0] * 15
    assert calls.sent[15:30] == pytest.approx([WINDOW + RESPONSE] * 15, abs=0.02)
    assert calls.sent[30:] == pytest.approx([2 * (WINDOW + RESPONSE)] * 15, abs=0.04)
    assert calls.names == [str(number) for number in range(45)]


async def test_the_limit_of_an_account_holds_beside_that_of_the_ip(
    state: SharedState, clock: FakeClock, calls: Calls
) -> None:
    """IP 20, accounts 15 each: account 1 sends 15 at once, account 2 the five that are left."""
    governor = LeaseGovernor(state, clock=clock, ip_limit=20, account_limit=15)
    await asyncio.gather(
        *(calls.call(governor, name="1", account="1") for _ in range(20)),
        *(calls.call(governor, name="2", account="2") for _ in range(10)),
    )
    at_once = [name for name, instant in zip(calls.names, calls.sent, strict=True) if instant == 0.0]
    assert (at_once.count("1"), at_once.count("2")) == (15, 5)


async def test_a_person_goes_before_background_work_that_came_earlier(
    governor: LeaseGovernor, calls: Calls
) -> None:
    """Background waits for its pace; a question that comes later is sent at once."""
    background = await started(*(calls.call(governor, name="sync", lane=Lane.BACKGROUND) for _ in range(3)))
    await calls.call(governor, name="person")
    await asyncio.gather(*background)
    assert calls.names == ["sync", "person", "sync", "sync"]


async def test_two_governors_share_one_state(state: SharedState, clock: FakeClock, calls: Calls) -> None:
    """As two processes do: fifteen in a window between them, and then they take turns."""
    first, second = LeaseGovernor(state, clock=clock), LeaseGovernor(state, clock=clock)
    await asyncio.gather(
        *(calls.call(first, name="first") for _ in range(20)),
        *(calls.call(second, name="second") for _ in range(20)),
    )
    assert len([instant for instant in calls.sent if instant < WINDOW]) == 15
    assert calls.names[15:25].count("first") == 5
    assert max(calls.sent) == pytest.approx(2 * (WINDOW + RESPONSE), abs=0.05)


# -- giving up --


async def test_busy_at_once_when_the_predicted_wait_is_longer_than_the_time(
    governor: LeaseGovernor, clock: FakeClock, calls: Calls
) -> None:
    """Ten seconds of wait, five of patience: refused now, with the seconds, and nothing was sent."""
    await asyncio.gather(*(calls.call(governor) for _ in range(15)))
    before = clock.monotonic()
    with pytest.raises(BusyError) as caught:
        await calls.call(governor, timeout=5.0)
    assert clock.monotonic() == before
    assert caught.value.retry_after_seconds == pytest.approx(WINDOW, abs=0.11)
    assert caught.value.message == (
        "No turn at Hostaway within the 5 s this call may wait; the next one comes in about 11 s."
    )
    assert len(calls.sent) == 15
    assert governor.budget(account="1").waiting == 0


async def test_busy_when_the_time_passes(governor: LeaseGovernor, clock: FakeClock, calls: Calls) -> None:
    """Predicted in time, but those under way take longer than usual: refused when that is clear."""
    slow = await started(*(calls.call(governor, response=20.0) for _ in range(15)))
    before = clock.monotonic()
    with pytest.raises(BusyError):
        await calls.call(governor, timeout=12.0)
    assert 1.0 < clock.monotonic() - before <= 12.0
    assert governor.budget(account="1").waiting == 0
    await asyncio.gather(*slow)


async def test_one_who_gives_up_while_waiting_leaves_the_line(governor: LeaseGovernor, calls: Calls) -> None:
    """A cancelled question costs no lease, and the one behind it takes its place."""
    await asyncio.gather(*(calls.call(governor) for _ in range(14)))
    (last,) = await started(calls.call(governor, response=3.0))
    impatient, patient = await started(
        calls.call(governor, name="impatient"), calls.call(governor, name="patient")
    )
    assert governor.budget(account="1").waiting == 2
    impatient.cancel()
    await asyncio.wait([impatient])
    assert governor.budget(account="1").waiting == 1
    await asyncio.gather(last, patient)
    assert calls.names[-1] == "patient"
    assert calls.sent[-1] == pytest.approx(WINDOW + RESPONSE, abs=0.02)


async def test_a_cancelled_turn_keeps_its_lease_for_a_window_and_a_guard(
    state: SharedState, clock: FakeClock, calls: Calls
) -> None:
    """The request may have been counted: sent at 0, cancelled at 2, next one at 2 + 1 + 10."""
    governor = LeaseGovernor(state, clock=clock, ip_limit=1)
    (task,) = await started(calls.call(governor, response=25.0))
    await clock.sleep(2.0)
    task.cancel()
    await asyncio.wait([task])
    await calls.call(governor)
    assert calls.sent == pytest.approx([0.0, 13.01], abs=0.01)


async def test_a_process_that_died_holds_up_nobody_for_long(
    state: SharedState, clock: FakeClock, calls: Calls
) -> None:
    """Its line is passed over, and its lease is back after the longest call, the guard and a window."""
    dead, alive = (LeaseGovernor(state, clock=clock, ip_limit=1) for _ in range(2))
    tasks = await started(calls.call(dead, response=1_000.0), calls.call(dead))
    document = state.read(KEY)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    state.update(KEY, lambda _: (document, None))  # what it would have said last was never written
    await calls.call(alive)
    assert calls.sent == pytest.approx([0.0, 30.0 + 1.0 + WINDOW], abs=0.1)


# -- 429 --


@pytest.mark.parametrize(("after", "resumes"), [(None, WINDOW), (4.0, 4.0), (500.0, 60.0)])
async def test_everybody_pauses_after_a_429(
    governor: LeaseGovernor,
    state: SharedState,
    clock: FakeClock,
    calls: Calls,
    after: float | None,
    resumes: float,
) -> None:
    """F11, F12: without a header a window, with one its seconds, at most sixty; the other process too."""
    neighbour = LeaseGovernor(state, clock=clock)
    governor.refused(account="1", retry_after_seconds=after, applied=None)
    await calls.call(neighbour, account="2")
    assert calls.sent == pytest.approx([resumes], abs=0.01)
    assert neighbour.budget(account="2").refused == 1


async def test_a_429_of_one_account_pauses_that_one(governor: LeaseGovernor) -> None:
    governor.refused(account="1", retry_after_seconds=4.0, applied="account")
    waits = [governor.predicted_wait(account=one, lane=Lane.INTERACTIVE) for one in ("1", "2")]
    assert waits == pytest.approx([4.0, 0.0], abs=0.01)


async def test_waiters_for_whom_a_429_leaves_no_time_are_told_at_once(
    governor: LeaseGovernor, clock: FakeClock, calls: Calls
) -> None:
    """Waiting behind fifteen with 15 s of patience; the pause of a minute decides it."""
    await asyncio.gather(*(calls.call(governor) for _ in range(15)))
    waiting = await started(*(calls.call(governor, timeout=15.0) for _ in range(3)))
    before = clock.monotonic()
    governor.refused(account="1", retry_after_seconds=60.0, applied="ip")
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [BusyError] * 3
    assert clock.monotonic() == before


async def test_a_jump_of_the_wall_clock_changes_nothing(
    governor: LeaseGovernor, clock: FakeClock, calls: Calls
) -> None:
    """F21: an hour forth and an hour back; only monotonic seconds count."""
    for jump in (3_600.0, -7_200.0):
        await asyncio.gather(*(calls.call(governor) for _ in range(15)))
        clock.jump_wall(jump)
    assert calls.sent[15] == pytest.approx(WINDOW + RESPONSE, abs=0.02)


# -- what is said about it --


async def test_the_budget_tells_what_is_in_use(governor: LeaseGovernor, calls: Calls) -> None:
    await asyncio.gather(*(calls.call(governor) for _ in range(15)))
    waiting = await started(*(calls.call(governor) for _ in range(4)))
    budget = governor.budget(account="1")
    assert (budget.ip_limit, budget.ip_used, budget.account_limit, budget.account_used) == (15, 15, 20, 15)
    assert (budget.waiting, budget.paused_seconds, budget.shared_by_others) == (4, 0.0, False)
    assert governor.budget(account="2").account_used == 0
    await asyncio.gather(*waiting)


@pytest.mark.parametrize("requests", [1, 15, 16, 40])
async def test_the_predicted_wait_is_the_wait(
    governor: LeaseGovernor, clock: FakeClock, calls: Calls, requests: int
) -> None:
    """Asked before, measured after: within a tenth of a second for each round of fifteen."""
    await asyncio.gather(*(calls.call(governor) for _ in range(30)))
    predicted = governor.predicted_wait(account="1", lane=Lane.INTERACTIVE, requests=requests)
    before = clock.monotonic()
    await asyncio.gather(*(calls.call(governor) for _ in range(requests)))
    assert predicted == pytest.approx(clock.monotonic() - RESPONSE - before, abs=0.1 * (1 + requests // 15))


async def test_the_predicted_wait_counts_those_in_line(governor: LeaseGovernor, calls: Calls) -> None:
    """Thirty ask first: the next one's turn is in the third round."""
    waiting = await started(*(calls.call(governor) for _ in range(30)))
    predicted = governor.predicted_wait(account="1", lane=Lane.INTERACTIVE)
    assert predicted == pytest.approx(2 * (WINDOW + 0.5), abs=0.1)
    await asyncio.gather(*waiting)


async def test_the_predicted_wait_is_that_of_the_account(
    state: SharedState, clock: FakeClock, calls: Calls
) -> None:
    """Account 1 used its own budget; account 2 has all of its."""
    governor = LeaseGovernor(state, clock=clock, ip_limit=15, account_limit=3)
    await asyncio.gather(*(calls.call(governor, account="1") for _ in range(3)))
    waits = [governor.predicted_wait(account=one, lane=Lane.INTERACTIVE) for one in ("1", "2")]
    assert waits == pytest.approx([WINDOW, 0.0], abs=0.02)


async def test_another_window_is_kept(state: SharedState, clock: FakeClock, calls: Calls) -> None:
    governor = LeaseGovernor(state, clock=clock, ip_limit=2, window_seconds=60.0)
    await asyncio.gather(*(calls.call(governor) for _ in range(3)))
    assert calls.sent == pytest.approx([0.0, 0.0, 60.0 + RESPONSE], abs=0.07)
    assert governor.budget(account="1").window_seconds == 60.0


# -- several loops --


def test_a_prediction_needs_no_event_loop() -> None:
    """The shell asks before it starts one."""
    governor = LeaseGovernor(MemoryState(), clock=SystemClock())
    governor.refused(account="1", retry_after_seconds=None, applied=None)
    assert governor.predicted_wait(account="1", lane=Lane.BACKGROUND) == pytest.approx(WINDOW, abs=1.0)


def test_one_governor_serves_several_event_loops() -> None:
    """Two threads, each with a loop: fifteen turns at once between them, and then no more."""
    governor = LeaseGovernor(MemoryState(), clock=SystemClock())

    async def take(turns: int) -> int:
        taken = 0
        for _ in range(turns):
            try:
                async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=1.0):
                    taken += 1
            except BusyError:
                break
        return taken

    async def both() -> int:
        in_threads: list[Callable[[], int]] = [lambda: asyncio.run(take(10))] * 2
        return sum(await asyncio.gather(*(asyncio.to_thread(one) for one in in_threads)))

    assert asyncio.run(both()) == 15


@pytest.mark.parametrize("wrong", [{"ip_limit": 0}, {"account_limit": -1}, {"window_seconds": 0.0}])
def test_limits_that_allow_nothing_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one request"):
        LeaseGovernor(MemoryState(), clock=SystemClock(), **wrong)


class FullDisk(MemoryState):
    """A state that cannot be written from some instant on."""

    full = False

    def update(self, key: str, change: Change[T]) -> T:
        if self.full:
            raise StorageError("The state file cannot be used: disk full.")
        return super().update(key, change)


async def test_a_book_that_cannot_be_written_costs_no_answer(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What was sent and answered is delivered; only the next turn is refused, in one sentence."""
    state = FullDisk()
    governor = LeaseGovernor(state, clock=clock)
    async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=5.0):
        state.full = True
        governor.refused(account="1", retry_after_seconds=None, applied=None)
    with pytest.raises(StorageError, match="disk full"):
        async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=5.0):
            raise AssertionError
    logged = {(one.getMessage(), one.__dict__["reason"]) for one in caplog.records}
    assert logged == {("lease_book_not_written", "The state file cannot be used: disk full.")}
