"""The card of report_pacing: whole answer, refusals, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.pacing import report_pacing
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert report_pacing.toolset is Toolset.ANALYTICS
    assert len(report_pacing.description.split()) <= 60
    assert_card("report_pacing", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house(listings=6) as home:
        outcome = await home.ask("report_pacing", from_="2026-08", to="2026-09")
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(report_pacing.output_schema).validate(outcome.json)


@pytest.mark.parametrize(
    "asked", [{}, {"by": "listing"}, {"by": "week", "from_": "2026-01", "to": "2026-12"}]
)
async def test_answers_are_small(asked: dict[str, Any]) -> None:
    async with house(listings=40) as home:
        outcome = await home.ask("report_pacing", **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"by": "owner"}, "`by` must be one of"),
        ({"as_of": "2027-01-01"}, "`as_of` (2027-01-01) is to come; today is 2026-07-23."),
        ({"compare": "last_year"}, "report_pacing has no parameter `compare`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("report_pacing", **asked)
        assert says in caught.value.sentence
