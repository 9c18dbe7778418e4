"""What is free for some dates and guests, at what price; what is not, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from hostaway_mcp.analytics.turnovers import Dated
from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import ReservationStatus
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.availability.rows import (
    BLOCKING,
    AnyRow,
    AvailabilityAnswer,
    FreeRow,
    Page,
    Seen,
    TakenRow,
    may_be_free,
)
from hostaway_mcp.services.availability.wish import (
    Window,
    Wish,
    basis,
    covers,
    extras,
    read_dates,
    sleeps,
    understood,
)
from hostaway_mcp.services.calendar import Calendar
from hostaway_mcp.services.copied_calendars import CopiedCalendars
from hostaway_mcp.services.copied_stays import Narrowed, rests_on_the_replica
from hostaway_mcp.services.copy import CALENDAR, copied_or_live
from hostaway_mcp.services.cursors import write_cursor
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.nights import nights_between, obstacle, units_left
from hostaway_mcp.services.portfolio import (
    PAGE,
    ListingRef,
    Portfolio,
    in_city,
    incomplete,
    label,
    meant_city,
    no_such_place,
)
from hostaway_mcp.services.stays import By, Stays, Wanted

FRESH_SECONDS = 60.0
LIMIT = 25
HOLDING = frozenset(status for status in ReservationStatus if status.status_class in BLOCKING)
_FEW = 3
"""Up to so many listings, their calendars alone are the cheapest answer."""


class Availability:
    """
    Finds free listings.

    Hostaway's own filter (one call for each 100 free listings) says which may be free. Whether it counts
    nights as we do is not documented, so each listing that an answer calls free is verified by its calendar
    (one call, remembered for 60 seconds). Why the others are taken comes from the stays of the window (one
    call for each 100), and from the calendar where no stay explains it. With `flex_days` the stays take
    the filter's place, which knows one window only; up to three listings cost their calendars alone.
    `exact` prices cost one more call for each free listing shown.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        facts: Facts,
        copy: CopiedCalendars,
        portfolio: Portfolio,
        calendar: Calendar,
        stays: Stays,
    ) -> None:
        self._copy = copy
        self._hostaway = hostaway
        self._facts = facts
        self._portfolio = portfolio
        self._calendar = calendar
        self._stays = stays

    async def check(
        self,
        *,
        first: str | None = None,
        last: str | None = None,
        guests: int | None = None,
        city: str | None = None,
        max_price: Decimal | None = None,
        flex_days: int = 0,
        price: Literal["estimate", "exact"] = "estimate",
        listing: ListingRef | None = None,
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> AvailabilityAnswer:
        """
        Free and taken listings for a stay; `last` is the day of departure, by default the day after.

        Raises:
            InputError: unknown listing, unreadable or past dates, more than 180 nights.
            CursorError: the cursor belongs to another question.
            HostawayMcpError: nothing at all could be had.
        """
        chosen = await self._portfolio.choose(listing)
        scope, warnings = _scope(chosen.listings, city, all_active=listing is None)
        today = self._portfolio.today(scope)
        arrival, departure = read_dates(first, last, today)
        wish = Wish(arrival, departure, today, guests, max_price, flex_days, price == "exact")
        seen = Seen([chosen.known.as_of], missing=[*incomplete(chosen.known, listing)])
        question: dict[str, Any] = {
            "listing": listing,
            "dates": (arrival, departure, flex_days),
            "guests": guests,
        }
        question |= {"city": city, "max_price": max_price, "price": price}
        scope = await self._narrow(scope, wish, seen, city=city)
        page = Page.of(scope, wish, seen, question=question, cursor=cursor, in_order=listing is None)
        rows = await self._rows(page.waiting[:limit], wish, seen)
        if seen.failures.error and not rows:
            raise seen.failures.error
        shown = page.fit(rows, limit)
        missing = (
            *seen.missing,
            *seen.failures.missing("check_availability"),
            *seen.unpriced.missing("check_availability", of="price"),
        )
        free = tuple(row for row in shown if isinstance(row, FreeRow))
        return AvailabilityAnswer(
            as_of=min(seen.ages),
            complete=not missing,
            missing=missing,
            warnings=(*warnings, *_unpriced(free)),
            understood=chosen.understood | meant_city(city, scope) | understood(wish),
            free=free,
            taken=tuple(row for row in shown if isinstance(row, TakenRow)),
            price_basis=basis(wish) if free else "",
            total=None if seen.missing else len(scope),
            next_cursor=write_cursor(question, page.place) if page.place else None,
        )

    async def _narrow(
        self, scope: Sequence[Listing], wish: Wish, seen: Seen, *, city: str | None
    ) -> Sequence[Listing]:
        """Learns which listings may be free; gives back those of which anything can be said."""
        roomy = [one for one in scope if sleeps(one, wish.guests)]
        if len(roomy) <= _FEW:
            return scope
        if wish.flex_days:
            await self._read_stays(roomy, wish, seen)
            if seen.stays:
                open_ones = (one.id for one in roomy if may_be_free(one, wish, seen))
                seen.candidates = frozenset(open_ones)
            return scope
        numbers = [one.id for one in roomy]
        if kept := await self._copy.free(numbers, wish.arrival, wish.departure - ONE_DAY):
            rests_on_the_replica()
            seen.ages.append(kept.as_of)
            seen.candidates = frozenset(kept.rows)
            return scope
        try:
            known = await self._filtered(wish, _one_city(scope) if city is not None else None, numbers)
        except HostawayMcpError:
            # The calendars decide; they only cost more calls.
            return scope
        seen.ages.append(known.as_of)
        seen.candidates = frozenset(known.rows)
        if known.complete:
            return scope
        why = known.why or ""
        seen.missing.append(Missing(what="some listings", why=why, resume="Ask again in a moment."))
        return [one for one in scope if one.id in seen.candidates or not sleeps(one, wish.guests)]

    async def _filtered(self, wish: Wish, city: str | None, numbers: Sequence[int]) -> Known[int]:
        async def load(gathering: Gathering[int]) -> None:
            last_night = wish.departure - ONE_DAY
            copied = partial(self._copy.free, numbers, wish.arrival, last_night)
            await copied_or_live(gathering, copied, live, ages=CALENDAR)

        async def live(gathering: Gathering[int]) -> None:
            offset = 0
            while True:
                page = await self._hostaway.listings.find(
                    limit=PAGE,
                    offset=offset,
                    city=city,
                    availability_date_start=wish.arrival,
                    availability_date_end=wish.departure,
                    availability_guest_number=wish.guests,
                )
                found = [one.id for one in page.rows]
                gathering.add(found, page.received_at, set_aside=page.set_aside)
                offset += page.received
                end = offset >= page.count if page.count is not None else page.received < PAGE
                if end or not page.received:
                    return

        key = ("free", wish.arrival, wish.departure, wish.guests, city, tuple(numbers))
        return await self._facts.get(key, load, fresh_seconds=FRESH_SECONDS)

    async def _read_stays(self, listings: Sequence[Listing], wish: Wish, seen: Seen) -> None:
        """The stays of the window; what cannot be had is left to the calendars."""
        span, few = wish.span, len(listings) <= LIMIT
        wanted = Wanted(by=By.STAY, first=span.first, last=span.last - ONE_DAY)
        narrowed = Narrowed(frozenset(one.id for one in listings) if few else None, statuses=HOLDING)
        if kept := await self._stays.brief(wanted, narrowed):
            seen.ages.append(kept.as_of)
            seen.remember(kept.rows)
            return
        try:
            known = await self._stays.read(wanted, await self._portfolio.by_id())
        except HostawayMcpError:
            return
        seen.ages.append(known.as_of)
        seen.remember(known.rows)

    async def _rows(self, page: Sequence[Listing], wish: Wish, seen: Seen) -> dict[int, AnyRow]:
        """What is known of each listing, by id; those that could not be had are in `seen.failures`."""
        rows: dict[int, AnyRow] = {
            one.id: self._too_small(one) for one in page if not sleeps(one, wish.guests)
        }
        roomy = [one for one in page if one.id not in rows]
        shut = [one for one in roomy if seen.candidates is not None and one.id not in seen.candidates]
        if shut and not wish.flex_days:
            await self._read_stays(shut, wish, seen)
        rows |= {
            one.id: self._booked(one, stays, wish)
            for one in shut
            if (stays := self._explained(one, wish, seen))
        }
        open_ones = [one for one in roomy if one.id not in rows]
        few = seen.candidates is None
        calendars = await self._calendar.many(open_ones, wish.span, stays=few)
        for listing, known in zip(open_ones, calendars, strict=True):
            if isinstance(known, HostawayMcpError):
                seen.failures.add(listing, known)
                continue
            seen.ages.append(known.as_of)
            if few:
                seen.remember([stay for day in known.rows for stay in day.reservations])
            row = self._judge(listing, known, wish, seen)
            if row is None:
                seen.failures.add(listing, known.why or "Not all days came.")
            else:
                rows[listing.id] = row
        return await self._priced(rows, page, wish, seen) if wish.exact else rows

    def _explained(self, listing: Listing, wish: Wish, seen: Seen) -> list[Dated]:
        """
        The stays that make it plain, without its calendar, that a listing is taken.

        With several units a stay proves nothing; where their number is not known yet, it agrees with
        Hostaway's filter, which was asked unless other dates would do as well.
        """
        if self._portfolio.units(listing.id) not in ((1,) if wish.flex_days else (None, 1)):
            return []
        return seen.stays_in(listing, (wish.arrival, wish.departure))

    def _too_small(self, listing: Listing) -> TakenRow:
        return self._taken(listing, f"too small: sleeps {listing.person_capacity}")

    def _booked(self, listing: Listing, stays: Sequence[Dated], wish: Wish) -> TakenRow:
        parts = (f"{BLOCKING[stay.status_class]} {stay.arrival} to {stay.departure}" for stay in stays)
        return self._taken(listing, "; ".join(parts) + _named(stays) + _near(wish))

    def _taken(self, listing: Listing, because: str) -> TakenRow:
        return TakenRow(**self._portfolio.row_values(listing), because=because)

    def _judge(self, listing: Listing, known: Known[CalendarDay], wish: Wish, seen: Seen) -> AnyRow | None:
        """Free or taken by the calendar; None when the days that decide did not come."""
        days = {day.date: day for day in known.rows}
        for window in wish.windows:
            if covers(days, window) and obstacle(days, *window) is None:
                return self._free(listing, days, window, wish)
        asked = (wish.arrival, wish.departure)
        if not all(covers(days, window) for window in wish.windows):
            return None
        because = obstacle(days, *asked) or ""
        if self._portfolio.units(listing.id) == 1:
            because += _named(seen.stays_in(listing, asked))
        return self._taken(listing, because + _near(wish))

    def _free(self, listing: Listing, days: Mapping[date, CalendarDay], window: Window, wish: Wish) -> AnyRow:
        nights = [days[night] for night in nights_between(*window)]
        prices = [night.price for night in nights if night.price is not None]
        priced = len(prices) == len(nights)
        currency = listing.currency_code
        nightly = sum(prices, Decimal(0)) / len(nights) if priced else None
        if wish.max_price is not None and nightly is not None and nightly > wish.max_price:
            return self._taken(listing, f"over max_price: {Money.of(nightly, currency) or nightly} a night")
        total = sum(prices, Decimal(0)) + extras(listing, wish) if priced else None
        row = self._portfolio.row(listing)
        left = [units for night in nights if (units := units_left(night)) is not None]
        moved = window[0] != wish.arrival
        return FreeRow(
            **row.model_dump(),
            first=window[0] if moved else None,
            last=window[1] if moved else None,
            nightly=Money.of(nightly, currency),
            total=None if wish.exact else Money.of(total, currency),
            min_stay=nights[0].minimum_stay,
            units_free=min(left) if left and (row.units or 1) > 1 else None,
        )

    async def _priced(
        self, rows: dict[int, AnyRow], page: Sequence[Listing], wish: Wish, seen: Seen
    ) -> dict[int, AnyRow]:
        """The rows with Hostaway's own totals; one that cannot be had leaves its row without a total."""

        async def price(listing: Listing, row: FreeRow) -> None:
            try:
                one = await self._hostaway.calendar.calculate_price(
                    listing.id,
                    starting_date=row.first or wish.arrival,
                    ending_date=row.last or wish.departure,
                    number_of_guests=wish.guests or 1,
                )
            except HostawayMcpError as error:
                seen.unpriced.add(listing, error.message)
                return
            seen.ages.append(one.received_at)
            total = Money.of(one.row.total_price, listing.currency_code)
            rows[listing.id] = row.model_copy(update={"total": total})

        free = [(one, row) for one in page if isinstance(row := rows.get(one.id), FreeRow)]
        await asyncio.gather(*(price(listing, row) for listing, row in free))
        return rows


def _scope(
    listings: Sequence[Listing], city: str | None, *, all_active: bool
) -> tuple[Sequence[Listing], tuple[str, ...]]:
    active = listings if all_active else [one for one in listings if not one.is_archived]
    gone = [] if all_active else [one for one in listings if one.is_archived]
    warnings = tuple(f"{label(one)} is archived and cannot be booked." for one in gone)
    if city is None:
        return active, warnings
    found = in_city(active, city)
    return found, warnings if found else (*warnings, no_such_place(active, city))


def _one_city(listings: Sequence[Listing]) -> str | None:
    """The city that all of them are in, as Hostaway spells it, so that its filter has less to send."""
    named = {one.city for one in listings}
    return named.pop() if len(named) == 1 else None


def _near(wish: Wish) -> str:
    return f"; nothing within {wish.flex_days} days of it either" if wish.flex_days else ""


def _named(stays: Sequence[Dated]) -> str:
    if not stays:
        return ""
    ids = ", ".join(str(stay.id) for stay in stays[:3])
    return f" (reservation{'s' if len(stays) > 1 else ''} {ids})"


def _unpriced(free: Sequence[FreeRow]) -> tuple[str, ...]:
    bare = [row.name for row in free if row.nightly is None]
    return (f"No price for every night: {', '.join(bare[:5])}.",) if bare else ()
