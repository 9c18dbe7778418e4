"""Figures of the process, counted where things happen and shown at /metrics."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

DURATION_BUCKETS_SECONDS = (0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 30.0)


@dataclass(slots=True)
class Durations:
    """A histogram of seconds: how many were at most as long as each bucket's bound."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(DURATION_BUCKETS_SECONDS) + 1))
    total_seconds: float = 0.0

    def observe(self, seconds: float) -> None:
        """Adds one."""
        self.total_seconds += seconds
        for i, bound in enumerate(DURATION_BUCKETS_SECONDS):
            if seconds <= bound:
                self.counts[i] += 1
                return
        self.counts[-1] += 1


@dataclass(slots=True)
class Metrics:
    """What happened since the start of the process."""

    tool_calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Calls by (tool, outcome)."""
    tool_seconds: defaultdict[str, Durations] = field(default_factory=lambda: defaultdict(Durations))
    upstream_calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Requests to Hostaway by (operation, outcome)."""
    upstream_seconds: defaultdict[str, Durations] = field(default_factory=lambda: defaultdict(Durations))

    proposals: Counter[str] = field(default_factory=Counter)
    """Proposals that were kept, by tool."""
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Steps of proposals by (kind, outcome), once that is known."""
    change_failures: int = 0
    """Proposals and changes that were refused since the journal or its audit could not be written."""

    def tool_called(self, tool: str, outcome: str, seconds: float) -> None:
        """A tool call ended."""
        self.tool_calls[tool, outcome] += 1
        self.tool_seconds[tool].observe(seconds)

    def upstream_called(self, operation: str, outcome: str, seconds: float) -> None:
        """A request to Hostaway ended."""
        self.upstream_calls[operation, outcome] += 1
        self.upstream_seconds[operation].observe(seconds)
