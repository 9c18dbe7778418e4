"""A tool call answered from memory, over HTTP and stdio, against tools of a bare SDK server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.lines import WAIT_SECONDS, HttpLine, Line, PipeLine, result_of, typical_seconds
from benchmarks.measure import Figure, Pairs, Scale, ratio, take_turns
from benchmarks.processes import BARE, OURS, free_port, listening, resident_megabytes, running, sandbox

TOOL = "find_listings"
ONE, MANY = {"limit": 1}, {"limit": 100, "detail": "brief"}
CROWD = 32
MOST_CALL, MOST_MEMORY = 1.5, 1.5


@dataclass(frozen=True)
class Server:
    """A server that runs, and how to get lines to it."""

    lines: Callable[[int], Sequence[Line]]
    megabytes: float
    """Held before the first call."""


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """Over HTTP first; its answer of many rows is what the bare tool `same` says without finding it."""
    async with sandbox(scratch, listings=scale.worlds[0]) as env:
        # A server that has nothing yet reads it all beside what it is asked.
        async with running((*OURS, "sync", "--once"), env) as filling, asyncio.timeout(2 * WAIT_SECONDS):
            await filling.wait()
        async with _http((*OURS, "serve", "--http", "--port"), env) as ours:
            given = await _answer(ours.lines(1)[0], MANY)
            await _answer(ours.lines(1)[0], ONE)
            said = scratch / "said.json"
            said.write_text(json.dumps(given))
            async with _http((*BARE, "http", str(said)), env) as bare:
                memory = Pairs((bare.megabytes,), (ours.megabytes,))
                figures = [
                    *await _compared("HTTP", bare, ours, scale=scale, given=given),
                    ratio("memory when idle, HTTP", memory, target=MOST_MEMORY,
                          floor=f"bare SDK, {bare.megabytes:.0f} MB"),
                ]  # fmt: skip
        async with _stdio((*OURS, "serve"), env) as ours:
            await _answer(ours.lines(1)[0], ONE)
            async with _stdio((*BARE, "stdio", str(said)), env) as bare:
                figures += await _compared("stdio", bare, ours, scale=scale, given=given)
    return figures


async def _compared(door: str, bare: Server, ours: Server, *, scale: Scale, given: dict[str, Any]
) -> list[Figure]:  # fmt: skip
    figures = []
    listings = given["json"]["listings"]
    # More questions than answers are remembered.
    anew = [{"listing": one["listing_id"], "detail": detail}
            for detail in ("brief", "standard") for one in listings]  # fmt: skip
    for crowd in (1, CROWD):
        for questions, floor_tool, size, target in (
            ([ONE], "noop", "one row", MOST_CALL),
            ([MANY], "same", f"{len(listings)} rows", MOST_CALL),
            (anew, "noop", "one row, put together anew", None),
        ):
            floor_lines, our_lines = bare.lines(crowd), ours.lines(crowd)
            calls = scale.calls if crowd == 1 else 3 * scale.calls

            async def floor(lines: Sequence[Line] = floor_lines, tool: str = floor_tool,
                            calls: int = calls) -> float:  # fmt: skip
                return await typical_seconds(lines, tool, [{}], calls=calls)

            async def subject(lines: Sequence[Line] = our_lines,
                              questions: Sequence[dict[str, Any]] = questions,
                              calls: int = calls) -> float:  # fmt: skip
                return await typical_seconds(lines, TOOL, questions, calls=calls)

            pairs = await take_turns(floor, subject, repeats=scale.repeats)
            said = "its no-op" if floor_tool == "noop" else "a tool that says the same bytes"
            figures.append(ratio(f"call, {size}, {door}, {crowd} at a time", pairs, target=target,
                                 floor=f"bare SDK, {said}, {1000 * median(pairs.floor):.2f} ms"))  # fmt: skip
    return figures


async def _answer(line: Line, arguments: dict[str, Any]) -> dict[str, Any]:
    """What our tool says, and from now on knows."""
    result = result_of(await line.ask("tools/call", name=TOOL, arguments=arguments))
    return {"text": result["content"][0]["text"], "json": result["structuredContent"]}


@asynccontextmanager
async def _http(command: Sequence[str], env: dict[str, str]) -> AsyncIterator[Server]:
    port = free_port()
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(running((*command, str(port)), env))
        await listening(process, port)
        lines = [await HttpLine.open(port) for _ in range(CROWD)]
        for line in lines:
            stack.push_async_callback(line.aclose)
        result_of(await lines[0].ask("tools/list"))
        yield Server(lambda count: lines[:count], resident_megabytes(process))


@asynccontextmanager
async def _stdio(command: Sequence[str], env: dict[str, str]) -> AsyncIterator[Server]:
    async with running(command, env) as process:
        line = PipeLine(process)
        result_of(await line.ask("tools/list"))
        yield Server(lambda count: [line] * count, resident_megabytes(process))
        await line.aclose()
