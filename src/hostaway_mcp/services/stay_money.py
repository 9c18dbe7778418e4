"""Stays with their money, and the nights of listings, from the replica or live: what measures are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hostaway_mcp.analytics.nights import DayFacts, NightCount, Taken, count_nights, facts_of
from hostaway_mcp.analytics.pace import Booking, booking_of
from hostaway_mcp.analytics.revenue import Stay
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.calendar import Calendar, Failures
from hostaway_mcp.services.copied_money import CopiedMoney, CopiedNights, NightSums, Shared, stay_of
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.stays import Stays, days_of
from hostaway_mcp.services.wanted import Wanted

MOST_CALENDARS = 40
"""So many calls fit into the time of one answer; for more listings none is made."""
MOST_BESIDES = 15
"""The same where the replica has the stays: whoever asks it expects an answer at once."""


@dataclass(frozen=True, slots=True)
class NightsOf:
    """The nights of listings by id, period by period, and what of them is not known."""

    counts: tuple[Mapping[int, NightCount], ...]
    as_of: datetime | None
    missing: tuple[Missing, ...] = ()


class StayMoney:
    """
    Reads stays with their money and counts nights.

    Costs nothing from the replica, but for calendars that it lacks: one call for each listing whose nights
    in question it has not (it has a year and two months back and a year ahead), none for more than 15. Live
    one call for each 100 stays, and one for each listing.
    """

    def __init__(self, *, copy: CopiedMoney, stays: Stays, portfolio: Portfolio, calendar: Calendar) -> None:
        self._copy = copy
        self.first_days = copy.first_days
        self._stays = stays
        self._portfolio = portfolio
        self._calendar = calendar

    async def stays(self, wanted: Wanted, listings: Mapping[int, Listing]) -> Known[Stay]:
        """
        The stays of a window of dates, of every status.

        Raises:
            HostawayMcpError: nothing at all could be had.
        """
        day_of = days_of(listings)
        copied = await self._copy.priced(wanted, day_of)
        if copied is not None:
            return Known(copied.rows, copied.as_of)
        known = await self._stays.read(replace(wanted, resources=True), listings)
        found = (stay_of(row, day_of) for row in known.rows)
        rows = tuple(stay for stay in found if stay is not None)
        return Known(rows, known.as_of, known.complete, known.why)

    async def bookings(self, wanted: Wanted, listings: Mapping[int, Listing]) -> Known[Booking]:
        """
        The same as pace counts them; from the replica those that are confirmed or cancelled.

        Raises:
            HostawayMcpError: nothing at all could be had.
        """
        copied = await self._copy.bookings(wanted, days_of(listings))
        if copied is not None:
            return Known(copied.rows, copied.as_of)
        known = await self.stays(wanted, listings)
        return Known(tuple(map(booking_of, known.rows)), known.as_of, known.complete, known.why)

    async def shared(
        self,
        wanted: Wanted,
        listings: Mapping[int, Listing],
        inside: Sequence[int],
        *,
        by_night: bool,
        whole: bool,
        key: str | None = None,
    ) -> Shared | None:
        """The same added up by the database (see `CopiedMoney.shared`); None where it must be read live."""
        return await self._copy.shared(
            wanted, days_of(listings), inside, by_night=by_night, whole=whole, key=key
        )

    async def night_sums(self, spans: Sequence[Span], listings: Sequence[Listing]) -> NightSums | None:
        """The nights of all active listings by currency; None where they must be looked at one by one."""
        today = self._portfolio.today(listings)
        return await self._copy.night_sums(await self._portfolio.by_currency(), spans, today)

    async def nights(
        self,
        listings: Sequence[Listing],
        spans: Sequence[Span],
        stays: Callable[[], Awaitable[Sequence[Stay]]],
        *,
        tool: str,
    ) -> NightsOf:
        """
        The nights of active listings; `stays` gives all that sleep in the periods, which follow one another,
        and is asked only where nights must be counted from them.

        Where a calendar cannot be had, stays are counted and the rest of the nights is taken to have been
        available; `missing` says so.
        """
        ids = [one.id for one in listings]
        copied = await self._copy.nights(ids, spans, self._portfolio.today(listings)) if ids else None
        lacking = [one for one in listings if copied is None or one.id in copied.unsure]
        counts = [dict(one) for one in copied.counts] if copied else [{} for _ in spans]
        failures, ages = Failures(), [copied.as_of] if copied and len(lacking) < len(listings) else []
        few = len(lacking) <= (MOST_BESIDES if copied else MOST_CALENDARS)
        whole = Span(spans[0].first, spans[-1].last)
        read = await self._calendar.many(lacking, whole) if lacking and few else []
        taken = _taken(await stays()) if lacking and few else {}
        for place, listing in enumerate(lacking):
            known = read[place] if few else None
            days: dict[date, DayFacts] = {}
            if known is None:
                pass
            elif isinstance(known, HostawayMcpError):
                failures.add(listing, known)
            else:
                days = {day.date: facts_of(day) for day in known.rows}
                ages.append(known.as_of)
                if not known.complete:
                    failures.add(listing, known.why or "Not all days came.")
            if copied is not None and not days:
                # Its stays are counted already, by the replica.
                continue
            units = self._units(listing.id, copied)
            for count, span in zip(counts, spans, strict=True):
                count[listing.id] = count_nights(
                    taken.get(listing.id, ()), days, span.first, span.last, units=units
                )
        missing = failures.missing(tool, of="blocked nights, which are taken to have been available,")
        if lacking and not few:
            missing = (_too_many(lacking, whole, tool, MOST_BESIDES if copied else MOST_CALENDARS),)
        return NightsOf(tuple(counts), min(ages, default=None), missing)

    def _units(self, listing_id: int, copied: CopiedNights | None) -> int:
        known = copied.units.get(listing_id) if copied else None
        return known or self._portfolio.units(listing_id) or 1


def _taken(stays: Sequence[Stay]) -> dict[int, list[Taken]]:
    found: dict[int, list[Taken]] = {}
    for stay in stays:
        if stay.listing_id is not None:
            one = Taken(stay.arrival, stay.departure, stay.status_class, stay.units)
            found.setdefault(stay.listing_id, []).append(one)
    return found


def _too_many(listings: Sequence[Listing], span: Span, tool: str, most: int) -> Missing:
    ids = ", ".join(str(one.id) for one in listings[:most])
    return Missing(
        what=f"blocked nights of {len(listings)} listings from {span.first} to {span.last}: they are taken "
        "to have been available",
        why="The replica does not have all of these calendar days, and to read them takes a call for each "
        "listing.",
        resume=f"{tool} with listing=[{ids}], then with those behind them",
    )
