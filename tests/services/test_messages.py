"""Messages are found by what people remember of them, and the answer says which were never read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import CursorError, InputError
from hostaway_mcp.models.conversations import ConversationMessage
from hostaway_mcp.models.lenient import read_rows
from hostaway_mcp.redaction import MASK
from hostaway_mcp.services.messages import MOST, Messages, around
from tests.support.house import House, house
from tests.support.replica import sync, synced

LONG = "We look forward to it very much, and so do the children. " * 12


async def search(home: House, **asked: Any) -> Messages:
    return await home.app.services.messages.search(**asked, question=asked)


def stays_to_come(home: House) -> list[int]:
    """Stays with a conversation on which nobody wrote yet about parking."""
    today = home.clock.today("UTC").isoformat()
    world = home.sandbox.world
    return [
        number
        for number, stay in world.reservations.items()
        if stay["status"] == "new"
        and stay["arrivalDate"] > today
        and number + 30_000_000 in world.conversations
    ]


async def written(home: House, *bodies: str) -> list[int]:
    """Guests of as many stays write, a minute apart, and the replica reads it; their reservations."""
    stays = stays_to_come(home)[: len(bodies)]
    for stay, body in zip(stays, bodies, strict=True):
        home.clock.advance(60)
        home.sandbox.world.receive_message(stay, body)
    await sync(home, after_seconds=600)
    return stays


async def test_without_a_replica_it_says_how_to_get_one_and_asks_nobody(tmp_path: Path) -> None:
    async with house(hostaway_mcp_data_dir=tmp_path) as home:
        answer = await search(home, text="parking")
        assert not answer.complete
        assert "hostaway-mcp sync" in (answer.missing[0].resume or "")
        assert not home.upstream


async def test_words_are_found_with_where_they_were_said(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        (stay, *_) = await written(home, "Is there a Spässchen-garage for the van?", "Good morning")
        answer = await search(home, text="spasschen garage")
        (row,) = answer.messages
        world = home.sandbox.world
        document = world.reservations.peek(stay)
        assert row.reservation_id == stay
        assert row.conversation_id == stay + 30_000_000
        assert row.guest == document["guestName"]
        assert row.listing == world.listings.peek(document["listingMapId"])["name"]
        assert row.from_ == "guest"
        assert answer.total is None, "a count over what was read is no total"
        assert (await search(home, text='"garage Spässchen"')).messages == ()


async def test_it_is_never_called_complete_while_only_unread_threads_are_read(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        store = await home.app.replica.store()
        there, read = await store.conversations.count(), await store.threads.count()
        assert 0 < read < there == len(home.sandbox.world.conversations)
        answer = await search(home, text="zzzz")
        assert not answer.complete
        assert f"of {there - read:,} of {there:,} conversations" in answer.missing[0].what
        assert answer.source == "replica"


async def test_guest_dates_channel_side_and_listing_narrow(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        one, two = await written(home, "Parking please", "Parking as well")
        world = home.sandbox.world
        first, second = (world.reservations.peek(number) for number in (one, two))

        async def found(**asked: Any) -> set[int | None]:
            return {row.reservation_id for row in (await search(home, text="parking", **asked)).messages}

        assert await found() >= {one, two}
        assert one in await found(guest=first["guestName"].upper())
        assert await found(from_="tomorrow", to="+7d") == set()
        assert await found(from_="today", to="today") >= {one, two}
        assert await found(incoming=False) & {one, two} == set()
        assert two in await found(listing=second["listingMapId"])
        assert {
            world.reservations.peek(number)["listingMapId"]
            for number in await found(listing=first["listingMapId"])
            if number
        } == {first["listingMapId"]}


async def test_a_channel_narrows_to_its_bookings(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        every = (await search(home, limit=100)).messages
        airbnb = await search(home, channel=["airbnb"], limit=100)
        world = home.sandbox.world
        channels = {
            row.message_id: world.reservations.peek(row.reservation_id or 0)["channelId"] for row in every
        }
        assert {row.message_id for row in airbnb.messages} == {
            number for number, channel in channels.items() if channel == 2018
        }


async def test_a_long_text_is_cut_around_the_words(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        await written(home, f"{LONG} Where is the <b>boathouse</b>, please? {LONG}")
        (row,) = (await search(home, text="boathouse")).messages
        assert row.text is not None
        assert "Where is the boathouse, please?" in row.text
        assert row.text.startswith("(+")
        assert row.text.endswith("characters)")
        assert len(row.text) < 400


def test_a_cut_text_counts_what_is_left_out() -> None:
    """Nothing is lost in the counts: what is shown and both numbers make the whole."""
    assert around("short", ("x",)) == "short"
    text = "a" * 100 + " needle " + "b" * 100
    shown = around(text, ("needle",), max_chars=50)
    assert shown is not None
    assert "needle" in shown
    assert around("first " + "b" * 400, (), max_chars=10) == "first bbbb… (+396 characters)"


async def test_secrets_are_masked_and_cannot_be_searched_for(tmp_path: Path) -> None:
    """Else a search would tell whether a guess at a door code is right."""
    async with synced(tmp_path) as home:
        stay = stays_to_come(home)[0]
        home.sandbox.world.touch_reservation(stay, doorCode="48151623")
        home.sandbox.world.receive_message(stay, "Is 48151623 the number for the blue gate? me@example.com")
        await sync(home, after_seconds=600)
        (row,) = (await search(home, text="blue gate")).messages
        assert row.text is not None
        assert "48151623" not in row.text
        assert MASK in row.text
        for secret in ("48151623", "me@example.com"):
            assert (await search(home, text=secret)).messages == ()


async def test_pages_go_on_without_repeating(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        every = [row.message_id for row in (await search(home, limit=100)).messages]
        answer = await search(home, limit=2)
        seen = [row.message_id for row in answer.messages]
        while answer.next_cursor and len(seen) < 8:
            answer = await home.app.services.messages.search(
                limit=2, cursor=answer.next_cursor, question={"limit": 2}
            )
            seen += [row.message_id for row in answer.messages]
        assert seen == every[: len(seen)]
        with pytest.raises(CursorError):
            await search(home, text="other", cursor=answer.next_cursor or "x")


async def test_more_than_is_looked_at_is_said(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        stay = stays_to_come(home)[0]
        world = home.sandbox.world
        for number in range(MOST + 1):
            world.receive_message(stay, f"Message {number} about chickens")
        messages, raw, _ = read_rows(ConversationMessage, world.messages_of(stay + 30_000_000))
        store = await home.app.replica.store()
        await store.messages.put(messages, raw, seen_at=home.clock.now())
        answer = await search(home, text="chickens")
        assert answer.total is None
        assert any(f"newest {MOST}" in one.what for one in answer.missing)


@pytest.mark.parametrize(
    "asked", [{"text": "?!"}, {"guest": "··"}, {"channel": ["fax"]}, {"from_": "someday"}]
)
async def test_what_cannot_be_looked_for_is_refused(asked: dict[str, Any], tmp_path: Path) -> None:
    async with synced(tmp_path, listings=1) as home:
        with pytest.raises(InputError):
            await search(home, **asked)
