"""Guests as persons: all stays of one, in which language, with which notes and reviews."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from hostaway_mcp.analytics.balances import HOST_COLLECTS
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import Page
from hostaway_mcp.errors import AmbiguousNameError, InputError, UnknownNameError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.models.reviews import Review, ReviewStatus, ReviewType
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Answer, Missing, Money, Record
from hostaway_mcp.services.copied_ledgers import CopiedLedgers
from hostaway_mcp.services.copy import note_live, resume_of
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.names import fits, plain
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.reservations.find import Guest as Named
from hostaway_mcp.services.reservations.parts import Contact, contact_of
from hostaway_mcp.services.reservations.resolve import Resolver, place
from hostaway_mcp.services.reservations.rows import (
    ReservationRow,
    guest_name,
    nights_of,
    row_of,
)
from hostaway_mcp.services.stays import ONE_DAY, Stays, Wanted, named_listings, together
from hostaway_mcp.services.untrusted import clean, clean_name, fence
from hostaway_mcp.settings import Reveal

STAYED = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY})
SHOWN_STAYS = 20
SHOWN_REVIEWS = 10
SHOWN_REVIEWED = 5
SHOWN_NOTES = 10
NOTE_CHARS = 200
MAX_ADDRESSES = 3
REVIEWS_LIMIT = 500


class GuestNote(Record):
    """What was written on one stay; words of guests and hosts."""

    reservation_id: int
    by: str
    """`guest` or `host`."""
    text: str


class GuestReview(Record):
    """A review about one of the stays; ratings are 0 to 10."""

    reservation_id: int
    by: str
    """`guest` (about the stay) or `host` (about the guest)."""
    status: str | None = None
    rating: Decimal | None = None
    text: str | None = None
    private: str | None = None
    recommended: bool | None = None


class GuestCard(Record):
    """A person, as far as the account's reservations tell."""

    name: str | None = None
    stays: tuple[ReservationRow, ...] = ()
    """Newest first; booked and owner stays, then whatever else there was."""
    stays_left_out: int | None = None
    nights: int
    """Nights of booked and owner stays, past and to come."""
    booked: int
    """How many booked and owner stays."""
    others: dict[str, int] | None = None
    """Reservations that are not stays, by status class; their nights do not count."""
    spent: tuple[Money, ...] = ()
    """Total prices of booked stays, one sum a currency; absent when one of them has no price."""
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    contact: Contact | None = None
    notes: tuple[GuestNote, ...] = ()
    reviews: tuple[GuestReview, ...] = ()


class GuestAnswer(Answer):
    """One guest."""

    guest: GuestCard


@dataclass(frozen=True, slots=True)
class _Person:
    """The reservations that belong to one person, newest arrival first."""

    stays: tuple[Reservation, ...]

    @property
    def name(self) -> str | None:
        return next((name for stay in self.stays if (name := guest_name(stay))), None)


class Guests:
    """
    Finds a guest. Two reservations are one person's if they carry the same e-mail address, or the same full
    name and country; channels hand out a different relay address each, so the address alone would part them.

    What the replica has costs nothing. Live it takes one call for the name, one more for each own (not
    relayed) address up to three, one for reviews (and one a stay for the newest five where one call does
    not hold the reviews of all).
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        stays: Stays,
        portfolio: Portfolio,
        resolver: Resolver,
        ledgers: CopiedLedgers,
        reveal: Collection[str] = (),
    ) -> None:
        self._ledgers = ledgers
        self._hostaway = hostaway
        self._stays = stays
        self._portfolio = portfolio
        self._resolver = resolver
        self._may_reveal = Reveal.CONTACT in reveal

    async def get(
        self, *, guest: str | None = None, reservation: int | str | None = None, reveal: bool = False
    ) -> GuestAnswer:
        """
        The guest of this name, address or reservation, with all their stays.

        `reveal` shows mail address and phone number where the operator allows it.

        Raises:
            InputError: neither or both are given. UnknownNameError: nobody fits.
            AmbiguousNameError: several people fit, with the choices.
        """
        if (guest is None) == (reservation is None):
            raise InputError("get_guest needs either `guest` or `reservation`.")
        named = await named_listings(self._portfolio)
        listings = named.by_id
        today = self._portfolio.today(list(listings.values()))
        understood: dict[str, str] = {}
        warnings = [named.warning] if named.warning else []
        if reservation is not None:
            resolved = await self._resolver.one(reservation, listings, today=today)
            seeds: Known[Reservation] = Known((resolved.stay,), resolved.as_of)
            understood = resolved.understood
        else:
            seeds, warning = await self._seeds(guest or "", listings, today)
            warnings += [warning] if warning else []
        known, person = await self._person(seeds, guest, listings)
        reviews, missing, as_of = await self._reviews(person, known.as_of)
        # Namesakes may be mixed in: who is asked for by a reservation is reached as that one says.
        asked = seeds.rows if reservation is not None else ()
        contact = _contact((*asked, *sorted(person.stays, key=_relayed)), reveal=reveal and self._may_reveal)
        card = _card(person, reviews, listings, contact=contact, whole=known.complete)
        warnings += _doubts(person)
        if reveal and not self._may_reveal:
            warnings.append(
                "Contacts stay masked: the operator has not allowed them. The setting "
                "HOSTAWAY_MCP_REVEAL=contact does, after a restart."
            )
        if not known.complete:
            missing.insert(0, _some_stays(known))
        return GuestAnswer(
            as_of=min(as_of, named.as_of or as_of),
            complete=not missing,
            missing=tuple(missing),
            warnings=tuple(warnings),
            understood=understood,
            guest=card,
        )

    async def _seeds(
        self, guest: str, listings: Mapping[int, Listing], today: date
    ) -> tuple[Known[Reservation], str | None]:
        """The stays that the words fit by themselves."""
        who = Named.read(guest, None)
        if who.email:
            known, warning = await self._of_address(who.email, listings), None
        else:
            known, warning = await self._stays.of_guest(who.name or "", listings, today=today)
        if not known.rows:
            words = quoted(guest)
            asked = "this e-mail address" if who.email else f'"{words}"'
            raise UnknownNameError(
                f"There is no guest with {asked} in this account.",
                hint=warning or known.why or "find_reservations lists guests by dates.",
            )
        return known, warning

    async def _person(
        self, seeds: Known[Reservation], guest: str | None, listings: Mapping[int, Listing]
    ) -> tuple[Known[Reservation], _Person]:
        """The one person that the seeds belong to, with the stays that only the address or the name tells."""
        people = _people(seeds.rows)
        if len(people) > 1 and guest is not None:
            exact = [one for one in people if any(_full_name(stay) == plain(guest) for stay in one.stays)]
            people = exact if len(exact) == 1 else people
        if len(people) > 1:
            raise _ambiguous(guest or "", people, listings)
        more = await asyncio.gather(*self._also(people[0], guest, listings), return_exceptions=True)
        for error in more:
            if isinstance(error, BaseException) and not isinstance(error, UpstreamError):
                raise error
        known = together(seeds, *(one for one in more if isinstance(one, Known)))
        if failed := next((one for one in more if isinstance(one, UpstreamError)), None):
            known = replace(known, complete=False, why=failed.message)
        ids = {stay.id for stay in people[0].stays}
        return known, next(one for one in _people(known.rows) if ids & {stay.id for stay in one.stays})

    def _also(
        self, person: _Person, guest: str | None, listings: Mapping[int, Listing]
    ) -> list[Awaitable[Known[Reservation]]]:
        """Reads that tell of more stays: each full name not yet searched, each address that is their own."""
        names = {name for stay in person.stays if not stay.channel.is_ical and (name := _spelled(stay))}
        names -= {name for name in names if guest and fits(guest, name)}
        addresses = {_address(stay) for stay in person.stays if stay.channel in HOST_COLLECTS} - {""}
        addresses -= {(guest or "").strip().casefold()}
        return [
            *(self._of_name(name, listings) for name in sorted(names)[:MAX_ADDRESSES]),
            *(self._of_address(address, listings) for address in sorted(addresses)[:MAX_ADDRESSES]),
        ]

    async def _of_address(self, email: str, listings: Mapping[int, Listing]) -> Known[Reservation]:
        known = await self._stays.read(Wanted(guest_email=email.strip().casefold()), listings)
        rows = tuple(stay for stay in known.rows if _address(stay) == email.strip().casefold())
        return Known(rows, known.as_of, known.complete, known.why)

    async def _of_name(self, name: str, listings: Mapping[int, Listing]) -> Known[Reservation]:
        known = await self._stays.read(Wanted(match=name.casefold()), listings)
        rows = tuple(stay for stay in known.rows if _full_name(stay) == plain(name))
        return Known(rows, known.as_of, known.complete, known.why)

    async def _reviews(
        self, person: _Person, as_of: datetime
    ) -> tuple[list[Review], list[Missing], datetime]:
        """The reviews of these stays, in one call: by reservation, or by their listings and departures."""
        stayed = [stay for stay in person.stays if stay.status_class in STAYED and stay.departure]
        if not stayed:
            return [], [], as_of
        ids = {stay.id for stay in stayed}
        if kept := await self._ledgers.reviews(ids):
            return list(kept.rows), [], min(as_of, kept.as_of)
        try:
            page = await self._reviews_between(stayed)
            note_live()
            if page.received < REVIEWS_LIMIT:
                pages, missing = [page], []
            else:
                newest = sorted(stayed, key=_newest)[:SHOWN_REVIEWED]
                pages = list(await asyncio.gather(*(self._reviews_of(stay) for stay in newest)))
                missing = [_no_reviews("there are too many to read")] if len(newest) < len(stayed) else []
        except UpstreamError as error:
            return [], [_no_reviews(error.message)], as_of
        found = [review for page in pages for review in page.rows if review.reservation_id in ids]
        return found, missing, min(as_of, *(page.received_at for page in pages))

    async def _reviews_between(self, stayed: Sequence[Reservation]) -> Page[Review]:
        if len(stayed) == 1:
            return await self._reviews_of(stayed[0])
        departures = [stay.departure for stay in stayed if stay.departure]
        return await self._hostaway.reviews.find(
            limit=REVIEWS_LIMIT,
            listing_ids=sorted({stay.listing_id for stay in stayed if stay.listing_id}),
            departure_date_start=min(departures) - ONE_DAY,
            departure_date_end=max(departures) + ONE_DAY,
        )

    async def _reviews_of(self, stay: Reservation) -> Page[Review]:
        return await self._hostaway.reviews.find(limit=REVIEWS_LIMIT, reservation_id=stay.id)


def _card(
    person: _Person,
    reviews: Sequence[Review],
    listings: Mapping[int, Listing],
    *,
    contact: Contact | None,
    whole: bool,
) -> GuestCard:
    stayed = [stay for stay in person.stays if stay.status_class in STAYED]
    others = [stay for stay in person.stays if stay.status_class not in STAYED]
    shown = [*stayed, *others][:SHOWN_STAYS]
    left_out = len(person.stays) - len(shown)
    counts = Counter(str(stay.status_class) for stay in others)
    return GuestCard(
        name=person.name,
        stays=tuple(row_of(stay, listings) for stay in shown),
        stays_left_out=left_out or None,
        nights=sum(nights_of(stay) or 0 for stay in stayed),
        booked=len(stayed),
        others=dict(sorted(counts.items())) or None,
        spent=_spent(stayed) if whole else (),
        languages=_each(stay.guest_locale for stay in person.stays),
        countries=_each(stay.guest_country for stay in person.stays),
        contact=contact,
        notes=_notes(person.stays),
        reviews=tuple(_review(one) for one in sorted(reviews, key=lambda one: -one.id)[:SHOWN_REVIEWS]),
    )


def _people(stays: Iterable[Reservation]) -> list[_Person]:
    """The stays parted into persons: linked by the same address, or the same full name and country."""
    groups: list[tuple[set[str], list[Reservation]]] = []
    for stay in stays:
        # Calendar imports carry words such as "Reserved" instead of a name.
        name = "" if stay.channel.is_ical else _full_name(stay)
        named = f"={name}, {plain(stay.guest_country or '')}" if name else ""
        marks = {mark for mark in (f"@{_address(stay)}", named) if len(mark) > 1}
        linked = [group for group in groups if group[0] & marks]
        merged = (marks.union(*(group[0] for group in linked)), [stay])
        for group in linked:
            merged[1].extend(group[1])
        groups = [group for group in groups if group not in linked] + [merged]
    people = [_Person(tuple(sorted(rows, key=_newest))) for _, rows in groups]
    return sorted(people, key=lambda one: _newest(one.stays[0]))


def _relayed(stay: Reservation) -> bool:
    """Whether the stay's address is a channel's relay rather than the guest's own."""
    return stay.channel not in HOST_COLLECTS


def _newest(stay: Reservation) -> tuple[int, int]:
    return (-(stay.arrival or date.min).toordinal(), -stay.id)


def _address(stay: Reservation) -> str:
    return (stay.guest_email or "").strip().casefold()


def _spelled(stay: Reservation) -> str:
    """The full name as Hostaway has it, for its own search."""
    parts = " ".join(filter(None, (stay.guest_first_name, stay.guest_last_name)))
    return " ".join((stay.guest_name or parts).split())


def _full_name(stay: Reservation) -> str:
    return plain(_spelled(stay))


def _ambiguous(text: str, people: Sequence[_Person], listings: Mapping[int, Listing]) -> AmbiguousNameError:
    """The choices, newest first; the sentence itself holds no guest's words."""
    latest = [place(one.stays[0], listings) for one in people]
    return AmbiguousNameError(
        f'"{quoted(text)}" fits {len(people)} different guests.',
        choices=[f"{fence(one.name) or 'no name'}, {place(one.stays[0], listings)}" for one in people],
        hint="Ask with the full name, the e-mail address or a reservation's id. "
        f"Their latest stays: {'; '.join(latest[:8])}.",
    )


def _doubts(person: _Person) -> list[str]:
    """Where one name may be several people."""
    own = {_address(stay) for stay in person.stays if stay.channel in HOST_COLLECTS} - {""}
    if len(own) > 1:
        return [
            "These stays share a full name and a country, but not the e-mail address: "
            "they may be several people of the same name."
        ]
    return []


def _spent(stayed: Sequence[Reservation]) -> tuple[Money, ...]:
    """Sums of total prices, one for each currency; nothing when a price is not known."""
    sums: dict[str, Decimal] = {}
    for stay in stayed:
        if stay.status_class is StatusClass.OWNER_STAY:
            continue
        if stay.total_price is None or not stay.currency:
            return ()
        sums[stay.currency] = sums.get(stay.currency, Decimal(0)) + stay.total_price
    return tuple(money for currency in sorted(sums) if (money := Money.of(sums[currency], currency)))


def _each(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for word in words if (name := clean_name(word))))


def _contact(stays: Sequence[Reservation], *, reveal: bool) -> Contact | None:
    """How to reach the guest: as on the first of these stays that says so."""
    known = [one for stay in stays if (one := contact_of(stay, reveal=reveal))]
    email = next((one.email for one in known if one.email), None)
    phone = next((one.phone for one in known if one.phone), None)
    return Contact(email=email, phone=phone) if email or phone else None


def _notes(stays: Sequence[Reservation]) -> tuple[GuestNote, ...]:
    notes = []
    for stay in stays:
        for by, words in (("guest", stay.guest_note), ("host", stay.host_note)):
            text = clean(words, secrets=(stay.door_code,), max_chars=NOTE_CHARS)
            if text:
                notes.append(GuestNote(reservation_id=stay.id, by=by, text=text))
    return tuple(notes[:SHOWN_NOTES])


def _review(review: Review) -> GuestReview:
    written = review.status in (ReviewStatus.PUBLISHED, ReviewStatus.SUBMITTED)
    return GuestReview(
        reservation_id=review.reservation_id or 0,
        by="host" if review.type is ReviewType.HOST_TO_GUEST else "guest",
        status=str(review.status) if review.status else None,
        rating=review.rating if written else None,
        text=clean(review.public_review, max_chars=NOTE_CHARS),
        private=clean(review.private_feedback, max_chars=NOTE_CHARS),
        recommended=review.is_reviewee_recommended,
    )


def _no_reviews(why: str) -> Missing:
    return Missing(what="Reviews of these stays.", why=why, resume="Ask again in a minute.")


def _some_stays(known: Known[Reservation]) -> Missing:
    return Missing(
        what="Some of the guest's stays.",
        why=known.why or "Not known.",
        resume=resume_of(known.why, "Ask again in a minute."),
    )
