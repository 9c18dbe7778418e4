"""
Every way to fail, at every place of a write, for every tool: nothing lost, nothing doubled, all settled.

The sandbox counts what was really done. Each failure is tried with several seeds, which choose the world
and the byte at which an answer is cut; more of them are tried in the long form.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from hostaway_mcp.calls import DEFAULT_DEADLINE_SECONDS
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.store.journal.records import StepState
from tests.services.writes.examples import EXAMPLES, Example
from tests.services.writes.failures import FAILURES, Failure, Position
from tests.services.writes.house import WritingHouse, writing

CALM_SECONDS = 200.0
"""After this no breaker, pause or answer of the failure before is left."""

LATE_SECONDS = 0.25

SEEDS = range(1)
CI_SEEDS = range(1, 5)
NIGHTLY_SEEDS = range(5, 25)


class Trial:
    """Strikes one tool's writes again and again, and counts what came of each."""

    def __init__(self, home: WritingHouse, example: Example, seed: int) -> None:
        self._home = home
        self._example = example
        self._dice = Random(seed)
        self._sandbox = home.home.sandbox
        self.words: Counter[str] = Counter()

    async def measure(self) -> tuple[str, int]:
        """The write that the tool sends, and how many reads precede it, from one that goes well."""
        proposal = await self._home.propose(self._example.tool, **await self._example.arguments(self._home))
        before = len(self._sandbox.requests)
        assert (await self._home.apply(proposal))["outcome"] == "done"
        sent = self._sandbox.requests[before:]
        place = next(n for n, one in enumerate(sent) if one.method != "GET")
        operation = sent[place].operation
        assert operation is not None
        return operation, place

    async def strike(self, failure: Failure, position: Position, *, write: str, looks: int) -> None:
        """One write that fails; afterwards its word must be true of what the sandbox did."""
        proposal = await self._home.propose(self._example.tool, **await self._example.arguments(self._home))
        effects, requests = len(self._sandbox.effects), len(self._sandbox.requests)
        failure.strike(self._sandbox.faults, position, write=write, looks=looks, dice=self._dice)
        began = self._home.home.clock.monotonic()
        with suppress(HostawayMcpError):
            await self._home.apply(proposal)
        took = self._home.home.clock.monotonic() - began
        assert took <= DEFAULT_DEADLINE_SECONDS + LATE_SECONDS
        self._sandbox.faults.clear()
        word = await self._settled(proposal["change_id"])
        done = [one for one in self._sandbox.effects[effects:] if one.operation == write]
        sent = [one for one in self._sandbox.requests[requests:] if one.operation == write]
        assert len(sent) <= 1, "sent twice"
        if word is not StepState.NEEDS_YOU:
            assert (word is StepState.DONE) == bool(done), f"{word} is wrong: {len(done)} effects"
        self.words[word.value] += 1

    async def _settled(self, change_id: str) -> StepState:
        """The word once everything is settled, as it is behind every server."""
        services = self._home.home.app.services
        await self._home.home.clock.sleep(CALM_SECONDS)
        assert await services.writes.settler.settle_open() == 0
        entry = await (await services.writes.ledger.journal()).get(change_id)
        assert entry is not None
        (step,) = entry.steps
        return StepState.NOT_DONE if step.state is StepState.WAITING else step.state


def test_there_are_forty_failures() -> None:
    assert len(FAILURES) == len({one.name for one in FAILURES}) == 40


async def _try_all(folder: Path, example: Example, seed: int) -> None:
    async with writing(folder, seed=seed, listings=6) as home:
        trial = Trial(home, example, seed)
        write, looks = await trial.measure()
        for position in Position:
            for failure in FAILURES:
                try:
                    await trial.strike(failure, position, write=write, looks=looks)
                except AssertionError as error:
                    raise AssertionError(f"{failure.name} {position.value}: {error}") from error
        assert trial.words["needs_you"] <= 0.01 * trial.words.total(), trial.words
        assert trial.words["done"] > 0
        assert trial.words["not_done"] > 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.tool)
async def test_every_failure_at_every_place(tmp_path: Path, example: Example, seed: int) -> None:
    """None lost, none doubled, none unsettled, none beyond its deadline."""
    await _try_all(tmp_path, example, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", CI_SEEDS)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.tool)
async def test_every_failure_with_the_seeds_of_ci(tmp_path: Path, example: Example, seed: int) -> None:
    """The same with four seeds more."""
    await _try_all(tmp_path, example, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", NIGHTLY_SEEDS)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.tool)
async def test_every_failure_with_the_seeds_of_a_night(tmp_path: Path, example: Example, seed: int) -> None:
    """The same with twenty seeds more."""
    await _try_all(tmp_path, example, seed)
