"""What people ask to have done is done, shown before, agreed to, and nothing else with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.tools.runner import Asked as Caller
from tests.questions.errands import CALENDAR, HOMES, INBOX, STAYS, WORK, Asked
from tests.questions.record import BYTES_A_TOKEN, MOST_CALLS, MOST_TOKENS, Json, Took
from tests.questions.worlds import Asked as World
from tests.questions.worlds import world

ERRANDS = (*CALENDAR, *INBOX, *STAYS, *HOMES, *WORK)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_errand_is_done(seed: int, tmp_path: Path) -> None:
    """In a world of its own for each seed, one after another; the documents say so afterwards."""
    async with world(tmp_path, seed=seed, listings=12, hostaway_mcp_writes="propose") as asked:
        wrong = [f"{one.words} {says}" for one in ERRANDS if (says := await wrong_in(asked, one))]
    assert not wrong, "\n".join(wrong)


async def wrong_in(asked: World, one: Asked) -> str | None:
    """What is wrong with how an errand was done."""
    try:
        errand = one.make(asked.account)
    except LookupError as error:
        return f"cannot be made out: {error!r}"
    if errand.seen() == errand.wanted:
        return "is so already"
    shown: list[str] = []

    async def person(_change_id: str, question: str) -> bool:
        shown.append(question)
        return True

    runner, caller = asked.home.app.runner, Caller(door="stdio", caller="client", ask_person=person)
    answers: list[Json] = []
    try:
        for tool, arguments in errand.calls:
            given = {k: v.of(answers) if isinstance(v, Took) else v for k, v in arguments.items()}
            outcome = await runner.run(tool, given, caller)
            answers.append(outcome.json)
            if len(outcome.text.encode()) / BYTES_A_TOKEN > MOST_TOKENS:
                return f"{tool} is too long"
        if errand.seen() == errand.wanted:
            return "was done before anybody agreed"
        change = {"change_id": answers[-1]["change_id"]}
        applied = await runner.run("apply_change", change, caller)
    except (HostawayMcpError, LookupError) as error:
        return f"{errand.calls}: {error!r}"
    if len(errand.calls) + 1 > MOST_CALLS:
        return "takes more than three calls"
    if applied.json["outcome"] != "done" or len(shown) != 1:
        return f"{applied.json}, {len(shown)} asked"
    seen = errand.seen()
    return None if seen == errand.wanted else f"{seen} is there, {errand.wanted} is wanted"


def test_there_are_thirty_errands() -> None:
    assert len({one.words for one in ERRANDS}) >= 30
