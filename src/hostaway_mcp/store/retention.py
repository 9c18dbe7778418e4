"""How long words of messages and guests' contacts are kept; what is older is stored without them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.lenient import JsonObject, read_row
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.store.impersonal import MESSAGE, NAMED_STAY, NAMED_THREAD, only

ENDLESS = date.min


@dataclass(frozen=True, slots=True)
class Retention:
    """
    Days after which words and contacts are taken out; None keeps them as long as the rows.

    Messages lose their words so many days after they were sent, and stays and conversations what a guest
    can be reached by so many days after the departure; what has no date counts as old.
    """

    messages_days: int | None = None
    contacts_days: int | None = None

    def messages_before(self, now: datetime) -> datetime | None:
        """The instant up to which messages have lost their words."""
        return None if self.messages_days is None else now - timedelta(days=self.messages_days)

    def departed_by(self, now: datetime) -> date | None:
        """The last departure whose guest's contacts are gone."""
        return None if self.contacts_days is None else (now - timedelta(days=self.contacts_days)).date()

    def concerns(self, row: object, now: datetime, departure: date | None = None) -> bool:
        """
        Whether an object has something in it that is no longer to be kept; of a conversation `departure` is
        that of its stay, where that is known.
        """
        if isinstance(row, ConversationMessage):
            return self._is_old(row, now)
        if isinstance(row, Conversation):
            old = any(self._is_old(one, now) for one in row.conversation_messages)
            return old or self._has_left(departure or ended_on(row), now)
        return isinstance(row, Reservation) and self._has_left(ended_on(row), now)

    def left(
        self, row: object, sent: JsonObject, *, now: datetime, departure: date | None = None
    ) -> JsonObject:
        """The object as it may be kept at this time: itself, or a copy with less in it."""
        if isinstance(row, ConversationMessage):
            return only(MESSAGE, sent) if self._is_old(row, now) else sent
        if isinstance(row, Reservation):
            return only(NAMED_STAY, sent) if self._has_left(ended_on(row), now) else sent
        if isinstance(row, Conversation):
            return self._of_thread(sent, now, departure or ended_on(row))
        return sent

    def _of_thread(self, sent: JsonObject, now: datetime, ended: date) -> JsonObject:
        words: list[Any] = sent.get("conversationMessages") or []
        if self._has_left(ended, now):
            sent = only(NAMED_THREAD, sent) | {"conversationMessages": words}
        if self.messages_days is None or not isinstance(words, list):
            return sent
        kept = [self._embedded(one, now) for one in words]
        return sent if kept == words else sent | {"conversationMessages": kept}

    def _embedded(self, sent: Any, now: datetime) -> Any:
        row = read_row(ConversationMessage, sent)
        return self.left(row, sent, now=now) if row else None

    def _is_old(self, message: ConversationMessage, now: datetime) -> bool:
        before = self.messages_before(now)
        return before is not None and (sent_at(message) or before) <= before

    def _has_left(self, ended: date, now: datetime) -> bool:
        last = self.departed_by(now)
        return last is not None and ended <= last


def sent_at(message: ConversationMessage) -> datetime | None:
    """When a message was sent, or is to be."""
    return message.sent_channel_date or message.date or message.inserted_on


def ended_on(row: Reservation | Conversation) -> date:
    """The day of departure; where there is none, that of the last thing that happened."""
    if isinstance(row, Reservation):
        if row.departure is not None:
            return row.departure
        last = row.latest_activity_on or row.updated_on or row.inserted_on
    else:
        last = max(filter(None, (row.message_sent_on, row.message_received_on)), default=None)
    return last.date() if last else ENDLESS
