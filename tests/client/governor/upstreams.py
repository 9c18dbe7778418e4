"""Three ways in which Hostaway could mean "L requests per W seconds" literally, and two stricter ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol


class Upstream(Protocol):
    """Says for each arrival, in order of time, whether it is let through."""

    def lets_through(self, arrival: float, account: str) -> bool: ...


class SlidingLog:
    """At most L counted arrivals in every half-open window of length W; a refused one does not count."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._counted: deque[float] = deque()

    def lets_through(self, arrival: float, account: str = "") -> bool:
        counted = self._counted
        while counted and counted[0] <= arrival - self._window:
            counted.popleft()
        if len(counted) >= self._limit:
            return False
        counted.append(arrival)
        return True


class FixedWindow:
    """At most L counted arrivals in each window of the clock."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._current, self._count = -1, 0

    def lets_through(self, arrival: float, account: str = "") -> bool:
        current = int(arrival // self._window)
        if current != self._current:
            self._current, self._count = current, 0
        self._count += 1
        return self._count <= self._limit


class TokenBucket:
    """A bucket of L tokens that starts full and refills at L/W."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._rate = limit, limit / window
        self._tokens, self._at = float(limit), 0.0

    def lets_through(self, arrival: float, account: str = "") -> bool:
        self._tokens = min(self._limit, self._tokens + (arrival - self._at) * self._rate)
        self._at = arrival
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class SlidingCounter:
    """Stricter than its words: the previous window counts in proportion, as if it had been even."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._current, self._count, self._before = 0, 0, 0

    def lets_through(self, arrival: float, account: str = "") -> bool:
        current, into = divmod(arrival, self._window)
        if current != self._current:
            self._before = self._count if current == self._current + 1 else 0
            self._current, self._count = int(current), 0
        if self._before * (1 - into / self._window) + self._count + 1 > self._limit:
            return False
        self._count += 1
        return True


class Neighbour:
    """A sliding log of which somebody else takes `taken` arrivals, evenly."""

    def __init__(self, limit: int, window: float, taken: int) -> None:
        self._log = SlidingLog(limit, window)
        self._spacing, self._next = window / taken, 0.0

    def lets_through(self, arrival: float, account: str = "") -> bool:
        while self._next <= arrival:
            self._log.lets_through(self._next)
            self._next += self._spacing
        return self._log.lets_through(arrival)


Model = Callable[[int, float], Upstream]

LITERAL: dict[str, Model] = {
    "sliding log": SlidingLog,
    "fixed window": FixedWindow,
    "token bucket": TokenBucket,
}
