"""Pace: what is on the books for a period, against the same period 364 days earlier as it stood then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from hostaway_mcp.analytics.revenue import SCALE, Stay
from hostaway_mcp.models.reservations import ReservationStatus, StatusClass

YEAR = timedelta(days=364)
"""52 weeks, so that a Friday is compared with a Friday."""
PICKUP_DAYS = (7, 30)

COUNTING = frozenset(status.value for status in ReservationStatus.of_class(StatusClass.CONFIRMED))
CANCELLED = ReservationStatus.CANCELLED.value


class Booking(NamedTuple):
    """What of a stay pace is counted from; days are numbers of `date.toordinal`, where the listing is."""

    listing_id: int | None
    channel: int
    status: str
    arrival: int
    departure: int
    units: int
    booked: int | None
    cancelled: int | None
    currency: str | None
    revenue: int | Fraction | None
    """Accommodation revenue in units of 10 ** -SCALE; None where there is no price."""


def booking_of(stay: Stay) -> Booking:
    """A stay as pace counts it."""
    amount = stay.amounts.accommodation
    return Booking(
        stay.listing_id,
        int(stay.channel),
        stay.status.value,
        stay.arrival.toordinal(),
        stay.departure.toordinal(),
        stay.units,
        stay.booked.toordinal() if stay.booked else None,
        stay.cancelled.toordinal() if stay.cancelled else None,
        stay.currency,
        None if amount is None else Fraction(amount) * 10**SCALE,
    )


def on_books(stay: Booking, day: int) -> bool:
    """
    Whether a stay was on the books when a day ended, where the listing is.

    It was booked by then, and it is confirmed now or was cancelled only later. Requests and inquiries never
    were on the books; owner stays bring no revenue and are not paced. A confirmed stay of which nobody
    knows when it was booked counts at any time, a cancelled one of which nobody knows when not at all.

    Example: booked 3 March, cancelled 20 May: on the books on 3 March and on 19 May, not on 2 March nor on
    20 May.
    """
    if stay.booked is not None and stay.booked > day:
        return False
    if stay.status in COUNTING:
        return True
    if stay.status != CANCELLED or stay.booked is None:
        return False
    return stay.cancelled is not None and stay.cancelled > day


@dataclass(frozen=True, slots=True)
class Period:
    """The nights from `first` to `last`, both included, and the day at whose end they are looked at."""

    first: date
    last: date
    at: date

    def nights(self, stay: Booking) -> int:
        """How many of a stay's nights lie in it."""
        begin, end = self.first.toordinal(), self.last.toordinal() + 1
        return max(0, min(stay.departure, end) - max(stay.arrival, begin))


class Tally:
    """Nights and their accommodation revenue, by currency and exact."""

    __slots__ = ("_revenue", "nights")

    def __init__(self) -> None:
        self.nights = 0
        self._revenue: dict[tuple[str, int], int | Fraction] = {}

    def add(self, cell: Cell, nights: int) -> None:
        """So many nights of the stays of a cell; those without a price bring nights alone."""
        self.nights += cell.nights * nights
        if cell.currency and cell.priced:
            key = (cell.currency, cell.of)
            self._revenue[key] = self._revenue.get(key, 0) + cell.revenue * nights

    def exact(self) -> dict[str, Fraction]:
        """Accommodation revenue by currency."""
        found: dict[str, Fraction] = {}
        for (currency, of), amount in sorted(self._revenue.items()):
            found[currency] = found.get(currency, Fraction(0)) + Fraction(amount) / (of * 10**SCALE)
        return found


class Place(Enum):
    """What cells are told apart by."""

    NIGHT = "night"
    """The first night in the period, and the one after the last."""
    LISTING = "listing"
    CHANNEL = "channel"


Where = int | tuple[int, int]


@dataclass(slots=True)
class Cell:
    """Stays of one place that have as many nights; by night `nights` and `revenue` are those of each."""

    where: Where
    of: int
    currency: str | None
    nights: int = 0
    priced: int = 0
    revenue: int | Fraction = 0
    """In units of 10 ** -SCALE, times `of`."""


def cells_of(stays: Iterable[Booking], period: Period, place: Place) -> list[Cell]:
    """The nights and the money that lie in a period; tens of thousands of stays become hundreds of cells."""
    first, end = period.first.toordinal(), period.last.toordinal() + 1
    by_night, by_channel = place is Place.NIGHT, place is Place.CHANNEL
    found: dict[tuple[Where, int, str | None], Cell] = {}
    for listing_id, channel, _, arrival, departure, units, _, _, currency, revenue in stays:
        begin = max(arrival, first)
        taken = min(departure, end) - begin
        if taken <= 0:
            continue
        of = departure - arrival
        where: Where = channel if by_channel else listing_id or 0
        if by_night:
            where, taken, share = (begin, begin + taken), 1, 1
        elif taken == of:
            of = share = 1
        else:
            share = taken
        cell = found.get((where, of, currency))
        if cell is None:
            cell = found[where, of, currency] = Cell(where, of, currency)
        cell.nights += taken * units
        if revenue is not None:
            cell.priced += 1
            cell.revenue += revenue * share
    return list(found.values())


def tally(cells: Iterable[Cell], names: Callable[[Where], Iterable[tuple[str, int]]]) -> dict[str, Tally]:
    """The cells by name; `names` tells for a place the names, and how many of its nights each takes."""
    found: dict[str, Tally] = {}
    for cell in cells:
        for name, nights in names(cell.where):
            tally = found.get(name)
            if tally is None:
                tally = found[name] = Tally()
            tally.add(cell, nights)
    return found


@dataclass(frozen=True, slots=True)
class Books:
    """A period's stays as they stood when a day ended, beside what they come to in the end."""

    period: Period
    cells: Sequence[Cell]
    """Of the stays on the books."""
    final: Sequence[Cell]
    """Of those that are confirmed in the end."""
    channels: Mapping[int, int]
    """Nights on the books."""
    listings: Mapping[int, int]
    """The same, of all that have stays on the books."""
    final_listings: frozenset[int]
    pickup: tuple[Pickup, ...]
    lead_time: Spread | None
    length: Spread | None
    on_books: int
    """Stays on the books, of which some are `gone` since; of others nobody knows since when (`unbooked`)."""
    gone: int
    unbooked: int
    undated: int
    """Cancelled stays of which nobody knows since when, so that they never count."""


def read_books(stays: Sequence[Booking], period: Period, place: Place) -> Books:
    """What the books say of these stays, which have a night in the period."""
    at = period.at.toordinal()
    there = [stay for stay in stays if on_books(stay, at)]
    final = [stay for stay in stays if stay.status in COUNTING]
    channels, listings = Counter[int](), Counter[int]()
    for stay in there:
        nights = period.nights(stay) * stay.units
        listings[stay.listing_id or 0] += nights
        if nights:
            channels[stay.channel] += nights
    return Books(
        period,
        cells_of(there, period, place),
        cells_of(final, period, place),
        channels,
        listings,
        frozenset(stay.listing_id or 0 for stay in final),
        tuple(pickup(stays, period, days) for days in PICKUP_DAYS),
        spread([lead for stay in there if (lead := lead_time(stay)) is not None]),
        spread([max(0, stay.departure - stay.arrival) for stay in there]),
        on_books=len(there),
        gone=sum(stay.status not in COUNTING for stay in there),
        unbooked=sum(stay.booked is None for stay in there),
        undated=sum(stay.status == CANCELLED and None in (stay.booked, stay.cancelled) for stay in stays),
    )


@dataclass(frozen=True, slots=True)
class Pickup:
    """Nights that came onto the books in some days, and those that left them."""

    days: int
    new: int
    lost: int

    @property
    def net(self) -> int:
        """On the books at the end less on the books at the begin."""
        return self.new - self.lost


def pickup(stays: Iterable[Booking], period: Period, days: int) -> Pickup:
    """
    What became of the nights of a period in the `days` that end with the day that is looked at.

    New is what is on the books at the end and was not before, lost the reverse; a stay that was booked and
    cancelled in between is in neither.

    Example: of a weekend, 2 nights booked 5 days ago and 3 nights cancelled 2 days ago: over 7 days 2 new,
    3 lost, net -1.
    """
    new = lost = 0
    at = period.at.toordinal()
    before = at - days
    for stay in stays:
        if (stay.booked or 0) <= before and (stay.cancelled or 0) <= before:
            # Nothing has happened to it since.
            continue
        now, then = on_books(stay, at), on_books(stay, before)
        if now is not then:
            nights = period.nights(stay) * stay.units
            new, lost = (new + nights, lost) if now else (new, lost + nights)
    return Pickup(days, new, lost)


@dataclass(frozen=True, slots=True)
class Spread:
    """How many stays, and the mean and the median of their days."""

    stays: int
    mean: Fraction
    median: Fraction


def spread(days: Sequence[int]) -> Spread | None:
    """
    Mean and median; None of nothing.

    Example: 1, 2 and 9 days have a mean of 4 and a median of 2.
    """
    if not days:
        return None
    return Spread(len(days), Fraction(sum(days), len(days)), Fraction(median(days)))


def lead_time(stay: Booking) -> int | None:
    """
    Whole days from booking to arrival; None where the day of booking is not known.

    Example: booked 1 June, arriving 15 June: 14. Entered after the arrival it is 0.
    """
    return max(0, stay.arrival - stay.booked) if stay.booked is not None else None
