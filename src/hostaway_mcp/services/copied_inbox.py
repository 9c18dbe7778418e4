"""The inbox in the replica: which threads were written in lately, and who waits in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hostaway_mcp.analytics.phrases import Intent
from hostaway_mcp.analytics.said import said_in
from hostaway_mcp.analytics.waiting import Wait, Writer, answers, wait_of
from hostaway_mcp.analytics.words import Kind, kind_of
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copied_threads import LIST, CopiedThreads
from hostaway_mcp.services.copy import Copied
from hostaway_mcp.sync.threads import SKEW as READ_SKEW
from hostaway_mcp.sync.threads import is_newer

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

SKEW = timedelta(minutes=2)
THREAD = "thread"
"""What the store calls conversations that were read whole."""


class Staying(Protocol):
    """What of a stay says how urgent a guest is: a `Reservation`, or a row of the replica's."""

    @property
    def listing_id(self) -> int | None: ...
    @property
    def arrival(self) -> date | None: ...
    @property
    def departure(self) -> date | None: ...
    @property
    def status_class(self) -> StatusClass: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a thread says about who waits; `sure` is false where its list shows too little to tell."""

    conversation: Conversation
    wait: Wait | None
    sure: bool = True
    stay: Reservation | None = None

    @property
    def matters(self) -> bool:
        """Whether somebody waits, or may."""
        return self.wait is not None or not self.sure


class Waiter(NamedTuple):
    """Somebody who waits, or, without `since`, of whom it is not sure."""

    conversation_id: int
    listing_id: int | None
    stay: Staying | None
    since: datetime | None = None
    intent: Intent = Intent.OTHER


class CopiedInbox(CopiedThreads):
    """The threads of the replica; who waits in one was told when its last message was kept."""

    async def waiters(self, since: datetime) -> Copied[Waiter] | None:
        """Who waits, or may wait, in the threads with something unread or said since (UTC)."""

        async def read(store: Store) -> Copied[Waiter] | None:
            as_of = await self._listed_at(store, LIST)
            if as_of is None:
                return None
            found = await store.waits.waiting(since, skew=SKEW, read_skew=READ_SKEW)
            rests_on_the_replica()
            rows = [
                Waiter(one.conversation_id, one.listing_id, one.stay, one.since, _INTENTS[one.intent])
                for one in found
            ]
            return Copied(tuple(rows), as_of)

        return await self._read(read)

    async def version(self) -> tuple[object, ...]:
        """Something that is other once a thread may be."""

        async def read(store: Store) -> Copied[object]:
            return Copied((await store.changes.last(), *await store.sync.stamp(THREAD)), self._clock.now())

        found = await self._read(read)
        return found.rows if found else (self._clock.now(),)

    async def verdicts(self, ids: Collection[int], since: datetime) -> dict[int, Verdict]:
        """These threads whole, each with its stay, by id; one that has just gone is left out."""

        async def read(store: Store) -> Copied[Verdict]:
            kept = [one.row for one in await store.conversations.get(ids)]
            stays = await store.reservations.get({one.reservation_id or 0 for one in kept})
            by_id = {one.row.id: one.row for one in stays}
            whole = await self._whole(store, kept)
            verdicts = {one.id: whole.get(one.id) or verdict_of(one, since=since) for one in kept}
            rows = (
                replace(one, stay=by_id.get(one.conversation.reservation_id or 0))
                for one in verdicts.values()
            )
            return Copied(tuple(rows), self._clock.now())

        found = await self._read(read)
        return {one.conversation.id: one for one in found.rows} if found else {}

    async def _whole(self, store: Store, kept: Sequence[Conversation]) -> dict[int, Verdict]:
        """Of those that are kept whole the verdicts by all of their messages."""
        threads = await store.threads.get([one.id for one in kept])
        # Who answered last as the list shows it has answered; only the others are read whole.
        open_ones = [one for one in kept if one.id in threads and not _is_answered(one)]
        messages: dict[int, list[ConversationMessage]] = {}
        for found in await store.messages.where(conversation_id=[one.id for one in open_ones]):
            messages.setdefault(found.row.conversation_id or 0, []).append(found.row)
        verdicts = {}
        for one in open_ones:
            thread, said = threads[one.id], messages.get(one.id, [])
            if len(said) >= thread.messages and not is_newer(one, said, thread.as_of):
                verdicts[one.id] = Verdict(one, wait_of(said_in(said)))
        return verdicts


_INTENTS: dict[str | None, Intent] = {None: Intent.OTHER} | {intent.value: intent for intent in Intent}


def verdict_of(
    thread: Conversation, whole: Sequence[ConversationMessage] | None = None, *, since: datetime
) -> Verdict:
    """
    Who waits in a thread, by all its messages where they are known, else by the latest that its list shows.

    By the list alone a guest who wrote last and asks, waits; one who wrote last and thanks, does not; where a
    machine wrote last and the guest wrote since `since` (UTC), it cannot be told.
    """
    if whole is not None:
        return Verdict(thread, wait_of(said_in(whole)))
    received = thread.message_received_on
    shown = said_in(thread.conversation_messages)
    if not shown:
        return Verdict(thread, None, sure=received is None or received < since)
    last = shown[-1]
    if answers(last):
        return Verdict(thread, None)
    if last.by is not Writer.GUEST or (received is not None and received - SKEW > last.at):
        return Verdict(thread, None, sure=received is None or received < since)
    wait = wait_of([last])
    if wait is None and thread.has_unread_messages and kind_of(last.text) is Kind.CLOSES:
        return Verdict(thread, None, sure=False)
    return Verdict(thread, wait)


def _is_answered(thread: Conversation) -> bool:
    shown = said_in(thread.conversation_messages)
    latest = max(filter(None, (thread.message_received_on, thread.message_sent_on)), default=None)
    return bool(shown) and answers(shown[-1]) and (latest is None or latest - SKEW <= shown[-1].at)
