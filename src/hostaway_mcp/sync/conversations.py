"""Conversations: those with something unread, with their latest messages."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from functools import partial

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.models.conversations import ConversationMessage
from hostaway_mcp.models.lenient import read_rows
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Piece, Progress

UNREAD_SECONDS = 300.0


def unread(hostaway: Hostaway, store: Store) -> Piece:
    """The threads that somebody should look at: one call to find them, one for each."""
    return Piece("conversations", "unread", partial(_unread, hostaway, store), UNREAD_SECONDS)


async def _unread(hostaway: Hostaway, store: Store, progress: Progress) -> AsyncGenerator[Progress, None]:
    after_id: int | None = None
    while True:
        stays = await hostaway.reservations.find(
            has_unread_conversation_messages=True, after_id=after_id, limit=PAGE_LIMIT
        )
        for stay in stays.rows:
            page = await hostaway.conversations.find(reservation_id=stay.id, include_resources=True)
            await store.conversations.put(page.rows, page.raw, seen_at=page.received_at)
            for sent in page.raw:
                messages, raw, _ = read_rows(ConversationMessage, sent.get("conversationMessages"))
                await store.messages.put(messages, raw, seen_at=page.received_at)
            progress = replace(progress, rows=progress.rows + len(page.rows))
        yield progress
        if stays.received < PAGE_LIMIT or not stays.rows:
            return
        after_id = stays.rows[-1].id
