"""The journal: what each write did to the world, and whether it changed anything."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.sandbox.world.conversations import conversation_id, has_conversation

from .conftest import TODAY

DAYS = {"startDate": "2027-05-01", "endDate": "2027-05-03", "price": 77, "isAvailable": 0}


def coming(sandbox: Sandbox) -> int:
    """A booked stay that lies ahead."""
    return next(
        stay.id
        for stay in sandbox.world.stays.values()
        if stay.status == "new" and stay.arrival > TODAY and has_conversation(stay)
    )


async def test_a_repeated_put_is_an_effect_without_change(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    for _ in range(2):
        assert (await client.put("/listings/40160/calendar", json=DAYS)).status_code == 200
    days = sandbox.effects.of("calendarDay", 40_160)
    assert [one.day for one in days] == ["2027-05-01", "2027-05-02", "2027-05-03"] * 2
    assert [one.changed for one in days] == [True] * 3 + [False] * 3
    assert days[0].changes["price"][1] == 77
    assert days[0].changes["status"] == ("available", "blocked")


async def test_each_interval_of_a_batch_is_written_down(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    batch = [DAYS, DAYS | {"startDate": "2027-06-01", "endDate": "2027-06-01"}]
    await client.put("/listings/40160/calendarIntervals", json=batch)
    assert sandbox.effects.tally() == {"calendarDay updated": 4}


async def test_a_stay_from_booking_to_removal(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    body = {
        "channelId": 2000,
        "listingMapId": 40_160,
        "arrivalDate": "2027-05-03",
        "departureDate": "2027-05-06",
    }
    number = (await client.post("/reservations", json=body)).json()["result"]["id"]
    await client.put(f"/reservations/{number}", json={"hostNote": "cot"})
    await client.put(f"/reservations/{number}", json={"hostNote": "cot"})
    await client.put(f"/reservations/{number}/statuses/cancelled", json={"cancelledBy": "host"})
    await client.delete(f"/reservations/{number}")
    found = sandbox.effects.of("reservation", number)
    assert [one.action for one in found] == ["created", "updated", "updated", "cancelled", "deleted"]
    assert dict(found[1].changes) == {"hostNote": (None, "cot")}
    assert not found[2].changed
    assert found[3].changes["status"] == ("new", "cancelled")
    assert [one.operation for one in found][-1] == "deleteReservation"
    assert sandbox.effects.of("reservation", action="cancelled") == [found[3]]


async def test_messages_are_counted_one_by_one(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    path = f"/conversations/{conversation_id(coming(sandbox))}/messages"
    for _ in range(2):
        await client.post(path, json={"body": "hello"})
    assert sandbox.effects.tally() == {"message sent": 2}
    assert {one.changes["body"] for one in sandbox.effects.of("message")} == {(None, "hello")}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/listings/40160/calendar", {"startDate": "2027-05-01", "endDate": "2027-04-01"}),
        ("PUT", "/listings/40237", {"name": "Archived"}),
        ("POST", "/tasks", {"title": " "}),
        ("POST", "/conversations/1/messages", {"body": "hello"}),
        ("PUT", "/listings/40160", {"nickname": "undocumented"}),
    ],
)
async def test_what_is_refused_has_no_effect(
    method: str, path: str, body: Any, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    assert (await client.request(method, path, json=body)).status_code >= 400
    assert not sandbox.effects


async def test_reading_and_seeding_have_none(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.world.touch_reservation(coming(sandbox), hostNote="seeded")
    sandbox.world.receive_message(coming(sandbox), "Hello?")
    await client.get("/listings")
    assert not sandbox.effects
