"""The rows of find_upsells, and what lies around a stay as the calendar and its neighbours tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import Field

from hostaway_mcp.analytics.upsells import FREE, Around, Night, Offer
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import AmountType, Listing, ListingFee
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import Instant, Money, Record
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.nights import is_free, status_of, units_left
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.turnover_rows import check_in_hour, check_out_hour, zone_of

ROOM_BYTES = 12_000
_WORDS = {
    StatusClass.CONFIRMED: "booked",
    StatusClass.OWNER_STAY: "an owner stay",
    StatusClass.NEEDS_ACTION: "held by a request",
}
_STATES = {"reserved": "booked", "pending": "held by a request", "blocked": "blocked by the calendar"}


class OfferRow(Record):
    """One offer for one stay."""

    reservation_id: int
    listing_id: int
    listing: str | None = None
    guest: str | None = None
    arrival: date
    departure: date
    time_zone: str | None = None
    kind: str
    """early_check_in, late_check_out, extend_before, extend_after or gap_offer (the whole of a short gap)."""
    possible: bool
    because: str
    until: Instant
    """The last moment at which it can be agreed: the hour that it replaces."""
    at: Instant | None = None
    """The new hour of check-in or check-out."""
    first: date | None = Field(default=None, serialization_alias="from")
    """First added night."""
    last: date | None = Field(default=None, serialization_alias="to")
    """Last added night, included."""
    worth: Money | None = None
    """Added nights at the calendar's prices, or the listing's own fee; without taxes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A stay, and which ends of it are looked at."""

    stay: Reservation
    listing: Listing
    arrival: bool
    departure: bool


def around_of(wish: Wish, days: Sequence[CalendarDay], today: date) -> Around | None:
    """What lies around a stay; None where hours or zone are not known."""
    stay, listing, zone = wish.stay, wish.listing, zone_of(wish.listing)
    into, out = check_in_hour(stay, listing), check_out_hour(stay, listing)
    if zone is None or into is None or out is None or stay.arrival is None or stay.departure is None:
        return None
    by_date = {day.date: day for day in days}
    first = by_date.get(stay.arrival)
    leaves = _neighbour(by_date.get(stay.arrival - ONE_DAY), departs=stay.arrival)
    comes = _neighbour(by_date.get(stay.departure), arrives=stay.departure)
    return Around(
        arrival=stay.arrival,
        departure=stay.departure,
        check_in=into,
        check_out=out,
        usual_check_in=into if listing.check_in_time_start is None else listing.check_in_time_start,
        usual_check_out=out if listing.check_out_time is None else listing.check_out_time,
        zone=zone,
        today=today,
        nights={day.date: _night(day) for day in days},
        leaves_hour=check_out_hour(leaves, listing) if leaves else None,
        comes_hour=check_in_hour(comes, listing) if comes else None,
        max_stay=first.maximum_stay if first else None,
        late_fee=_late_fee(listing),
    )


def _night(day: CalendarDay) -> Night:
    state = FREE
    if not is_free(day):
        holder = next((stay for stay in day.reservations if stay.status_class in _WORDS), None)
        word = status_of(day)
        state = _WORDS[holder.status_class] if holder else _STATES.get(word, "not available")
    return Night(state, day.price, bool(day.closed_on_arrival), bool(day.closed_on_departure))


def _neighbour(
    day: CalendarDay | None, *, departs: date | None = None, arrives: date | None = None
) -> Reservation | None:
    """Who sleeps there that night and leaves or comes on a day; nobody where several units differ."""
    if day is None or (units_left(day) or 0) > 0:
        return None
    stays = [one for one in day.reservations if one.status_class in _WORDS]
    fitting = [one for one in stays if departs in (None, one.departure) and arrives in (None, one.arrival)]
    return fitting[0] if len(fitting) == len(stays) == 1 else None


def _late_fee(listing: Listing) -> Decimal | None:
    """What the listing charges for a late check-out, where that is one amount of money."""
    fees = [one for one in listing.listing_fee_setting if one.fee_type is ListingFee.LATE_CHECKOUT]
    flat = [one.amount for one in fees if one.amount_type is AmountType.FLAT]
    return flat[0] if len(flat) == 1 else None


def fit(
    wishes: Sequence[Wish], offers: Mapping[int, Sequence[Offer]], listings: Mapping[int, Listing]
) -> tuple[list[OfferRow], Reservation | None, int]:
    """The possible offers that fit, the last stay shown if some did not, and how many are not possible."""
    shown: list[OfferRow] = []
    room, left_out = ROOM_BYTES, 0
    last: Reservation | None = None
    for wish in wishes:
        mine = offers.get(wish.stay.id, ())
        rows = [row_of_offer(wish, one, listings) for one in mine if one.possible]
        room -= sum(len(one.model_dump_json(exclude_none=True, by_alias=True).encode()) + 1 for one in rows)
        if room < 0 and shown:
            return shown, last, left_out
        shown += rows
        left_out += sum(not one.possible for one in mine)
        last = wish.stay
    return shown, None, left_out


def row_of_offer(wish: Wish, offer: Offer, listings: Mapping[int, Listing]) -> OfferRow:
    """The row of an offer."""
    stay, listing = wish.stay, wish.listing
    return OfferRow(
        reservation_id=stay.id,
        listing_id=listing.id,
        listing=listing_name(stay, listings),
        guest=guest_name(stay),
        arrival=stay.arrival or date.min,
        departure=stay.departure or date.min,
        time_zone=listing.time_zone_name,
        kind=offer.kind,
        possible=offer.possible,
        because=offer.because,
        until=offer.until,
        at=offer.at,
        first=offer.first,
        last=offer.last,
        worth=Money.of(offer.worth, listing.currency_code),
    )


def rivals(rows: Sequence[OfferRow]) -> tuple[str, ...]:
    """Whether two stays are offered the same hours or nights."""
    by_day: dict[tuple[int, date], set[int]] = {}
    for row in rows:
        before = row.kind == "early_check_in" or (row.last is not None and row.last < row.arrival)
        begin, end = (row.first, row.last) if row.first and row.last else (None, None)
        end_day = (row.arrival if before else row.departure) if end is None else end + ONE_DAY
        day = end_day if begin is None else begin
        while day <= end_day:
            by_day.setdefault((row.listing_id, day), set()).add(row.reservation_id)
            day += ONE_DAY
    if not any(len(stays) > 1 for stays in by_day.values()):
        return ()
    return (
        "Two guests are offered the same hours or nights: whoever agrees first has them, so ask again then.",
    )
