"""Conversations: about which stay, read or not, and how recent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Put, Rows, Step
from hostaway_mcp.store.schema import conversations, messages, reservations
from hostaway_mcp.store.waits import Waits


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

    async def _after(self, connection: AsyncConnection, steps: Sequence[Step]) -> None:
        beside = Waits(self._desk)
        await beside.gone(connection, [step.id for step in steps if step.after is None])
        await beside.show(connection, [step.row for step in steps if step.row is not None])

    async def stayless(self, since: datetime, *, unseen_since: datetime | None) -> frozenset[int]:
        """
        The stays, not kept, of conversations in which something was said since (UTC), or nothing ever and
        that were not read since another instant.
        """
        kept = select(reservations.c.id).where(self._desk.mine(reservations))
        about, said = conversations.c.reservation_id, conversations.c.last_message_at
        meant = said >= since
        if unseen_since is not None:
            meant |= said.is_(None) & (conversations.c.seen_at < unseen_since)
        statement = select(about).where(self._desk.mine(conversations), meant, about.not_in(kept))
        async with self._desk.read() as connection:
            return frozenset((await connection.execute(statement)).scalars())

    async def lately(self, since: datetime) -> dict[int, str]:
        """
        Of each conversation with something unread or said since (UTC), whose stay or messages changed since,
        a short name for its content, by id.
        """
        # By the indexes of stays and messages: the conversations themselves have none by time.
        active = select(reservations.c.id).where(
            self._desk.mine(reservations), reservations.c.active_on >= since
        )
        said = select(messages.c.conversation_id).where(self._desk.mine(messages), messages.c.at >= since)
        columns = (conversations.c.id, conversations.c.digest)
        recent = or_(conversations.c.unread.is_(True), conversations.c.last_message_at >= since)
        mine = select(*columns).where(self._desk.mine(conversations), recent)
        found: dict[int, str] = {}
        async with self._desk.read() as connection:
            for meant in (conversations.c.reservation_id.in_(active), conversations.c.id.in_(said)):
                found |= {row[0]: row[1] for row in await connection.execute(mine.where(meant))}
        return found


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
