"""Virtual processes that share one lease book, a network with jitter, and Hostaway: hours in seconds."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.records import Limits, Look
from tests.client.governor.upstreams import Upstream
from tests.support.untraced import untraced

ACCOUNT = "40100"


@dataclass(frozen=True, slots=True)
class Profile:
    """How long a request takes, in seconds: there, in Hostaway, and back; each way has its own jitter."""

    one_way: float
    jitter: float
    """Mean of an exponential: there is no longest delay."""
    service: float

    @property
    def response(self) -> float:
        return 2 * (self.one_way + self.jitter) + self.service

    def there(self, random: Random) -> float:
        return self.one_way + random.expovariate(1 / self.jitter)

    def back(self, random: Random) -> float:
        return self.service * random.uniform(0.5, 1.5) + self.one_way + random.expovariate(1 / self.jitter)


PROFILES = {
    "R=130ms": Profile(one_way=0.015, jitter=0.010, service=0.080),
    "R=390ms": Profile(one_way=0.040, jitter=0.030, service=0.250),
    "R=1.2s": Profile(one_way=0.100, jitter=0.100, service=0.800),
}


class Limiter(Protocol):
    """What decides when a process sends; the lease book is one."""

    def look(self, key: str, *, account: str, lane: Lane, count: int, place: int, now: float) -> Look: ...

    def end(self, serial: int, *, account: str, answered: bool, now: float) -> None: ...

    def refuse(
        self, *, account: str, retry_after_seconds: float | None, applied: str | None, now: float
    ) -> bool: ...


class UsualLimiter:
    """The token bucket that clients usually have: full at the start, so up to 2 L - 1 go in a window."""

    def __init__(self, limits: Limits) -> None:
        self._limit, self._rate = limits.ip, limits.ip / limits.window_seconds
        self._tokens, self._at, self._paused_until = float(limits.ip), 0.0, 0.0
        self._window = limits.window_seconds

    def look(self, key: str, *, account: str, lane: Lane, count: int, place: int, now: float) -> Look:
        if now < self._paused_until:
            return Look(None, self._paused_until, self._paused_until)
        self._tokens = min(self._limit, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            at = now + (1 - self._tokens) / self._rate + 1e-9
            return Look(None, at, at)
        self._tokens -= 1
        return Look(1, now, now)

    def end(self, serial: int, *, account: str, answered: bool, now: float) -> None:
        pass

    def refuse(
        self, *, account: str, retry_after_seconds: float | None, applied: str | None, now: float
    ) -> bool:
        self._paused_until = now + self._window
        return True


@dataclass(slots=True)
class VirtualLine:
    """The waiting requests of one process and lane, by the instant they came."""

    key: str
    lane: Lane
    account: str = ACCOUNT
    backlog: int = 0
    """So many are always kept waiting."""
    waiting: deque[float] = field(default_factory=deque)
    waits: list[float] = field(default_factory=list)
    """How long each request waited that was not part of a backlog."""
    sent: int = 0
    alarm: int = 0
    """The number of the look that counts; an earlier one has been replaced."""
    alive: bool = True


class Machine:
    """
    Processes on one machine, which decide as `LeaseGovernor` does: the first of a line looks into the book,
    sends or sleeps until its next look, and looks again when a request of its own process has ended.
    """

    def __init__(self, limiter: Limiter, upstream: Upstream, profile: Profile, random: Random) -> None:
        self.limiter, self.upstream, self.profile, self.random = limiter, upstream, profile, random
        self.now = 0.0
        self.sent = self.refused = 0
        self.lines: list[VirtualLine] = []
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0

    def at(self, instant: float, action: Callable[..., None], *args: Any) -> None:
        self._number += 1
        heapq.heappush(self._events, (instant, self._number, action, args))

    def add(self, line: VirtualLine) -> VirtualLine:
        """Starts a line, at once for its backlog."""
        self.lines.append(line)
        for _ in range(line.backlog):
            self.ask(line)
        return line

    def ask(self, line: VirtualLine) -> None:
        """One more request of the line."""
        line.waiting.append(self.now)
        if len(line.waiting) == 1:
            self._look(line)
        else:
            self._limiter_look(line, len(line.waiting))

    def kill(self, line: VirtualLine) -> None:
        """Its process dies: nothing is said to the book, and what is under way still arrives."""
        line.alive = False
        line.backlog = 0
        line.waiting.clear()

    def run(self, seconds: float) -> None:
        events = self._events
        end = self.now + seconds
        with untraced():
            while events and events[0][0] <= end:
                self.now, _, action, args = heapq.heappop(events)
                action(*args)
        self.now = end

    def _limiter_look(self, line: VirtualLine, place: int) -> Look:
        return self.limiter.look(
            line.key,
            account=line.account,
            lane=line.lane,
            count=len(line.waiting),
            place=place,
            now=self.now,
        )

    def _look(self, line: VirtualLine) -> None:
        while line.waiting:
            look = self._limiter_look(line, 1)
            if look.lease is None:
                line.alarm += 1
                self.at(look.next_look, self._wake, line, line.alarm)
                return
            self._send(line, look.lease)

    def _wake(self, line: VirtualLine, alarm: int) -> None:
        if alarm == line.alarm:
            self._look(line)

    def _send(self, line: VirtualLine, lease: int) -> None:
        came = line.waiting.popleft()
        line.sent += 1
        self.sent += 1
        if line.backlog:
            line.waiting.append(self.now)
        else:
            line.waits.append(self.now - came)
        self.at(self.now + self.profile.there(self.random), self._arrive, line, lease)

    def _arrive(self, line: VirtualLine, lease: int) -> None:
        accepted = self.upstream.lets_through(self.now, line.account)
        self.at(self.now + self.profile.back(self.random), self._answer, line, lease, accepted)

    def _answer(self, line: VirtualLine, lease: int, accepted: bool) -> None:
        self.refused += not accepted
        if not accepted and line.alive:
            self.limiter.refuse(account=line.account, retry_after_seconds=None, applied=None, now=self.now)
        if line.alive:
            self.limiter.end(lease, account=line.account, answered=True, now=self.now)
