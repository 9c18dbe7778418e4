"""Conversations that somebody should look at, with all that was written in them, and their stays."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Piece, Progress
from hostaway_mcp.sync.threads import is_behind, read_thread

UNREAD_SECONDS = 300.0
UNDECIDED_DAYS = 14
"""How long ago a guest may have written behind whom a machine had the last word."""
JUST_SEEN = timedelta(minutes=1)
"""A conversation that was on a page of the list so lately is not read once more."""


def unread(hostaway: Hostaway, store: Store) -> Piece:
    """The threads that somebody should look at: one call to find them, one or two for each."""
    return Piece("conversations", "unread", partial(_unread, hostaway, store), UNREAD_SECONDS)


async def _unread(hostaway: Hostaway, store: Store, progress: Progress) -> AsyncGenerator[Progress, None]:
    after_id: int | None = None
    found: set[int] = set()
    while True:
        stays = await hostaway.reservations.find(
            has_unread_conversation_messages=True,
            after_id=after_id,
            limit=PAGE_LIMIT,
            # In the form in which sync reads stays, since another form counts as another version.
            include_resources=True,
            include_payments=True,
        )
        await store.reservations.put(stays.rows, stays.raw, seen_at=stays.as_of)
        for stay in stays.rows:
            found.add(stay.id)
            rows = await _conversations(hostaway, store, stay.id, progress)
            for row in rows:
                if await is_behind(store, row):
                    await read_thread(hostaway, store, row.id)
            progress = replace(progress, rows=progress.rows + len(rows))
        yield progress
        if stays.received < PAGE_LIMIT or not stays.rows:
            break
        after_id = stays.rows[-1].id
    # Somebody has read these elsewhere.
    for kept in await store.conversations.where(unread=True):
        if kept.row.reservation_id and kept.row.reservation_id not in found:
            await _read(hostaway, store, kept.row.reservation_id)
    yield progress


def undecided(hostaway: Hostaway, store: Store) -> Piece:
    """
    The threads in which a machine wrote last: whether a person answered the guest before, their list does
    not show. One call for each that is not kept whole.
    """
    return Piece("conversations", "undecided", partial(_undecided, hostaway, store), UNREAD_SECONDS)


async def _undecided(hostaway: Hostaway, store: Store, progress: Progress) -> AsyncGenerator[Progress, None]:
    since = progress.began - timedelta(days=UNDECIDED_DAYS)
    for kept in await store.conversations.get(await store.conversations.lately(since)):
        if _is_undecided(kept.row, since) and await is_behind(store, kept.row):
            await read_thread(hostaway, store, kept.row.id)
            progress = replace(progress, rows=progress.rows + 1)
            yield progress
    yield progress


def _is_undecided(thread: Conversation, since: datetime) -> bool:
    if thread.message_received_on is None or thread.message_received_on < since:
        return False
    shown = [one for one in thread.conversation_messages if one.date or one.sent_channel_date]
    last = max(shown, key=lambda one: one.sent_channel_date or one.date or since, default=None)
    if last is None or last.is_incoming:
        return last is None
    return bool(last.communication_id or last.communication_event)


async def _conversations(
    hostaway: Hostaway, store: Store, stay_id: int, progress: Progress
) -> Sequence[Conversation]:
    kept = await store.conversations.where(reservation_id=stay_id)
    just_seen = progress.began - JUST_SEEN
    if kept and all(one.row.has_unread_messages and one.seen_at >= just_seen for one in kept):
        return [one.row for one in kept]
    return await _read(hostaway, store, stay_id)


async def _read(hostaway: Hostaway, store: Store, stay_id: int) -> Sequence[Conversation]:
    page = await hostaway.conversations.find(reservation_id=stay_id, include_resources=True)
    await store.conversations.put(page.rows, page.raw, seen_at=page.as_of)
    return page.rows
