"""How things last stood with Hostaway, as seen from the calls that went out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hostaway_mcp.client.observed import UpstreamCall
from hostaway_mcp.clock import Clock

if TYPE_CHECKING:
    from hostaway_mcp.app import App


@dataclass(slots=True)
class LastCall:
    """The last request that had an outcome: `ok` or the code of an error, and when it ended."""

    outcome: str
    at_seconds: float
    """Monotonic."""


class UpstreamWatch:
    """Remembers the last request to Hostaway; whoever listened to the transport before goes on listening."""

    def __init__(self, app: App) -> None:
        self.last: LastCall | None = None
        self._clock: Clock = app.clock
        self._before = app.hostaway.transport.on_call
        app.hostaway.transport.on_call = self._seen

    def age_seconds(self) -> float | None:
        """How long ago the last request ended; None before the first."""
        return self._clock.monotonic() - self.last.at_seconds if self.last else None

    def _seen(self, call: UpstreamCall) -> None:
        if self._before is not None:
            self._before(call)
        if call.outcome != "abandoned":
            self.last = LastCall(call.outcome, self._clock.monotonic())
