"""
Threads in the replica: answered from there while nothing newer is known, and what is read is kept there.

A thread is kept whole when somebody asked for it, when a webhook told of it, or while it has something
unread. The list of conversations says how recent each is; that makes a thread as true as the last look at
its conversation that saw nothing newer.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hostaway_mcp.client.rows import One, Page
from hostaway_mcp.errors import StorageError
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.copy import WHATEVER, Ages, Copied, Copy, note_copied, whole

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

THREADS = Ages(timedelta(days=1, hours=1), timedelta(days=1, hours=1))
"""The whole list of conversations is read once a day."""
LIST = Ages(timedelta(minutes=6), timedelta(minutes=30))
"""How long ago the front of the list must have been looked at, for "nothing newer is known" to say much."""

_log = logging.getLogger("hostaway_mcp.services")


@dataclass(frozen=True, slots=True)
class CopiedThread:
    """A conversation with all its messages, and its stay where that is kept too."""

    conversation: Conversation
    messages: tuple[ConversationMessage, ...]
    stay: Reservation | None
    as_of: datetime
    read_at: datetime
    """When its messages were read; at `as_of` there was nothing newer."""


class CopiedThreads(Copy):
    """Conversations and their messages in the replica."""

    async def thread(self, conversation_id: int, *, however_old: bool = False) -> CopiedThread | None:
        """A thread that is kept whole, and that nothing newer is known of unless it may be `however_old`."""

        async def read(store: Store) -> Copied[CopiedThread] | None:
            found = await self._kept(store, conversation_id)
            if found is None or not (however_old or await self._is_good(store, found)):
                return None
            return Copied((found,), found.as_of)

        found = await self._read(read)
        if found is None:
            return None
        note_copied()
        return found.rows[0]

    async def of_stay(self, stay_id: int, *, however_old: bool = False) -> Copied[Conversation] | None:
        """The conversations of a stay, once the replica knows which there are."""

        async def read(store: Store) -> Copied[Conversation] | None:
            as_of = await self._listed_at(store, WHATEVER if however_old else LIST)
            if as_of is None:
                return None
            kept = await store.conversations.where(reservation_id=stay_id)
            seen = [one.seen_at for one in kept]
            return Copied(tuple(one.row for one in kept), max(as_of, *seen) if seen else as_of)

        return await self._read(read)

    async def conversation(self, number: int) -> Copied[Conversation] | None:
        """One conversation by its number, without a word of whether there are newer messages."""

        async def read(store: Store) -> Copied[Conversation] | None:
            kept = await store.conversations.get([number])
            as_of = await self._listed_at(store, LIST)
            if not kept or as_of is None:
                return None
            note_copied()
            return Copied((kept[0].row,), max(as_of, kept[0].seen_at))

        return await self._read(read)

    async def keep(self, one: One[Conversation]) -> None:
        """Keeps a conversation that was read live."""

        async def write(store: Store) -> None:
            if isinstance(one.raw, dict):
                await store.conversations.put([one.row], [one.raw], seen_at=one.as_of)

        await self._write(write)

    async def keep_messages(self, conversation_id: int, pages: Sequence[Page[ConversationMessage]]) -> None:
        """Keeps all messages of a conversation, as they were read live."""

        async def write(store: Store) -> None:
            from hostaway_mcp.sync.threads import keep_thread

            await keep_thread(store, conversation_id, pages)

        await self._write(write)

    async def _write(self, write: Callable[[Store], Awaitable[None]]) -> None:
        """A replica that cannot be written costs no answer; none is made for it."""
        if not self._replica.is_there:
            return
        try:
            await write(await self._replica.store())
        except StorageError as error:
            _log.warning("replica_not_written", extra={"says": error.message})

    async def _kept(self, store: Store, conversation_id: int) -> CopiedThread | None:
        thread = (await store.threads.get([conversation_id])).get(conversation_id)
        kept = await store.conversations.get([conversation_id])
        if thread is None or not kept:
            return None
        conversation = kept[0].row
        messages = tuple(one.row for one in await store.messages.of(conversation_id))
        if len(messages) < thread.messages or not all(one.body or one.attachments for one in messages):
            # Some, or their words, were removed because they are old or their guest is to be forgotten.
            return None
        stays = await store.reservations.get([conversation.reservation_id or 0])
        stay = stays[0].row if stays else conversation.reservation
        return CopiedThread(conversation, messages, stay, max(thread.as_of, kept[0].seen_at), thread.as_of)

    async def _is_good(self, store: Store, found: CopiedThread) -> bool:
        from hostaway_mcp.sync.threads import is_newer

        active = found.stay.latest_activity_on if found.stay else None
        return (
            await self._listed_at(store, LIST) is not None
            and self._clock.now() - found.as_of <= THREADS.usable
            and (active is None or active <= found.as_of)
            and not is_newer(found.conversation, found.messages, found.read_at)
        )

    async def _listed_at(self, store: Store, ages: Ages) -> datetime | None:
        """As of when it is known which conversations there are, and how recent they are."""
        all_of_them = whole(await store.sync.state("conversations", "all"))
        recent = whole(await store.sync.state("conversations", "recent"))
        if all_of_them is None or recent is None:
            return None
        return recent if self._may_use(recent, ages, "conversations", "recent") else None
