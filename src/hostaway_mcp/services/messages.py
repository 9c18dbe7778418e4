"""Messages found by words, guest, dates and channel, among those that the replica has read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from hostaway_mcp import calls
from hostaway_mcp.analytics.said import UNSAID, author, said_at
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.conversations import ConversationMessage
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.answers import ListAnswer, Missing
from hostaway_mcp.services.conversations import DATA_NOT_ORDERS, MessageRow, attachment_of, secrets_of
from hostaway_mcp.services.cursors import SortKey, cut, descending
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period, read_span
from hostaway_mcp.services.learned import THREADS_ON_DEMAND, learned, never_synced
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.portfolio import ListingRef, Portfolio
from hostaway_mcp.services.reservations.asked import read_scope
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.stays import days_of, named_listings
from hostaway_mcp.services.untrusted import clean
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

MOST = 500
"""Messages that one question looks at, the newest first."""
TEXT_CHARS = 300
WHOLE_CHARS = 50_000
NAMED = 5
"""Threads that were not read and that an answer names, so that somebody may."""
ROOM_BYTES = 12_000
_TOKEN = re.compile(r"\w+")


class FoundMessage(MessageRow):
    """A message with where it was said; `text` is cut around the words that were looked for."""

    conversation_id: int | None = None
    reservation_id: int | None = None
    listing_id: int | None = None
    listing: str | None = None
    guest: str | None = None


class Messages(ListAnswer):
    """Messages, newest first."""

    messages: tuple[FoundMessage, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; dates are days where the listing is."""

    text: str = ""
    guest: str | None = None
    span: Span | None = None
    channel_ids: tuple[int | None, ...] = (None,)
    incoming: bool | None = None
    listing_ids: tuple[int | None, ...] = (None,)

    @property
    def needles(self) -> tuple[str, ...]:
        """The words and phrases, as they are compared."""
        found = re.findall(r'"([^"]*)"?|(\S+)', self.text)
        return tuple(filter(None, (plain(phrase or word).replace(" ", "") for phrase, word in found)))


@dataclass(frozen=True, slots=True)
class _Hit:
    message: ConversationMessage
    stay: Reservation | None
    listing: Listing | None
    text: str | None


class MessageSearch:
    """
    Searches the replica: it costs no call to Hostaway, besides the listings where those are not known.

    Hostaway has no search in messages.
    """

    def __init__(self, replica: Replica, *, portfolio: Portfolio, clock: Clock) -> None:
        self._replica = replica
        self._portfolio = portfolio
        self._clock = clock

    async def search(
        self,
        *,
        text: str | None = None,
        guest: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        channel: Sequence[str] | None = None,
        incoming: bool | None = None,
        listing: ListingRef | None = None,
        limit: int = 20,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Messages:
        """
        The messages that fit all that is asked, newest first. Words are found whole, accents forgiven.

        Raises:
            InputError: nothing to look for in the text, a date, channel, listing or cursor that is wrong.
            StorageError: the replica cannot be read.
        """
        asked = _asked(text, guest, channel, incoming)
        if not self._replica.is_there:
            return self._without_replica()
        store = await self._replica.store()
        named = await named_listings(self._portfolio)
        asked, understood = await self._narrowed(asked, from_, to, listing, named.by_id)
        known = await learned(store, calendars=False)
        as_of = known.as_of(["conversations"])
        if as_of is None:
            return self._without_replica()
        _rests_on_the_replica()
        hits, many = await _Searcher(store, named.by_id).hits(asked)
        part = cut(
            hits,
            key=_newest_first,
            show=lambda hit: _row(hit, asked, named.by_id),
            question=dict(question or {}),
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        missing = await _missing(store, asked, many=many)
        return Messages(
            as_of=as_of,
            source="replica",
            complete=not missing,
            missing=missing,
            warnings=tuple(filter(None, (DATA_NOT_ORDERS if part.rows else None, named.warning))),
            understood=understood,
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            messages=part.rows,
        )

    async def _narrowed(
        self,
        asked: Asked,
        from_: str | None,
        to: str | None,
        listing: ListingRef | None,
        listings: Mapping[int, Listing],
    ) -> tuple[Asked, dict[str, str]]:
        ids: tuple[int | None, ...] = (None,)
        understood = {}
        if listing is not None:
            chosen = await self._portfolio.choose(listing)
            ids, understood = tuple(one.id for one in chosen.listings), dict(chosen.understood)
        span = _span(from_, to, self._portfolio.today(tuple(listings.values())))
        if span is not None:
            understood["dates"] = f"from {span.first} to {span.last}, both included"
        return (
            Asked(asked.text, asked.guest, span, asked.channel_ids, asked.incoming, ids),
            understood,
        )

    def _without_replica(self) -> Messages:
        return Messages(
            as_of=self._clock.now(),
            source="replica",
            complete=False,
            missing=(
                never_synced("All messages; Hostaway has no search, get_conversation reads one thread"),
            ),
            messages=(),
        )


class _Searcher:
    """Looks through the messages of one replica."""

    def __init__(self, store: Store, listings: Mapping[int, Listing]) -> None:
        self._store = store
        self._listings = listings

    async def hits(self, asked: Asked) -> tuple[list[_Hit], bool]:
        """What is found, and whether more was there than is looked at."""
        # The store counts days in UTC; a listing's day may begin half a day before or after.
        first = asked.span.first - ONE_DAY if asked.span else None
        last = asked.span.last + ONE_DAY if asked.span else None
        found = await asyncio.gather(
            *(
                self._store.messages.search(
                    asked.text,
                    guest=asked.guest,
                    first=first,
                    last=last,
                    channel_id=channel_id,
                    incoming=asked.incoming,
                    listing_id=listing_id,
                    limit=MOST,
                )
                for channel_id in asked.channel_ids
                for listing_id in asked.listing_ids
            )
        )
        unique = {kept.row.id: kept.row for some in found for kept in some}
        stays = await self._stays(unique.values())
        hits = (self._hit(message, stays.get(message.id)) for message in unique.values())
        return [hit for hit in hits if self._fits(hit, asked)], any(len(some) >= MOST for some in found)

    async def _stays(self, messages: Collection[ConversationMessage]) -> dict[int, Reservation]:
        """The stay that each message is about; a message that does not say it has its conversation's."""
        silent = {one.conversation_id for one in messages if not one.reservation_id}
        threads = await self._store.conversations.get(number for number in silent if number)
        of_thread = {kept.row.id: kept.row.reservation_id for kept in threads}
        stay_of = {one.id: one.reservation_id or of_thread.get(one.conversation_id or 0) for one in messages}
        kept_stays = await self._store.reservations.get(filter(None, stay_of.values()))
        by_id = {kept.row.id: kept.row for kept in kept_stays}
        return {number: by_id[stay] for number, stay in stay_of.items() if stay in by_id}

    def _hit(self, message: ConversationMessage, stay: Reservation | None) -> _Hit:
        listing = self._listings.get(message.listing_id or (stay.listing_id if stay else None) or 0)
        text = clean(message.body, secrets=secrets_of(stay, listing), max_chars=WHOLE_CHARS)
        return _Hit(message, stay, listing, text)

    def _fits(self, hit: _Hit, asked: Asked) -> bool:
        if hit.message.status in UNSAID:
            return False
        if asked.span is not None:
            moment = said_at(hit.message)
            day = days_of(self._listings)(moment, hit.listing.id if hit.listing else None) if moment else None
            if day is None or not asked.span.first <= day <= asked.span.last:
                return False
        if not asked.needles:
            return True
        # What is masked is not found either, or the search would tell whether a guess at a code is right.
        subject = clean(hit.message.subject, secrets=secrets_of(hit.stay, hit.listing)) or ""
        shown = plain(f"{subject} {hit.text or ''}").replace(" ", "")
        return all(needle in shown for needle in asked.needles)


def _asked(
    text: str | None, guest: str | None, channel: Sequence[str] | None, incoming: bool | None
) -> Asked:
    if text and not plain(text):
        raise InputError("`text` has no word to look for.", hint='Words, or "a phrase" in quotes.')
    if guest and not plain(guest):
        raise InputError("`guest` has no letters to look for.")
    scope, _ = read_scope(None, None, channel, all_classes=True)
    ids = tuple(sorted(int(one) for one in scope.channels)) if scope.channels else (None,)
    return Asked(text=text or "", guest=guest, channel_ids=ids, incoming=incoming)


def _span(from_: str | None, to: str | None, today: date) -> Span | None:
    """The days asked for; an open end reaches as far as messages go."""
    if from_ is None and to is None:
        return None
    if from_ is None:
        return Span(date(2000, 1, 1), read_span(to or "", today).last)
    if to is None:
        start = read_span(from_, today)
        return Span(start.first, max(start.last, today))
    return read_period(from_, to, today, exclusive=False)


def _newest_first(hit: _Hit) -> SortKey:
    at = said_at(hit.message)
    return (descending(f"{at:%Y%m%d%H%M%S}" if at else ""), -hit.message.id)


def _row(hit: _Hit, asked: Asked, listings: Mapping[int, Listing]) -> FoundMessage:
    message, stay = hit.message, hit.stay
    way = str(message.communication_type) if message.communication_type else None
    status = None if str(message.status or "sent") == "sent" else str(message.status)
    return FoundMessage(
        message_id=message.id,
        conversation_id=message.conversation_id,
        at=said_at(message),
        from_=author(message),
        # "channel" is Hostaway's word for the channel's own thread.
        channel=stay.channel.label if way == "channel" and stay else way,
        status=status,
        text=around(hit.text, asked.needles),
        attachments=tuple(attachment_of(one) for one in message.attachments),
        reservation_id=stay.id if stay else message.reservation_id,
        listing_id=hit.listing.id if hit.listing else message.listing_id,
        listing=listing_name(stay, listings) if stay else hit.listing.name if hit.listing else None,
        guest=guest_name(stay) if stay else None,
    )


def around(text: str | None, needles: Iterable[str], *, max_chars: int = TEXT_CHARS) -> str | None:
    """A text cut around the first of these words, with how much is left out on either side."""
    if text is None or len(text) <= max_chars:
        return text
    begin = min(max(0, _place(text, tuple(needles)) - max_chars // 3), len(text) - max_chars)
    if begin > 0:
        # Not in the middle of a word.
        begin = text.find(" ", begin, begin + 30) + 1 or begin
    end = begin + max_chars
    before = f"(+{begin} characters) …" if begin else ""
    after = f"… (+{len(text) - end} characters)" if end < len(text) else ""
    return f"{before}{text[begin:end].strip()}{after}"


def _place(text: str, needles: Sequence[str]) -> int:
    """Where the first of the words stands; phrases begin with their first word."""
    for match in _TOKEN.finditer(text):
        token = plain(match[0])
        if token and any(needle.startswith(token) or needle in token for needle in needles):
            return match.start()
    return 0


async def _missing(store: Store, asked: Asked, *, many: bool) -> tuple[Missing, ...]:
    found = [one] if (one := await _not_read(store, asked)) else []
    if many:
        found.append(
            Missing(
                what=f"Older messages; only the newest {MOST} that fit were looked at",
                why="One question looks at no more.",
                resume="ask with `to`, a listing or more words",
            )
        )
    return tuple(found)


async def _not_read(store: Store, asked: Asked) -> Missing | None:
    """The threads in question that are not kept whole: those of a guest, or else of everybody."""
    if asked.guest is None:
        there, read, names = await store.conversations.count(), await store.threads.count(), ""
    else:
        stays = await store.reservations.find(match=asked.guest)
        of_guest = await store.conversations.where(reservation_id=[stay.row.id for stay in stays])
        ids = [one.row.id for one in of_guest]
        kept = await store.threads.get(ids)
        there, read = len(ids), len(kept)
        names = ", ".join(str(one) for one in ids if one not in kept and len(kept) < there)
    if read >= there:
        return None
    which = f": {names}" if names and there - read <= NAMED else ""
    return Missing(
        what=f"The messages of {there - read:,} of {there:,} conversations{which}",
        why=f"{THREADS_ON_DEMAND}.",
        resume="get_conversation reads one thread and keeps it for the next search",
    )


def _rests_on_the_replica() -> None:
    """The answer says so, and is not kept for whoever asks again: sync may have learned something."""
    if call := calls.current():
        call.copied = True
        call.used_facts(1e-9)
