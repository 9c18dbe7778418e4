"""What people ask is answered to the cent, in one to three calls, from a replica and live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.tools.catalogue import ToolEffect
from hostaway_mcp.tools.tools import CATALOGUE
from tests.questions.questions import QUESTIONS
from tests.questions.record import (
    BYTES_A_TOKEN,
    MOST_CALLS,
    MOST_TOKENS,
    Json,
    Question,
    Took,
    differences,
    picked,
    unshown,
)
from tests.questions.worlds import SEEDS, SIZES, Asked, asked_of, world


def test_the_set_is_large_and_asks_every_tool() -> None:
    """At least 80 questions of at most three calls, most of one; each tool that only reads answers some."""
    assert len(QUESTIONS) >= 80
    assert len({(one.words, one.calls[-1][0], str(one.calls)) for one in QUESTIONS}) == len(QUESTIONS)
    assert all(1 <= len(one.calls) <= MOST_CALLS and one.tokens <= MOST_TOKENS for one in QUESTIONS)
    assert sum(len(one.calls) == 1 for one in QUESTIONS) >= len(QUESTIONS) * 0.8
    reading = [one for one in CATALOGUE if one.effect is ToolEffect.READ and one.toolset != "approvals"]
    assert {one.tool for one in QUESTIONS} == {one.name for one in reading}


@pytest.mark.parametrize("listings", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_replica_answers_with_the_gold_figures(seed: int, listings: int, tmp_path: Path) -> None:
    """All that suit a world of this size, one after another: a world is filled once."""
    async with world(tmp_path, seed=seed, listings=listings) as asked:
        some = asked_of(QUESTIONS, seed, listings)
        wrong = [says for one in some for says in await wrong_in(asked, one, one.upstream)]
    assert not wrong, "\n".join(wrong)


async def test_live_the_figures_are_the_same(tmp_path: Path) -> None:
    """Those that say what they may cost."""
    async with world(tmp_path, seed=1, listings=12, replica=False) as asked:
        some = [one for one in QUESTIONS if one.live is not None]
        assert len(some) >= 20
        wrong = [says for one in some for says in await wrong_in(asked, one, one.live or 0)]
    assert not wrong, "\n".join(wrong)


async def wrong_in(asked: Asked, one: Question, upstream: int) -> Sequence[str]:
    """What is wrong with the answer to a question, a line each."""
    gold, home = one.gold(asked.account), asked.home
    before, answers, text = len(home.upstream), list[Json](), ""
    try:
        for tool, arguments in one.calls:
            given = {k: v.of(answers) if isinstance(v, Took) else v for k, v in arguments.items()}
            outcome = await home.ask(tool, **given)
            answers.append(outcome.json)
            text = outcome.text
            if len(text.encode()) / BYTES_A_TOKEN > one.tokens:
                return [f"{one.words} {tool}: {len(text.encode()) / BYTES_A_TOKEN:.0f} tokens"]
    except (HostawayMcpError, LookupError) as error:
        return [f"{one.words} {one.calls}: {error!r}"]
    cost = home.upstream[before:]
    told = {name: picked(answers[-1], path) for name, path in one.told.items()}
    found = differences({name: gold[name] for name in told}, told, cut="next_cursor" in answers[-1])
    found += unshown({name: value for name, value in told.items() if name not in one.silent}, text)
    if len(cost) > upstream:
        found.append(f"cost {len(cost)} calls: {', '.join(cost[:5])}")
    return [f"{one.words} ({one.tool}): {says}" for says in found]
