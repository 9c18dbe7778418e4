"""What is meant by some words: a listing, a guest, a reservation or a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeVar

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, InputError, NotFoundError
from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import Answer, Missing, Record
from hostaway_mcp.services.copied_threads import CopiedThreads
from hostaway_mcp.services.copy import Copy, note_copied, note_live, resume_of
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.listing_names import ListingNames
from hostaway_mcp.services.names import Close, fits, plain, spellings
from hostaway_mcp.services.portfolio import Portfolio, fold, name_of, names
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.stays import NEAR_AFTER, NEAR_BEFORE, By, Stays, Wanted, together
from hostaway_mcp.services.untrusted import clean_name, fence

Kind = Literal["listing", "guest", "reservation", "conversation"]
KINDS: tuple[Kind, ...] = ("listing", "guest", "reservation", "conversation")

SURE, GUESSED = 90, 60
"""When something is surely meant, what only sounds like it is left out."""

THREADS = 3
"""For so many of the best stays the conversation is looked up; each costs a call."""
_BIGGEST_ID = 2**63
_MIN_LETTERS = 2

T = TypeVar("T")


class Match(Record):
    """Something that may be meant, and why. The id of a guest is that of a reservation of theirs."""

    kind: Kind
    id: int
    label: str
    why: str


class Found(Answer):
    """What may be meant, best first."""

    matches: tuple[Match, ...]


@dataclass(slots=True)
class _Search:
    """A search on its way: what was asked, what was found with its score, what could not be had."""

    words: str
    kinds: frozenset[str]
    listings: Mapping[int, Listing] = field(default_factory=dict)
    today: date = date.min
    scored: dict[tuple[str, int], tuple[float, Match]] = field(default_factory=dict)
    stays: dict[int, tuple[float, Reservation]] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    errors: list[HostawayMcpError] = field(default_factory=list)
    ages: list[datetime] = field(default_factory=list)

    def add(self, score: float, match: Match) -> None:
        key = (match.kind, match.id)
        if match.kind in self.kinds and score > self.scored.get(key, (0.0, match))[0]:
            self.scored[key] = (score, match)

    def add_stays(self, stays: Iterable[Reservation], score: float) -> None:
        for stay in stays:
            self.stays.setdefault(stay.id, (score, stay))

    def learn(self, known: Known[T], what: str) -> tuple[T, ...]:
        self.ages.append(known.as_of)
        if not known.complete:
            resume = resume_of(known.why, _AGAIN)
            self.missing.append(Missing(what=f"some {what}", why=known.why or "Not known.", resume=resume))
        return known.rows


_AGAIN = "the same again in a minute"


class Finder:
    """
    Looks in all places at once, in the replica where that has them.

    Live, words cost the listings (unless they are known) and one or two calls for guests' names, a number two
    calls, an address one; each of the three best stays one more for its conversation. Only when nothing
    was found are the stays around today read, for names with a typo and for channels' codes.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        stays: Stays,
        portfolio: Portfolio,
        copy: Copy,
        threads: CopiedThreads,
        clock: Clock,
    ) -> None:
        self._copy = copy
        self._threads = threads
        self._hostaway = hostaway
        self._stays = stays
        self._portfolio = portfolio
        self._clock = clock
        self._names: tuple[tuple[Listing, ...], ListingNames] = ((), ListingNames(()))

    async def find(self, query: str, *, kinds: Sequence[Kind] | None = None, limit: int = 10) -> Found:
        """
        What these words may mean; nothing found is an answer too.

        Raises:
            InputError: too few letters to look for.
            HostawayMcpError: nothing at all could be looked at.
        """
        search = _Search(" ".join(query.split()), frozenset(kinds or KINDS))
        if len(plain(search.words).replace(" ", "")) < _MIN_LETTERS and not search.words.isdecimal():
            raise InputError(f"`query` needs at least {_MIN_LETTERS} letters or digits.")
        if listings := await self._attempt(search, "listings", self._portfolio.listings()):
            names = self._names_of(search.learn(listings, "listings"))
            search.listings = names.by_id
            self._match_listings(search, names)
        search.today = self._portfolio.today(tuple(search.listings.values()))
        await asyncio.gather(*self._looks(search))
        if not search.scored and not search.stays:
            await self._look_around(search)
        self._match_stays(search)
        if "conversation" in search.kinds:
            await self._match_conversations(search)
        return self._answer(search, limit)

    def _looks(self, search: _Search) -> list[Awaitable[None]]:
        if search.words.isascii() and search.words.isdecimal() and int(search.words) < _BIGGEST_ID:
            return [self._by_number(search, int(search.words))]
        if search.kinds == {"listing"}:
            return []
        return [self._by_mail(search) if "@" in search.words else self._by_name(search)]

    async def _by_number(self, search: _Search, number: int) -> None:
        """Hostaway is asked where the replica knows nothing of this number."""
        if await self._kept_number(search, number):
            return
        await asyncio.gather(self._live_stay(search, number), self._live_conversation(search, number))

    async def _kept_number(self, search: _Search, number: int) -> bool:
        stay, thread = await self._copy.stay(number), await self._threads.conversation(number)
        if stay is not None:
            search.ages.append(stay.as_of)
            search.add_stays(stay.rows, 100)
        if thread is not None:
            search.ages.append(thread.as_of)
            row = thread.rows[0]
            search.add(100, _conversation(row, row.reservation, search, "its id"))
        return bool(stay or thread) or ("listing", number) in search.scored

    async def _live_stay(self, search: _Search, number: int) -> None:
        if one := await self._attempt(search, "reservations", self._hostaway.reservations.get(number)):
            note_live()
            search.ages.append(one.received_at)
            search.add_stays([one.row], 100)

    async def _live_conversation(self, search: _Search, number: int) -> None:
        if "conversation" not in search.kinds:
            return
        read = self._hostaway.conversations.get(number, include_resources=True)
        if one := await self._attempt(search, "conversations", read):
            note_live()
            search.ages.append(one.received_at)
            search.add(100, _conversation(one.row, one.row.reservation, search, "its id"))

    async def _by_mail(self, search: _Search) -> None:
        wanted = Wanted(guest_email=search.words)
        if known := await self._attempt(search, "guests", self._stays.read(wanted, search.listings)):
            search.add_stays(search.learn(known, "reservations"), 95)

    async def _by_name(self, search: _Search) -> None:
        words = sorted({fold(search.words), *spellings(search.words)})
        reads = (self._stays.read(Wanted(match=one), search.listings) for one in words)
        found = await asyncio.gather(*(self._attempt(search, "guests", read) for read in reads))
        if known := [one for one in found if one]:
            for stay in search.learn(together(*known), "reservations"):
                name = guest_name(stay)
                if fits(search.words, name):
                    search.add_stays([stay], _name_score(name or "", search.words))

    async def _look_around(self, search: _Search) -> None:
        """Codes, and names with a typo, among the stays around today; Hostaway can search for neither."""
        if search.kinds == {"listing"} or "@" in search.words:
            return
        first, last = search.today - NEAR_BEFORE, search.today + NEAR_AFTER
        read = self._stays.read(Wanted(by=By.STAY, first=first, last=last), search.listings)
        known = await self._attempt(search, "reservations", read)
        if known is None:
            return
        stays = search.learn(known, "reservations")
        search.add_stays((stay for stay in stays if _has_code(stay, search.words)), 100)
        wanted = plain(search.words)
        search.add_stays((stay for stay in stays if _alike(wanted, guest_name(stay))), 60)

    def _names_of(self, listings: tuple[Listing, ...]) -> ListingNames:
        # The same rows come at every question until they are read anew.
        if self._names[0] is not listings:
            self._names = (listings, ListingNames(listings))
        return self._names[1]

    def _match_listings(self, search: _Search, names: ListingNames) -> None:
        if "listing" not in search.kinds:
            return
        close = Close(fold(search.words))
        for listing in names.may_be(search.words, close):
            if fit := _listing_fit(listing, search.words, close):
                score, why = fit
                archived = " (archived)" if listing.is_archived else ""
                text = ", ".join(filter(None, (name_of(listing), clean_name(listing.city)))) + archived
                score -= 5 if archived else 0
                search.add(score, Match(kind="listing", id=listing.id, label=text, why=why))

    def _match_stays(self, search: _Search) -> None:
        """Each stay as a reservation, and its guest once, nearest to today first."""
        people: dict[str, list[Reservation]] = {}
        for score, stay in _ranked(search):
            label = stay_label(stay, search.listings)
            why = _why(stay, search.words)
            search.add(score - 0.1, Match(kind="reservation", id=stay.id, label=label, why=why))
            people.setdefault(_person(stay), []).append(stay)
        scores = {stay.id: score for score, stay in _ranked(search)}
        for stays in people.values():
            nearest = stays[0]
            count = "1 reservation" if len(stays) == 1 else f"{len(stays)} reservations"
            place = f"{fence(listing_name(nearest, search.listings)) or 'no listing'}, {_dates(nearest)}"
            why = f"{count}, nearest {place}"
            label = guest_name(nearest) or "no name"
            search.add(scores[nearest.id], Match(kind="guest", id=nearest.id, label=label, why=why))

    async def _match_conversations(self, search: _Search) -> None:
        best = _ranked(search)[:THREADS]
        found = await asyncio.gather(*(self._of_stay(search, stay) for _, stay in best))
        for (score, stay), threads in zip(best, found, strict=True):
            for thread in threads:
                search.add(score - 0.2, _conversation(thread, stay, search, f"of reservation {stay.id}"))

    async def _of_stay(self, search: _Search, stay: Reservation) -> Sequence[Conversation]:
        if kept := await self._threads.of_stay(stay.id):
            search.ages.append(kept.as_of)
            note_copied()
            return kept.rows
        read = self._hostaway.conversations.find_of_reservation(stay.id)
        page = await self._attempt(search, "conversations", read)
        if page is None:
            return ()
        note_live()
        return page.rows

    async def _attempt(self, search: _Search, what: str, read: Awaitable[T]) -> T | None:
        """What was read; nothing if there is none or if it cannot be had, which is noted."""
        try:
            return await read
        except NotFoundError:
            return None
        except HostawayMcpError as error:
            search.errors.append(error)
            search.missing.append(Missing(what=what, why=error.message, resume=_AGAIN))
            return None

    def _answer(self, search: _Search, limit: int) -> Found:
        if search.errors and not search.ages:
            raise search.errors[0]
        ranked = sorted(search.scored.values(), key=lambda pair: (-pair[0], pair[1].kind, pair[1].id))
        if ranked and ranked[0][0] >= SURE:
            ranked = [pair for pair in ranked if pair[0] > GUESSED]
        missing = {one.what: one for one in search.missing}
        return Found(
            as_of=min(search.ages, default=self._clock.now()),
            complete=not missing,
            missing=tuple(missing.values()),
            warnings=_remarks(search, len(ranked), limit),
            matches=tuple(match for _, match in ranked[:limit]),
        )


def _remarks(search: _Search, found: int, limit: int) -> tuple[str, ...]:
    if found > limit:
        return (f"{found - limit} more fit; more letters or `kinds` narrow it down.",)
    return () if found else (_nothing(search),)


def _nothing(search: _Search) -> str:
    looked = [f"{len(search.listings)} listings"] if "listing" in search.kinds else []
    if search.kinds != {"listing"}:
        first, last = search.today - NEAR_BEFORE, search.today + NEAR_AFTER
        looked.append("the names of guests")
        looked.append(f"codes and other spellings among the stays from {first} to {last}")
    return f"Nothing fits. Looked through: {', '.join(looked)}. Try another spelling, an id or an e-mail."


def stay_label(stay: Reservation, listings: Mapping[int, Listing]) -> str:
    """A stay on one line: guest, listing, dates, status."""
    status = str(stay.status_class) if stay.status_class is not StatusClass.UNKNOWN else str(stay.status)
    parts = (guest_name(stay) or "no name", listing_name(stay, listings), _dates(stay), status)
    return ", ".join(part for part in parts if part)


def _dates(stay: Reservation) -> str:
    return f"{stay.arrival} to {stay.departure}" if stay.arrival else "no dates"


def _conversation(thread: Conversation, stay: Reservation | None, search: _Search, why: str) -> Match:
    label = stay_label(stay, search.listings) if stay else clean_name(thread.recipient_name) or "no name"
    unread = ", unread" if thread.has_unread_messages else ""
    return Match(kind="conversation", id=thread.id, label=label, why=why + unread)


def _listing_fit(listing: Listing, words: str, close: Close) -> tuple[float, str] | None:
    """How well a listing fits, and why."""
    wanted, called, city = close.wanted, names(listing), fold(listing.city or "")
    if words == str(listing.id):
        return 100, "its id"
    if wanted in called:
        return 95, "its name" if wanted == fold(listing.name) else "its nickname"
    parts = wanted.split()
    if city and wanted == city:
        return 76, "its city"
    if any(all(part in name for part in parts) for name in called):
        return 75, "part of its name"
    whole = f"{' '.join(called)} {city}"
    if len(parts) > 1 and all(part in whole for part in parts):
        return 65, "its name and city"
    if city and close.to_any((city,)):
        return 50, "a city like it"
    words_called = (word for name in called for word in name.split())
    return (55, "a name like it") if close.to_any((*called, *words_called)) else None


def _alike(wanted: str, name: str | None) -> bool:
    """Whether a guest's name differs by a typo or two, as a whole or in one of its words."""
    if not name or not wanted:
        return False
    spelled = plain(name)
    return Close(wanted).to_any((spelled, *spelled.split())) or fits(wanted, name)


def _has_code(stay: Reservation, words: str) -> bool:
    return words.casefold() in {
        code.casefold() for code in (stay.confirmation_code, stay.channel_reservation_id) if code
    }


def _why(stay: Reservation, words: str) -> str:
    if words == str(stay.id):
        return "its id"
    if _has_code(stay, words):
        return "its code"
    if "@" in words:
        return "the guest's e-mail"
    return "the guest's name" if fits(words, guest_name(stay)) else "a guest's name like it"


def _person(stay: Reservation) -> str:
    """Relay addresses differ from stay to stay, so one name is taken for one person."""
    return plain(guest_name(stay) or "") or str(stay.id)


def _distance(stay: Reservation, today: date) -> int:
    """Days from today to the stay; 0 while the guest is in the house."""
    if stay.arrival is None or stay.departure is None:
        return 10_000
    return max(0, (stay.arrival - today).days, (today - stay.departure).days)


def _ranked(search: _Search) -> list[tuple[float, Reservation]]:
    """The stays, best first; among equals those of living bookings and nearest to today."""
    ranked = [(score - _discount(stay, search.today), stay) for score, stay in search.stays.values()]
    return sorted(ranked, key=lambda pair: (-pair[0], pair[1].id))


def _discount(stay: Reservation, today: date) -> float:
    """Less than the step between two scores."""
    dead = 1.0 if stay.status_class is StatusClass.DEAD else 0.0
    return dead + min(3.0, _distance(stay, today) / 400)


def _name_score(name: str, words: str) -> float:
    asked, called = plain(words), plain(name)
    if asked == called:
        return 95
    return 85 if set(asked.split()) <= set(called.split()) else 80
