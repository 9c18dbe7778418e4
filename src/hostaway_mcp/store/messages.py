"""Messages, and the search in their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Text, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import literal_column

from hostaway_mcp.models.conversations import ConversationMessage
from hostaway_mcp.models.names import plain
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.reservations import within_days
from hostaway_mcp.store.rows import Columns, Coming, Kept, Rows, Step
from hostaway_mcp.store.schema import conversations, messages, reservations
from hostaway_mcp.store.waits import Waits
from hostaway_mcp.store.words import phrases, words_of

SEARCH_LIMIT = 100
_INDEX = table("message_words", column("rowid", BigInteger), column("message_words", Text))
"""The index of SQLite's; triggers on `messages` keep it."""


class Messages(Rows[ConversationMessage]):
    """The messages of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, messages, ConversationMessage, columns, private=("words",))

    async def of(self, conversation_id: int) -> tuple[Kept[ConversationMessage], ...]:
        """The messages of a conversation that are kept, oldest first."""
        statement = self._statement(messages.c.conversation_id == conversation_id)
        return await self._read(statement.order_by(messages.c.at, messages.c.id))

    async def search(
        self,
        text: str = "",
        *,
        guest: str | None = None,
        first: date | None = None,
        last: date | None = None,
        channel_id: int | None = None,
        incoming: bool | None = None,
        listing_id: int | None = None,
        limit: int = SEARCH_LIMIT,
    ) -> tuple[Kept[ConversationMessage], ...]:
        """
        The messages that hold all words of `text`, and phrases in quotes as they are; newest first.

        Accents and case are forgiven, parts of words are not found; nothing in it is a command. Without
        `text` the rest decides. `guest` are letters of the name on the stay; `first` and `last` are days in
        UTC, both included.
        """
        asked = phrases(text)
        if (text.strip() and not asked) or (guest and not plain(guest)):
            return ()
        conditions = [self._holds(asked)] if asked else []
        conditions += within_days(messages.c.at, first or date.min, last or date.max) if first or last else ()
        if channel_id is not None:
            conditions.append(func.coalesce(messages.c.channel_id, reservations.c.channel_id) == channel_id)
        if incoming is not None:
            conditions.append(messages.c.incoming.is_(incoming))
        if listing_id is not None:
            conditions.append(messages.c.listing_id == listing_id)
        if guest:
            conditions.append(reservations.c.guest_folded.contains(plain(guest)))
        statement = self._statement(*conditions).select_from(self._with_stays()).limit(limit)
        return await self._read(statement.order_by(messages.c.at.desc().nulls_last(), messages.c.id.desc()))

    async def _after(self, connection: AsyncConnection, steps: Sequence[Step]) -> None:
        touched = {
            columns["conversation_id"] for step in steps for columns in (step.before, step.after) if columns
        }
        await Waits(self._desk).recount(connection, touched - {None})

    def _values(self, one: Coming) -> dict[str, Any]:
        return super()._values(one) | {"place": place_of(self._desk.account_id, one.id)}

    def _holds(self, asked: Sequence[str]) -> ColumnElement[bool]:
        if self._desk.database.is_sqlite:
            # The phrases have nothing but letters, digits and blanks in them.
            query = " ".join(f'"{phrase}"' for phrase in asked)
            found = select(_INDEX.c.rowid).where(_INDEX.c.message_words.op("MATCH")(query))
            return messages.c.place.in_(found)
        # Spelled as the index is, or it is not used.
        simple: ColumnElement[Any] = literal_column("'simple'::regconfig")
        vector = func.to_tsvector(simple, messages.c.words)
        query_of = [func.phraseto_tsquery(simple, phrase) for phrase in asked]
        condition: ColumnElement[bool] = vector.op("@@", is_comparison=True)(query_of[0])
        for one in query_of[1:]:
            condition &= vector.op("@@", is_comparison=True)(one)
        return condition

    def _with_stays(self) -> FromClause:
        of_message = (self._desk.mine(conversations)) & (conversations.c.id == messages.c.conversation_id)
        stay = func.coalesce(messages.c.reservation_id, conversations.c.reservation_id)
        of_stay = self._desk.mine(reservations) & (reservations.c.id == stay)
        return messages.outerjoin(conversations, of_message).outerjoin(reservations, of_stay)


def columns(message: ConversationMessage) -> Columns:
    """What questions about messages are answered from; `words` are those of its subject and body."""
    return {
        "listing_id": message.listing_id,
        "reservation_id": message.reservation_id,
        "conversation_id": message.conversation_id,
        "channel_id": int(message.channel) if message.channel else None,
        "at": _at(message),
        "incoming": message.is_incoming,
        "status": message.status.value if message.status else None,
        "words": words_of(f"{message.subject or ''} {message.body}"),
    }


def place_of(account_id: str, message_id: int) -> int:
    """A number of 63 bits for a message, another one in each account."""
    name = f"{account_id} {message_id}".encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big") >> 1


def _at(message: ConversationMessage) -> datetime | None:
    return message.sent_channel_date or message.date or message.inserted_on
