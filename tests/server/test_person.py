"""A person agrees to a proposal through their client, in both eras of the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolResult,
    ElicitResult,
    ErrorData,
    InputRequiredResult,
)

from hostaway_mcp.server.boundary import ERROR_KEY
from hostaway_mcp.server.person import AGREE, APPROVAL, FORM
from hostaway_mcp.server.server import build_server
from hostaway_mcp.tools.catalogue import ToolEffect
from hostaway_mcp.tools.tools import CATALOGUE
from tests.server.conftest import ERAS, connected
from tests.server.stand import Desk, Stand
from tests.services.writes.examples import EXAMPLES, Example
from tests.services.writes.house import WritingHouse, writing
from tests.support.clock import FakeClock
from tests.support.house import house

Json = dict[str, Any]
YES = ElicitResult(action="accept", content={AGREE: True})
NO = (
    ElicitResult(action="decline"),
    ElicitResult(action="cancel"),
    ElicitResult(action="accept", content={AGREE: False}),
    ElicitResult(action="accept", content={}),
    ElicitResult(action="accept", content={AGREE: "true"}),
    ElicitResult(action="cancel", content={AGREE: True}),
)
CHANGE = {"ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}


class Asked:
    """Answers what a client asks its person, and remembers the questions."""

    def __init__(self, answer: ElicitResult | ErrorData) -> None:
        self.answer = answer
        self.questions: list[Any] = []

    async def __call__(self, context: Any, params: Any) -> ElicitResult | ErrorData:
        self.questions.append(params)
        return self.answer


@asynccontextmanager
async def client_of(home: WritingHouse, way: str, era: str, **options: Any) -> AsyncIterator[Client]:
    """A client of the house; over HTTP through a real socket."""
    held = Stand(home.home.app, Desk(), home.home.audit)
    async with connected(way, era, held, **options) as client:
        yield client


async def proposed(client: Client, home: WritingHouse) -> Json:
    listing_id = next(iter(home.home.sandbox.world.listings))
    result = await client.call_tool("update_calendar", {"listing": listing_id, **CHANGE})
    assert result.structured_content is not None, result.content
    proposal: Json = result.structured_content
    return proposal


async def apply(client: Client, proposal: Json) -> CallToolResult:
    return await client.call_tool("apply_change", {"change_id": proposal["change_id"]})


def refusal_of(result: CallToolResult) -> Json:
    assert result.is_error
    assert result.meta is not None
    facts: Json = result.meta[ERROR_KEY]
    return facts


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("way", ["memory", "http"])
async def test_a_person_is_asked_by_their_client_and_then_it_is_done(
    way: str, era: str, tmp_path: Path
) -> None:
    """One box to tick, and the server's own words; what is agreed to is done at once."""
    person = Asked(YES)
    async with (
        writing(tmp_path, listings=2, clock=FakeClock(grace_seconds=0.05)) as home,
        client_of(home, way, era, elicitation_callback=person) as client,
    ):
        proposal = await proposed(client, home)
        result = await apply(client, proposal)
        assert result.structured_content is not None, result.content
        assert result.structured_content["outcome"] == "done"
        (effect,) = home.home.sandbox.effects
        assert effect.changes["minimumStay"][1] == 6
        (asked,) = person.questions
        entry = await (await home.home.app.services.writes.ledger.journal()).get(proposal["change_id"])
        assert entry is not None
        assert entry.approved_by == "person"
        assert asked.message == entry.question
        assert "minimum stay" in asked.message
        assert asked.requested_schema == FORM
        again = await apply(client, proposal)
        assert refusal_of(again)["code"] == "already_applied"
        assert len(person.questions) == 1


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("answer", NO, ids=lambda answer: f"{answer.action} {answer.content}")
async def test_everything_but_a_ticked_box_is_a_no(answer: ElicitResult, era: str, tmp_path: Path) -> None:
    """Declined, dismissed, sent without the tick: it is over, and nothing was sent."""
    person = Asked(answer)
    async with (
        writing(tmp_path, listings=2) as home,
        client_of(home, "memory", era, elicitation_callback=person) as client,
    ):
        proposal = await proposed(client, home)
        for _ in range(2):
            assert refusal_of(await apply(client, proposal))["code"] == "declined"
        assert len(person.questions) == 1
        assert home.home.sandbox.effects == []


@pytest.mark.parametrize("era", ERAS)
async def test_without_a_way_to_ask_the_way_for_a_person_is_told(era: str, tmp_path: Path) -> None:
    """A client that declares no elicitation; the same caller goes on once somebody agreed elsewhere."""
    async with writing(tmp_path, listings=2) as home, client_of(home, "memory", era) as client:
        proposal = await proposed(client, home)
        name = proposal["change_id"]
        refused = await apply(client, proposal)
        assert refusal_of(refused)["code"] == "needs_approval"
        assert f"hostaway-mcp approve {name}" in refused.content[0].text  # type: ignore[union-attr]
        assert home.home.sandbox.effects == []
        await home.home.app.services.writes.approve(name, by="terminal")
        result = await apply(client, proposal)
        assert result.structured_content is not None
        assert result.structured_content["outcome"] == "done"


async def test_a_client_that_fails_to_ask_has_no_agreement(tmp_path: Path) -> None:
    """It answers with an error; the proposal still waits for somebody."""
    person = Asked(ErrorData(code=-32603, message="no window"))
    async with (
        writing(tmp_path, listings=2) as home,
        client_of(home, "memory", "2025-11-25", elicitation_callback=person) as client,
    ):
        proposal = await proposed(client, home)
        assert refusal_of(await apply(client, proposal))["code"] == "needs_approval"
        person.answer = YES
        assert (await apply(client, proposal)).structured_content is not None


# Rounds: what the client carries is the client's to forge.


async def first_round(client: Client, name: str) -> str:
    result = await client.session.call_tool("apply_change", {"change_id": name}, allow_input_required=True)
    assert isinstance(result, InputRequiredResult)
    assert set(result.input_requests or {}) == {APPROVAL}
    assert result.request_state
    return result.request_state


async def second_round(client: Client, arguments: Json, state: str | None) -> Any:
    return await client.session.call_tool(
        "apply_change",
        arguments,
        input_responses={APPROVAL: YES},
        request_state=state,
        allow_input_required=True,
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.tool)
async def test_a_yes_counts_only_with_the_state_of_its_own_question(example: Example, tmp_path: Path) -> None:
    """Changed, cut, of another proposal, with other arguments, or none at all: nothing is sent."""
    async with (
        writing(tmp_path, listings=6) as home,
        client_of(home, "memory", "2026-07-28", elicitation_callback=Asked(YES)) as client,
    ):
        arguments = await example.arguments(home)
        name, other = [
            (await client.call_tool(example.tool, arguments)).structured_content["change_id"]
            for _ in range(2)
        ]
        before = home.home.sandbox.effects.tally()
        state, others = await first_round(client, name), await first_round(client, other)
        assert name not in state
        call = {"change_id": name}
        middle = len(state) // 2
        changed = state[:middle] + ("A" if state[middle] != "A" else "B") + state[middle + 1 :]
        for forged in (changed, state[:-4], state + "A", others, "", f"{name} {'0' * 64}"):
            with pytest.raises(MCPError) as caught:
                await second_round(client, call, forged)
            assert caught.value.code == INVALID_PARAMS
        for said in (call | {"force": True}, call | {"listing": 1}, {"change_id": other}):
            with pytest.raises(MCPError):
                await second_round(client, said, state)
        # The answer alone is nobody's word: the question is asked again.
        assert isinstance(await second_round(client, call, None), InputRequiredResult)
        assert home.home.sandbox.effects.tally() == before

        done = await second_round(client, call, state)
        assert done.structured_content["outcome"] == "done"
        again = await second_round(client, call, state)
        assert refusal_of(again)["code"] == "already_applied"


async def test_the_state_of_another_caller_is_no_agreement(tmp_path: Path) -> None:
    """Nor does the other see the proposal at all."""
    async with writing(tmp_path, listings=2) as home:
        server = build_server(home.home.app)
        async with (
            client_of(home, "memory", "2026-07-28", elicitation_callback=Asked(YES)) as client,
            Client(server, mode="2026-07-28", elicitation_callback=Asked(YES)) as stranger,
        ):
            proposal = await proposed(client, home)
            state = await first_round(client, proposal["change_id"])
            result = await second_round(stranger, {"change_id": proposal["change_id"]}, state)
            assert refusal_of(result)["code"] == "not_found"
            assert home.home.sandbox.effects == []


async def test_two_answers_at_once_are_one_change(tmp_path: Path) -> None:
    """Single use is the journal's: whoever comes second is told what became of it."""
    async with (
        writing(tmp_path, listings=2) as home,
        client_of(home, "memory", "2026-07-28", elicitation_callback=Asked(YES)) as client,
    ):
        proposal = await proposed(client, home)
        call = {"change_id": proposal["change_id"]}
        state = await first_round(client, proposal["change_id"])
        results = await asyncio.gather(*(second_round(client, call, state) for _ in range(3)))
        assert sorted(result.is_error for result in results) == [False, True, True]
        assert {refusal_of(r)["code"] for r in results if r.is_error} == {"already_applied"}
        assert home.home.sandbox.effects.tally() == {"calendarDay updated": 1}


# The tools themselves.


@pytest.mark.parametrize("era", ERAS)
async def test_hints_tell_what_a_call_can_do_at_most(era: str, tmp_path: Path) -> None:
    """Only applying acts; proposing changes nothing, and a change_id never acts twice."""
    async with writing(tmp_path, listings=2) as home, client_of(home, "memory", era) as client:
        listed = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
    assert list(listed) == [tool.name for tool in CATALOGUE]
    for tool in CATALOGUE:
        hints = listed[tool.name]
        assert hints is not None
        assert hints.read_only_hint is (tool.effect is ToolEffect.READ)
        assert hints.destructive_hint is (tool.effect is ToolEffect.APPLY)
        assert hints.idempotent_hint is (tool.effect in (ToolEffect.READ, ToolEffect.APPLY))
        assert hints.open_world_hint is True


@pytest.mark.parametrize("era", ERAS)
async def test_while_writes_are_off_the_result_says_so(era: str, tmp_path: Path) -> None:
    """A result that a model can tell its person, not an error of the protocol; none of them is listed."""
    async with (
        house(listings=2, hostaway_mcp_data_dir=tmp_path) as home,
        Client(build_server(home.app), mode=ERAS[era]) as client,
    ):
        listed = {tool.name for tool in (await client.list_tools()).tools}
        for tool in CATALOGUE:
            if tool.effect is not ToolEffect.READ:
                assert tool.name not in listed
                result = await client.call_tool(tool.name, {})
                assert refusal_of(result) == {"code": "writes_off", "move": "operator", "retryable": False}
                assert "HOSTAWAY_MCP_WRITES=propose" in result.content[0].text  # type: ignore[union-attr]
