"""When asking Hostaway again does more harm than good: the retry budget, the breaker, the backoff."""

from __future__ import annotations

import random
from collections import deque

from hostaway_mcp.clock import Clock

BUDGET_WINDOW_SECONDS = 600.0
BUDGET_SHARE = 0.1
"""Retries per request in the last ten minutes: a storm sees at most 1.1 times the clean traffic."""
BUDGET_FLOOR = 10
"""Retries that are always there, so that a quiet hour can repeat its one failed read."""

BREAKER_WINDOW_SECONDS = 30.0
BREAKER_MIN_CALLS = 10
BREAKER_SHARE = 0.5
BREAKER_FIRST_PAUSE_SECONDS = 5.0
BREAKER_LONGEST_PAUSE_SECONDS = 60.0

_JITTER = random.SystemRandom()


def backoff_seconds(attempt: int, *, base: float = 0.5, cap: float = 8.0) -> float:
    """Full jitter before attempt `attempt + 1`: anything from 0 to base · 2^(attempt-1), at most `cap`."""
    return _JITTER.uniform(0, min(cap, base * 2 ** (attempt - 1)))


class RetryBudget:
    """Says whether one more retry is within a tenth of the requests of the last ten minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._requests: deque[float] = deque()
        self._retries: deque[float] = deque()

    def request(self) -> None:
        """A first attempt is made."""
        self._requests.append(self._clock.monotonic())

    def take(self) -> bool:
        """Takes one retry, if there is one left."""
        now = self._clock.monotonic()
        for times in (self._requests, self._retries):
            while times and times[0] < now - BUDGET_WINDOW_SECONDS:
                times.popleft()
        if len(self._retries) >= max(BUDGET_FLOOR, BUDGET_SHARE * len(self._requests)):
            return False
        self._retries.append(now)
        return True


class Breaker:
    """
    Stops asking while half or more of the latest requests (at least ten within 30 s) got no answer.

    Refusals of any kind count as answers. After a pause one probe is let through; its success closes the
    breaker, its failure doubles the pause, up to a minute.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._outcomes: deque[tuple[float, bool]] = deque()
        self._open_until: float | None = None
        self._pause = BREAKER_FIRST_PAUSE_SECONDS
        self._probe_until = 0.0

    def wait_seconds(self) -> float:
        """0 if a request may go out now; otherwise the seconds until a probe may."""
        if self._open_until is None:
            return 0.0
        now = self._clock.monotonic()
        if now < self._open_until:
            return self._open_until - now
        if now < self._probe_until:
            return self._probe_until - now
        self._probe_until = now + self._pause
        return 0.0

    def tell(self, *, answered: bool) -> None:
        """Hostaway answered, or it was not there."""
        now = self._clock.monotonic()
        if self._open_until is not None:
            self._after_probe(now, answered=answered)
            return
        self._outcomes.append((now, answered))
        while self._outcomes[0][0] < now - BREAKER_WINDOW_SECONDS:
            self._outcomes.popleft()
        failures = sum(not good for _, good in self._outcomes)
        if len(self._outcomes) >= BREAKER_MIN_CALLS and failures >= BREAKER_SHARE * len(self._outcomes):
            self._open(now)

    def _after_probe(self, now: float, *, answered: bool) -> None:
        if answered:
            self._open_until, self._pause, self._probe_until = None, BREAKER_FIRST_PAUSE_SECONDS, 0.0
        elif now >= (self._open_until or 0.0):
            self._pause = min(2 * self._pause, BREAKER_LONGEST_PAUSE_SECONDS)
            self._open(now)

    def _open(self, now: float) -> None:
        self._open_until = now + self._pause
        self._probe_until = 0.0
        self._outcomes.clear()
