"""Who is waiting for an answer: since when, about what, and how urgent it is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from hostaway_mcp.analytics.phrases import Intent
from hostaway_mcp.analytics.waiting import Phase, Urgency, Wait, phase_of, urgency_of, without_names
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Instant, ListAnswer, Missing, Record
from hostaway_mcp.services.conversations import DATA_NOT_ORDERS, FRESH_SECONDS, secrets_of
from hostaway_mcp.services.copied_inbox import CopiedInbox, Verdict, Waiter, verdict_of
from hostaway_mcp.services.copy import note_live
from hostaway_mcp.services.cursors import SortKey, cut_ordered, rows_after
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.narrowed import narrowed
from hostaway_mcp.services.own_words import intents_of_names, names_in_words
from hostaway_mcp.services.portfolio import ListingRef, Portfolio
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.stays import named_listings, todays_of
from hostaway_mcp.services.untrusted import clean, clean_name
from hostaway_mcp.sync.threads import pages_of

LOOK_BACK = timedelta(days=14)
"""Where nothing is unread and nobody wrote for so long, nobody waits any more."""
SLA_HOURS = 4.0
EXCERPT_CHARS = 240
MAX_PAGES = 5
MAX_THREADS = 15
"""Read live for one answer, each a call: more would take longer than an answer may."""
NAMED = 8
INBOX_FRESH_SECONDS = 30.0
ROOM_BYTES = 11_500
_URGENCY = {urgency: place for place, urgency in enumerate(Urgency)}


class WaitingRow(Record):
    """A guest who waits, and the stay that it is about."""

    conversation_id: int
    reservation_id: int | None = None
    listing_id: int | None = None
    listing: str | None = None
    guest: str | None = None
    channel: str | None = None
    status_class: str | None = None
    arrival: date | None = None
    departure: date | None = None
    phase: str
    """in_house, arriving (today), soon (within 2 days), asking, upcoming, departed, off or unknown."""
    since: Instant
    """When they first asked or reported something since the last answer."""
    hours: float
    urgency: str
    """now, high, normal or low."""
    over_sla: bool | None = None
    intent: str
    messages: int | None = None
    """How many messages ask something, where it is more than one."""
    excerpt: str | None = None
    """The guest's words."""


class WaitingCounts(Record):
    """All who wait, also those that did not fit into the answer."""

    waiting: int
    over_sla: int
    by_urgency: dict[str, int]
    by_intent: dict[str, int]


class Triage(ListAnswer):
    """Who waits, the most urgent first."""

    waiting: tuple[WaitingRow, ...]
    counts: WaitingCounts


class _Waiting(NamedTuple):
    """Somebody who waits, with what they are ordered by."""

    conversation_id: int
    since: datetime
    intent: Intent
    phase: Phase
    hours: float
    urgency: Urgency
    over_sla: bool
    key: SortKey


@dataclass(frozen=True, slots=True)
class _Inbox:
    waiters: Sequence[Waiter]
    as_of: datetime
    missing: tuple[Missing, ...] = ()
    read: Mapping[int, Verdict] | None = None
    """The threads, where they were read live."""


class InboxTriage:
    """
    Finds who waits.

    From the replica it costs nothing. Live it costs one call for each 100 conversations down to those that
    are two weeks old (at most 5), and one for each thread of which the list does not show enough (at
    most 15).
    """

    def __init__(
        self, hostaway: Hostaway, *, copy: CopiedInbox, portfolio: Portfolio, facts: Facts, clock: Clock
    ) -> None:
        self._hostaway = hostaway
        self._copy = copy
        self._portfolio = portfolio
        self._facts = facts
        self._clock = clock
        self._own: dict[_Essence, Intent] = {}
        """What guests wait for by their own words alone, as of a version of the replica's threads."""
        self._own_as_of: tuple[object, ...] | None = None

    async def triage(
        self,
        *,
        sla_hours: float = SLA_HOURS,
        intent: Sequence[Intent] | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
        most_pages: int = MAX_PAGES,
        most_threads: int = MAX_THREADS,
    ) -> Triage:
        """
        Who waits, the most urgent first; of the same urgency who waits longest.

        `most_pages` of conversations and `most_threads` are read at most where they must be read live.

        Raises:
            InputError: a listing, group or cursor that is wrong.
            HostawayMcpError: no conversation at all could be had.
        """
        named = await named_listings(self._portfolio)
        inside, understood = await narrowed(self._portfolio, listing, group, named.by_id)
        now = self._clock.now()
        since = now - LOOK_BACK
        inbox = await self._inbox(since, most_pages, most_threads)
        today_of = todays_of(named.by_id, now)
        inside_ones = [one for one in inbox.waiters if inside is None or one.listing_id in inside]
        inside_ones = await self._in_their_words(inbox, inside_ones, since, named.by_id)
        found = [
            _judged(one, one.since, today_of, now, sla_hours)
            for one in inside_ones
            if one.since is not None and (intent is None or one.intent in intent)
        ]
        missing = (*inbox.missing, *_unsure([one for one in inside_ones if one.since is None]))
        asked = dict(question or {})
        ordered = rows_after(found, key=lambda one: one.key, question=asked, cursor=cursor)
        shown = await self._shown(inbox, [one.conversation_id for one in ordered[:limit]], since, named.by_id)
        ordered = [*(one for one in ordered[:limit] if one.conversation_id in shown), *ordered[limit:]]
        part = cut_ordered(
            ordered,
            total=len(found),
            key=lambda one: one.key,
            show=lambda one: _row(one, *shown[one.conversation_id], named.by_id),
            question=asked,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        return Triage(
            as_of=min(inbox.as_of, named.as_of or inbox.as_of),
            complete=not missing,
            missing=missing,
            warnings=tuple(filter(None, (DATA_NOT_ORDERS if part.rows else None, named.warning))),
            understood=understood
            | {"looked at": f"threads with something unread or written since {since:%Y-%m-%d}"},
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            waiting=part.rows,
            counts=_counts(found),
        )

    async def _inbox(self, since: datetime, pages: int, threads: int) -> _Inbox:
        kept = await self._copy.waiters(since)
        return _Inbox(kept.rows, kept.as_of) if kept is not None else await self._live(since, pages, threads)

    async def _in_their_words(
        self, inbox: _Inbox, waiters: Sequence[Waiter], since: datetime, listings: Mapping[int, Listing]
    ) -> list[Waiter]:
        """
        The same, with the intents of guests' own words.

        When a message was kept nobody knew what its listing is called. So the few are read again that seem
        to be about what their listing's name is about: without the name they may be about something else.
        What each of them came to is remembered until a thread may be another one.
        """
        named = {
            one.conversation_id: (one, _names(one.listing_id, listings))
            for one in waiters
            if one.since is not None and one.intent in intents_of_names(listings.get(one.listing_id or 0))
        }
        version = await self._copy.version() if inbox.read is None else None
        if version is None or version != self._own_as_of:
            self._own_as_of, self._own = version, {}
        known = {number: self._own.get(_essence(*one)) for number, one in named.items()}
        lacking = [number for number, intent in known.items() if intent is None]
        shown = await self._shown(inbox, lacking, since, listings)
        known |= {number: wait.intent for number, (_, wait) in shown.items()}
        intents = {number: intent for number, intent in known.items() if intent is not None}
        self._own |= {_essence(*named[number]): intent for number, intent in intents.items()}
        return [
            one._replace(intent=intents[one.conversation_id]) if one.conversation_id in intents else one
            for one in waiters
        ]

    async def _shown(
        self, inbox: _Inbox, ids: Sequence[int], since: datetime, listings: Mapping[int, Listing]
    ) -> dict[int, tuple[Verdict, Wait]]:
        """The threads that are shown; from the replica only these are read."""
        if not ids:
            return {}
        read = inbox.read if inbox.read is not None else await self._copy.verdicts(ids, since)
        found = ((number, read.get(number)) for number in ids)
        return {
            number: (one, without_names(one.wait, _names(_listing_id(one), listings)))
            for number, one in found
            if one is not None and one.wait is not None
        }

    async def _live(self, since: datetime, pages: int, threads: int) -> _Inbox:
        known = await self._facts.get(
            ("inbox", "conversations", pages),
            partial(self._load, since, pages),
            fresh_seconds=INBOX_FRESH_SECONDS,
        )
        rows = {one.id: one for one in known.rows}
        verdicts = [replace(verdict_of(one, since=since), stay=one.reservation) for one in rows.values()]
        verdicts = [one for one in verdicts if one.matters and _is_recent(one.conversation, since)]
        # Those of which the list shows too little first, then those whose first question it may not show.
        verdicts.sort(key=lambda one: (one.sure, -_latest(one.conversation).timestamp()))
        first, rest = verdicts[:threads], verdicts[threads:]
        read = await asyncio.gather(*(self._whole(one, since) for one in first))
        missing = () if known.complete else (_missing(known),)
        judged = {one.conversation.id: one for one in (*read, *rest)}
        waiters = tuple(_waiter(one) for one in judged.values() if one.matters)
        return _Inbox(waiters, known.as_of, missing, judged)

    async def _load(self, since: datetime, pages: int, gathering: Gathering[Conversation]) -> None:
        offset = 0
        for _ in range(pages):
            page = await self._hostaway.conversations.find(
                offset=offset or None, include_resources=True, limit=PAGE_LIMIT
            )
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)
            offset += page.received
            if page.received < PAGE_LIMIT or not any(_is_recent(one, since) for one in page.rows):
                return
        gathering.lacks = f"only the first {offset} conversations were looked at"

    async def _whole(self, one: Verdict, since: datetime) -> Verdict:
        """The verdict by all messages; as it was where they cannot be had."""
        number = one.conversation.id
        try:
            known = await self._facts.get(
                ("messages", number), partial(self._load_messages, number), fresh_seconds=FRESH_SECONDS
            )
        except HostawayMcpError:
            return one
        if not known.complete:
            return one
        note_live()
        return replace(verdict_of(one.conversation, known.rows, since=since), stay=one.stay)

    async def _load_messages(self, number: int, gathering: Gathering[ConversationMessage]) -> None:
        pages = []
        async for page in pages_of(self._hostaway, number):
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)
            pages.append(page)
        await self._copy.keep_messages(number, pages)


_Essence = tuple[int, datetime | None, Intent, frozenset[str]]


def _essence(one: Waiter, names: frozenset[str]) -> _Essence:
    return one.conversation_id, one.since, one.intent, names


def _waiter(one: Verdict) -> Waiter:
    wait, thread, stay, listing_id = one.wait, one.conversation, one.stay, _listing_id(one)
    if wait is None:
        return Waiter(thread.id, listing_id, stay)
    return Waiter(thread.id, listing_id, stay, wait.since, wait.intent)


def _listing_id(one: Verdict) -> int | None:
    return one.conversation.listing_id or (one.stay.listing_id if one.stay else None)


def _names(listing_id: int | None, listings: Mapping[int, Listing]) -> frozenset[str]:
    return names_in_words(listings.get(listing_id or 0))


def _judged(
    one: Waiter, since: datetime, today_of: Callable[[int | None], date], now: datetime, sla_hours: float
) -> _Waiting:
    stay, phase = one.stay, Phase.UNKNOWN
    if stay is not None:
        phase = phase_of(stay.arrival, stay.departure, stay.status_class, today_of(one.listing_id))
    hours = max(0.0, (now - since).total_seconds() / 3600)
    urgency = urgency_of(phase, one.intent, hours, sla_hours)
    key = (_URGENCY[urgency], since.isoformat()[:19], one.conversation_id)
    return _Waiting(one.conversation_id, since, one.intent, phase, hours, urgency, hours > sla_hours, key)


def _is_recent(thread: Conversation, since: datetime) -> bool:
    return bool(thread.has_unread_messages) or _latest(thread) >= since


def _latest(thread: Conversation) -> datetime:
    moments = (thread.message_received_on, thread.message_sent_on)
    return max(filter(None, moments), default=datetime.fromisoformat("2000-01-01T00:00:00+00:00"))


def _row(one: _Waiting, verdict: Verdict, wait: Wait, listings: Mapping[int, Listing]) -> WaitingRow:
    thread, stay = verdict.conversation, verdict.stay
    listing_id = _listing_id(verdict)
    listing = listings.get(listing_id or 0)
    named = listing_name(stay, listings) if stay else clean_name(listing.name if listing else None)
    return WaitingRow(
        conversation_id=thread.id,
        reservation_id=thread.reservation_id or (stay.id if stay else None),
        listing_id=listing_id,
        listing=named,
        guest=(guest_name(stay) if stay else None) or clean_name(thread.recipient_name),
        channel=stay.channel.label if stay else None,
        status_class=str(stay.status_class) if stay else None,
        arrival=stay.arrival if stay else None,
        departure=stay.departure if stay else None,
        phase=one.phase,
        since=one.since,
        hours=round(one.hours, 1),
        urgency=one.urgency,
        over_sla=one.over_sla or None,
        intent=one.intent,
        messages=wait.messages if wait.messages > 1 else None,
        excerpt=clean(wait.text, secrets=secrets_of(stay, listing), max_chars=EXCERPT_CHARS),
    )


def _counts(found: Sequence[_Waiting]) -> WaitingCounts:
    urgencies, intents = Counter(one.urgency for one in found), Counter(one.intent for one in found)
    return WaitingCounts(
        waiting=len(found),
        over_sla=sum(one.over_sla for one in found),
        by_urgency={str(one): urgencies[one] for one in Urgency if urgencies[one]},
        by_intent={str(one): intents[one] for one in Intent if intents[one]},
    )


def _unsure(unsure: Sequence[Waiter]) -> tuple[Missing, ...]:
    if not unsure:
        return ()
    ids = [one.conversation_id for one in unsure]
    shown = ", ".join(map(str, ids[:NAMED]))
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return (
        Missing(
            what=f"Whether a guest waits in {len(ids)} conversations: {shown}{more}",
            why="A machine wrote last, and what came between it and the guest's words was not read.",
            resume="get_conversation with conversation=<id> reads one and keeps it",
        ),
    )


def _missing(known: Known[Conversation]) -> Missing:
    return Missing(
        what=f"Some conversations: {len(known.rows)} were read",
        why=known.why or "Not known.",
        resume="Ask again in a moment, or for one listing; a replica (hostaway-mcp sync) has all of them.",
    )
