"""Pace: what is on the books for a period, against the same period 364 days earlier as it stood then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from hostaway_mcp.analytics.revenue import Stay, Sums, nights_in
from hostaway_mcp.models.reservations import ReservationStatus, StatusClass

ONE_DAY = timedelta(days=1)
YEAR = timedelta(days=364)
"""52 weeks, so that a Friday is compared with a Friday."""


def on_books(stay: Stay, day: date) -> bool:
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
    if stay.status_class is StatusClass.CONFIRMED:
        return True
    if stay.status is not ReservationStatus.CANCELLED or stay.booked is None:
        return False
    return stay.cancelled is not None and stay.cancelled > day


class Tally:
    """Nights and revenue on the books, revenue by currency and exact."""

    __slots__ = ("nights", "revenue", "stays")

    def __init__(self) -> None:
        self.stays = 0
        self.nights = 0
        self.revenue: dict[str, Sums] = {}

    def add(self, stay: Stay, nights: int) -> None:
        """So many nights of a stay; one without a price brings nights alone."""
        self.stays += 1
        self.nights += nights * stay.units
        if stay.currency and stay.amounts.accommodation is not None:
            self.revenue.setdefault(stay.currency, Sums()).add(stay, nights)

    def exact(self) -> dict[str, Fraction]:
        """Accommodation revenue by currency."""
        return {currency: sums.exact()[0] for currency, sums in sorted(self.revenue.items())}


def tally(
    stays: Iterable[Stay],
    first: date,
    last: date,
    *,
    counts: Callable[[Stay], bool],
    key: Callable[[Stay, date], str],
    by_night: bool,
) -> dict[str, Tally]:
    """
    The nights from `first` to `last` of the stays that count, by a key; both ends included.

    `by_night` says that the key looks at the night; then it is asked for each, else once for a stay.
    """
    found: dict[str, Tally] = {}
    for stay in stays:
        nights = nights_in(stay, first, last) if counts(stay) else 0
        if not nights:
            continue
        begin = max(stay.arrival, first)
        if not by_night:
            found.setdefault(key(stay, begin), Tally()).add(stay, nights)
            continue
        shares: dict[str, int] = {}
        for offset in range(nights):
            name = key(stay, begin + ONE_DAY * offset)
            shares[name] = shares.get(name, 0) + 1
        for name, some in shares.items():
            found.setdefault(name, Tally()).add(stay, some)
    return found


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


def pickup(stays: Iterable[Stay], first: date, last: date, at: date, days: int) -> Pickup:
    """
    What became of the nights of a period in the `days` that end with `at`.

    New is what is on the books at the end and was not before, lost the reverse; a stay that was booked and
    cancelled in between is in neither.

    Example: of a weekend, 2 nights booked 5 days ago and 3 nights cancelled 2 days ago: over 7 days 2 new,
    3 lost, net -1.
    """
    new = lost = 0
    before = at - ONE_DAY * days
    for stay in stays:
        now, then = on_books(stay, at), on_books(stay, before)
        if now is not then:
            nights = nights_in(stay, first, last) * stay.units
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


def lead_time(stay: Stay) -> int | None:
    """
    Whole days from booking to arrival; None where the day of booking is not known.

    Example: booked 1 June, arriving 15 June: 14. Entered after the arrival it is 0.
    """
    return max(0, (stay.arrival - stay.booked).days) if stay.booked else None
