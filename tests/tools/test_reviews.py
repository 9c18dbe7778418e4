"""The cards of review_insights and review_queue: whole answers, refusals, schemas, sizes."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Tool, Toolset
from hostaway_mcp.tools.reviews import review_insights, review_queue
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens

TOOLS = pytest.mark.parametrize("tool", [review_insights, review_queue], ids=lambda tool: tool.name)


@TOOLS
def test_the_card(tool: Tool, pytestconfig: pytest.Config) -> None:
    assert tool.toolset is Toolset.REVIEWS
    assert len(tool.description.split()) <= 60
    assert_card(tool.name, pytestconfig)


@TOOLS
async def test_a_whole_answer(tool: Tool, snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask(tool.name)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(tool.output_schema).validate(outcome.json)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("review_insights", {}),
        ("review_insights", {"max_score": 10, "limit": 50, "from": "2025-08-01"}),
        ("review_queue", {}),
        ("review_queue", {"limit": 100}),
    ],
)
async def test_answers_stay_small(name: str, asked: dict[str, Any]) -> None:
    async with house(listings=60) as home:
        outcome = await home.ask(name, **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("name", "asked", "says"),
    [
        ("review_insights", {"max_score": 11}, "`max_score` must be at most 10"),
        ("review_insights", {"by": "weather"}, "`by`"),
        ("review_insights", {"from": "soonish"}, '"soonish" is not a date.'),
        ("review_insights", {"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ("review_queue", {"due_within": -1}, "`due_within`"),
        ("review_queue", {"post": True}, "review_queue has no parameter `post`"),
    ],
)
async def test_bad_input_is_one_sentence(name: str, asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask(name, **asked)
        assert says in caught.value.sentence
