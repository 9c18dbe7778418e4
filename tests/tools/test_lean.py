"""The lean profile: about twenty tools are listed, all can be called, and the rest is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp_types import ElicitResult

from hostaway_mcp.cli.tools import tokens
from hostaway_mcp.server.server import build_server
from hostaway_mcp.tools.lean import LEAN
from hostaway_mcp.tools.tools import CATALOGUE, offered
from tests.services.writes.house import writing
from tests.support.house import house


def test_lean_lists_about_twenty_and_a_finder() -> None:
    lean = offered(toolsets=["lean"], writes=True)
    listed = [one for one in lean if one.listed]
    assert {one.name for one in listed} == LEAN | {"find_tools"}
    assert {one.name for one in lean} == {one.name for one in CATALOGUE} | {"find_tools"}
    assert {one.name for one in CATALOGUE} > LEAN
    assert sum(map(tokens, listed)) < 0.75 * sum(map(tokens, CATALOGUE))


async def test_with_writes_on_a_change_is_found_proposed_and_applied(tmp_path: Path) -> None:
    """What proposes is found by what is to be done; what applies is in the list."""

    async def agree(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"agree": True})

    async with (
        writing(tmp_path, listings=2, hostaway_mcp_toolsets="lean") as home,
        Client(build_server(home.home.app), mode="2026-07-28", elicitation_callback=agree) as client,
    ):
        names = {one.name for one in (await client.list_tools()).tools}
        assert "apply_change" in names
        assert "update_calendar" not in names
        found = await client.call_tool("find_tools", {"query": "block nights or set prices"})
        assert found.structured_content is not None
        first = found.structured_content["tools"][0]
        assert (first["name"], first["effect"]) == ("update_calendar", "write")
        listing_id = next(iter(home.home.sandbox.world.listings))
        change = {"listing": listing_id, "ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}
        proposal = (await client.call_tool("update_calendar", change)).structured_content
        assert proposal is not None
        done = await client.call_tool(proposal["apply_with"]["tool"], {"change_id": proposal["change_id"]})
        assert done.structured_content is not None
        assert done.structured_content["outcome"] == "done"


def test_lean_with_a_toolset_and_without_a_tool() -> None:
    lean = offered(toolsets=["lean", "reviews"], exclude=["get_guest"])
    listed = {one.name for one in lean if one.listed}
    assert {"review_insights", "review_queue", "find_tools"} <= listed
    assert "get_guest" not in {one.name for one in lean}
    assert all(one.listed for one in offered(toolsets=["lean", "all"]))


async def test_a_client_sees_the_list_finds_another_and_calls_it() -> None:
    async with (
        house(listings=4, hostaway_mcp_toolsets="lean") as home,
        Client(build_server(home.app), mode="2026-07-28") as client,
    ):
        names = [one.name for one in (await client.list_tools()).tools]
        assert "audit_listings" not in names
        found = await client.call_tool("find_tools", {"query": "which listings miss photos or fees"})
        assert not found.is_error
        assert found.structured_content is not None
        first = found.structured_content["tools"][0]
        assert first["name"] == "audit_listings"
        assert "severity" in first["parameters"]["properties"]
        assert not (await client.call_tool("audit_listings", {})).is_error


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("reply to reviews", "review_queue"),
        ("why is the owner statement lower than the payout", "explain_money"),
        ("are my prices odd", "check_prices"),
        ("double bookings and conflicts", "check_conflicts"),
        ("pacing against last year", "report_pacing"),
        ("early check-in offers", "find_upsells"),
    ],
)
async def test_what_is_meant_comes_first(query: str, name: str) -> None:
    async with house(listings=3, hostaway_mcp_toolsets="lean") as home:
        answer = (await home.ask("find_tools", query=query)).json
        assert name in [one["name"] for one in answer["tools"][:2]]


async def test_what_fits_nothing_is_told_what_there_is() -> None:
    async with house(listings=3, hostaway_mcp_toolsets="lean") as home:
        outcome = await home.ask("find_tools", query="xyzzy")
        assert outcome.json["tools"] == []
        assert "review_insights" in outcome.text
