"""How much of what Hostaway allows the governor uses, in hours of virtual time."""

from __future__ import annotations

from pathlib import Path
from random import Random

from benchmarks.measure import Figure, Scale
from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.book import Book
from hostaway_mcp.client.governor.records import Limits
from tests.client.governor.simulation import PROFILES, Machine, Profile, VirtualLine
from tests.client.governor.upstreams import SlidingLog

LIMITS = Limits(ip=15, account=20, window_seconds=10.0)
PROCESSES, BACKLOG = 4, 5
LEAST_SHARE = 98.0
"""Per cent. What is missing to 100 is the wait of one process for the lease that another one frees."""


async def measure(scale: Scale, _scratch: Path) -> list[Figure]:
    """Four processes that always have requests waiting, for each of three networks; the real lease book."""
    hours = scale.virtual_hours
    machines = {name: _backlogged(profile, hours=hours) for name, profile in PROFILES.items()}
    refused = sum(machine.refused for machine in machines.values())
    return [
        *(_used(name, machine, hours=hours) for name, machine in machines.items()),
        Figure("governor, 429s caused", refused, "answers", target=0, note="of all three networks"),
    ]


def _backlogged(profile: Profile, *, hours: float) -> Machine:
    upstream = SlidingLog(LIMITS.ip, LIMITS.window_seconds)
    machine = Machine(Book(LIMITS), upstream, profile, Random(1))  # noqa: S311
    for number in range(PROCESSES):
        machine.add(VirtualLine(f"process-{number}", Lane.BACKGROUND, backlog=BACKLOG))
    machine.run(hours * 3600)
    return machine


def _used(name: str, machine: Machine, *, hours: float) -> Figure:
    window = LIMITS.window_seconds
    most = window / (window + machine.profile.response)
    allowed = LIMITS.ip / window * hours * 3600
    return Figure(
        f"governor, {name}",
        100 * machine.sent / allowed / most,
        "%",
        floor=f"W/(W+R), {most:.1%} of 15 per 10 s",
        target=LEAST_SHARE,
        at_least=True,
        note=f"{machine.sent:,} requests in {hours:g} virtual hours",
    )
