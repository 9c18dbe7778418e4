"""A clock that a test turns, or that turns itself when everything waits."""

from __future__ import annotations

import asyncio
import math
import selectors
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

DEFAULT_NOW = datetime(2026, 7, 23, 12, 0, 0, tzinfo=UTC)
"""The day of the documentation snapshot."""

TICK_SECONDS = 1e-6
"""No wait is shorter: one too small for a float to add would be over at once, and begin again for ever."""

DEADLOCK_SECONDS = 60.0
"""Real seconds after which a test in which nothing can ever happen is ended."""


class FakeClock:
    """
    Virtual time, for the clock and for the event loop alike.

    Once a loop runs, the loop's own timers (`asyncio.sleep`, `asyncio.timeout`) follow the same virtual
    time: when no task can run and no socket has anything to say, the time of the next timer is there at
    once. A simulated hour takes as long as its work, and nothing depends on how fast the machine is.
    Databases are waited for once `tests.support.database` was imported.

    It takes hold of the running loop when made, or else when first asked something inside one. Two clocks
    on one loop share its time. Work in the loop's default executor is waited for; for other threads and
    other processes give `grace_seconds`, the real time they get before virtual time moves.
    """

    def __init__(
        self, now: datetime = DEFAULT_NOW, *, monotonic: float = 1_000.0, grace_seconds: float = 0.0
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._grace_seconds = grace_seconds
        self._wall_jump = timedelta()
        self._moved = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._time: _LoopTime | None = None
        self._attached_at = 0.0
        self._attach()

    def now(self) -> datetime:
        """The virtual instant, in UTC."""
        return self._now + self._wall_jump + timedelta(seconds=self._elapsed())

    def monotonic(self) -> float:
        """Virtual seconds that only go forward."""
        return self._monotonic + self._elapsed()

    async def sleep(self, seconds: float) -> None:
        """Waits in virtual time."""
        self._attach()
        await asyncio.sleep(max(seconds, TICK_SECONDS) if seconds > 0 else 0)

    def today(self, zone: str) -> date:
        """The day it is, at the virtual instant, in an IANA time zone."""
        return self.now().astimezone(ZoneInfo(zone)).date()

    def advance(self, seconds: float) -> None:
        """Turns the clock by hand; what became due runs when the loop next has its turn."""
        self._attach()
        if self._time is None:
            self._moved += seconds
        else:
            self._time.move(seconds)

    def jump_wall(self, seconds: float) -> None:
        """Sets the wall clock forth or back, as an administrator or NTP would; seconds for waiting stay."""
        self._wall_jump += timedelta(seconds=seconds)

    def _elapsed(self) -> float:
        self._attach()
        return self._moved + (self._time.elapsed - self._attached_at if self._time else 0.0)

    def _attach(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop is self._loop:
            return
        if self._time is not None:
            self._moved += self._time.elapsed - self._attached_at
        self._loop, self._time = loop, _loop_time(loop, self._grace_seconds)
        self._attached_at = self._time.elapsed


class _LoopTime:
    """The virtual time of one event loop; stands in for its selector, the one place where a loop waits."""

    def __init__(self, loop: Any, grace_seconds: float) -> None:
        self.elapsed: float = loop.time()
        self.grace_seconds = grace_seconds
        self._loop = loop
        self._selector: selectors.BaseSelector = loop._selector
        loop._selector = self
        loop.time = self.time

    def time(self) -> float:
        return self.elapsed

    def move(self, seconds: float) -> None:
        """Moves on, by the smallest step that a float can show at least."""
        self.elapsed = math.nextafter(self.elapsed + seconds, math.inf)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        while True:
            events = self._selector.select(0)
            if events or timeout == 0:
                return events
            if timeout is None:
                return self._wait_for_others()
            if not self._threads_busy():
                # A thread that has ended since the last look has left its answer by now.
                if events := self._selector.select(0):
                    return events
                break
            if events := self._selector.select(0.01):
                return events
        if self.grace_seconds and (events := self._selector.select(self.grace_seconds)):
            return events
        self.move(timeout)
        return []

    def _wait_for_others(self) -> list[tuple[selectors.SelectorKey, int]]:
        events = self._selector.select(DEADLOCK_SECONDS)
        if not events:
            raise RuntimeError(
                f"Nothing happened in {DEADLOCK_SECONDS:.0f} real seconds, and no timer is set."
            )
        return events

    def _threads_busy(self) -> bool:
        databases = sys.modules.get("tests.support.database")
        if databases is not None and databases.databases_busy():
            return True
        if self._loop._executor_shutdown_called:
            return True
        executor: ThreadPoolExecutor | None = self._loop._default_executor
        if executor is None:
            return False
        return executor._work_queue.qsize() > 0 or executor._idle_semaphore._value < len(executor._threads)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return cast("Callable[..., Any]", getattr(self._selector, name))


def _loop_time(loop: asyncio.AbstractEventLoop, grace_seconds: float) -> _LoopTime:
    selector = getattr(loop, "_selector", None)
    if isinstance(selector, _LoopTime):
        selector.grace_seconds = max(selector.grace_seconds, grace_seconds)
        return selector
    if selector is None:
        raise TypeError("FakeClock needs asyncio's own selector loop, not uvloop or the Windows proactor.")
    return _LoopTime(loop, grace_seconds)
