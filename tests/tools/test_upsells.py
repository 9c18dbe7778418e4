"""The card of find_upsells: whole answer, refusal, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.upsells import find_upsells
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert find_upsells.toolset is Toolset.OPS
    assert_card("find_upsells", pytestconfig)


@pytest.mark.parametrize("asked", [{}, {"reservation": 20_010_412}])
async def test_a_whole_answer(asked: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("find_upsells", **asked)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(find_upsells.output_schema).validate(outcome.json)


@pytest.mark.parametrize("asked", [{}, {"days": 30, "limit": 50}])
async def test_offers_of_many_listings_stay_small(asked: dict[str, Any]) -> None:
    async with house(listings=60) as home:
        outcome = await home.ask("find_upsells", **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"days": 31}, "`days` must be at most 30"),
        ({"days": 3, "reservation": 1}, "either `reservation`, or `days`"),
        ({"reservation": "Nobody Atall"}, 'There is no reservation "Nobody Atall"'),
        ({"from": "today"}, "find_upsells has no parameter `from`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("find_upsells", **asked)
        assert says in caught.value.sentence
