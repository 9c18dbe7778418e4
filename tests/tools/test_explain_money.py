"""The card of explain_money: whole answers, refusals, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.explain_money import explain_money
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert explain_money.toolset is Toolset.FINANCE
    assert_card("explain_money", pytestconfig)
    assert len(explain_money.description.split()) <= 60


@pytest.mark.parametrize("asked", [{"reservation": 20009685}, {"statement": 800_003, "limit": 3}])
async def test_a_whole_answer(asked: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("explain_money", **asked)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(explain_money.output_schema).validate(outcome.json)


async def test_the_lines_of_a_large_statement_are_cut() -> None:
    async with house(listings=40) as home:
        asked: dict[str, Any] = {"statement": 800_001, "limit": 100}
        first = await home.ask("explain_money", **asked)
        lines, cursor, pages = len(first.json["lines"]), first.json["next_cursor"], 1
        assert tokens(first.json) <= MOST_TOKENS
        assert tokens(first.text) <= MOST_TOKENS
        while cursor:
            part = await home.ask("explain_money", **asked, cursor=cursor)
            lines, cursor, pages = lines + len(part.json["lines"]), part.json.get("next_cursor"), pages + 1
        assert lines == first.json["total"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "Name one: a `reservation` or an owner `statement`."),
        ({"statement": "Atlantis"}, 'There is no owner statement "Atlantis".'),
        ({"booking": 5}, "explain_money has no parameter `booking`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("explain_money", **asked)
        assert says in caught.value.sentence
