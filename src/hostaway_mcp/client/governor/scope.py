"""What is known about one limit at Hostaway, of the IP or of an account: its pauses, level and pace."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hostaway_mcp.client.protocol import Json

LONGEST_PAUSE_SECONDS = 60.0
"""A later instant from Hostaway is not believed; the next 429 would tell again."""

RECOVERY_ANSWERS = 2_000
"""Clean answers before a lowered limit is raised by one: some 22 minutes of uninterrupted work."""


@dataclass(slots=True)
class Scope:
    """One limit; all instants are monotonic seconds."""

    paused_until: float = 0.0
    paced_at: float = 0.0
    """The next request that follows a pace goes no earlier."""
    lowered_to: int | None = None
    """
    The limit we keep to since Hostaway refused more, in even steps; None for the configured one, with bursts.

    It may equal the configured one: the last level before bursts are tried again.
    """
    clean: int = 0
    """Answers since the limit was lowered or raised last."""

    def limit(self, configured: int) -> int:
        return configured if self.lowered_to is None else min(configured, self.lowered_to)

    def pause(self, seconds: float | None, *, window: float, now: float) -> None:
        """Nothing is sent for `seconds`; a whole window when none were given, or none that make sense."""
        if seconds is None or not math.isfinite(seconds) or seconds <= 0:
            seconds = window
        self.paused_until = max(self.paused_until, now + min(seconds, LONGEST_PAUSE_SECONDS))

    def lower(self, *, configured: int, floor: int) -> None:
        """One request fewer per window, down to `floor`."""
        self.lowered_to = max(min(floor, configured), self.limit(configured) - 1)
        self.clean = 0

    def note_clean(self, *, configured: int) -> None:
        """A clean answer; enough of them raise a lowered limit by one."""
        if self.lowered_to is None:
            return
        self.clean += 1
        if self.clean >= RECOVERY_ANSWERS:
            self.clean = 0
            self.lowered_to = self.lowered_to + 1 if self.lowered_to < configured else None

    def pace(self, spacing: float, *, now: float) -> None:
        """
        A paced request went; the next one `spacing` seconds after the instant due for this one.

        What came late, as leases do when answers are slow, is made up by half a spacing at most.
        """
        self.paced_at = max(self.paced_at, now - spacing / 2) + spacing

    def is_plain(self, now: float) -> bool:
        """Whether nothing would be lost by forgetting it."""
        return self.lowered_to is None and max(self.paused_until, self.paced_at) <= now

    def to_json(self) -> Json:
        return [self.paused_until, self.paced_at, self.lowered_to, self.clean]

    @classmethod
    def from_json(cls, row: Json) -> Scope:
        paused_until, paced_at, lowered_to, clean = row
        return cls(paused_until=paused_until, paced_at=paced_at, lowered_to=lowered_to, clean=clean)
