"""What the lease book is made of: limits, leases, lines, and what a look into it gives."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hostaway_mcp.calls import Lane


@dataclass(frozen=True, slots=True)
class Limits:
    """What Hostaway allows: requests per window, for the IP and for each account."""

    ip: int = 15
    account: int = 20
    window_seconds: float = 10.0
    longest_call_seconds: float = 30.0
    """A request without an answer by then is given up, or its process died."""
    guard_seconds: float = 1.0
    """How much later than it was given up a request may still arrive at Hostaway."""

    def stricter(self, other: Limits) -> Limits:
        return replace(
            self,
            ip=min(self.ip, other.ip),
            account=min(self.account, other.account),
            window_seconds=max(self.window_seconds, other.window_seconds),
        )


@dataclass(slots=True)
class Lease:
    """One request that Hostaway may still count."""

    serial: int
    account: str
    taken: float
    ended: float | None = None
    """When its answer was complete; None while it is under way."""


@dataclass(slots=True)
class Line:
    """The requests of one process, account and lane that wait; they go in the order in which they came."""

    account: str
    lane: Lane
    count: int
    ticket: int
    """Its place among the lines of the lane. A new one is drawn for each request, so lines take turns."""
    since: float
    """Since when its first request is the first."""
    next_look: float
    """When its process looks again at the latest."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look into the book gave."""

    lease: int | None
    """The serial of the lease taken: the request may be sent now."""
    at: float
    """The predicted instant of sending."""
    next_look: float
    """When to look again, for one who waits in front."""
