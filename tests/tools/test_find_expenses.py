"""The card of find_expenses: whole answer, refusal, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.expenses import find_expenses
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert find_expenses.toolset is Toolset.FINANCE
    assert_card("find_expenses", pytestconfig)
    assert len(find_expenses.description.split()) <= 60


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("find_expenses", from_="2026-05-01", to="2026-07-23", limit=4)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(find_expenses.output_schema).validate(outcome.json)


@pytest.mark.parametrize("asked", [{}, {"from_": "2026-03-01", "to": "2026-07-23", "limit": 100}])
async def test_answers_stay_small(asked: dict[str, Any]) -> None:
    async with house(listings=60) as home:
        outcome = await home.ask("find_expenses", **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"from_": "soon"}, '"soon" is not a date'),
        ({"owner": "Nobody Atall"}, "Owners: "),
        ({"limit": 0}, "`limit` must be at least 1"),
        ({"currency": "EUR"}, "find_expenses has no parameter `currency`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("find_expenses", **asked)
        assert says in caught.value.sentence
