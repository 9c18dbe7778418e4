"""Nights sold, nights available and occupancy: what a night counts as, in nights of a unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.reservations import StatusClass

ONE_DAY = timedelta(days=1)


class Shares(NamedTuple):
    """What becomes of a listing's units in one night; the rest of them is free."""

    sold: int
    owner: int
    blocked: int


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What the calendar says of one night: None where it does not."""

    available: bool | None = None
    units: int | None = None
    units_left: int | None = None
    units_blocked: int | None = None


@dataclass(frozen=True, slots=True)
class NightCount:
    """
    Nights of a unit in a period: all there were, those sold, used by the owner, and blocked.

    Example: two units for 30 nights are 60 nights; 36 sold, 4 owner nights and 6 blocked leave
    60 - 4 - 6 = 50 available, 14 of them free, and an occupancy of 36 / 50 = 0.72.
    """

    nights: int = 0
    sold: int = 0
    owner: int = 0
    blocked: int = 0

    @property
    def available(self) -> int:
        """Nights that could be sold: all, less owner nights and blocked ones; held nights stay available."""
        return self.nights - self.owner - self.blocked

    @property
    def occupancy(self) -> Fraction | None:
        """Sold / available; None where there was nothing to sell."""
        return occupancy(self.sold, self.available)

    @classmethod
    def total(cls, counts: Collection[NightCount]) -> NightCount:
        """All of them together."""
        return cls(
            sum([one.nights for one in counts]),
            sum([one.sold for one in counts]),
            sum([one.owner for one in counts]),
            sum([one.blocked for one in counts]),
        )

    def __add__(self, other: NightCount) -> NightCount:
        return NightCount(
            self.nights + other.nights,
            self.sold + other.sold,
            self.owner + other.owner,
            self.blocked + other.blocked,
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """Nights that a stay takes of a listing: arrival <= night < departure, on `units` of its units."""

    arrival: date
    departure: date
    status_class: StatusClass
    units: int = 1


def occupancy(sold: int, available: int) -> Fraction | None:
    """
    Nights sold / nights available, exact; None where none was available.

    Example: 21 of 28 nights are 3/4.
    """
    return Fraction(sold, available) if available > 0 else None


def units_of_day(day: CalendarDay) -> int | None:
    """
    How many like units there are, by the counters of one calendar day; None if it has none.

    `countAvailableUnits` is left out: the documentation says "units that exist", live data say otherwise.
    Example: 2 left to sell, 1 reserved and 1 blocked are 4 units.
    """
    reserved = day.count_reserved_units
    taken = day.count_blocking_reservations if reserved is None else reserved
    parts = (day.available_units_to_sell, taken, day.count_pending_units, day.count_blocked_units)
    return sum(part or 0 for part in parts) or None


def facts_of(day: CalendarDay) -> DayFacts:
    """What one calendar day says about its units."""
    return DayFacts(day.is_available, units_of_day(day), day.available_units_to_sell, day.count_blocked_units)


def share_night(
    units: int,
    sold: int,
    owner: int,
    held: int,
    *,
    available: bool | None,
    units_left: int | None,
    units_blocked: int | None,
) -> Shares:
    """
    How the units of one night are shared, from the units that stays take and what the calendar says.

    Sold are units of confirmed stays, never more than there are: a double booking fills a unit-night once.
    Owner nights come behind them. Blocked is a unit that the calendar counts so, or, where it counts none,
    a night that it closes although no stay takes it and nobody has asked for it (`held`).

    Examples: one unit with two confirmed stays is sold once. One unit, closed, no stay: blocked. Three
    units, one sold, the calendar counts one blocked: 1 sold, 1 blocked, 1 free.
    """
    sold = min(sold, units)
    owner = min(owner, units - sold)
    blocked = units_blocked or 0
    if blocked <= 0:
        closed = available is False and not units_left and not (sold or owner or held)
        blocked = units if closed else 0
    return Shares(sold, owner, min(blocked, units - sold - owner))


def count_nights(
    stays: Iterable[Taken],
    days: Mapping[date, DayFacts],
    first: date,
    last: date,
    *,
    units: int = 1,
) -> NightCount:
    """
    One listing's nights from `first` to `last`, both included; `units` where a day does not say how many.

    Example: one unit, a stay from the 1st to the 4th, the 5th closed by hand: of the nights of the 1st to
    the 7th 3 are sold, 1 is blocked, 6 were available.
    """
    taken: dict[date, list[int]] = {}
    for stay in stays:
        place = _PLACES.get(stay.status_class)
        if place is None:
            continue
        begin = max(stay.arrival, first)
        for offset in range((min(stay.departure, last + ONE_DAY) - begin).days):
            taken.setdefault(begin + ONE_DAY * offset, [0, 0, 0])[place] += stay.units
    all_units, sums = 0, [0, 0, 0]
    for offset in range((last - first).days + 1):
        night = first + ONE_DAY * offset
        facts = days.get(night, _UNKNOWN)
        here = facts.units or units
        sold, owner, held = taken.get(night, _NOBODY)
        shares = share_night(
            here,
            sold,
            owner,
            held,
            available=facts.available,
            units_left=facts.units_left,
            units_blocked=facts.units_blocked,
        )
        all_units += here
        for place, share in enumerate(shares):
            sums[place] += share
    return NightCount(all_units, *sums)


_PLACES = {StatusClass.CONFIRMED: 0, StatusClass.OWNER_STAY: 1, StatusClass.NEEDS_ACTION: 2}
_NOBODY = (0, 0, 0)
_UNKNOWN = DayFacts()
