"""Conversations: capital R, scheduled messages, filled templates, sending."""

from __future__ import annotations

import httpx2

from hostaway_mcp.sandbox import Sandbox, SteppedClock
from hostaway_mcp.sandbox.world.conversations import conversation_id, has_conversation

from .conftest import TODAY


def coming(sandbox: Sandbox) -> int:
    """A reservation whose instructions are still to be sent."""
    return next(
        stay.id
        for stay in sandbox.world.stays.values()
        if stay.status == "new" and (stay.arrival - TODAY).days > 5 and has_conversation(stay)
    )


async def test_conversation_has_its_reservation_under_a_capital_letter(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    number = coming(sandbox)
    talk = (await client.get(f"/conversations/{conversation_id(number)}")).json()["result"]
    assert talk["Reservation"]["id"] == number
    assert len(talk["conversationMessages"]) == 1
    listed = (await client.get("/conversations", params={"reservationId": number})).json()["result"]
    assert (len(listed), listed[0]["Reservation"], listed[0]["conversationMessages"]) == (1, None, [])


async def test_scheduled_messages_are_hidden_by_default(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    path = f"/conversations/{conversation_id(coming(sandbox))}/messages"
    plain = (await client.get(path)).json()["result"]
    every = (await client.get(path, params={"includeScheduledMessages": 1})).json()["result"]
    assert {row["status"] for row in plain} == {"sent"}
    assert "awaiting" in {row["status"] for row in every}


async def test_sending_defaults_to_email(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    path = f"/conversations/{conversation_id(coming(sandbox))}/messages"
    sent = (await client.post(path, json={"body": "hello"})).json()["result"]
    assert (sent["communicationType"], sent["isIncoming"], sent["status"]) == ("email", 0, "sent")
    newest = (await client.get(path)).json()["result"][0]
    assert newest["id"] == sent["id"]
    assert (await client.post(path, json={"body": "  "})).status_code == 400


async def test_a_message_may_wait_before_it_is_sent(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    sandbox.world.sending_seconds = 20.0
    path = f"/conversations/{conversation_id(coming(sandbox))}/messages"
    number = (await client.post(path, json={"body": "hello"})).json()["result"]["id"]
    sending = (await client.get(f"{path}/{number}")).json()["result"]
    assert (sending["status"], sending["sentChannelDate"]) == ("awaiting", None)
    assert number not in {row["id"] for row in (await client.get(path)).json()["result"]}
    clock.step(20)
    assert (await client.get(path)).json()["result"][0]["id"] == number


async def test_a_message_may_fail(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    """The call succeeds; the message is there, but only among messages of every status."""
    sandbox.faults.add("message_fails", operation="sendConversationMessage")
    path = f"/conversations/{conversation_id(coming(sandbox))}/messages"
    number = (await client.post(path, json={"body": "hello"})).json()["result"]["id"]
    assert number not in {row["id"] for row in (await client.get(path)).json()["result"]}
    every = (await client.get(path, params={"includeScheduledMessages": 1})).json()["result"]
    assert {row["id"]: row["status"] for row in every}[number] == "failed"


async def test_templates_are_filled_for_a_reservation(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    number = coming(sandbox)
    raw = (await client.get("/messageTemplates/1")).json()["result"]["message"]
    filled = (await client.get(f"/reservations/{number}/messageTemplates/1")).json()["result"]["message"]
    row = sandbox.world.reservations[number]
    assert "{{guest_first_name}}" in raw
    assert "{{" not in filled
    assert row["guestFirstName"] in filled


async def test_owner_stays_have_no_conversation(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    stay = next(stay for stay in sandbox.world.stays.values() if stay.status == "ownerStay")
    answer = await client.get(f"/reservations/{stay.id}/conversations")
    assert answer.json()["result"] == []
