"""Whoever has to wait for Hostaway's limit is told why, and how far the answer is."""

from __future__ import annotations

from hostaway_mcp.calls import Call
from hostaway_mcp.tools.runner import Asked
from tests.support.house import House, house

Told = list[tuple[float, float | None, str]]


async def told_by(home: House, tool: str, **arguments: object) -> Told:
    """What a client that wants to know is told while a question is answered."""
    told: Told = []

    async def progress(done: float, total: float | None, message: str) -> None:
        told.append((done, total, message))

    await home.app.runner.run(tool, arguments, Asked(door="test", progress=progress))
    return told


async def test_a_wait_for_the_limit_is_told_with_its_seconds_and_what_was_read() -> None:
    """The numbers only rise, as the protocol demands."""
    async with house(listings=8, limits=(4, 4, 10.0)) as home:
        told = await told_by(home, "get_calendar", **{"from": "today", "to": "+7d", "listing": "40160"})
        assert told == []
        told = await told_by(home, "get_calendar", **{"from": "today", "to": "+14d", "limit": 4})
    said = [message for _, _, message in told]
    assert any(message.startswith("waiting ") and "s for Hostaway's limit" in message for message in said)
    assert "4 of 4 calendars read" in said
    numbers = [done for done, _, _ in told]
    assert numbers == sorted(set(numbers))


async def test_a_question_that_need_not_wait_is_silent() -> None:
    async with house(listings=8) as home:
        assert await told_by(home, "find_listings") == []


async def test_an_answer_that_is_out_tells_nothing_more() -> None:
    told: Told = []

    async def progress(done: float, total: float | None, message: str) -> None:
        told.append((done, total, message))

    call = Call("1", progress=progress)
    behind = Call("1", asker=call)
    await behind.tell("waiting 3 s", done=None)
    assert behind.is_heard
    call.ended = True
    await behind.tell("waiting 2 s")
    assert not behind.is_heard
    assert [message for _, _, message in told] == ["waiting 3 s"]
