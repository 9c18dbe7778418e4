"""The card of quote_stay: whole answers, refusals, schema."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.quote_stay import quote_stay
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens

ASKED: dict[str, Any] = {"listing": "Alfama Loft", "from": "2026-10-01", "to": "2026-10-09", "guests": 3}


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert quote_stay.toolset is Toolset.RESERVATIONS
    assert_card("quote_stay", pytestconfig)
    assert len(quote_stay.description.split()) <= 60


@pytest.mark.parametrize("more", [{}, {"from": "2027-05-03", "to": "2027-05-05", "coupon": "AUTUMN10"}])
async def test_a_whole_answer(more: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("quote_stay", **(ASKED | more))
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(quote_stay.output_schema).validate(outcome.json)
        assert tokens(outcome.json) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"listing": None}, "`listing`"),
        ({"guests": 0}, "`guests` must be at least 1"),
        ({"from": "2026-07-01", "to": "2026-07-03"}, "is in the past"),
        ({"to": "2027-10-01"}, "availability is checked for at most 180"),
        ({"coupon": "NOPE"}, "In force: AUTUMN10, LOYAL25."),
        ({"children": 2}, "quote_stay has no parameter `children`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house() as home:
        with pytest.raises(InputError) as caught:
            await home.ask("quote_stay", **(ASKED | asked))
        assert says in caught.value.sentence
