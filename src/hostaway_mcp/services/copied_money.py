"""Nights and money from the replica: of thousands of stays only what sums are made of is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from hostaway_mcp.analytics.nights import NightCount
from hostaway_mcp.analytics.pace import Booking, booking_of
from hostaway_mcp.analytics.revenue import Stay, amounts_of
from hostaway_mcp.models.priced_reservations import PricedReservation
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copy import CALENDAR, STAYS, Ages, Copied, Copy, covered
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.wanted import DayOf, Wanted
from hostaway_mcp.sync.calendar import BEHIND_DAYS

if TYPE_CHECKING:
    from hostaway_mcp.store.amount_rows import AmountRow, Idle, Share
    from hostaway_mcp.store.nights import NightTotals
    from hostaway_mcp.store.stay_windows import Which
    from hostaway_mcp.store.store import Store


@dataclass(frozen=True, slots=True)
class CopiedNights:
    """
    The nights of listings, by id, period by period.

    Those in `unsure` have days whose calendar is not kept: stays are counted, blocked nights are not.
    """

    counts: tuple[Mapping[int, NightCount], ...]
    """Of each period."""
    unsure: frozenset[int]
    units: Mapping[int, int]
    as_of: datetime
    """Of the calendars of the last month and ahead; a night further back changes no more."""


@dataclass(frozen=True, slots=True)
class NightSums:
    """The nights of all listings by currency, period by period."""

    counts: tuple[Mapping[str, NightCount], ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Shared:
    """
    The plain stays of a window added up by the database, those that bring nothing in short, and the others
    one by one.
    """

    shares: tuple[Share, ...]
    idle: tuple[Idle, ...]
    odd: tuple[Stay, ...]
    as_of: datetime


class CopiedMoney(Copy):
    """Stays with their money, and counted nights, in the replica."""

    async def priced(self, wanted: Wanted, day_of: DayOf, ages: Ages = STAYS) -> Copied[Stay] | None:
        """The stays of a window of dates, of every status, with their money; those without dates left out."""

        async def read(store: Store) -> Copied[Stay] | None:
            as_of = await self._as_of(store, wanted, ages)
            if as_of is None:
                return None
            rows = await store.stay_amounts.rows(_which(wanted))
            return Copied(await stays_in(store, rows, day_of), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    async def bookings(self, wanted: Wanted, day_of: DayOf) -> Copied[Booking] | None:
        """The stays of a window of dates that are confirmed or cancelled, as pace counts them."""

        async def read(store: Store) -> Copied[Booking] | None:
            as_of = await self._as_of(store, wanted, STAYS)
            if as_of is None:
                return None
            rows = await store.stay_amounts.bookings(_which(wanted))
            others = [number for row in rows if (number := row[-1]) is not None]
            stays = await _whole(store, others, day_of)
            exact = (row for row in rows if row[-1] is None) if others else rows
            return Copied((*exact, *map(booking_of, stays)), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    async def shared(
        self,
        wanted: Wanted,
        day_of: DayOf,
        inside: Sequence[int],
        *,
        by_night: bool,
        whole: bool,
        key: str | None = None,
        ages: Ages = STAYS,
    ) -> Shared | None:
        """
        The same of the listings `inside`, added up as `StayAmounts.shares` does; with `whole` the stays of
        other listings are among the odd ones.
        """

        async def read(store: Store) -> Copied[Shared] | None:
            from hostaway_mcp.store.amount_windows import Period

            as_of = await self._as_of(store, wanted, ages)
            if as_of is None:
                return None
            which, period = _which(wanted, inside, whole=whole), Period(wanted.first, wanted.last, by_night)
            amounts = store.stay_amounts
            shares = await amounts.shares(which, period, inside, key=key)
            idle = await amounts.idle(which, period, inside)
            odd = await stays_in(store, await amounts.odd(which, period, inside), day_of)
            return Copied((Shared(shares, idle, odd, as_of),), as_of)

        found = await self._read(read)
        if found is None:
            return None
        rests_on_the_replica()
        return found.rows[0]

    async def first_days(
        self, wanted: Wanted, inside: Sequence[int], *, by_night: bool, whole: bool
    ) -> dict[int, date]:
        """The listings of the plain stays of a window, with the first day that counts for each."""

        async def read(store: Store) -> Copied[dict[int, date]]:
            from hostaway_mcp.store.amount_windows import Period

            which, period = _which(wanted, inside, whole=whole), Period(wanted.first, wanted.last, by_night)
            found = await store.stay_amounts.listings_of(which, period, inside)
            days = {number: date.fromordinal(day) for number, day in found.items()}
            return Copied((days,), self._clock.now())

        found = await self._read(read)
        return found.rows[0] if found else {}

    async def _as_of(self, store: Store, wanted: Wanted, ages: Ages) -> datetime | None:
        as_of = covered(wanted, await store.sync.states("reservations"))
        return as_of if as_of and self._may_use(as_of, ages, "reservations", "changes") else None

    async def nights(
        self, listing_ids: Sequence[int], spans: Sequence[Span], today: date, ages: Ages = CALENDAR
    ) -> CopiedNights | None:
        """The nights of periods that follow one another; None where no replica was read."""

        async def read(store: Store) -> Copied[CopiedNights] | None:
            whole = Span(spans[0].first, spans[-1].last)
            unsure, as_of = await self._unsure(store, listing_ids, whole, today, ages)
            units = await store.nights.units()
            if not units and len(unsure) == len(listing_ids):
                return None
            counts = []
            for span in spans:
                totals = await store.nights.totals(span.first, span.last, listing_ids)
                kept = {one.listing_id: one for one in totals}
                counts.append(
                    {
                        number: _counted(kept.get(number), units.get(number, 1) * span.days, number in unsure)
                        for number in listing_ids
                    }
                )
            found = CopiedNights(tuple(counts), frozenset(unsure), units, as_of or self._clock.now())
            return Copied((found,), found.as_of)

        found = await self._read(read) if listing_ids else None
        if found is None:
            return None
        rests_on_the_replica()
        return found.rows[0]

    async def night_sums(
        self,
        by_currency: Mapping[str | None, Sequence[int]],
        spans: Sequence[Span],
        today: date,
        ages: Ages = CALENDAR,
    ) -> NightSums | None:
        """The nights of listings by currency; None unless all days of all of them are known and usable."""

        async def read(store: Store) -> Copied[NightSums] | None:
            ids = [number for some in by_currency.values() for number in some]
            whole = Span(spans[0].first, spans[-1].last)
            as_of = await self._known_since(store, ids, whole, today)
            now = self._clock.now()
            if as_of is None or as_of < now - ages.usable:
                return None
            if as_of < now - ages.fresh:
                days = (_edge(whole, today), whole.last)
                for number in await store.calendar.older(ids, *days, than=now - ages.fresh):
                    self._replica.refresh("calendar", str(number))
            known = {currency: some for currency, some in by_currency.items() if currency is not None}
            counts = [
                {key: await store.nights.total(span.first, span.last, some) for key, some in known.items()}
                for span in spans
            ]
            return Copied((NightSums(tuple(counts), as_of),), as_of)

        found = await self._read(read)
        if found is None:
            return None
        rests_on_the_replica()
        return found.rows[0]

    async def _known_since(
        self, store: Store, listing_ids: Sequence[int], span: Span, today: date
    ) -> datetime | None:
        edge = _edge(span, today)
        if span.first < edge:
            past = await store.calendar.age(listing_ids, span.first, min(edge - ONE_DAY, span.last))
            if past is None or span.last < edge:
                return self._clock.now() if past else None
        return await store.calendar.age(listing_ids, edge, span.last)

    async def _unsure(
        self, store: Store, listing_ids: Sequence[int], span: Span, today: date, ages: Ages
    ) -> tuple[set[int], datetime | None]:
        """Which listings lack days; and how old those days are that may still change."""
        edge = _edge(span, today)
        unsure, as_of = set[int](), None
        if span.first < edge:
            past = await store.calendar.ages(listing_ids, span.first, min(edge - ONE_DAY, span.last))
            unsure |= {number for number, at in past.items() if at is None}
        if edge <= span.last:
            known = await store.calendar.ages(listing_ids, edge, span.last)
            fresh_since = self._clock.now() - ages.fresh
            # Nothing is to be asked of those that are fresh, which of thousands most are.
            old = {
                number
                for number, at in known.items()
                if at is None or (at < fresh_since and not self._may_use(at, ages, "calendar", str(number)))
            }
            as_of = min((at for number, at in known.items() if at and number not in old), default=None)
            unsure |= old
        return unsure, as_of


def _edge(span: Span, today: date) -> date:
    """Sync reads nights behind this day no more: what is kept of them stays as it was."""
    return max(span.first, today - timedelta(days=BEHIND_DAYS - 1))


def _which(wanted: Wanted, inside: Sequence[int] = (), *, whole: bool = True) -> Which:
    from hostaway_mcp.store.stay_windows import Which

    ids = None if whole else frozenset(inside)
    if wanted.listing_id is not None:
        ids = frozenset({wanted.listing_id})
    return Which(by=wanted.by, first=wanted.first, last=wanted.last, listing_ids=ids)


async def stays_in(store: Store, rows: Sequence[AmountRow], day_of: DayOf) -> tuple[Stay, ...]:
    """Rows as sums take them; the money of those that are not exact is read from the objects."""
    from hostaway_mcp.store.amount_rows import amounts_in, channel_in, status_in

    stays = [
        Stay(
            row.id,
            row.listing_id,
            channel_in(row.channel),
            status_in(row),
            date.fromordinal(row.arrival),
            date.fromordinal(row.departure),
            row.currency,
            amounts_in(row),
            row.units,
            date.fromordinal(row.booked) if row.booked else None,
            date.fromordinal(row.cancelled) if row.cancelled else None,
        )
        for row in rows
        if row.is_exact
    ]
    return (*stays, *await _whole(store, [row.id for row in rows if not row.is_exact], day_of))


async def _whole(store: Store, ids: Collection[int], day_of: DayOf) -> tuple[Stay, ...]:
    """The stays of these ids, whose money is read from the objects."""
    read = await store.reservations.priced(ids) if ids else ()
    return tuple(stay for row in read if (stay := stay_of(row, day_of)))


def _counted(kept: NightTotals | None, all_units: int, unsure: bool) -> NightCount:
    """Nights that have no row were neither sold nor closed: all of their units were there."""
    if kept is None:
        return NightCount(all_units)
    return NightCount(
        max(kept.nights, all_units) if unsure else kept.nights, kept.sold, kept.owner, kept.blocked
    )


def stay_of(row: PricedReservation | Reservation, day_of: DayOf) -> Stay | None:
    """A reservation as sums take it; None where it has no dates."""
    if row.arrival is None or row.departure is None:
        return None
    booked = row.reservation_date or row.inserted_on
    return Stay(
        id=row.id,
        listing_id=row.listing_id,
        channel=row.channel,
        status=row.status,
        arrival=row.arrival,
        departure=row.departure,
        currency=row.currency or None,
        amounts=amounts_of(row),
        units=max(1, len(row.reservation_unit)),
        booked=day_of(booked, row.listing_id) if booked else None,
        # A date, which Hostaway's examples write without a time.
        cancelled=row.cancellation_date.date() if row.cancellation_date else None,
    )
