"""The governor: nobody sends to Hostaway without a turn from it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from hostaway_mcp.calls import Lane


@dataclass(frozen=True, slots=True)
class Budget:
    """
    How much of what Hostaway allows is in use on this machine, as of now.

    A lease is in use from before a request is sent until one window after its answer was complete.
    """

    ip_limit: int
    account_limit: int
    window_seconds: float
    ip_used: int
    account_used: int
    waiting: int
    """Requests of all processes of this machine that stand in line."""
    paused_seconds: float
    """How long nothing is sent because Hostaway answered 429."""
    refused: int
    """429s met since the state was made."""
    shared_by_others: bool
    """A 429 came although our own sends were within the limits: somebody else uses the budget."""
    waiting_by_lane: Mapping[Lane, int] = field(default_factory=dict)
    """`waiting`, by who goes first."""
    reserved: int = 0
    """Turns that background work leaves to persons now."""


class Governor(Protocol):
    """Gives turns at Hostaway; one budget per IP and one per account, taken together."""

    def turn(self, *, account: str, lane: Lane, timeout_seconds: float) -> AbstractAsyncContextManager[None]:
        """
        One turn: entered when a request may be sent, left when its answer is complete.

        Raises:
            BusyError: the predicted wait is longer than `timeout_seconds`; at once, nothing was sent.
        """
        ...

    def refused(self, *, account: str, retry_after_seconds: float | None, applied: str | None) -> None:
        """Hostaway answered 429: everybody pauses for `retry_after_seconds`, or a whole window if None."""
        ...

    def budget(self, *, account: str) -> Budget:
        """How things stand."""
        ...

    def predicted_wait(self, *, account: str, lane: Lane, requests: int = 1) -> float:
        """Seconds until `requests` more requests of this lane would all have been sent."""
        ...
