"""What somebody wants to book: dates that would do, guests, a price; and how that is read and echoed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hostaway_mcp.errors import InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period
from hostaway_mcp.services.nights import nights_between

MAX_NIGHTS = 180

Window = tuple[date, date]
"""Arrival and departure."""

_ESTIMATED = (
    "nights by the calendar + cleaning fee{extra}; without taxes, other fees and discounts for long stays"
    " (price=exact asks Hostaway)"
)
_EXACT = "Hostaway's own price for {guests}, with its fees, taxes and discounts; per night: by the calendar"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to book."""

    arrival: date
    departure: date
    today: date
    guests: int | None = None
    max_price: Decimal | None = None
    flex_days: int = 0
    exact: bool = False

    @property
    def nights(self) -> int:
        """How many nights."""
        return (self.departure - self.arrival).days

    @property
    def windows(self) -> list[Window]:
        """The dates that would do, the nearest to those asked for first; none begins in the past."""
        shifts = sorted(range(-self.flex_days, self.flex_days + 1), key=lambda shift: (abs(shift), -shift))
        moved = [(self.arrival + ONE_DAY * shift, self.departure + ONE_DAY * shift) for shift in shifts]
        return [window for window in moved if window[0] >= self.today]

    @property
    def span(self) -> Span:
        """All days that matter: from the earliest arrival to the latest departure."""
        return Span(min(first for first, _ in self.windows), max(last for _, last in self.windows))


def read_dates(first: str | None, last: str | None, today: date) -> Window:
    """Arrival and departure; one word such as `next weekend` is both, and what is over of it is left out."""
    span = read_period(first, last, today, exclusive=True, default_days=1)
    arrival, departure = span.first, span.last + ONE_DAY
    if arrival < today < departure and last is None:
        arrival = today
    if arrival < today:
        raise InputError(
            f"{arrival} is in the past; it is {today} at the listings.",
            hint="Only nights from today on can be booked; get_calendar shows what was.",
        )
    if (departure - arrival).days > MAX_NIGHTS:
        raise InputError(
            f"From {arrival} to {departure} is {(departure - arrival).days} nights;"
            f" availability is checked for at most {MAX_NIGHTS}.",
            hint="Ask for a shorter stay.",
        )
    return arrival, departure


def sleeps(listing: Listing, guests: int | None) -> bool:
    """Whether that many guests fit; where the capacity is not known, they may."""
    return guests is None or listing.person_capacity is None or listing.person_capacity >= guests


def covers(days: Mapping[date, CalendarDay], window: Window) -> bool:
    """Whether every night of the window is there."""
    return all(night in days for night in nights_between(*window))


def extras(listing: Listing, wish: Wish) -> Decimal:
    """Cleaning, and the guests beyond those that the price includes."""
    more = max(0, (wish.guests or 0) - (listing.guests_included or wish.guests or 0))
    per_night = (listing.price_for_extra_person or Decimal(0)) * more
    return (listing.cleaning_fee or Decimal(0)) + per_night * wish.nights


def basis(wish: Wish) -> str:
    if wish.exact:
        return _EXACT.format(guests=_counted(wish.guests or 1))
    return _ESTIMATED.format(extra=" + extra guests" if wish.guests else "")


def _counted(guests: int) -> str:
    return f"{guests} guest{'s' if guests != 1 else ''}"


def understood(wish: Wish) -> dict[str, str]:
    said = {
        "from": f"{wish.arrival}",
        "to": f"{wish.departure} (departure, not slept)",
        "nights": f"{wish.nights}",
    }
    if wish.flex_days:
        said["flex_days"] = f"arrival up to {wish.flex_days} days before or after; the nearest that is free"
    if wish.max_price is not None:
        said["max_price"] = f"{wish.max_price} a night on average, each listing in its own currency"
    return said
