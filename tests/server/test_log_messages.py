"""What whoever waits for a call is told meanwhile, by the level that was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server.lowlevel.server import Server
from mcp_types import LoggingMessageNotificationParams

from hostaway_mcp.server.server import build_server
from tests.support.house import house
from tests.support.replica import synced

pytestmark = pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")
"""The client warns of what the protocol has deprecated."""

STAYS = {"by": "arrival", "from": "today", "to": "+3d"}
DAY = 86_400.0


class Listener:
    """A client that keeps what it is told."""

    def __init__(self, server: Server[Any], mode: str, **options: Any) -> None:
        self.told: list[tuple[str, str]] = []
        self.client = Client(server, mode=mode, logging_callback=self._hear, **options)

    async def _hear(self, params: LoggingMessageNotificationParams) -> None:
        assert params.logger == "hostaway-mcp"
        self.told.append((params.level, str(params.data)))


async def waiting(mode: str, *, level: Any = None, **options: Any) -> list[tuple[str, str]]:
    """What is told during a call that gets one request every ten seconds."""
    async with house(listings=3, limits=(1, 1, 10.0)) as home:
        listener = Listener(build_server(home.app), mode, **options)
        async with listener.client as client:
            if level:
                await client.set_logging_level(level)
            await client.call_tool("find_listings", {})
            await client.call_tool("find_reservations", STAYS)
    return listener.told


async def test_a_call_that_waits_for_the_limit_says_so() -> None:
    """Once, after a moment, in the handshake era by default."""
    (told,) = set(await waiting("legacy"))
    assert told == (
        "info",
        "Waiting for a turn at Hostaway, which takes 1 requests in 10 s from this account; "
        "requests in line here: 1.",
    )


async def test_less_is_told_where_less_is_wanted() -> None:
    """`logging/setLevel` holds for the session."""
    assert await waiting("legacy", level="warning") == []
    assert await waiting("legacy", level="debug") != []


async def test_since_2026_a_request_says_what_it_wants() -> None:
    """Without a level in its `_meta` nothing is sent. Source: MCP 2026-07-28, logging."""
    assert await waiting("2026-07-28") == []
    assert await waiting("2026-07-28", log_level="warning") == []
    assert {level for level, _ in await waiting("2026-07-28", log_level="info")} == {"info"}


async def test_an_answer_from_an_old_copy_is_warned_of(tmp_path: Path) -> None:
    """The warning of the answer, and no other: those may quote what a guest wrote."""
    async with synced(tmp_path, listings=3) as home:
        await home.clock.sleep(2 * DAY)
        home.sandbox.faults.add("status", path="/v1/*", status=503, times=None)
        listener = Listener(build_server(home.app), "legacy")
        async with listener.client as client:
            await client.set_logging_level("warning")
            answer = await client.call_tool("find_reservations", STAYS)
    assert [level for level, _ in listener.told] == ["warning"]
    assert listener.told[0][1] in answer.structured_content["warnings"]
    assert listener.told[0][1].startswith("Hostaway does not answer, so this is from the local copy: ")
