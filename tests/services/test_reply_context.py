"""A reply rests on facts: what was asked, what Hostaway has, what the calendar allows; no code leaves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import AmbiguousNameError, InputError, UnknownNameError
from hostaway_mcp.services.reply_context import ReplyContext
from tests.support.house import House, house
from tests.support.replica import sync, synced

FAR = date(2027, 5, 3)
"""A day that the sandbox has no stays on."""
CODE, PASSWORD = "4711-sesame", "correct horse"


async def context(home: House, **asked: Any) -> ReplyContext:
    return await home.app.services.replies.get(**asked)


def add(home: House, arrival: date, nights: int, **fields: Any) -> int:
    listing = next(iter(home.sandbox.world.listings))
    stay = home.sandbox.world.add_reservation(listing, arrival, arrival + timedelta(days=nights), **fields)
    return int(stay["id"])


def hide(home: House) -> None:
    """Codes that must not be seen."""
    listing = next(iter(home.sandbox.world.listings))
    home.sandbox.world.touch_listing(
        listing,
        doorSecurityCode=CODE,
        wifiPassword=PASSWORD,
        specialInstruction=f"Type {CODE} and use {PASSWORD} for the network.",
        keyPickup=f"Key box: {CODE}",
    )


def chances(answer: ReplyContext) -> dict[str, tuple[bool, str]]:
    return {one.what: (one.possible, one.because) for one in answer.possible}


async def test_what_is_possible_comes_from_the_neighbours() -> None:
    async with house(listings=1) as home:
        before = add(home, FAR - timedelta(days=2), 2)
        stay = add(home, FAR, 3)
        after = add(home, FAR + timedelta(days=5), 2)
        found = chances(await context(home, reservation=stay))
        assert found["early_check_in"] == (False, f"reservation {before} leaves on {FAR}")
        leaves = FAR + timedelta(days=3)
        assert found["late_check_out"] == (True, f"the night {leaves} is free")
        assert found["extension"] == (True, f"the nights {leaves} to {leaves + timedelta(days=1)} are free")
        extension = next(
            one for one in (await context(home, reservation=stay)).possible if one.what == "extension"
        )
        assert extension.nights == 2
        assert extension.first_night_price
        other = chances(await context(home, reservation=after))
        assert other["early_check_in"][0]


async def test_the_replica_gives_the_same_with_two_calls_for_templates_and_fees(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        today = home.clock.today("Europe/Lisbon")
        stay = add(home, today + timedelta(days=40), 3)
        home.sandbox.world.receive_message(stay, "Können wir eine Nacht verlängern? Gibt es einen Parkplatz?")
        await sync(home, after_seconds=600)
        await sync(home, after_seconds=90_000)
        before = len(home.upstream)
        answer = await context(home, reservation=stay)
        listing = next(iter(home.sandbox.world.listings))
        assert sorted(home.upstream[before:]) == [
            f"/v1/listingFeeSettings/{listing}",
            f"/v1/reservations/{stay}/messageTemplates",
        ]
        assert answer.complete, answer.missing
        assert answer.language == "de"
        assert answer.question.waiting
        assert answer.question.intent == "extension"
        assert answer.stay
        assert answer.stay.phase == "upcoming"


async def test_codes_are_hidden_unless_setting_and_question_allow_them() -> None:
    for reveal, asked, shown in (((), True, False), (("access",), False, False), (("access",), True, True)):
        async with house(listings=1, hostaway_mcp_reveal=",".join(reveal)) as home:
            hide(home)
            stay = add(home, FAR, 3)
            home.sandbox.world.receive_message(stay, f"Is it {CODE}?")
            outcome = await home.ask("get_reply_context", reservation=stay, reveal=asked)
            facts = outcome.json["facts"]
            assert (facts["door_code"] == CODE) is shown
            assert (facts["wifi_password"] == PASSWORD) is shown
            assert CODE not in outcome.json["question"]["text"], "a guest's words are always masked"
            assert shown or (CODE not in outcome.text and PASSWORD not in outcome.text)
            assert shown or (CODE not in str(outcome.json) and PASSWORD not in str(outcome.json))
            if asked and not shown:
                assert any("HOSTAWAY_MCP_REVEAL=access" in one for one in outcome.json["warnings"])


async def test_templates_are_filled_by_hostaway_and_those_about_the_question_come_first() -> None:
    async with house(listings=1) as home:
        stay = add(home, FAR, 3, guestName="Ada Byron", guestFirstName="Ada")
        home.sandbox.world.receive_message(stay, "Where can we park the car?")
        answer = await context(home, reservation=stay)
        assert answer.templates[0].name == "Parking"
        assert "Ada" in (answer.templates[0].text or "")
        one = await context(home, reservation=stay, template="greet")
        assert [row.name for row in one.templates] == ["Greeting"]
        assert one.templates == (await context(home, reservation=stay, template="1")).templates


async def test_a_template_that_does_not_exist_is_refused_with_the_choices() -> None:
    async with house(listings=1) as home:
        stay = add(home, FAR, 3)
        with pytest.raises(UnknownNameError) as caught:
            await context(home, reservation=stay, template="Farewell")
        assert "Greeting (1)" in caught.value.sentence
        assert "Wi-Fi (4)" in caught.value.sentence
        with pytest.raises(AmbiguousNameError):
            await context(home, reservation=stay, template="i")


async def test_bad_input() -> None:
    async with house(listings=1) as home:
        with pytest.raises(InputError):
            await context(home)
        with pytest.raises(UnknownNameError):
            await context(home, conversation=1)
        with pytest.raises(UnknownNameError):
            await context(home, reservation=999_999_999)


async def test_what_was_answered_is_not_a_question() -> None:
    async with house(listings=1) as home:
        stay = add(home, FAR, 3)
        answer = await context(home, reservation=stay)
        assert not answer.question.waiting
        assert answer.question.text is None


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v1/reservations/*/messageTemplates", "templates"),
        ("/v1/listings/*/calendar", "possible"),
        ("/v1/listingFeeSettings/*", "fees"),
    ],
)
async def test_what_could_not_be_had_is_named_and_the_rest_is_there(path: str, what: str) -> None:
    async with house(listings=1) as home:
        stay = add(home, FAR, 3)
        home.sandbox.faults.add("status", path=path, status=503, times=None)
        answer = await context(home, reservation=stay)
        assert not answer.complete
        assert any(what in one.what for one in answer.missing), answer.missing
        assert answer.facts.wifi_name
