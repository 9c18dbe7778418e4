"""The card of find_gaps: whole answer, refusals, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.gaps import find_gaps
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert find_gaps.toolset is Toolset.CALENDAR
    assert len(find_gaps.description.split()) <= 60
    assert_card("find_gaps", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("find_gaps", turnover_cost="45", to="+30d")
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(find_gaps.output_schema).validate(outcome.json)


@pytest.mark.parametrize("asked", [{}, {"max_nights": 14, "limit": 100}, {"to": "2027-07-01"}])
async def test_gaps_of_many_listings_stay_small(asked: dict[str, Any]) -> None:
    async with house(listings=60) as home:
        outcome = await home.ask("find_gaps", **asked)
        assert outcome.json["next_cursor"]
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


async def test_no_gap_is_said() -> None:
    async with house(listings=2) as home:
        assert (await home.ask("find_gaps", from_="2027-05-01", to="2027-05-20")).text.startswith(
            "Understood"
        )
        assert "No gaps." in (await home.ask("find_gaps", from_="2027-05-01", to="2027-05-20")).text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"max_nights": 0}, "`max_nights` must be at least 1"),
        ({"turnover_cost": -5}, "`turnover_cost` must be at least 0"),
        ({"turnover_cost": "much"}, "`turnover_cost` must be"),
        ({"from_": "2026-08-01", "to": "2026-08-01"}, "there is no night"),
        ({"from_": "2026-06-31"}, "2026-06-31 does not exist"),
        ({"to": "2028-01-01"}, "find_gaps looks at 366 at most"),
        ({"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ({"listing": 7}, "There is no listing 7 in this account."),
        ({"days": 3}, "find_gaps has no parameter `days`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("find_gaps", **asked)
        assert says in caught.value.sentence
