"""Cold start and idle memory over stdio, against a bare SDK server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.lines import WAIT_SECONDS, PipeLine, result_of
from benchmarks.measure import ATTEMPTS, Figure, Pairs, Scale, ratio
from benchmarks.processes import BARE, OURS, environment, processor_seconds, resident_megabytes, running

BARE_STDIO = (*BARE, "stdio", "")
OURS_STDIO = (*OURS, "serve")
MOST_START, MOST_MEMORY = 1.3, 1.5


@dataclass(frozen=True)
class Start:
    """One start of a server."""

    first_seconds: float
    """From the start of the process to the answer of `server/discover`."""
    listed_seconds: float
    """To the list of tools, which a client asks for next."""
    processor_seconds: float
    """Of the main thread, until then: what the time above would be on an idle machine."""
    megabytes: float
    """Held once both are answered."""


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """Start and memory from the same processes; the first start of each compiles and is not counted."""
    env = environment(scratch)
    for command in (BARE_STDIO, OURS_STDIO):
        await start(command, env)
    for _ in range(ATTEMPTS):
        starts = [(await start(BARE_STDIO, env), await start(OURS_STDIO, env)) for _ in range(scale.repeats)]
        first = _pairs(starts, "first_seconds")
        if not first.void:
            break
    processor = _pairs(starts, "processor_seconds")
    listed, memory = _pairs(starts, "listed_seconds"), _pairs(starts, "megabytes")
    return [
        ratio("start to first answer, stdio", first, target=MOST_START, floor=_ms(first)),
        ratio("start to list of tools, stdio", listed, target=MOST_START, floor=_ms(listed)),
        ratio("the same in processor time", processor, floor=_ms(processor)),
        ratio("memory when idle, stdio", memory, target=MOST_MEMORY,
              floor=f"bare SDK, {median(memory.floor):.0f} MB"),
    ]  # fmt: skip


async def start(command: Sequence[str], env: dict[str, str]) -> Start:
    """Starts a server, asks it who it is and what it offers, and ends it."""
    began = time.perf_counter()
    async with running(command, env) as process:
        line = PipeLine(process)
        async with asyncio.timeout(WAIT_SECONDS):
            result_of(await line.ask("server/discover"))
            first = time.perf_counter() - began
            result_of(await line.ask("tools/list"))
            listed = time.perf_counter() - began
            processor = processor_seconds(process)
            held = resident_megabytes(process)
            await line.aclose()
            await process.wait()
    return Start(first, listed, processor, held)


def _pairs(starts: Sequence[tuple[Start, Start]], what: str) -> Pairs:
    return Pairs(tuple(getattr(a, what) for a, _ in starts), tuple(getattr(b, what) for _, b in starts))


def _ms(pairs: Pairs) -> str:
    return f"bare SDK, {1000 * median(pairs.floor):.0f} ms"
