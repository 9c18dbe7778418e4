"""Pace: what is on the books for a period, against the same period 364 days earlier as it stood then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    inexact_id: int | None = None
    """The id of a stay whose revenue is told by the stay alone, for it is no such whole number."""


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


def on_books(status: str, booked: int | None, cancelled: int | None, day: int) -> bool:
    """
    Whether a stay was on the books when a day ended, where the listing is.

    It was booked by then, and it is confirmed now or was cancelled only later. Requests and inquiries never
    were on the books; owner stays bring no revenue and are not paced. A confirmed stay of which nobody
    knows when it was booked counts at any time, a cancelled one of which nobody knows when not at all.

    Example: booked 3 March, cancelled 20 May: on the books on 3 March and on 19 May, not on 2 March nor on
    20 May.
    """
    if booked is not None and booked > day:
        return False
    if status in COUNTING:
        return True
    if status != CANCELLED or booked is None:
        return False
    return cancelled is not None and cancelled > day


@dataclass(frozen=True, slots=True)
class Period:
    """The nights from `first` to `last`, both included, and the day at whose end they are looked at."""

    first: date
    last: date
    at: date


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


class Books:
    """A period's stays as they stood when a day ended, beside what they come to in the end."""

    def __init__(self, period: Period, place: Place) -> None:
        self.period, self._at = period, period.at.toordinal()
        self._by_night, self._by_channel = place is Place.NIGHT, place is Place.CHANNEL
        self.on_books = 0
        """Stays on the books."""
        self.gone = 0
        """Those of them that are cancelled since."""
        self.unbooked = 0
        """Those of them of which nobody knows since when they are there."""
        self.undated = 0
        """Cancelled stays of which nobody knows since when, so that they never count."""
        self.listings = Counter[int]()
        """Nights on the books, of all that have stays there."""
        self.channels = Counter[int]()
        """The same by channel."""
        self.final_listings = set[int]()
        """Those with stays that are confirmed in the end."""
        self._lengths, self._leads = list[int](), list[int]()
        self._moved = {days: [0, 0] for days in PICKUP_DAYS}
        self._cells: dict[tuple[Where, int, str | None, bool, bool], Cell] = {}

    @property
    def cells(self) -> Iterator[Cell]:
        """The stays on the books."""
        return (cell for (_, _, _, stands, _), cell in self._cells.items() if stands)

    @property
    def final(self) -> Iterator[Cell]:
        """Those that are confirmed in the end."""
        return (cell for (_, _, _, _, final), cell in self._cells.items() if final)

    @property
    def pickup(self) -> tuple[Pickup, ...]:
        """What came and went over each of `PICKUP_DAYS`."""
        return tuple(Pickup(days, new, lost) for days, (new, lost) in self._moved.items())

    @property
    def length(self) -> Spread | None:
        """Nights of the stays on the books."""
        return spread(self._lengths)

    @property
    def lead_time(self) -> Spread | None:
        """
        Whole days from booking to arrival of the stays on the books, as far as the day of booking is known.

        Example: booked 1 June, arriving 15 June: 14. Entered after the arrival it is 0.
        """
        return spread(self._leads)

    def add(self, stays: Iterable[Booking]) -> None:
        """Adds stays that touch the period; in one pass, for there are tens of thousands."""
        first, end = self.period.first.toordinal(), self.period.last.toordinal() + 1
        at, lengths, leads, listings = self._at, self._lengths, self._leads, self.listings
        lately = at - max(PICKUP_DAYS)
        for stay in stays:
            listing_id, channel, status, arrival, departure, units, booked, cancelled, _, _, _ = stay
            begin, length = max(arrival, first), departure - arrival
            taken = min(departure, end) - begin
            nights = taken * units if taken > 0 else 0
            final, stands = status in COUNTING, on_books(status, booked, cancelled, at)
            if (booked or 0) > lately or (cancelled or 0) > lately:
                self._move(status, booked, cancelled, nights)
            if stands:
                self.on_books += 1
                self.gone += not final
                listings[listing_id or 0] += nights
                lengths.append(max(0, length))
                if booked is None:
                    self.unbooked += 1
                else:
                    leads.append(arrival - booked if arrival > booked else 0)
                if nights:
                    self.channels[channel] += nights
            elif status == CANCELLED and None in (booked, cancelled):
                self.undated += 1
            if final:
                self.final_listings.add(listing_id or 0)
            if nights and (stands or final):
                self._put(stay, begin, taken, stands, final)

    def _move(self, status: str, booked: int | None, cancelled: int | None, nights: int) -> None:
        now = on_books(status, booked, cancelled, self._at)
        for days, moved in self._moved.items():
            before = on_books(status, booked, cancelled, self._at - days)
            if before is not now:
                moved[before] += nights

    def _put(self, stay: Booking, begin: int, taken: int, stands: bool, final: bool) -> None:
        where: Where = stay[1] if self._by_channel else stay[0] or 0
        of, share, nights = stay[4] - stay[3], taken, taken
        if self._by_night:
            where, share, nights = (begin, begin + taken), 1, 1
        elif taken == of:
            of = share = 1
        currency, revenue = stay[8], stay[9]
        key = (where, of, currency, stands, final)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell(where, of, currency)
        cell.nights += nights * stay[5]
        if revenue is not None:
            cell.priced += 1
            cell.revenue += revenue * share


@dataclass(frozen=True, slots=True)
class Pickup:
    """
    Nights that came onto the books in the days that end with the one that is looked at, and those that left.

    New is what is on the books at the end and was not before, lost the reverse; a stay that was booked and
    cancelled in between is in neither.

    Example: of a weekend, 2 nights booked 5 days ago and 3 nights cancelled 2 days ago: over 7 days 2 new,
    3 lost, net -1.
    """

    days: int
    new: int
    lost: int

    @property
    def net(self) -> int:
        """On the books at the end less on the books at the begin."""
        return self.new - self.lost


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
