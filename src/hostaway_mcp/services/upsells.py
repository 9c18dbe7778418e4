"""Early check-in, late check-out, more nights: what can really be offered to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hostaway_mcp.analytics.turnovers import Dated
from hostaway_mcp.analytics.upsells import (
    MOST_NIGHTS,
    Around,
    Offer,
    offers_at_arrival,
    offers_at_departure,
)
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation, ReservationStatus, StatusClass
from hostaway_mcp.services.answers import ListAnswer, Missing
from hostaway_mcp.services.calendar import Calendar, Failures
from hostaway_mcp.services.copied_stays import Narrowed
from hostaway_mcp.services.cursors import SortKey, leading, rows_after, write_cursor
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, fold, in_place, incomplete
from hostaway_mcp.services.reservations.resolve import Resolver
from hostaway_mcp.services.stays import Stays, Wanted
from hostaway_mcp.services.upsell_rows import OfferRow, Wish, around_of, fit, rivals, row_of_offer

DEFAULT_DAYS = 3
OFFERED = frozenset(ReservationStatus.of_class(StatusClass.CONFIRMED))


class UpsellAnswer(ListAnswer):
    """Offers in the order of the days they are about."""

    offers: tuple[OfferRow, ...]
    not_possible: int = 0
    """How many that are not possible are left out."""


@dataclass(slots=True)
class _Sheet:
    """The answer while it is put together."""

    ages: list[datetime]
    missing: list[Missing]
    failures: Failures = field(default_factory=Failures)
    without_hours: int = 0


class Upsells:
    """
    Finds offers.

    Costs nothing from the replica. Live one call for each 100 stays of the days asked for, and one for the
    calendar of each listing that the answer is about, which is why stays come a page at a time.
    """

    def __init__(
        self, *, stays: Stays, portfolio: Portfolio, calendar: Calendar, resolver: Resolver, clock: Clock
    ) -> None:
        self._stays = stays
        self._portfolio = portfolio
        self._calendar = calendar
        self._resolver = resolver
        self._clock = clock

    async def of_stay(self, reservation: int | str) -> UpsellAnswer:
        """
        What could be offered to one stay, possible or not.

        Raises:
            UnknownNameError, AmbiguousNameError: none is meant, or several.
            InputError: it is no booked stay, has no dates or is over.
            HostawayMcpError: its calendar could not be had.
        """
        listings = await self._portfolio.by_id()
        found = await self._resolver.one(
            reservation, listings, today=self._portfolio.today(tuple(listings.values()))
        )
        stay = found.stay
        listing = listings.get(stay.listing_id or 0)
        if listing is None or stay.arrival is None or stay.departure is None:
            raise InputError(f"Reservation {stay.id} has no dates or no listing that is known.")
        today = self._portfolio.today([listing])
        if stay.status_class is not StatusClass.CONFIRMED:
            raise InputError(
                f"Reservation {stay.id} is {stay.status}; only booked stays can be offered more.",
                hint="find_upsells with `days` finds those of the next days.",
            )
        if stay.departure < today:
            raise InputError(f"Reservation {stay.id} ended on {stay.departure}.")
        sheet = _Sheet([found.as_of], [])
        wish = Wish(stay, listing, stay.arrival >= today, departure=True)
        offers = (await self._offers([wish], sheet)).get(stay.id, [])
        if sheet.failures.error and not offers:
            raise sheet.failures.error
        missing = (*sheet.missing, *sheet.failures.missing("find_upsells"))
        return UpsellAnswer(
            as_of=min(sheet.ages),
            complete=not missing,
            missing=missing,
            warnings=_warnings(sheet),
            understood=found.understood,
            total=None if missing else len(offers),
            offers=tuple(row_of_offer(wish, one, listings) for one in offers),
        )

    async def of_days(
        self,
        *,
        days: int | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> UpsellAnswer:
        """
        What can be offered to those who arrive or leave from today on for some days (default 3).

        `limit` counts stays that are looked at; `question` is what the caller wrote, for cursors.

        Raises:
            UnknownNameError, AmbiguousNameError: `listing` means none, or several.
            CursorError: the cursor belongs to another question.
            HostawayMcpError: nothing at all could be had.
        """
        chosen = await self._portfolio.choose(listing)
        some, warnings = in_place(chosen.listings, group) if group else (chosen.listings, ())
        here = {one.id: one for one in some} if group else chosen.by_id
        today = self._portfolio.today(some)
        span = Span(today, today + ONE_DAY * ((days or DEFAULT_DAYS) - 1))
        sheet = _Sheet([chosen.known.as_of], [*incomplete(chosen.known, listing)])
        rows = await self._read(span, here, sheet, all_of_them=listing is None and group is None)
        asked = dict(question or {})
        first = rows if cursor else leading(rows, limit + 1, by=lambda one: _day(one, span))
        waiting = rows_after(first, key=lambda one: _key(one, here, span), question=asked, cursor=cursor)
        stays = [one for one in await self._whole(waiting[:limit]) if one.listing_id in here]
        wishes = [_wish(one, here[one.listing_id or 0], span) for one in stays]
        offers = await self._offers(wishes, sheet)
        if sheet.failures.error and not offers:
            raise sheet.failures.error
        shown, place, left_out = fit(wishes, offers, here)
        more = place is not None or len(waiting) > limit
        end = place or (waiting[limit - 1] if more else None)
        missing = (*sheet.missing, *sheet.failures.missing("find_upsells"))
        return UpsellAnswer(
            as_of=min(sheet.ages),
            complete=not missing,
            missing=missing,
            warnings=(*warnings, *_warnings(sheet), *rivals(shown)),
            understood=chosen.understood | {"days": f"{span.first} to {span.last}, both included"},
            total=len(shown) if cursor is None and not more and not missing else None,
            next_cursor=write_cursor(asked, _key(end, here, span)) if end is not None else None,
            offers=tuple(shown),
            not_possible=left_out,
        )

    async def _read(
        self, span: Span, here: Mapping[int, Listing], sheet: _Sheet, *, all_of_them: bool
    ) -> list[Dated]:
        """The booked stays that arrive or leave on these days."""
        wanted = Wanted(by=By.STAY, first=span.first - ONE_DAY, last=span.last)
        inside = None if all_of_them else frozenset(here)
        brief = await self._stays.brief(wanted, Narrowed(inside, statuses=OFFERED))
        rows: Sequence[Dated]
        if brief is not None:
            rows = brief.rows
            sheet.ages.append(brief.as_of)
        else:
            known = await self._stays.read(wanted, here)
            rows = known.rows
            sheet.ages.append(known.as_of)
            if not known.complete:
                sheet.missing.append(_some_stays(known))
        return [
            one
            for one in rows
            if (_in(one.arrival, span) or _in(one.departure, span))
            and one.listing_id in here
            and one.status_class is StatusClass.CONFIRMED
        ]

    async def _whole(self, rows: Sequence[Dated]) -> Sequence[Reservation]:
        whole = [one for one in rows if isinstance(one, Reservation)]
        return whole if len(whole) == len(rows) else await self._stays.whole([one.id for one in rows])

    async def _offers(self, wishes: Sequence[Wish], sheet: _Sheet) -> dict[int, list[Offer]]:
        """By stay, as far as the calendars could be had."""
        if not wishes:
            return {}
        listings = {wish.listing.id: wish.listing for wish in wishes}
        today = min(self._portfolio.today([one]) for one in listings.values())
        ends = [day for wish in wishes for day in _ends(wish)]
        span = Span(
            max(min(ends) - ONE_DAY * (MOST_NIGHTS + 1), today - ONE_DAY),
            max(ends) + ONE_DAY * (MOST_NIGHTS + 1),
        )
        read = await self._calendar.many(list(listings.values()), span, stays=True)
        days: dict[int, Sequence[CalendarDay]] = {}
        for listing, known in zip(listings.values(), read, strict=True):
            if isinstance(known, HostawayMcpError):
                sheet.failures.add(listing, known)
                continue
            if not known.complete:
                sheet.failures.add(listing, known.why or "Not all days came.")
            sheet.ages.append(known.as_of)
            days[listing.id] = known.rows
        found = {}
        for wish in wishes:
            if wish.listing.id in days:
                around = around_of(wish, days[wish.listing.id], self._portfolio.today([wish.listing]))
                sheet.without_hours += around is None
                found[wish.stay.id] = list(self._judged(wish, around)) if around else []
        return found

    def _judged(self, wish: Wish, around: Around) -> Iterable[Offer]:
        now = self._clock.now()
        offers = [
            *(offers_at_arrival(around) if wish.arrival else ()),
            *(offers_at_departure(around) if wish.departure else ()),
        ]
        for one in offers:
            if one.possible and one.until <= now:
                yield Offer(one.kind, False, "it is too late to agree on it", one.until)
            else:
                yield one


def _wish(stay: Reservation, listing: Listing, span: Span) -> Wish:
    return Wish(stay, listing, _in(stay.arrival, span), _in(stay.departure, span))


def _ends(wish: Wish) -> Iterable[date]:
    if wish.arrival and wish.stay.arrival:
        yield wish.stay.arrival
    if wish.departure and wish.stay.departure:
        yield wish.stay.departure


def _in(day: date | None, span: Span) -> bool:
    return day is not None and span.first <= day <= span.last


def _day(stay: Dated, span: Span) -> date:
    """The first day on which something happens."""
    day = stay.arrival if _in(stay.arrival, span) else stay.departure
    return day or date.max


def _key(stay: Dated, listings: Mapping[int, Listing], span: Span) -> SortKey:
    """By the first day on which something happens, then by listing."""
    listing = listings.get(stay.listing_id or 0)
    return (str(_day(stay, span)), fold(listing.name)[:60] if listing else "", stay.id)


def _warnings(sheet: _Sheet) -> tuple[str, ...]:
    if not sheet.without_hours:
        return ()
    return (
        f"{sheet.without_hours} stays are left out: their listing's hours or time zone are not known; "
        "audit_listings shows which.",
    )


def _some_stays(known: Known[Reservation]) -> Missing:
    return Missing(
        what=f"Some stays: {len(known.rows)} of those in question were read.",
        why=known.why or "Not known.",
        resume="Ask the same again in a minute.",
    )
