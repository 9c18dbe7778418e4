"""The inbox in the replica: which threads were written in lately, judged from what is kept of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hostaway_mcp.analytics.waiting import Said, Wait, Writer, answers, wait_of
from hostaway_mcp.analytics.words import Kind, kind_of
from hostaway_mcp.clock import Clock
from hostaway_mcp.models.conversations import Conversation, ConversationMessage, MessageStatus
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.conversations import UNSAID, author, said_at
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copied_threads import LIST, CopiedThreads
from hostaway_mcp.services.copy import Copied
from hostaway_mcp.services.untrusted import clean
from hostaway_mcp.sync.replica import Replica
from hostaway_mcp.sync.threads import is_newer

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.store.threads import Thread

SKEW = timedelta(minutes=2)
READ_CHARS = 4_000
_WRITERS = {"guest": Writer.GUEST, "host": Writer.HOST, "automated": Writer.MACHINE}


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


class CopiedInbox(CopiedThreads):
    """Judges the threads of the replica; what did not change since is not judged again."""

    def __init__(self, replica: Replica, *, clock: Clock) -> None:
        super().__init__(replica, clock=clock)
        self._judged: dict[int, tuple[str, Verdict]] = {}

    async def verdicts(self, since: datetime) -> Copied[Verdict] | None:
        """The threads with something unread or said since (UTC) in which somebody waits, or may wait."""

        async def read(store: Store) -> Copied[Verdict] | None:
            as_of = await self._listed_at(store, LIST)
            if as_of is None:
                return None
            found = [one for one in await self._all(store, since) if one.matters]
            ids = [one.conversation.reservation_id or 0 for one in found]
            stays = {kept.row.id: kept.row for kept in await store.reservations.get(ids)}
            rows = (replace(one, stay=stays.get(one.conversation.reservation_id or 0)) for one in found)
            rests_on_the_replica()
            return Copied(tuple(rows), as_of)

        return await self._read(read)

    async def _all(self, store: Store, since: datetime) -> Sequence[Verdict]:
        versions = await store.conversations.lately(since)
        threads = await store.threads.get(versions)
        marks = {number: _mark(digest, threads.get(number)) for number, digest in versions.items()}
        before = self._judged
        known = {number: before[number] for number, mark in marks.items() if _is_same(before, number, mark)}
        fresh = await self._judge(store, marks.keys() - known.keys(), threads, since)
        self._judged = known | {one.conversation.id: (marks[one.conversation.id], one) for one in fresh}
        return [verdict for _, verdict in self._judged.values()]

    async def _judge(
        self, store: Store, ids: Iterable[int], threads: Mapping[int, Thread], since: datetime
    ) -> list[Verdict]:
        kept = [one.row for one in await store.conversations.get(ids)]
        verdicts = {one.id: verdict_of(one, since=since) for one in kept}
        # Who answered last as the list shows it has answered; only the others are read whole.
        open_ones = [one for one in kept if one.id in threads and not _is_answered(one)]
        messages: dict[int, list[ConversationMessage]] = {}
        for found in await store.messages.where(conversation_id=[one.id for one in open_ones]):
            messages.setdefault(found.row.conversation_id or 0, []).append(found.row)
        for one in open_ones:
            thread, said = threads[one.id], messages.get(one.id, [])
            if len(said) >= thread.messages and not is_newer(one, said, thread.as_of):
                verdicts[one.id] = verdict_of(one, said, since=since)
        return list(verdicts.values())


def _mark(digest: str, thread: Thread | None) -> str:
    return f"{digest} {thread.as_of.isoformat() if thread else ''}"


def _is_same(before: Mapping[int, tuple[str, Verdict]], number: int, mark: str) -> bool:
    return number in before and before[number][0] == mark


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
    if wait is None and thread.has_unread_messages and _kind(last) is Kind.CLOSES:
        return Verdict(thread, None, sure=False)
    return Verdict(thread, wait)


def said_in(messages: Sequence[ConversationMessage]) -> list[Said]:
    """The messages as they are judged, oldest first: those that were said, by somebody known."""
    found = []
    for one in messages:
        at, by = said_at(one), _WRITERS.get(author(one))
        if at is None or by is None or one.status in UNSAID:
            continue
        text = clean(one.body, max_chars=READ_CHARS, mask=False) or ""
        sent = one.status in (None, MessageStatus.SENT)
        found.append(Said(at, by, text, sent=sent, files=bool(one.attachments)))
    return sorted(found, key=lambda said: said.at)


def _is_answered(thread: Conversation) -> bool:
    shown = said_in(thread.conversation_messages)
    latest = max(filter(None, (thread.message_received_on, thread.message_sent_on)), default=None)
    return bool(shown) and answers(shown[-1]) and (latest is None or latest - SKEW <= shown[-1].at)


def _kind(said: Said) -> Kind:
    return kind_of(said.text)
