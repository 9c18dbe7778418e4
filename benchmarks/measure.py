"""How a ratio is measured: floor and subject take turns, and the run is void when the floor itself drifts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median, quantiles
from typing import Any

MAX_DRIFT = 0.25
"""The floor's last third may differ from its first by so much; beyond that the machine changed, not we."""
ATTEMPTS = 3
"""A void run is repeated; when all are void, the last one is reported as void."""

Sample = Callable[[], Awaitable[float]]


@dataclass(frozen=True)
class Scale:
    """How much is measured: all of it for the figures, little for a test that the benches run."""

    repeats: int = 9
    calls: int = 100
    worlds: tuple[int, ...] = (150, 5_000)
    pages: int = 5
    virtual_hours: float = 1.0
    questions: int = 60
    """Of each kind."""
    synced: int = 40
    """Listings that are synced in virtual time."""
    filling_seconds: float = 45.0
    floods: int = 3
    flood_seconds: float = 20.0


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    """`×` of the floor, or what is counted."""
    spread: tuple[float, float] | None = None
    """The first and third quartile of the repeats."""
    floor: str = ""
    """What it is relative to, with the floor's own figure."""
    target: float | None = None
    at_least: bool = False
    """The target is the least that will do, not the most."""
    void: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """VOID, PASS, FAIL, or nothing where there is no target."""
        if self.void:
            return "VOID"
        if self.target is None:
            return ""
        met = self.value >= self.target if self.at_least else self.value <= self.target
        return "PASS" if met else "FAIL"

    def document(self) -> dict[str, Any]:
        """The line as JSON."""
        return asdict(self) | {"verdict": self.verdict}


def read(document: Mapping[str, Any]) -> Figure:
    """The line that `Figure.document` wrote."""
    spread = document["spread"]
    told = {name: value for name, value in document.items() if name != "verdict"}
    return Figure(**told | {"spread": tuple(spread) if spread else None})


@dataclass(frozen=True)
class Pairs:
    """What floor and subject took in turn, in seconds or any other unit."""

    floor: tuple[float, ...]
    subject: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        return [b / a for a, b in zip(self.floor, self.subject, strict=True)]

    @property
    def drift(self) -> float:
        """How far the floor's last third lies from its first, as a share of the first."""
        third = max(1, len(self.floor) // 3)
        first, last = median(self.floor[:third]), median(self.floor[-third:])
        return abs(last - first) / first

    @property
    def void(self) -> bool:
        return self.drift > MAX_DRIFT


async def take_turns(floor: Sample, subject: Sample, *, repeats: int) -> Pairs:
    """Floor, subject, floor, subject …; begun anew when the floor has drifted."""
    for _ in range(ATTEMPTS):
        taken = [(await floor(), await subject()) for _ in range(repeats)]
        pairs = Pairs(tuple(a for a, _ in taken), tuple(b for _, b in taken))
        if not pairs.void:
            break
    return pairs


def ratio(name: str, pairs: Pairs, *, floor: str, target: float | None = None, note: str = "") -> Figure:
    """The median of the pairs' ratios; neighbours in time had the same machine."""
    figure = Figure(
        name,
        median(pairs.ratios),
        "×",
        spread=quartiles(pairs.ratios),
        floor=floor,
        target=target,
        note=note,
        void=pairs.void,
    )
    if not pairs.void:
        return figure
    return replace(figure, note=f"the floor drifted by {pairs.drift:.0%}")


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The first and the third."""
    if len(values) < 2:
        return values[0], values[0]
    first, _, third = quantiles(values, n=4, method="inclusive")
    return first, third
