"""Conversations through the real client and the sandbox."""

from __future__ import annotations

from hostaway_mcp.models.conversations import CommunicationType
from tests.client.world import world


async def test_thread_and_its_messages() -> None:
    async with world() as w:
        page = await w.hostaway.conversations.find(include_resources=True)
        assert page.rows
        assert page.set_aside == 0
        thread = next(one for one in page.rows if one.conversation_messages)
        assert thread.reservation_id is not None
        messages = await w.hostaway.conversations.find_messages(thread.id)
        assert {one.conversation_id for one in messages.rows} == {thread.id}
        assert all(one.body and one.date for one in messages.rows)
        again = await w.hostaway.conversations.get_message(thread.id, messages.rows[0].id)
        assert again.row == messages.rows[0]
        of_stay = await w.hostaway.conversations.find_of_reservation(thread.reservation_id)
        assert thread.id in {one.id for one in of_stay.rows}


async def test_sent_message_is_in_the_thread() -> None:
    async with world() as w:
        thread = (await w.hostaway.conversations.find()).rows[0]
        sent = await w.hostaway.conversations.send_message(
            thread.id, body="Parking is behind the house.", communication_type=CommunicationType.CHANNEL
        )
        assert sent.row is not None
        assert sent.row.is_incoming is False
        messages = await w.hostaway.conversations.find_messages(thread.id, include_scheduled_messages=True)
        assert sent.row.id in {one.id for one in messages.rows}


async def test_templates_filled_for_a_stay() -> None:
    async with world() as w:
        stay = (await w.hostaway.reservations.find()).rows[0]
        raw = await w.hostaway.templates.find()
        filled = await w.hostaway.templates.find_filled(stay.id)
        assert [one.id for one in raw.rows] == [one.id for one in filled.rows]
        one = await w.hostaway.templates.get_filled(stay.id, filled.rows[0].id)
        assert one.row.message == filled.rows[0].message
