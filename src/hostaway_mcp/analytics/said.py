"""Messages of a thread as they are judged: who said what, when, and whether it was said at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hostaway_mcp.analytics.waiting import Said, Writer
from hostaway_mcp.models.conversations import ConversationMessage, MessageStatus
from hostaway_mcp.models.plain_text import as_text, tidy

WAITING = frozenset({MessageStatus.AWAITING, MessageStatus.PAUSED})
CALLED_OFF = frozenset({MessageStatus.CANCELLED_BY_USER, MessageStatus.CANCELLED_BY_SYSTEM})
UNSAID = WAITING | CALLED_OFF
"""Messages that nobody has been sent."""
READ_CHARS = 4_000
_WRITERS = {"guest": Writer.GUEST, "host": Writer.HOST, "automated": Writer.MACHINE}


def author(message: ConversationMessage) -> str:
    """Who wrote it: `guest`, `host`, `automated`, or `unknown`."""
    if message.is_incoming is None:
        return "unknown"
    if message.is_incoming:
        return "guest"
    return "automated" if message.communication_id or message.communication_event else "host"


def said_at(message: ConversationMessage) -> datetime | None:
    """When it left, or else when it was due or written down."""
    return message.sent_channel_date or message.date or message.inserted_on


def said_in(messages: Sequence[ConversationMessage]) -> list[Said]:
    """The messages as they are judged, oldest first: those that were said, by somebody known."""
    found = []
    for one in messages:
        at, by = said_at(one), _WRITERS.get(author(one))
        if at is None or by is None or one.status in UNSAID:
            continue
        text = tidy(as_text(one.body), max_chars=READ_CHARS)
        sent = one.status in (None, MessageStatus.SENT)
        found.append(Said(at, by, text, sent=sent, files=bool(one.attachments)))
    return sorted(found, key=lambda said: said.at)
