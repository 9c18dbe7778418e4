"""The card of check_prices: whole answer, refusals, schema, size."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.prices import check_prices
from tests.support.house import House, house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens

MAY = date(2027, 5, 1)


def seed(home: House, listing: int, prices: dict[int, int]) -> None:
    """Prices of days of May, where nobody has booked."""
    for number, price in prices.items():
        home.sandbox.world.calendar_changes[listing, MAY + timedelta(days=number - 1)] = {"price": price}


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert check_prices.toolset is Toolset.CALENDAR
    assert len(check_prices.description.split()) <= 60
    assert_card("check_prices", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house(listings=3) as home:
        seed(home, 40160, {10: 0, 11: 0, 20: 9_000})
        seed(home, 40167, {12: 7})
        outcome = await home.ask("check_prices", from_="2027-05-01", to="2027-05-31")
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(check_prices.output_schema).validate(outcome.json)


async def test_no_odd_price_is_said_with_what_it_rests_on() -> None:
    async with house() as home:
        assert "No odd prices among " in (await home.ask("check_prices", rules="missing,pattern=50")).text


async def test_many_findings_stay_small() -> None:
    async with house(listings=60) as home:
        for listing in home.sandbox.world.listings:
            seed(home, listing, dict.fromkeys(range(2, 30, 3), 0))
        outcome = await home.ask("check_prices", from_="2027-05-01", to="2027-05-31", limit=100)
        assert outcome.json["next_cursor"]
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"rules": ["weather"]}, 'There is no rule "weather".'),
        ({"rules": "floor"}, "The rule `floor` needs an amount a night. Write floor=80."),
        ({"from_": "2026-08-10", "to": "2026-08-01"}, "is before `from`"),
        ({"to": "2028-01-01"}, "check_prices looks at 366 at most"),
        ({"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ({"days": 3}, "check_prices has no parameter `days`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("check_prices", **asked)
        assert says in caught.value.sentence
