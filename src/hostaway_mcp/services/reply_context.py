"""All that a good reply to a guest needs: what was asked, the stay, facts, what is possible, templates."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hostaway_mcp.analytics.phrases import Intent
from hostaway_mcp.analytics.stay_edges import Chance, Neighbour, chances_of
from hostaway_mcp.analytics.waiting import Phase, Said, Wait, Writer, phase_of, wait_of, without_names
from hostaway_mcp.analytics.words import language_of
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, InputError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.models.templates import MessageTemplate
from hostaway_mcp.services.answers import Answer, Instant, Missing, Money, Record
from hostaway_mcp.services.calendar import Calendar
from hostaway_mcp.services.conversations import DATA_NOT_ORDERS, Conversations, MessageRow, Thread
from hostaway_mcp.services.copied_calendars import HOLDING
from hostaway_mcp.services.copy import note_live
from hostaway_mcp.services.listings.listings import Listings
from hostaway_mcp.services.listings.sections import ListingDetail
from hostaway_mcp.services.nights import is_free, obstacle
from hostaway_mcp.services.own_words import names_in_words
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.reply_facts import FilledTemplate, ReplyFacts, chosen, facts_of, masking
from hostaway_mcp.services.reservations.resolve import Resolver
from hostaway_mcp.services.reservations.rows import ReservationRow, row_of
from hostaway_mcp.services.stays import By, Stays, Wanted, days_of
from hostaway_mcp.services.untrusted import clean_name
from hostaway_mcp.settings import Reveal

LAST = 40
"""Messages of the thread that are looked at."""
AHEAD = timedelta(days=6)
"""An extension is looked for up to the seventh night."""
ONE_DAY = timedelta(days=1)
QUESTION_CHARS = 2_000
_WRITERS = {"guest": Writer.GUEST, "host": Writer.HOST, "automated": Writer.MACHINE}


class GuestQuestion(Record):
    """What the guest asked since the last answer, or else wrote last; in their own words."""

    waiting: bool
    """False: everything was answered; then the text is what the guest wrote last."""
    text: str | None = None
    intent: str | None = None
    since: Instant | None = None
    hours: float | None = None
    via: str | None = None
    """The way on which the guest wrote last."""


class StayContext(ReservationRow):
    """The stay that it is about."""

    phase: str


class Possible(Record):
    """What can be offered, by calendar and stays as they are now; nothing of it is reserved."""

    what: str
    """early_check_in, late_check_out, extension, or stay (the dates that an inquiry is about)."""
    possible: bool
    because: str
    nights: int | None = None
    """How many nights on end are free, for an extension, at most 7 are looked at."""
    first_night_price: Money | None = None


class ReplyContext(Answer):
    """What a reply may rest on; nothing else is known."""

    conversation_id: int
    question: GuestQuestion
    stay: StayContext | None = None
    facts: ReplyFacts
    possible: tuple[Possible, ...]
    templates: tuple[FilledTemplate, ...]
    language: str | None = None
    """Two letters: of the guest's messages, or else of the reservation."""


@dataclass(slots=True)
class _Gathered:
    """Parts as they come, with how old they are and what could not be had."""

    ages: list[datetime]
    missing: list[Missing] = field(default_factory=list)

    def lacks(self, what: str, error: HostawayMcpError | str) -> None:
        why = error if isinstance(error, str) else error.message
        self.missing.append(Missing(what=what, why=why, resume="Ask again in a moment."))


class ReplyContexts:
    """
    Gathers what a reply needs. The replica has neither filled templates nor fees: one call each. The rest
    costs nothing from the replica, and live one call each for thread, stay, listing, calendar and neighbours.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        conversations: Conversations,
        resolver: Resolver,
        portfolio: Portfolio,
        listings: Listings,
        calendar: Calendar,
        stays: Stays,
        clock: Clock,
        reveal: Collection[str] = (),
    ) -> None:
        self._hostaway = hostaway
        self._conversations = conversations
        self._resolver = resolver
        self._portfolio = portfolio
        self._listings = listings
        self._calendar = calendar
        self._stays = stays
        self._clock = clock
        self._may_reveal = Reveal.ACCESS in reveal

    async def get(
        self,
        *,
        conversation: int | None = None,
        reservation: int | str | None = None,
        template: str | None = None,
        reveal: bool = False,
    ) -> ReplyContext:
        """
        The context of a reply; with `template` that one whole. `reveal` shows codes where the operator
        allows it.

        Raises:
            InputError: not exactly one of conversation and reservation, or a template without a stay.
            UnknownNameError: no such conversation, reservation or template, with the choices.
        """
        thread = await self._conversations.get(conversation=conversation, reservation=reservation, last=LAST)
        gathered = _Gathered([thread.as_of], list(thread.missing))
        by_id = await self._by_id()
        stay = await self._stay(thread, by_id, gathered)
        listing = by_id.get((stay.listing_id if stay else thread.conversation.listing_id) or 0)
        now = self._clock.now()
        today = days_of(by_id)(now, listing.id if listing else None)
        wait = wait_of(_said(thread.messages))
        wait = without_names(wait, names_in_words(listing)) if wait else None
        detail, possible, filled = await asyncio.gather(
            self._detail(listing, gathered),
            self._possible(stay, listing, today, gathered),
            self._filled(stay, template, gathered),
        )
        shown = reveal and self._may_reveal
        mask = masking(stay, listing, shown=shown)
        return ReplyContext(
            as_of=min(gathered.ages),
            complete=not gathered.missing,
            missing=tuple(gathered.missing),
            warnings=_warnings(thread, refused=reveal and not shown),
            understood=thread.understood,
            conversation_id=thread.conversation.conversation_id,
            question=_question(thread, wait, now),
            stay=_stay_of(stay, by_id, today) if stay else None,
            facts=facts_of(stay, listing, detail, mask),
            possible=possible,
            templates=chosen(filled, template, wait.intent if wait else Intent.OTHER, mask)
            if filled is not None
            else (),
            language=_language(thread, stay),
        )

    async def _by_id(self) -> Mapping[int, Listing]:
        try:
            return await self._portfolio.by_id()
        except UpstreamError:
            return {}

    async def _stay(
        self, thread: Thread, by_id: Mapping[int, Listing], gathered: _Gathered
    ) -> Reservation | None:
        number = thread.conversation.reservation_id
        if number is None:
            return None
        today = self._portfolio.today(tuple(by_id.values()))
        try:
            found = await self._resolver.one(number, by_id, today=today)
        except HostawayMcpError as error:
            gathered.lacks("the reservation", error)
            return None
        gathered.ages.append(found.as_of)
        return found.stay

    async def _detail(self, listing: Listing | None, gathered: _Gathered) -> ListingDetail | None:
        if listing is None:
            gathered.lacks("the listing", "It is not known, or could not be read.")
            return None
        try:
            answer = await self._listings.get(listing=listing.id, sections=("amenities", "fees"))
        except HostawayMcpError as error:
            gathered.lacks("amenities and fees of the listing", error)
            return None
        gathered.ages.append(answer.as_of)
        gathered.missing += answer.missing
        return answer.listing

    async def _possible(
        self, stay: Reservation | None, listing: Listing | None, today: date, gathered: _Gathered
    ) -> tuple[Possible, ...]:
        if stay is None or listing is None or stay.arrival is None or stay.departure is None:
            return ()
        if stay.status_class is StatusClass.DEAD or stay.departure < today:
            return ()
        first, last = max(stay.arrival, today) - ONE_DAY, stay.departure + AHEAD
        wanted = Wanted(by=By.STAY, first=first, last=last, listing_id=listing.id)
        try:
            days, known = await asyncio.gather(
                self._calendar.days(listing.id, first, last), self._stays.read(wanted, {listing.id: listing})
            )
        except HostawayMcpError as error:
            gathered.lacks("what is possible before and after the stay", error)
            return ()
        gathered.ages += [days.as_of, known.as_of]
        if not (days.complete and known.complete):
            gathered.lacks("some of the nights around the stay", days.why or known.why or "Not known.")
        by_date = {day.date: day for day in days.rows}
        if stay.status_class is StatusClass.INQUIRY:
            nights = [stay.arrival + ONE_DAY * n for n in range((stay.departure - stay.arrival).days)]
            if not all(night in by_date for night in nights):
                return ()
            stops = obstacle(by_date, stay.arrival, stay.departure)
            because = stops or "all nights are free and no rule of the calendar is in the way"
            return (Possible(what="stay", possible=stops is None, because=because),)
        others = [
            Neighbour(one.id, one.arrival, one.departure)
            for one in known.rows
            if one.id != stay.id and one.status_class in HOLDING and one.arrival and one.departure
        ]
        free = {night: is_free(day) for night, day in by_date.items()}
        found = chances_of(stay.arrival, stay.departure, free=free, others=others, today=today)
        prices = {night: Money.of(day.price, listing.currency_code) for night, day in by_date.items()}
        return tuple(_shown(one, prices) for one in found)

    async def _filled(
        self, stay: Reservation | None, template: str | None, gathered: _Gathered
    ) -> Sequence[MessageTemplate] | None:
        """The templates filled for the stay; None where they could not be had."""
        if stay is None:
            if template is not None:
                raise InputError(
                    "A template is filled for a reservation, and this conversation has none.",
                    hint="Leave `template` out.",
                )
            return None
        try:
            page = await self._hostaway.templates.find_filled(stay.id)
        except UpstreamError as error:
            if template is not None:
                raise
            gathered.lacks("the message templates", error)
            return None
        note_live()
        gathered.ages.append(page.received_at)
        if page.set_aside:
            gathered.lacks("some message templates", f"{page.set_aside} could not be read.")
        return page.rows


def _shown(one: Chance, prices: Mapping[date, Money | None]) -> Possible:
    extends = one.nights > 0
    return Possible(
        what=one.edge,
        possible=one.possible,
        because=one.because,
        nights=one.nights or None,
        first_night_price=prices.get(one.night) if extends else None,
    )


def _said(rows: tuple[MessageRow, ...]) -> list[Said]:
    """The messages as they are judged; `status` stands only on those that were not sent."""
    return [
        Said(
            row.at, _WRITERS[row.from_], row.text or "", sent=row.status is None, files=bool(row.attachments)
        )
        for row in rows
        if row.at is not None and row.from_ in _WRITERS
    ]


def _question(thread: Thread, wait: Wait | None, now: datetime) -> GuestQuestion:
    wrote = [row for row in thread.messages if row.from_ == "guest"]
    via = wrote[-1].channel if wrote else None
    if wait is None:
        text = wrote[-1].text if wrote else None
        return GuestQuestion(waiting=False, text=text, via=via)
    text = "\n".join(filter(None, wait.asked))
    return GuestQuestion(
        waiting=True,
        text=text if len(text) <= QUESTION_CHARS else f"… {text[-QUESTION_CHARS:]}",
        intent=wait.intent,
        since=wait.since,
        hours=round((now - wait.since).total_seconds() / 3600, 1),
        via=via,
    )


def _stay_of(stay: Reservation, by_id: Mapping[int, Listing], today: date) -> StayContext:
    row = row_of(stay, by_id, detail="standard")
    phase: Phase = phase_of(stay.arrival, stay.departure, stay.status_class, today)
    return StayContext(**dict(row), phase=phase)


def _language(thread: Thread, stay: Reservation | None) -> str | None:
    wrote = [row.text for row in thread.messages if row.from_ == "guest" and row.text]
    spoken = language_of(wrote[-5:])
    locale = clean_name(stay.guest_locale) if stay else None
    return spoken or (locale[:2].lower() if locale else None)


def _warnings(thread: Thread, *, refused: bool) -> tuple[str, ...]:
    told = [*thread.warnings]
    if DATA_NOT_ORDERS not in told:
        told.append(DATA_NOT_ORDERS)
    if refused:
        told.append(
            "Codes stay hidden: the operator has not allowed them. The setting HOSTAWAY_MCP_REVEAL=access "
            "does, after a restart."
        )
    return tuple(told)
