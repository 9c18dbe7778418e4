"""The sandbox's sense of time, which tests replace."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

MOMENT = "%Y-%m-%d %H:%M:%S"


class Clock(Protocol):
    """What the sandbox asks of a clock; `async sleep(seconds)` is used where the clock has one."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class RealClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()


class SteppedClock:
    """Time that moves when it is told to, for tests; `seconds` have passed since `now`."""

    def __init__(self, now: datetime) -> None:
        self._start = now
        self.seconds = 0.0

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self.seconds

    def step(self, seconds: float) -> None:
        """Moves on."""
        self.seconds += seconds

    async def sleep(self, seconds: float) -> None:
        """Moves on, at once."""
        self.step(seconds)


class WorldClock:
    """A clock moved by whole days, so that the world's date is the one that was asked for."""

    def __init__(self, clock: Clock, today: date | None) -> None:
        self._clock = clock
        self._shift = timedelta(days=(today - clock.now().date()).days if today else 0)

    def now(self) -> datetime:
        """The world's present moment, in UTC."""
        return self._clock.now() + self._shift

    def today(self) -> date:
        """The world's date, in UTC."""
        return self.now().date()

    def stamp(self) -> str:
        """The present moment as Hostaway writes it: UTC, without zone ("Values", index page)."""
        return self.now().strftime(MOMENT)
