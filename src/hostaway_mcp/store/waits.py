"""
Who waits in which conversation, told when a message is kept and not when it is asked.

Of a conversation there is what its list shows (its last message), and what all of its messages say that are
kept. Which of the two holds is decided by whoever asks, for that depends on what is known meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, delete, func, not_, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.analytics.said import said_at, said_in
from hostaway_mcp.analytics.waiting import Writer, answers, wait_of
from hostaway_mcp.analytics.words import Kind, kind_of
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.lenient import read_row
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.raw import unpack
from hostaway_mcp.store.schema import messages, waits
from hostaway_mcp.store.stay_boards import Stay, StayBoards
from hostaway_mcp.store.upsert import upsert


class Waiting(NamedTuple):
    """A conversation in which somebody waits, or, without `since`, perhaps waits."""

    conversation_id: int
    listing_id: int | None
    since: datetime | None
    intent: str | None
    stay: Stay | None


class Waits:
    """The conversations of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def waiting(self, since: datetime, *, skew: timedelta, read_skew: timedelta) -> tuple[Waiting, ...]:
        """
        Who waits, or may wait, in the conversations with something unread or said since (UTC), in no order.

        What is within `skew` of a message may be this message; what is within `read_skew` of the reading of a
        whole thread was read with it.
        """
        wait, begin = waits.c, microseconds(since) or 0
        told = _told(begin, skew // _ONE, read_skew // _ONE)
        by = (wait.since, wait.intent, wait.shown_at, wait.shown_intent)
        columns = (wait.conversation_id, wait.listing_id, wait.reservation_id, told.label("told"), *by)
        mine = (self._desk.mine(waits), told > 0)
        late = select(*columns).where(*mine, wait.last_at >= begin)
        early = or_(wait.last_at < begin, wait.last_at.is_(None))
        unread = select(*columns).where(*mine, wait.unread.is_(True), early)
        async with self._desk.read() as connection:
            found = (await connection.execute(union_all(late, unread))).all()
        stays = await StayBoards(self._desk).of({row.reservation_id or 0 for row in found})
        return tuple([one for row in found if (one := _waiting(row, stays.get(row.reservation_id or 0)))])

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
_ONE = timedelta(microseconds=1)
_SHOWN = (
    *("listing_id", "reservation_id", "unread", "last_at", "received_at"),
    *("shown_at", "shown_by", "shown_answers", "shown_closes", "shown_intent"),
)
_SAID = ("kept", "newest", "since", "intent", "asked")


def microseconds(moment: datetime | None) -> int | None:
    """An instant as it is kept here."""
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def instant(number: int) -> datetime:
    """The same again (UTC)."""
    return _EPOCH + timedelta(microseconds=number)


_NOBODY, _UNSURE, _BY_ALL, _BY_LIST = range(4)


def _told(begin: int, skew: int, read_skew: int) -> ColumnElement[int]:
    """
    By what it is told who waits: thousands of conversations are looked through for one answer.

    All messages of one tell it where they are kept, and nobody answered since; else the one that its list
    shows. Where the guest wrote after that one, or somebody else wrote it, and the guest wrote since `begin`,
    it is not sure.
    """
    wait = waits.c
    last, shown = func.coalesce(wait.last_at, 0), func.coalesce(wait.shown_at, 0)
    answers, received = wait.shown_answers.is_(True), func.coalesce(wait.received_at, 0)
    lacks = func.coalesce(wait.kept, 0) < func.coalesce(wait.expected, 0)
    later = and_(wait.last_at.is_not(None), wait.last_at > wait.read_at - read_skew)
    is_behind = or_(lacks, and_(later, or_(wait.newest.is_(None), wait.last_at > wait.newest)))
    by_all = and_(wait.read_at.is_not(None), not_(and_(answers, last - skew <= shown)), not_(is_behind))
    is_guest = func.coalesce(wait.shown_by, "") == Writer.GUEST.value
    tells = and_(shown != 0, is_guest, not_(and_(received != 0, received - skew > shown)))
    wrote_since = and_(wait.received_at.is_not(None), received >= begin)
    closes = and_(wait.shown_intent.is_(None), wait.unread.is_(True), wait.shown_closes.is_(True))
    return case(
        (and_(by_all, wait.intent.is_not(None)), _BY_ALL),
        (or_(by_all, answers), _NOBODY),
        (and_(not_(tells), wrote_since), _UNSURE),
        (not_(tells), _NOBODY),
        (closes, _UNSURE),
        (wait.shown_intent.is_not(None), _BY_LIST),
        else_=_NOBODY,
    )


def _waiting(row: Sequence[Any], stay: Stay | None) -> Waiting | None:
    number, listing_id, _, told, since, intent, shown_at, shown_intent = row
    here = listing_id or (stay.listing_id if stay else None)
    if told == _UNSURE:
        return Waiting(number, here, None, None, stay)
    at, what = (since, intent) if told == _BY_ALL else (shown_at, shown_intent)
    return None if at is None else Waiting(number, here, instant(at), what, stay)


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
