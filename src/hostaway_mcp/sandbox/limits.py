"""Rate limits per IP and per account, in three models."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

Model = Literal["sliding_log", "fixed_window", "token_bucket"]


class Counter:
    """One budget: at most `requests` in `window_seconds`, under one of the three models."""

    def __init__(self, requests: int, window_seconds: float, model: Model) -> None:
        self.requests = requests
        self.window_seconds = window_seconds
        self.model = model
        self._log: deque[float] = deque()
        self._window = -1
        self._used = 0
        self._level = float(requests)
        self._filled_at = 0.0

    def remaining(self, at: float) -> int:
        """How many requests are left at this second."""
        if self.model == "fixed_window":
            return self.requests - (self._used if self._window == at // self.window_seconds else 0)
        if self.model == "token_bucket":
            return int(self._level_at(at) + 1e-9)
        while self._log and self._log[0] <= at - self.window_seconds:
            self._log.popleft()
        return self.requests - len(self._log)

    def take(self, at: float) -> None:
        """Counts one request; refused requests are never counted."""
        if self.model == "fixed_window":
            window = int(at // self.window_seconds)
            self._used = self._used + 1 if window == self._window else 1
            self._window = window
        elif self.model == "token_bucket":
            self._level = self._level_at(at) - 1
            self._filled_at = at
        else:
            self._log.append(at)

    def free_after(self, at: float) -> float:
        """Seconds until one request fits again."""
        if self.model == "fixed_window":
            return self.window_seconds - at % self.window_seconds
        if self.model == "token_bucket":
            return max(0.0, 1 - self._level_at(at)) * self.window_seconds / self.requests
        return self._log[0] + self.window_seconds - at if self._log else 0.0

    def _level_at(self, at: float) -> float:
        refilled = (at - self._filled_at) * self.requests / self.window_seconds
        return min(float(self.requests), self._level + refilled)


@dataclass(frozen=True, slots=True)
class Excess:
    """Why a request was refused: which budget, and when it has room again."""

    applied: str
    limit: int
    free_after_seconds: float


class Limits:
    """
    The budgets of all callers: a request counts against its IP and its account together.

    Source: Hostaway API reference, "Rate limits": 15 in 10 s per IP, 20 in 10 s per account.
    An operation may have a budget of its own (2026-08-20 docs), which then replaces the two;
    `own_counters` switches that on.
    """

    def __init__(self, limits: tuple[int, int, float] | None, model: Model = "sliding_log") -> None:
        self.limits = limits
        self.model: Model = model
        self.own_counters = False
        self.refused = 0
        self._counters: dict[tuple[str, str], Counter] = {}

    def admit(
        self, *, ip: str, account: str | None, own: tuple[str, int, float] | None, at: float
    ) -> Excess | None:
        """Counts the request, or says which budget it would exceed."""
        budgets = self._budgets(ip=ip, account=account, own=own)
        for name, counter in budgets:
            if counter.remaining(at) < 1:
                self.refused += 1
                return Excess(name, counter.requests, counter.free_after(at))
        for _, counter in budgets:
            counter.take(at)
        return None

    def _budgets(
        self, *, ip: str, account: str | None, own: tuple[str, int, float] | None
    ) -> list[tuple[str, Counter]]:
        if own and self.own_counters and account:
            operation, requests, window = own
            return [("endpoint", self._counter((operation, account), requests, window))]
        if self.limits is None:
            return []
        per_ip, per_account, window = self.limits
        budgets = [("ip", self._counter(("ip", ip), per_ip, window))]
        if account:
            budgets.append(("account", self._counter(("account", account), per_account, window)))
        return budgets

    def _counter(self, key: tuple[str, str], requests: int, window: float) -> Counter:
        counter = self._counters.get(key)
        if counter is None or (counter.requests, counter.window_seconds, counter.model) != (
            requests,
            window,
            self.model,
        ):
            counter = self._counters[key] = Counter(requests, window, self.model)
        return counter
