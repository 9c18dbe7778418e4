"""What a flood of webhook deliveries does to questions, and how soon each delivery is acknowledged."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from statistics import median

from benchmarks.flood import Flood, Taken, flooding, p99
from benchmarks.lines import WAIT_SECONDS, BrokenCallError, HttpLine, result_of
from benchmarks.measure import Figure, Pairs, Sample, Scale, ratio, take_turns
from benchmarks.processes import OURS, free_port, listening, running, sandbox
from hostaway_mcp.sync.webhooks import Registration, WebhookFile

LISTINGS = 5
CROWD = 32
A_SECOND = 1_000
"""Deliveries of a flood: Hostaway sends one for each change, so a large account has a few a second."""
MOST_MOVED = 2.0
MOST_SECONDS = 0.05
LIMITS = {"HOSTAWAY_RATE_IP": "15", "HOSTAWAY_RATE_ACCOUNT": "20"}
"""Hostaway's own, within which what deliveries are about is read behind them."""
QUESTIONS = [{"from": "today", "to": f"+{days}d", "limit": 10} for days in range(3, 60)]


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """
    Questions alone and during a flood in turn, of forged posts and of deliveries; then deliveries alone, as
    fast as they are taken.
    """
    async with AsyncExitStack() as stack:
        env = await stack.enter_async_context(sandbox(scratch, listings=LISTINGS))
        async with running((*OURS, "sync", "--once"), env) as filling, asyncio.timeout(2 * WAIT_SECONDS):
            await filling.wait()
        ours = Registration(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        WebhookFile(scratch / "data", env["HOSTAWAY_ACCOUNT_ID"]).keep(ours)
        port = free_port()
        process = await stack.enter_async_context(
            running((*OURS, "serve", "--http", "--port", str(port)), env | LIMITS)
        )
        await listening(process, port)
        line = await HttpLine.open(port)
        stack.push_async_callback(line.aclose)
        flood = Flood(
            port=port,
            account=env["HOSTAWAY_ACCOUNT_ID"],
            secret=ours.secret,
            login=ours.login,
            password=ours.password,
            stays=await _stays(line),
            connections=CROWD,
            seconds=scale.flood_seconds,
        )
        taken: list[Taken] = []

        async def floor() -> float:
            return p99(await _asked(line, scale.calls))

        def beside(flood: Flood) -> Sample:
            async def subject() -> float:
                asked: list[float] = []
                async with flooding(flood, env) as under_way:
                    while not under_way.done():
                        asked += await _asked(line, 1)
                    taken.append(under_way.result())
                return p99(asked)

            return subject

        paced = replace(flood, a_second=A_SECOND)
        forged = replace(paced, password=secrets.token_urlsafe(32), status=401)
        refused = await take_turns(floor, beside(forged), repeats=scale.floods)
        pairs = await take_turns(floor, beside(paced), repeats=scale.floods)
        async with flooding(replace(flood, seconds=scale.flood_seconds / 4), env) as under_way:
            async with asyncio.timeout(WAIT_SECONDS):
                full = await under_way
        return [*_figures(pairs, taken[-scale.floods :], full), _forged(refused)]


def _forged(pairs: Pairs) -> Figure:
    name = f"a question's p99 beside {A_SECOND:,} forged posts a second"
    return ratio(name, pairs, floor=_calm(pairs), target=MOST_MOVED)


def _calm(pairs: Pairs) -> str:
    return f"without deliveries, {1000 * median(pairs.floor):.1f} ms"


def _figures(pairs: Pairs, paced: list[Taken], full: Taken) -> list[Figure]:
    rate = sum(one.count for one in paced) / sum(one.seconds for one in paced)
    note = f"{sum(one.count for one in paced):,} of them, {rate:,.0f} a second, from a process of its own"
    return [
        ratio(
            f"a question's p99 beside {A_SECOND:,} deliveries a second",
            pairs,
            floor=_calm(pairs),
            target=MOST_MOVED,
        ),
        Figure(
            "their acknowledgement, p99",
            1000 * median(one.p99 for one in paced),
            "ms",
            target=1000 * MOST_SECONDS,
            note=note,
        ),
        Figure(f"deliveries acknowledged, {CROWD} at a time", full.count / full.seconds, "a second"),
        Figure("acknowledgement, median", 1000 * full.median, "ms"),
        Figure("acknowledgement, p99", 1000 * full.p99, "ms", target=1000 * MOST_SECONDS),
    ]


async def _asked(line: HttpLine, count: int) -> list[float]:
    questions = cycle(QUESTIONS)
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        await line.ask("tools/call", name="find_reservations", arguments=next(questions))
        taken.append(time.perf_counter() - began)
    return taken


async def _stays(line: HttpLine) -> list[int]:
    """
    The numbers of some stays.

    Raises:
        BrokenCallError: they are not the replica's.
    """
    arguments = {"from": "today", "to": "+60d", "limit": 100, "detail": "brief"}
    answer = result_of(await line.ask("tools/call", name="find_reservations", arguments=arguments))
    found = answer["structuredContent"]
    if found["source"] != "replica":
        raise BrokenCallError(f"The replica was not filled: {found}"[:500])
    return [one["reservation_id"] for one in found["reservations"]]
