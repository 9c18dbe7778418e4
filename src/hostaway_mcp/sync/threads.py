"""
Conversations as a list, and their threads: which there are and how recent they are costs one call for a
hundred, what was written in one costs one for each, so that is read when somebody asks or writes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT, Page
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.sync.pieces import Piece, Progress

if TYPE_CHECKING:
    from hostaway_mcp.store.rows import Put
    from hostaway_mcp.store.store import Store

RECENT_SECONDS = 300.0
WHOLE_SECONDS = 86_400.0
SKEW = timedelta(minutes=1)


def recent(hostaway: Hostaway, store: Store) -> Piece:
    """
    The front of the list, down to a page that holds nothing new.

    The order of the list is not documented; it has the latest activity first. A conversation that it does
    not bring to the front is found by what is unread, by webhook, or within a day by the whole list.
    """
    return Piece("conversations", "recent", partial(_recent, hostaway, store), RECENT_SECONDS)


def whole(hostaway: Hostaway, store: Store) -> Piece:
    """Every conversation, with its latest message."""
    return Piece("conversations", "all", partial(_whole, hostaway, store), WHOLE_SECONDS)


async def _recent(hostaway: Hostaway, store: Store, progress: Progress) -> AsyncGenerator[Progress, None]:
    offset = 0
    while True:
        page = await _page(hostaway, offset)
        put = await store.conversations.put(page.rows, page.raw, seen_at=page.as_of)
        offset += page.received
        progress = replace(progress, rows=progress.rows + len(page.rows))
        yield progress
        if page.received < PAGE_LIMIT or not _has_news(put):
            return


async def _whole(hostaway: Hostaway, store: Store, progress: Progress) -> AsyncGenerator[Progress, None]:
    """
    Page after page. None is taken to be gone: one that is written in meanwhile moves to the front, where
    the next look at the recent ones finds it.
    """
    while True:
        page = await _page(hostaway, progress.offset)
        await store.conversations.put(page.rows, page.raw, seen_at=page.as_of)
        progress = replace(
            progress, offset=progress.offset + page.received, rows=progress.rows + len(page.rows)
        )
        yield progress
        if page.received < PAGE_LIMIT:
            return


def _has_news(put: Put) -> bool:
    return bool(put.new or put.changed)


async def _page(hostaway: Hostaway, offset: int) -> Page[Conversation]:
    # In the form in which single ones are read too, since another form counts as another version.
    return await hostaway.conversations.find(offset=offset, include_resources=True)


async def pages_of(hostaway: Hostaway, conversation_id: int) -> AsyncIterator[Page[ConversationMessage]]:
    """
    The messages of a conversation page by page, those too that failed or wait to be sent.

    The order of the list is not documented, so no page is surely the last.
    """
    offset: int | None = None
    while True:
        page = await hostaway.conversations.find_messages(
            conversation_id, offset=offset, include_scheduled_messages=True
        )
        yield page
        offset = (offset or 0) + page.received
        more = offset < page.count if page.count is not None else page.received >= PAGE_LIMIT
        if not page.received or not more:
            return


async def keep_thread(store: Store, conversation_id: int, pages: Sequence[Page[ConversationMessage]]) -> None:
    """Keeps all messages of a conversation as they were read; those that were not among them are gone."""
    as_of = min(page.as_of for page in pages)
    for page in pages:
        await store.messages.put(page.rows, page.raw, seen_at=page.as_of)
    if any(page.set_aside for page in pages):
        return
    there = {row.id for page in pages for row in page.rows}
    kept = {one.row.id for one in await store.messages.of(conversation_id)}
    await store.messages.gone(kept - there, at=as_of - timedelta(microseconds=1))
    await store.threads.keep(conversation_id, messages=len(there), as_of=as_of)


async def read_thread(hostaway: Hostaway, store: Store, conversation_id: int) -> None:
    """Reads a conversation's messages and keeps them."""
    await keep_thread(store, conversation_id, [page async for page in pages_of(hostaway, conversation_id)])


async def is_behind(store: Store, conversation: Conversation) -> bool:
    """Whether a conversation has more than what is kept of its thread, as far as is known."""
    thread = (await store.threads.get([conversation.id])).get(conversation.id)
    if thread is None:
        return True
    messages = [one.row for one in await store.messages.of(conversation.id)]
    return len(messages) < thread.messages or is_newer(conversation, messages, thread.as_of)


def is_newer(conversation: Conversation, messages: Sequence[ConversationMessage], as_of: datetime) -> bool:
    """Whether something was said in a conversation after its messages were read at `as_of`."""
    latest = max(filter(None, (conversation.message_sent_on, conversation.message_received_on)), default=None)
    said = (one.sent_channel_date or one.date or one.inserted_on for one in messages)
    newest = max(filter(None, said), default=None)
    # Hostaway's moments are whole seconds and its clock is not ours: about the minute of the reading only
    # the messages themselves tell.
    return latest is not None and latest > as_of - SKEW and (newest is None or latest > newest)
