"""Sends hostile inputs to a served app while a canary asks beside them, and tells what went wrong."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.hostile.messages import Hostile
from tests.hostile.process import WAIT_SECONDS

BLOCKED_SECONDS = 1.0
"""How long one input may keep others waiting."""
_TRIES = 3
"""A slow canary may be the machine's fault: an input is blamed only if it blocks this often, alone."""
_REST_SECONDS = 0.02
"""Between two canaries, so that they are not the load themselves."""

Exchange = Callable[[Hostile], Awaitable[str]]
"""Sends an input, waits until it is over, and says what is wrong with its answer (nothing if nothing is)."""
Ask = Callable[[], Awaitable[None]]
"""Asks the canary's harmless question and waits for the right answer."""


@dataclass
class Report:
    """What came of an attack."""

    seed: int
    sent: int = 0
    seconds: float = 0.0
    canaries: int = 0
    slowest_canary_seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def blame(self, hostile: Hostile, why: str) -> None:
        """Keeps what is needed to see it again."""
        self.faults.append(f"seed {self.seed}, {hostile}\n  {why}")

    def __str__(self) -> str:
        rate = self.sent / self.seconds if self.seconds else 0.0
        return (
            f"seed {self.seed}: {self.sent:,} inputs in {self.seconds:.1f} s ({rate:.0f}/s), "
            f"{len(self.faults)} faults; {self.canaries:,} canaries, "
            f"the slowest {self.slowest_canary_seconds * 1000:.0f} ms; {dict(self.outcomes.most_common())}"
        )


class Attack:
    """One run: every input once, over as many lanes as there are exchanges."""

    def __init__(self, exchanges: Sequence[Exchange], ask: Ask, report: Report) -> None:
        self._exchanges = exchanges
        self._ask = ask
        self._report = report
        self._flying: dict[int, Hostile] = {}
        self._beside_canary: dict[int, Hostile] = {}
        self._suspects: dict[int, Hostile] = {}

    async def run(self, inputs: Iterable[Hostile]) -> None:
        """Sends them all; then, alone, those beside which a canary was slow."""
        began, waiting = time.monotonic(), iter(inputs)
        async with asyncio.TaskGroup() as group:
            canary = group.create_task(self._sing())
            lanes = [group.create_task(self._lane(exchange, waiting)) for exchange in self._exchanges]
            await asyncio.wait(lanes)
            canary.cancel()
        self._report.seconds += time.monotonic() - began
        for hostile in self._suspects.values():
            if await self._blocks(hostile):
                self._report.blame(hostile, f"keeps others waiting for more than {BLOCKED_SECONDS:.0f} s")

    async def _lane(self, exchange: Exchange, waiting: Iterable[Hostile]) -> None:
        for hostile in waiting:
            self._flying[hostile.number] = self._beside_canary[hostile.number] = hostile
            self._report.sent += 1
            if wrong := await _within_bounds(exchange, hostile):
                self._report.blame(hostile, wrong)
            del self._flying[hostile.number]

    async def _sing(self) -> None:
        while True:
            self._beside_canary = dict(self._flying)
            took = await self._timed()
            self._report.canaries += 1
            self._report.slowest_canary_seconds = max(took, self._report.slowest_canary_seconds)
            if took > BLOCKED_SECONDS:
                self._suspects |= self._beside_canary
            await asyncio.sleep(_REST_SECONDS)

    async def _blocks(self, hostile: Hostile) -> bool:
        """Whether the input, alone, keeps the canary waiting every time."""
        for _ in range(_TRIES):
            sent = asyncio.ensure_future(_within_bounds(self._exchanges[0], hostile))
            longest = 0.0
            while not sent.done():
                longest = max(longest, await self._timed())
            if longest <= BLOCKED_SECONDS:
                return False
        return True

    async def _timed(self) -> float:
        began = time.monotonic()
        async with asyncio.timeout(WAIT_SECONDS):
            await self._ask()
        return time.monotonic() - began


async def _within_bounds(exchange: Exchange, hostile: Hostile) -> str:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await exchange(hostile)
    except TimeoutError:
        return f"not over after {WAIT_SECONDS:.0f} s"
