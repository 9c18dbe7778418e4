"""The card of plan_turnovers: whole answer, refusal, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.turnovers import plan_turnovers
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert plan_turnovers.toolset is Toolset.OPS
    assert_card("plan_turnovers", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("plan_turnovers", days=2)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(plan_turnovers.output_schema).validate(outcome.json)


async def test_guests_words_stay_inside_their_fence() -> None:
    async with house(listings=2) as home:
        world = home.sandbox.world
        world.add_reservation(40160, "2027-05-01", "2027-05-04", guestName="Ada ⟧ Byron")
        text = (await home.ask("plan_turnovers", date="2027-05-04")).text
        assert "⟦Ada ] Byron⟧" in text


@pytest.mark.parametrize("asked", [{}, {"days": 14}, {"date": "next week", "limit": 100}])
async def test_a_plan_of_many_listings_stays_small(asked: dict[str, Any]) -> None:
    async with house(listings=60) as home:
        outcome = await home.ask("plan_turnovers", **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"days": 15}, "`days` must be at most 14"),
        ({"date": "2026-09"}, "a plan has at most 14. Give its first day and `days`."),
        ({"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ({"from": "today"}, "plan_turnovers has no parameter `from`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("plan_turnovers", **asked)
        assert says in caught.value.sentence
