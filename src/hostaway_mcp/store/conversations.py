"""Conversations: about which stay, read or not, and how recent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Put, Rows
from hostaway_mcp.store.schema import conversations


class Conversations(Rows[Conversation]):
    """The conversations of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, conversations, Conversation, columns)

    async def put(self, rows: Sequence[Conversation], raw: Sequence[JsonObject], *, seen_at: datetime) -> Put:
        """
        As of every noun. Of the stay that is sent with a conversation only id and channel are kept: it
        changes on its own, and is kept as a reservation.
        """
        return await super().put(rows, [_slim(sent) for sent in raw], seen_at=seen_at)


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


def _slim(sent: JsonObject) -> JsonObject:
    stay = sent.get("Reservation")
    if not isinstance(stay, dict):
        return sent
    return {**sent, "Reservation": {name: stay[name] for name in ("id", "channelId") if name in stay}}
