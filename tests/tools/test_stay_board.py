"""The card of stay_board: whole answer, refusal, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.stay_board import stay_board
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert stay_board.toolset is Toolset.RESERVATIONS
    assert_card("stay_board", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("stay_board", days=2)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(stay_board.output_schema).validate(outcome.json)


async def test_a_turnover_and_a_request_are_told_in_words() -> None:
    async with house(listings=2) as home:
        world = home.sandbox.world
        world.add_reservation(40160, "2027-05-01", "2027-05-04", guestName="Ada ⟧ Byron")
        world.add_reservation(40160, "2027-05-04", "2027-05-06", guestName="Grace Hopper")
        world.add_reservation(40160, "2027-05-04", "2027-05-05", status="pending")
        text = (await home.ask("stay_board", date="2027-05-04")).text
        assert "Tue 2027-05-04: 1 arrive, 1 leave (1 same-day turnovers), 0 stay on, 1 requests" in text
        assert text.count("| same day") == 2
        assert "⟦Ada ] Byron⟧" in text
        assert "Requests, not accepted yet:" in text


@pytest.mark.parametrize("asked", [{}, {"days": 14}, {"date": "next week", "limit": 200}])
async def test_a_board_of_many_listings_stays_small(asked: dict[str, Any]) -> None:
    async with house(listings=60) as home:
        outcome = await home.ask("stay_board", **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"days": 15}, "`days` must be at most 14"),
        ({"date": "2026-09"}, "the board shows at most 14. Give its first day and `days`."),
        ({"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ({"from": "today"}, "stay_board has no parameter `from`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("stay_board", **asked)
        assert says in caught.value.sentence
