"""The card of check_conflicts: whole answer, refusals, schema, size."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.conflicts import check_conflicts
from tests.support.house import House, house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def seed(home: House) -> None:
    world = home.sandbox.world
    world.add_reservation(40160, "2027-05-01", "2027-05-04", guestName="Ada ⟧ Byron")
    world.add_reservation(40160, "2027-05-03", "2027-05-06", guestName="Grace Hopper", checkOutTime=14)
    world.add_reservation(40160, "2027-05-06", "2027-05-08", status="ownerStay", checkInTime=15)
    world.calendar_changes[40167, date(2027, 5, 2)] = {"isProcessed": 0}


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert check_conflicts.toolset is Toolset.CALENDAR
    assert len(check_conflicts.description.split()) <= 60
    assert_card("check_conflicts", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house(listings=3) as home:
        seed(home)
        outcome = await home.ask("check_conflicts", from_="2027-05-01", to="2027-05-20")
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        assert "⟦Ada ] Byron⟧" in outcome.text
        Draft202012Validator(check_conflicts.output_schema).validate(outcome.json)


async def test_no_conflict_is_said_with_what_it_rests_on() -> None:
    async with house() as home:
        outcome = await home.ask("check_conflicts", kinds="overlap,overbooked")
        assert "No conflicts among " in outcome.text
        assert "stays of 11 listings." in outcome.text


async def test_many_conflicts_stay_small() -> None:
    async with house(listings=60) as home:
        world = home.sandbox.world
        for listing in list(world.listings):
            for _ in range(3):
                world.add_reservation(
                    listing, "2027-05-01", "2027-05-04", guestName="Bartholomew Featherstone"
                )
        outcome = await home.ask("check_conflicts", from_="2027-05-01", to="2027-05-30", limit=100)
        assert outcome.json["next_cursor"]
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"kinds": ["weather"]}, "`kinds` must be one of"),
        ({"cleaning_hours": 25}, "`cleaning_hours` must be at most 24"),
        ({"from_": "2026-08-10", "to": "2026-08-01"}, "is before `from`"),
        ({"to": "2028-01-01"}, "check_conflicts looks at 366 at most"),
        ({"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ({"days": 3}, "check_conflicts has no parameter `days`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("check_conflicts", **asked)
        assert says in caught.value.sentence
