"""The card of triage_inbox: whole answer, refusal, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.triage_inbox import triage_inbox
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert triage_inbox.toolset is Toolset.INBOX
    assert len(triage_inbox.description.split()) <= 60
    assert_card("triage_inbox", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("triage_inbox")
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(triage_inbox.output_schema).validate(outcome.json)


@pytest.mark.parametrize("asked", [{}, {"limit": 100, "sla_hours": 1}])
async def test_many_who_wait_stay_small(asked: dict[str, Any]) -> None:
    async with house(listings=40) as home:
        world = home.sandbox.world
        for number in list(world.conversations)[-120:]:
            world.receive_message(number - 30_000_000, "Where can we park the car? " * 30)
        outcome = await home.ask("triage_inbox", **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS
        assert outcome.json["next_cursor"]


async def test_nobody_waits_is_said() -> None:
    async with house(listings=2) as home:
        text = (await home.ask("triage_inbox", intent="refund")).text
        assert "Nobody waits." in text or "refund" in text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"sla_hours": 0}, "`sla_hours`"),
        ({"intent": "weather"}, "`intent`"),
        ({"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ({"from": "today"}, "triage_inbox has no parameter `from`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("triage_inbox", **asked)
        assert says in caught.value.sentence
