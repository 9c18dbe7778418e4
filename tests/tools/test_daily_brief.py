"""The card of daily_brief: whole answer, refusal, schema, size."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.daily_brief import daily_brief
from tests.support.house import house
from tests.support.replica import synced
from tests.tools.golden import assert_card, tokens

MOST = 1_500


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert daily_brief.toolset is Toolset.CORE
    assert_card("daily_brief", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion, tmp_path: Path) -> None:
    async with synced(tmp_path, listings=6) as home:
        outcome = await home.ask("daily_brief")
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(daily_brief.output_schema).validate(outcome.json)


async def test_a_live_answer_says_what_it_left_out(snapshot: SnapshotAssertion) -> None:
    async with house(listings=4) as home:
        assert (await home.ask("daily_brief")).text == snapshot


@pytest.mark.parametrize("asked", [{}, {"date": "tomorrow"}, {"sections": "in_house,arrivals"}])
async def test_150_listings_fit_on_a_page(asked: dict[str, Any]) -> None:
    async with house(listings=150) as home:
        world = home.sandbox.world
        # Names that cost three bytes a letter, and many unpaid arrivals.
        for number in list(world.listings)[:40]:
            for days in (0, 1):
                first = world.today_at(number) + timedelta(days=days)
                world.add_reservation(
                    number,
                    first,
                    first + timedelta(days=1),
                    guestName="京" * 60,
                    totalPrice=900,
                    channelId=2000,
                )
        outcome = await home.ask("daily_brief", **asked)
        assert tokens(outcome.json) <= MOST
        assert tokens(outcome.text) <= MOST


async def test_a_quiet_day_is_told_in_words() -> None:
    async with house(listings=2) as home:
        text = (await home.ask("daily_brief", date="2027-05-03", sections=["arrivals", "departures"])).text
        assert "Mon 2027-05-03: a quiet day" in text
        assert "Nothing in: arrivals, departures" in text


async def test_guests_words_stay_inside_their_fence() -> None:
    async with house(listings=2) as home:
        world = home.sandbox.world
        world.add_reservation(40160, "2027-05-01", "2027-05-04", guestName="Ada ⟧ Byron\u200b")
        text = (await home.ask("daily_brief", date="2027-05-04")).text
        assert "⟦Ada ] Byron⟧" in text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"date": "next week"}, "`date` is 7 days long; a brief is about one day."),
        ({"date": "someday"}, '"someday" is not a date.'),
        ({"group": "Atlantis"}, 'No listing is in "Atlantis".'),
        ({"sections": ["money"]}, "`sections`"),
        ({"sections": []}, "`sections`"),
        ({"days": 2}, "daily_brief has no parameter `days`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        with pytest.raises(InputError) as caught:
            await home.ask("daily_brief", **asked)
        assert says in caught.value.sentence
