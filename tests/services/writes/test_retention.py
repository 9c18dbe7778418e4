"""What the journal keeps for how long; the audit of all of it stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from hostaway_mcp.store.journal.records import Entry
from tests.services.writes.examples import EXAMPLES
from tests.services.writes.house import WritingHouse, writing

KINDS = {example.tool: example for example in EXAMPLES}


async def made(home: WritingHouse, tool: str, *, applied: bool) -> str:
    proposal = await home.propose(tool, **await KINDS[tool].arguments(home))
    if applied:
        assert (await home.apply(proposal))["outcome"] == "done"
    name: str = proposal["change_id"]
    return name


async def entry(home: WritingHouse, name: str) -> Entry | None:
    return await (await home.home.app.services.writes.ledger.journal()).get(name)


async def test_words_of_messages_go_within_a_day_and_proposals_after_ninety(tmp_path: Path) -> None:
    """Sent or never sent; what was done to a calendar can be taken back for as long as it is known."""
    async with writing(tmp_path, listings=6) as home:
        sent = await made(home, "send_message", applied=True)
        never = await made(home, "send_message", applied=False)
        blocked = await made(home, "update_calendar", applied=True)
        keeping = asyncio.create_task(home.home.app.services.writes.keep())
        try:
            await home.home.clock.sleep(timedelta(minutes=1).total_seconds())
            assert (found := await entry(home, sent)) is not None
            assert found.steps[0].body is not None
            await home.home.clock.sleep(timedelta(days=1, hours=3).total_seconds())
            for name in (sent, never):
                assert (found := await entry(home, name)) is not None
                assert (found.steps[0].body, found.question, found.summary) == (None, "", "forgotten")
            assert (found := await entry(home, blocked)) is not None
            assert found.steps[0].body is not None
            await home.home.clock.sleep(timedelta(days=91).total_seconds())
            assert [await entry(home, name) for name in (sent, never, blocked)] == [None] * 3
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        verified = await (await home.home.app.services.writes.ledger.journal()).trail.verify()
        assert (verified.breaks, verified.records) == ((), 9)
