"""The card of get_reply_context: whole answer, refusal, schema, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.reply_context import get_reply_context
from tests.support.house import House, house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens


def a_stay(home: House) -> int:
    """A booked stay with a question in it."""
    listing = next(iter(home.sandbox.world.listings))
    stay = int(
        home.sandbox.world.add_reservation(
            listing, "2027-05-03", "2027-05-06", guestName="Ada ⟧ Byron", guestLocale="en"
        )["id"]
    )
    home.sandbox.world.receive_message(stay, "Could we check in early? Our flight lands at 8.")
    return stay


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert get_reply_context.toolset is Toolset.INBOX
    assert len(get_reply_context.description.split()) <= 60
    assert_card("get_reply_context", pytestconfig)


async def test_a_whole_answer(snapshot: SnapshotAssertion) -> None:
    async with house(listings=2) as home:
        outcome = await home.ask("get_reply_context", reservation=a_stay(home))
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")
        Draft202012Validator(get_reply_context.output_schema).validate(outcome.json)


async def test_a_long_thread_and_long_texts_stay_small() -> None:
    async with house(listings=1) as home:
        stay = a_stay(home)
        listing = next(iter(home.sandbox.world.listings))
        home.sandbox.world.touch_listing(
            listing,
            houseRules="No parties. " * 400,
            specialInstruction="Turn left. " * 400,
            keyPickup="x " * 3_000,
        )
        for _ in range(20):
            home.sandbox.world.receive_message(stay, "Is there a cot? " * 100)
        outcome = await home.ask("get_reply_context", reservation=stay)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "Say either `conversation` or `reservation`."),
        ({"conversation": 1}, "There is no conversation 1 in this account."),
        ({"reservation": "of the stay", "template": "Farewell"}, "There is no message template"),
        ({"conversation": 1, "answer": "yes"}, "get_reply_context has no parameter `answer`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house(listings=2) as home:
        if "template" in asked:
            asked = asked | {"reservation": a_stay(home)}
        with pytest.raises(InputError) as caught:
            await home.ask("get_reply_context", **asked)
        assert says in caught.value.sentence
