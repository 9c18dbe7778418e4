"""What a sync takes: time beside what the limits allow, and memory."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.lines import WAIT_SECONDS, BrokenCallError
from benchmarks.measure import Figure, Scale
from benchmarks.processes import running, sandbox
from tests.support.house import house
from tests.support.replica import sync

FILLING = (sys.executable, "-m", "benchmarks.filling")
LIMITS = (15, 20, 10.0)
MOST_OVER_BOUND, MOST_MEGABYTES = 1.03, 64.0


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """Memory in a process that hardly has limits; then, as it turns the loop's clock, virtual time."""
    return [await _memory(scale, scratch), await _time(scale, scratch)]


async def _time(scale: Scale, scratch: Path) -> Figure:
    """Every request takes a place for a window at least, so so many requests need so many windows."""
    async with house(listings=scale.synced, limits=LIMITS, hostaway_mcp_data_dir=scratch / "virtual") as home:
        began = home.clock.monotonic()
        await sync(home)
        seconds = home.clock.monotonic() - began
        calls, refused = len(home.sandbox.requests), home.sandbox.refused
    limit, _, window = LIMITS
    bound = calls / limit * window
    return Figure(
        f"first sync of {scale.synced:,} listings, virtual time",
        seconds / bound,
        "×",
        target=MOST_OVER_BOUND,
        floor=f"{calls:,} requests at {limit} in {window:.0f} s, {bound:,.0f} s",
        note=f"{refused} 429s",
    )


async def _memory(scale: Scale, scratch: Path) -> Figure:
    """
    Resident memory at its peak above what the process held with its replica open.

    Raises:
        BrokenCallError: the process ended without saying so.
    """
    async with AsyncExitStack() as stack:
        env = await stack.enter_async_context(sandbox(scratch, listings=scale.worlds[-1]))
        filling = running((*FILLING, str(scale.filling_seconds)), env)
        process = await stack.enter_async_context(filling)
        assert process.stdout
        async with asyncio.timeout(scale.filling_seconds + WAIT_SECONDS):
            said = await process.stdout.read()
    if not said:
        raise BrokenCallError("The sync did not end; log.txt says why.")
    told = json.loads(said)
    brought = ", ".join(f"{number:,} {noun}" for noun, number in told["count"].items())
    return Figure(
        f"memory of a sync of {scale.worlds[-1]:,} listings",
        told["peak"] - told["idle"],
        "MB",
        target=MOST_MEGABYTES,
        floor=f"idle with the replica open, {told['idle']:.0f} MB",
        note=f"its first {scale.filling_seconds:.0f} s: {brought}",
    )
