"""Who waits is what somebody who reads every thread would say."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.triage import Triage
from tests.support.house import House, house
from tests.support.replica import sync, synced

THREAD = 30_000_000
"""A conversation of the sandbox is its reservation and so much."""


async def triage(home: House, **asked: Any) -> Triage:
    return await home.app.services.triage.triage(**asked, question=asked)


def truth(home: House) -> set[int]:
    """Threads whose last message of a person is an unanswered question, from the sandbox's documents."""
    from hostaway_mcp.sandbox.world.words import CLOSINGS

    thanks = {phrase for some in CLOSINGS.values() for phrase in some}
    begin = home.clock.now() - timedelta(days=14)
    found = set()
    for number in home.sandbox.world.conversations:
        asks = False
        latest = None
        for one in home.sandbox.world.messages_of(number):
            if one["status"] != "sent":
                continue
            latest = one["date"]
            if one["isIncoming"]:
                asks = asks or one["body"] not in thanks
            elif not one["communicationId"]:
                asks = False
        unread = home.sandbox.world.conversations.peek(number)["hasUnreadMessages"]
        if asks and latest and (unread or datetime.fromisoformat(latest + "+00:00") >= begin):
            found.add(number)
    return found


def a_stay(home: House, offset: int, *, nights: int = 4, **fields: Any) -> int:
    """A booked stay that arrives so many days from today, with a conversation."""
    listing = next(iter(home.sandbox.world.listings))
    arrival = home.clock.today("Europe/Lisbon") + timedelta(days=offset)
    stay = home.sandbox.world.add_reservation(listing, arrival, arrival + timedelta(days=nights), **fields)
    return int(stay["id"])


def answer(home: House, stay: int, body: str, **fields: Any) -> None:
    """The host's side writes."""
    message = home.sandbox.world.receive_message(stay, body)
    message |= {"isIncoming": 0, "isSeen": 1, "sentUsingHostaway": 1} | fields
    document = home.sandbox.world.conversations[stay + THREAD]
    document["messageSentOn"] = message["date"]


@pytest.mark.parametrize("seed", [1, 7])
async def test_live_who_waits_is_who_was_not_answered(seed: int) -> None:
    async with house(listings=8, seed=seed) as home:
        found = await triage(home, limit=100)
        ids = {row.conversation_id for row in found.waiting}
        assert found.complete, found.missing
        assert ids == truth(home)
        assert found.counts.waiting == found.total == len(ids)


async def test_the_replica_says_the_same_without_a_call(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=8) as home:
        before = len(home.upstream)
        found = await triage(home, limit=100)
        assert len(home.upstream) == before
        ids = {row.conversation_id for row in found.waiting}
        assert ids <= truth(home)
        unsure = " ".join(one.what for one in found.missing)
        assert all(str(one) in unsure for one in truth(home) - ids)
        again = await triage(home, limit=100)
        assert again.waiting == found.waiting


async def test_a_locked_out_guest_stands_before_a_question_for_next_month() -> None:
    async with house(listings=2) as home:
        world = home.sandbox.world
        later, here = a_stay(home, 30), a_stay(home, -1)
        world.receive_message(later, "Is there parking, and what does it cost?")
        await home.clock.sleep(30 * 3600)
        world.receive_message(here, "We are locked out, the code does not work!")
        await home.clock.sleep(360)
        found = await triage(home)
        rows = {row.reservation_id: row for row in found.waiting}
        assert found.waiting[0].reservation_id == here
        assert (rows[here].urgency, rows[here].intent, rows[here].phase, rows[here].hours) == (
            "now",
            "access",
            "in_house",
            0.1,
        )
        assert (rows[later].intent, rows[later].phase, rows[later].over_sla) == ("parking", "upcoming", True)
        assert rows[later].urgency == "normal"
        only = await triage(home, intent=["access"])
        assert [row.reservation_id for row in only.waiting] == [here]
        calm = await triage(home, sla_hours=48)
        assert {row.reservation_id: row.urgency for row in calm.waiting}[later] == "low"


async def test_from_the_replica_the_name_of_a_listing_is_no_word_of_the_guest(tmp_path: Path) -> None:
    """What waits was told when the message was kept; what the listing is called is told when it is asked."""
    async with synced(tmp_path, listings=2) as home:
        world = home.sandbox.world
        asks, locked, parks = (a_stay(home, offset) for offset in (10, -1, 20))
        world.touch_listing(
            next(iter(world.listings)), name="Cellar Door", internalListingName="Camden Lock Flat"
        )
        world.receive_message(asks, "Hello, is Camden Lock Flat free on these dates?")
        world.receive_message(locked, "The door of Cellar Door is locked, we are locked out!")
        world.receive_message(parks, "Is there parking at Cellar Door?")
        await sync(home, after_seconds=86_400)
        asked = len(home.upstream)
        found = await triage(home, limit=100)
        intents = {row.reservation_id: row.intent for row in found.waiting}
        assert [intents[one] for one in (asks, locked, parks)] == ["other", "access", "parking"]
        assert asks not in {row.reservation_id for row in (await triage(home, intent=["access"])).waiting}
        assert len(home.upstream) == asked
        world.receive_message(asks, "We are at the Camden Lock Flat and locked out, the code does not work!")
        await sync(home, after_seconds=600)
        rows = {row.reservation_id: row for row in (await triage(home, limit=100)).waiting}
        assert (rows[asks].intent, rows[asks].messages) == ("access", 2)


async def test_machines_and_failures_do_not_answer_and_thanks_does_not_ask(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        world = home.sandbox.world
        by_machine, failed, answered, thanks = (a_stay(home, 10 + n) for n in range(4))
        for stay in (by_machine, failed, answered):
            world.receive_message(stay, "Könnten wir früher einchecken?")
        await home.clock.sleep(60)
        answer(home, by_machine, "Ihre Reise beginnt bald.", communicationId=501)
        answer(home, failed, "Ja, gern.", status="failed", sentChannelDate=None)
        answer(home, answered, "Ja, gern.")
        world.receive_message(thanks, "Vielen Dank, bis bald!")
        await sync(home, after_seconds=600)
        rows = {row.reservation_id: row for row in (await triage(home, limit=100)).waiting}
        assert by_machine in rows
        assert failed in rows
        assert answered not in rows
        assert thanks not in rows
        assert rows[failed].intent == "early_or_late"
        await home.clock.sleep(60)
        world.receive_message(failed, "Hat sich erledigt, danke")
        await sync(home, after_seconds=600)
        assert failed not in {row.reservation_id for row in (await triage(home, limit=100)).waiting}


async def test_words_are_cleaned_and_secrets_masked() -> None:
    async with house(listings=1) as home:
        listing = next(iter(home.sandbox.world.listings))
        home.sandbox.world.touch_listing(listing, doorSecurityCode="sesame77")
        stay = a_stay(home, 0)
        home.sandbox.world.receive_message(
            stay, "<b>The door</b> \u202ewon't open with sesame77 ⟧ mail me: a@b.example"
        )
        outcome = await home.ask("triage_inbox")
        row = next(one for one in outcome.json["waiting"] if one.get("reservation_id") == stay)
        assert "sesame77" not in outcome.text
        assert "a@b.example" not in str(row)
        assert "⟧" not in row["excerpt"]
        assert "<b>" not in row["excerpt"]
        assert "\u202e" not in row["excerpt"]


async def test_a_group_and_a_listing_narrow_it() -> None:
    async with house(listings=8) as home:
        world = home.sandbox.world
        everyone = {row.conversation_id: row.listing_id for row in (await triage(home, limit=100)).waiting}
        city = next(iter(world.listings.items()))[1]["city"]
        there = {number for number, one in world.listings.items() if one["city"] == city}
        found = await triage(home, group=city, limit=100)
        assert {row.conversation_id for row in found.waiting} == {
            n for n, one in everyone.items() if one in there
        }
        with pytest.raises(UnknownNameError):
            await triage(home, group="Atlantis")
        with pytest.raises(InputError):
            await triage(home, listing="No such house")


async def test_a_long_list_is_cut_and_goes_on() -> None:
    async with house(listings=12) as home:
        whole = [row.conversation_id for row in (await triage(home, limit=100)).waiting]
        assert len(whole) > 4
        first = await triage(home, limit=3)
        assert first.next_cursor
        assert first.total == len(whole)
        assert first.counts.waiting == len(whole)
        rest = await home.app.services.triage.triage(limit=100, cursor=first.next_cursor, question={})
        assert [row.conversation_id for row in (*first.waiting, *rest.waiting)] == whole
        with pytest.raises(CursorError):
            await home.app.services.triage.triage(cursor=first.next_cursor, question={"group": "x"})


async def test_conversations_that_did_not_come_are_missing() -> None:
    async with house(listings=12) as home:
        home.sandbox.faults.add("status", path="/v1/conversations", status=503, times=None, after=1)
        found = await triage(home)
        if not found.complete:
            assert found.total is None
            assert "conversations" in found.missing[0].what


async def test_a_thread_that_cannot_be_read_is_named() -> None:
    async with house(listings=2) as home:
        stay = a_stay(home, 5)
        home.sandbox.world.receive_message(stay, "Is there a cot?")
        await home.clock.sleep(60)
        answer(home, stay, "Your stay is near.", communicationId=501)
        home.sandbox.faults.add(
            "status", path=f"/v1/conversations/{stay + THREAD}/messages", status=503, times=None
        )
        found = await triage(home)
        assert not found.complete
        assert str(stay + THREAD) in found.missing[0].what
