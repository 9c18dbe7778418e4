"""
Who waits in which conversation, told when a message is kept and not when it is asked.

Of a conversation there is what its list shows (its last message), and what all of its messages say that are
kept. Which of the two holds is decided by whoever asks, for that depends on what is known meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.analytics.said import said_at, said_in
from hostaway_mcp.analytics.waiting import Writer, answers, wait_of
from hostaway_mcp.analytics.words import Kind, kind_of
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.lenient import read_row
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.raw import unpack
from hostaway_mcp.store.schema import messages, waits
from hostaway_mcp.store.upsert import upsert


class WaitRow(NamedTuple):
    """
    What is known of a conversation; what its list shows first, then what its kept messages say. Instants are
    in microseconds since 1970: thousands are read for one answer, and few of them shown.
    """

    conversation_id: int
    listing_id: int | None
    reservation_id: int | None
    unread: bool | None
    last_at: int | None
    received_at: int | None
    shown_at: int | None
    """When the last message that the list shows was said; None where it shows none."""
    shown_by: str | None
    shown_answers: bool | None
    shown_closes: bool | None
    shown_intent: str | None
    """What the guest waits for by that message alone; None where it needs no answer."""
    kept: int | None
    newest: int | None
    since: int | None
    intent: str | None
    asked: int | None
    """How many messages ask something."""
    expected: int | None
    """How many messages the thread had when it was read whole at `read_at`."""
    read_at: int | None


class Waits:
    """The conversations of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def recent(self, since: datetime) -> tuple[WaitRow, ...]:
        """
        The conversations with something unread or said since (UTC), but those that a person answered last by
        all that is known.
        """
        wait = waits.c
        columns = [wait[name] for name in WaitRow._fields]
        mine = (self._desk.mine(waits), or_(wait.shown_answers.is_not(True), wait.read_at.is_not(None)))
        begin = microseconds(since)
        late = select(*columns).where(*mine, wait.last_at >= begin)
        early = or_(wait.last_at < begin, wait.last_at.is_(None))
        unread = select(*columns).where(*mine, wait.unread.is_(True), early)
        async with self._desk.read() as connection:
            found = (await connection.execute(union_all(late, unread))).all()
        return tuple([WaitRow._make(row) for row in found])

    async def show(self, connection: AsyncConnection, threads: Iterable[Conversation]) -> None:
        """Keeps what the list shows of these conversations."""
        account = {"account_id": self._desk.account_id}
        rows = [account | _shown(one) for one in threads]
        if rows:
            await connection.execute(upsert(connection, waits, only=_SHOWN), rows)

    async def gone(self, connection: AsyncConnection, ids: Iterable[int]) -> None:
        """Keeps no more of conversations that are gone."""
        for some in portions(sorted(ids)):
            mine = (self._desk.mine(waits), waits.c.conversation_id.in_(some))
            await connection.execute(delete(waits).where(*mine))

    async def recount(self, connection: AsyncConnection, conversation_ids: Iterable[int]) -> None:
        """Judges these conversations anew by all of their messages that are kept."""
        for some in portions(sorted(set(conversation_ids))):
            statement = select(messages.c.conversation_id, messages.c.raw).where(
                self._desk.mine(messages), messages.c.conversation_id.in_(some)
            )
            said: dict[int, list[ConversationMessage]] = {number: [] for number in some}
            for number, raw in (await connection.execute(statement)).all():
                row = read_row(ConversationMessage, unpack(raw))
                if row is not None:
                    said[number].append(row)
            account = {"account_id": self._desk.account_id}
            rows = [account | {"conversation_id": number} | _said(found) for number, found in said.items()]
            await connection.execute(upsert(connection, waits, only=_SAID), rows)

    async def read_whole(
        self, connection: AsyncConnection, conversation_id: int, expected: int, read_at: datetime
    ) -> None:
        """Notes that a conversation was read whole, and how many messages it had."""
        row = {
            "account_id": self._desk.account_id,
            "conversation_id": conversation_id,
            "expected": expected,
            "read_at": microseconds(read_at),
        }
        await connection.execute(upsert(connection, waits, only=tuple(row)[2:]), [row])


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = WaitRow._fields[1:11]
_SAID = WaitRow._fields[11:16]


def microseconds(moment: datetime | None) -> int | None:
    """An instant as it is kept here."""
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def instant(number: int) -> datetime:
    """The same again (UTC)."""
    return _EPOCH + timedelta(microseconds=number)


def _shown(thread: Conversation) -> dict[str, Any]:
    moments = filter(None, (thread.message_sent_on, thread.message_received_on))
    said = said_in(thread.conversation_messages)
    last = said[-1] if said else None
    wait = wait_of([last]) if last else None
    return {
        "conversation_id": thread.id,
        "listing_id": thread.listing_id,
        "reservation_id": thread.reservation_id,
        "unread": thread.has_unread_messages,
        "last_at": microseconds(max(moments, default=None)),
        "received_at": microseconds(thread.message_received_on),
        "shown_at": microseconds(last.at) if last else None,
        "shown_by": last.by.value if last else None,
        "shown_answers": answers(last) if last else None,
        "shown_closes": last.by is Writer.GUEST and kind_of(last.text) is Kind.CLOSES if last else None,
        "shown_intent": wait.intent.value if wait else None,
    }


def _said(found: Sequence[ConversationMessage]) -> dict[str, Any]:
    wait = wait_of(said_in(found))
    return {
        "kept": len(found),
        "newest": microseconds(max(filter(None, map(said_at, found)), default=None)),
        "since": microseconds(wait.since) if wait else None,
        "intent": wait.intent.value if wait else None,
        "asked": wait.messages if wait else None,
    }
