"""A server that stops while something is being sent, and the next one that finds out what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hostaway_mcp.app import App, build_app
from hostaway_mcp.cli import serve
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.errors import BusyError
from hostaway_mcp.telemetry.audit import MemoryAudit
from hostaway_mcp.web.serve import HURRY_SECONDS
from tests.services.writes.house import WritingHouse, writing

STOP_SECONDS = 10.0
"""Within which a server is gone."""


async def set_minimum_stays(home: WritingHouse, *, listings: int) -> dict[str, Any]:
    numbers = list(home.home.sandbox.world.listings)[:listings]
    change = {"ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}
    return await home.propose("update_calendar", listing=numbers, **change)


async def once_sending(home: WritingHouse, proposal: dict[str, Any]) -> asyncio.Task[dict[str, Any]]:
    """The call that applies it, once the sandbox has the first request that changes something."""
    applying = asyncio.create_task(home.apply(proposal))
    while not any(one.operation == "updateCalendar" for one in home.home.sandbox.requests):
        await home.home.clock.sleep(0.1)
    return applying


@asynccontextmanager
async def next_server(home: WritingHouse) -> AsyncIterator[App]:
    """Another process over the same files, with its work behind the doors under way."""
    app = build_app(
        home.home.app.settings,
        clock=home.home.clock,
        state=MemoryState(),
        audit=MemoryAudit(),
        http=httpx2.ASGITransport(app=home.home.sandbox.app),
    )

    async def door(_: App) -> None:
        await stop.wait()

    stop = asyncio.Event()
    served = asyncio.create_task(serve._served(app, door))
    try:
        yield app
    finally:
        stop.set()
        await served


async def states_of(app: App, change_id: str) -> list[str]:
    entry = await (await app.services.writes.ledger.journal()).get(change_id)
    assert entry is not None
    return [step.state.value for step in entry.steps]


async def test_a_step_that_is_being_sent_is_finished(tmp_path: Path) -> None:
    """And nothing new is begun: the rest waits for another call."""
    async with writing(tmp_path, listings=6) as home:
        proposal = await set_minimum_stays(home, listings=3)
        home.home.sandbox.faults.add("slow", operation="updateCalendar", seconds=3)
        applying = await once_sending(home, proposal)
        home.home.app.stop(HURRY_SECONDS)
        applied = await applying
        assert [item["outcome"] for item in applied["items"]] == ["not begun", "not begun", "done"]
        assert home.home.sandbox.effects.tally() == {"calendarDay updated": 1}
        async with next_server(home) as app:
            assert await states_of(app, proposal["change_id"]) == ["done", "waiting", "waiting"]


@pytest.mark.parametrize("committed", [True, False])
async def test_what_hangs_is_left_and_settled_by_the_next_server(tmp_path: Path, committed: bool) -> None:
    """The process is gone in time; the word that it could not say is said later, and is true."""
    async with writing(tmp_path, listings=2) as home:
        clock, sandbox = home.home.clock, home.home.sandbox
        proposal = await set_minimum_stays(home, listings=1)
        sandbox.faults.add("hang", operation="updateCalendar", seconds=90, committed=committed)
        applying = await once_sending(home, proposal)
        began = clock.monotonic()
        home.home.app.stop(HURRY_SECONDS)
        with pytest.raises(BusyError, match="being stopped"):
            await applying
        await home.home.app.services.writes.aclose()
        assert clock.monotonic() - began < STOP_SECONDS
        async with next_server(home) as app:
            assert await states_of(app, proposal["change_id"]) == ["sending"]
            await clock.sleep(120)
            assert await states_of(app, proposal["change_id"]) == ["done" if committed else "not_done"]
            sent = [one for one in sandbox.requests if one.operation == "updateCalendar"]
            assert len(sent) == 1
