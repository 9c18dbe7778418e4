"""Nights and money from the replica: of thousands of stays only what sums are made of is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from hostaway_mcp.analytics.nights import NightCount
from hostaway_mcp.analytics.revenue import Stay, amounts_of
from hostaway_mcp.clock import Clock
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.priced_reservations import PricedReservation
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copy import CALENDAR, STAYS, Ages, Copied, Copy, covered
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.wanted import DayOf, Wanted
from hostaway_mcp.sync.calendar import BEHIND_DAYS
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.nights import NightTotals
    from hostaway_mcp.store.store import Store

REMEMBERED = 60_000
"""Stays whose money is kept in memory, some 600 bytes each; sync gives a changed one another digest."""


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


class CopiedMoney(Copy):
    """Stays with their money, and counted nights, in the replica."""

    def __init__(self, replica: Replica, *, clock: Clock) -> None:
        super().__init__(replica, clock=clock)
        self._remembered: dict[int, tuple[str, Stay | None]] = {}

    async def priced(
        self, wanted: Wanted, day_of: DayOf, listings: Mapping[int, Listing], ages: Ages = STAYS
    ) -> Copied[Stay] | None:
        """The stays of a window of dates, of every status, with their money; those without dates left out."""

        async def read(store: Store) -> Copied[Stay] | None:
            from hostaway_mcp.store.stay_windows import Which

            as_of = covered(wanted, await store.sync.states("reservations"))
            if as_of is None or not self._may_use(as_of, ages, "reservations", "changes"):
                return None
            only = frozenset({wanted.listing_id}) if wanted.listing_id is not None else None
            which = Which(by=wanted.by, first=wanted.first, last=wanted.last, listing_ids=only)
            versions = await store.reservations.versions_of(which)
            await self._learn(store, versions, day_of, listings)
            found = (self._remembered.get(number, ("", None))[1] for number in versions)
            return Copied(tuple(stay for stay in found if stay is not None), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    async def _learn(
        self, store: Store, versions: Mapping[int, str], day_of: DayOf, listings: Mapping[int, Listing]
    ) -> None:
        """Reads those whose content, or whose listing's zone, is not the one that is remembered."""
        zones = {number: f"{one.time_zone_name}" for number, one in listings.items()}
        known = self._remembered
        if len(known) > REMEMBERED:
            known.clear()
        other = [
            number
            for number, version in versions.items()
            if number not in known or known[number][0][: len(version)] != version
        ]
        other += [
            number
            for number in versions.keys() - set(other)
            if (stay := known[number][1]) is not None
            and known[number][0][len(versions[number]) :] != zones.get(stay.listing_id or 0, "")
        ]
        for row in await store.reservations.priced(other) if other else ():
            known[row.id] = (versions[row.id] + zones.get(row.listing_id or 0, ""), stay_of(row, day_of))

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

    async def _unsure(
        self, store: Store, listing_ids: Sequence[int], span: Span, today: date, ages: Ages
    ) -> tuple[set[int], datetime | None]:
        """Which listings lack days; and how old those days are that may still change."""
        # Sync reads nights behind this day no more: what is kept of them stays as it was.
        edge = max(span.first, today - timedelta(days=BEHIND_DAYS - 1))
        unsure, as_of = set[int](), None
        if span.first < edge:
            past = await store.calendar.ages(listing_ids, span.first, min(edge - ONE_DAY, span.last))
            unsure |= {number for number, at in past.items() if at is None}
        if edge <= span.last:
            for number, at in (await store.calendar.ages(listing_ids, edge, span.last)).items():
                if at is None or not self._may_use(at, ages, "calendar", str(number)):
                    unsure.add(number)
                else:
                    as_of = min(at, as_of or at)
        return unsure, as_of


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
        currency=row.currency,
        amounts=amounts_of(row),
        units=max(1, len(row.reservation_unit)),
        booked=day_of(booked, row.listing_id) if booked else None,
        # A date, which Hostaway's examples write without a time.
        cancelled=row.cancellation_date.date() if row.cancellation_date else None,
    )
