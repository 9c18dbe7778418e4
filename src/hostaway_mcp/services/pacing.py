"""Pace of a period: on the books now and a year ago, pickup, channels, lead time, length of stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hostaway_mcp.analytics.pace import YEAR, Booking, Books, Period, Place
from hostaway_mcp.errors import InputError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.copy import resume_of
from hostaway_mcp.services.cursors import ANSWER_BYTES, cut
from hostaway_mcp.services.dates import ONE_DAY, Span, read_day, read_period
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.narrowed import of_group
from hostaway_mcp.services.pace_rows import PaceBy, Pacing
from hostaway_mcp.services.pace_tables import (
    Side,
    Table,
    channels,
    order,
    pickup_row,
    place_of,
    same_listings,
    spreads,
    warnings_of,
)
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, incomplete
from hostaway_mcp.services.stay_money import StayMoney
from hostaway_mcp.services.stays import By, Wanted

DEFAULT_DAYS = 90
_REST_BYTES = 4_500
"""What an answer holds besides its periods."""


class Pace:
    """
    Compares what is on the books with a year ago, rebuilt from the days of booking and cancelling.

    Costs nothing from the replica; live one call for each 100 stays of both periods.
    """

    def __init__(self, *, money: StayMoney, portfolio: Portfolio) -> None:
        self._money = money
        self._portfolio = portfolio

    async def report(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        as_of: str | None = None,
        by: PaceBy = "month",
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 60,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Pacing:
        """
        The pace of the nights from `from_` (default today, for 90 days) to `to`, which is excluded.

        Raises:
            InputError: a date, listing or cursor that cannot be read, or a day of the books that is to come.
            UnknownNameError: no listing is in the group.
            HostawayMcpError: nothing at all could be had.
        """
        chosen = await self._portfolio.choose(listing)
        inside = _inside(chosen.listings, group)
        today = self._portfolio.today(chosen.listings)
        span = read_period(from_ or str(today), to, today, exclusive=True, default_days=DEFAULT_DAYS)
        at = _books_at(as_of, today)
        place = place_of(by)
        now = await self._side(Period(span.first, span.last, at), place, inside)
        then = await self._then(now, place, inside)
        table = Table(now, then, by, inside)
        part = cut(
            table.rows(),
            key=lambda row: (order(row.key, by), row.listing_id or 0),
            show=lambda row: row,
            question=question or {},
            cursor=cursor,
            limit=limit,
            budget_bytes=ANSWER_BYTES - _REST_BYTES,
        )
        missing = (*incomplete(chosen.known, listing), *now.missing, *then.missing)
        return Pacing(
            as_of=min(now.as_of, then.as_of, chosen.known.as_of),
            complete=not missing,
            missing=missing,
            warnings=warnings_of(now, then),
            understood=chosen.understood | _understood(span, at),
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            first=span.first,
            last=span.last,
            books_at=at,
            books_then_at=then.period.at,
            whole=table.whole(),
            same_listings=same_listings(now, then),
            periods=part.rows,
            pickup=tuple(map(pickup_row, now.books.pickup, then.books.pickup)),
            lead_time=spreads(now.books.lead_time, then.books.lead_time),
            length_of_stay=spreads(now.books.length, then.books.length),
            channels=channels(now, then),
        )

    async def _then(self, now: Side, place: Place, inside: Mapping[int, Listing]) -> Side:
        """The same a year ago; where it cannot be had, what there is now is still worth telling."""
        of = now.period
        period = Period(of.first - YEAR, of.last - YEAR, of.at - YEAR)
        try:
            return await self._side(period, place, inside)
        except UpstreamError as error:
            missing = _missing(Known((), now.as_of, complete=False, why=error.message), period)
            return Side(Books(period, place), has_stays=False, as_of=now.as_of, missing=(missing,))

    async def _side(self, period: Period, place: Place, inside: Mapping[int, Listing]) -> Side:
        only = next(iter(inside)) if len(inside) == 1 else None
        wanted = Wanted(by=By.STAY, first=period.first, last=period.last, listing_id=only)
        by_id = await self._portfolio.by_id()
        known = await self._money.bookings(wanted, by_id)
        stays, books = [stay for stay in known.rows if stay[0] in inside], Books(period, place)
        books.add(stays)
        has_stays = bool(stays)
        if not has_stays:
            # Requests and owner stays are left out of the replica's bookings.
            every = await self._money.stays(wanted, by_id)
            has_stays = any(stay.listing_id in inside for stay in every.rows)
        missing = () if known.complete else (_missing(known, period),)
        return Side(books, has_stays, known.as_of, missing)


def _inside(listings: Sequence[Listing], group: str | None) -> dict[int, Listing]:
    active = [one for one in listings if not one.is_archived]
    return {one.id: one for one in of_group(active, group)}


def _books_at(words: str | None, today: date) -> date:
    at = read_day(words, today) if words else today
    if at > today:
        raise InputError(
            f"`as_of` ({at}) is to come; today is {today}.",
            hint="Leave it out for the books as they are now.",
        )
    return at


def _understood(span: Span, at: date) -> dict[str, str]:
    return {
        "dates": f"nights from {span.first}, `to` {span.last + ONE_DAY} excluded",
        "as_of": f"end of {at}, against end of {at - YEAR} for the nights 364 days earlier",
        "rebuilt": "stays with the dates they have now; changes of dates are not traced back",
    }


def _missing(known: Known[Booking], period: Period) -> Missing:
    return Missing(
        what=f"Some reservations from {period.first} to {period.last}: {len(known.rows)} were read.",
        why=known.why or "Not known.",
        resume=resume_of(known.why, "Ask the same again in a minute, or for a shorter period."),
    )
