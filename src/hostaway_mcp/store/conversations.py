"""Conversations: about which stay, read or not, and how recent."""

from __future__ import annotations

from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import conversations


class Conversations(Rows[Conversation]):
    """The conversations of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, conversations, Conversation, columns)


def columns(thread: Conversation) -> Columns:
    """What questions about conversations are answered from; the channel is that of the stay sent with it."""
    return {
        "listing_id": thread.listing_id,
        "reservation_id": thread.reservation_id,
        "channel_id": int(thread.reservation.channel) if thread.reservation else None,
        "unread": thread.has_unread_messages,
        "last_message_at": max(
            filter(None, (thread.message_sent_on, thread.message_received_on)), default=None
        ),
    }
