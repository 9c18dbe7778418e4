"""Threads: read once, kept, and answered from the replica until something newer is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.house import House, house
from tests.support.replica import sync, synced

THREAD = 30_000_000
"""A conversation of the sandbox is its reservation and so much."""


def a_quiet_stay(home: House) -> int:
    """A stay whose conversation nobody has to look at, and that has messages."""
    world = home.sandbox.world
    return next(
        number - THREAD
        for number in world.conversations
        if not world.conversations.peek(number)["hasUnreadMessages"] and len(world.messages_of(number)) > 2
    )


async def read(home: House, stay: int) -> tuple[dict[str, Any], int]:
    """The thread, and how many calls it cost."""
    before = len(home.upstream)
    outcome = await home.ask("get_conversation", conversation=stay + THREAD)
    return outcome.json, len(home.upstream) - before


async def test_what_was_read_is_kept_and_found_and_read_again_when_somebody_writes(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        stay = a_quiet_stay(home)
        first, calls = await read(home, stay)
        assert (calls, first["source"]) == (2, "mixed")
        again, calls = await read(home, stay)
        assert (calls, again["source"]) == (0, "replica")
        assert again["messages"] == first["messages"]
        assert again["as_of"] <= first["as_of"]

        world = home.sandbox.world
        await home.clock.sleep(600)
        world.receive_message(stay, "Is there a heliotrope in the garden?")
        await sync(home)
        found = (await home.ask("search_messages", text="heliotrope")).json
        assert [row["reservation_id"] for row in found["messages"]] == [stay], "sync reads what is unread"
        later, calls = await read(home, stay)
        assert calls == 0
        assert "heliotrope" in later["messages"][-1]["text"]


async def test_what_the_host_writes_elsewhere_is_known_by_the_list_of_conversations(tmp_path: Path) -> None:
    """No webhook tells of it, and nothing is unread."""
    async with synced(tmp_path) as home:
        stay = a_quiet_stay(home)
        await read(home, stay)
        await home.clock.sleep(600)
        _answered_by_the_host(home, stay, "Yes, a large one.")
        await sync(home)
        last, calls = await read(home, stay)
        assert calls > 0
        assert last["messages"][-1]["text"] == "Yes, a large one."
        assert (await read(home, stay))[1] == 0


async def test_a_kept_thread_answers_while_hostaway_is_away_and_says_so(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        stay = a_quiet_stay(home)
        await read(home, stay)
        await home.clock.sleep(5 * 86_400)
        home.sandbox.faults.add("status", path="/v1/*", status=503, times=None)
        old, _ = await read(home, stay)
        assert old["source"] == "replica"
        assert any("local copy" in warning for warning in old["warnings"])


async def test_a_search_says_which_threads_of_a_guest_it_has_not_read(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        stay = a_quiet_stay(home)
        guest = home.sandbox.world.reservations.peek(stay)["guestName"]
        (gap,) = (await home.ask("search_messages", guest=guest)).json["missing"]
        assert str(stay + THREAD) in gap["what"]
        assert "get_conversation" in gap["resume"]
        store = await home.app.replica.store()
        for kept in await store.reservations.find(match=guest):
            if kept.row.id + THREAD in home.sandbox.world.conversations:
                await read(home, kept.row.id)
        whole = (await home.ask("search_messages", guest=guest)).json
        assert whole["complete"]
        assert "missing" not in whole
        assert whole["messages"]


async def test_unread_is_known_and_so_is_that_somebody_read_it_elsewhere(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        world = home.sandbox.world
        before = (await home.ask("find_reservations", unread=True)).json
        assert before["source"] == "replica"
        stay = before["reservations"][0]["reservation_id"]
        world.conversations[stay + THREAD]["hasUnreadMessages"] = 0
        world.stays[stay].unread = False
        await sync(home, after_seconds=600)
        after = (await home.ask("find_reservations", unread=True)).json
        assert stay not in [row["reservation_id"] for row in after["reservations"]]
        assert after["total"] == before["total"] - 1


async def test_without_a_replica_nothing_is_kept_and_none_is_made(tmp_path: Path) -> None:
    async with house(listings=3, hostaway_mcp_data_dir=tmp_path) as home:
        stay = a_quiet_stay(home)
        assert (await read(home, stay))[0]["source"] == "live"
    assert not (tmp_path / "replica.db").exists()


def _answered_by_the_host(home: House, stay: int, text: str) -> None:
    world = home.sandbox.world
    thread = world.messages_of(stay + THREAD)
    now = world.clock.stamp()
    world.add_message(
        stay + THREAD,
        dict(thread[-1])
        | {"id": max(one["id"] for one in thread) + 1, "body": text, "isIncoming": 0, "status": "sent"}
        | {"date": now, "sentChannelDate": now, "insertedOn": now, "updatedOn": now},
    )
