"""A reservation as every list shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hostaway_mcp.analytics.balances import OWED, host_collects
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, ReservationStatus, StatusClass
from hostaway_mcp.services.answers import Detail, Instant, Money, Record
from hostaway_mcp.services.untrusted import clean, clean_name

NOTE_CHARS = 200


class ReservationRow(Record):
    """A reservation as every list shows it; the second half only with more `detail`."""

    reservation_id: int
    listing_id: int | None = None
    listing: str | None = None
    guest: str | None = None
    channel: str
    status: str
    status_class: str
    arrival: date | None = None
    """Absent with `departure` and `nights` when the channel gave no dates."""
    departure: date | None = None
    nights: int | None = None
    guests: int | None = None
    total: Money | None = None
    balance: Money | None = None
    """What the guest still owes the host; absent where the channel collects, or where it is not known."""

    code: str | None = None
    """The confirmation code that the guest knows, or else the channel's reference."""
    booked_at: Instant | None = None
    updated_at: Instant | None = None
    decide_by: Instant | None = None
    """Until when a request can be accepted."""
    cancelled_on: date | None = None
    cancelled_by: str | None = None
    check_in_hour: int | None = None
    check_out_hour: int | None = None
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    pets: int | None = None
    country: str | None = None
    language: str | None = None
    payment_status: str | None = None
    guest_note: str | None = None
    host_note: str | None = None


def row_of(stay: Reservation, listings: Mapping[int, Listing], *, detail: Detail = "brief") -> ReservationRow:
    """The row of a reservation; `standard` adds booking, code and party, `full` the notes."""
    row = ReservationRow(
        reservation_id=stay.id,
        listing_id=stay.listing_id,
        listing=listing_name(stay, listings),
        guest=guest_name(stay),
        channel=stay.channel.label,
        status=str(stay.status),
        status_class=str(stay.status_class),
        arrival=stay.arrival,
        departure=stay.departure,
        nights=nights_of(stay),
        guests=stay.number_of_guests,
        total=total_of(stay),
        balance=balance_of(stay, stay.remaining_balance),
    )
    if detail == "brief":
        return row
    return row.model_copy(update=_more(stay) | (_notes(stay) if detail == "full" else {}))


def listing_name(stay: Reservation, listings: Mapping[int, Listing]) -> str | None:
    """What the listing is called, as far as known."""
    listing = listings.get(stay.listing_id) if stay.listing_id is not None else None
    return listing.name if listing and listing.name else clean_name(stay.listing_name)


def guest_name(stay: Reservation) -> str | None:
    """The guest's full name, cleaned."""
    parts = " ".join(filter(None, (stay.guest_first_name, stay.guest_last_name)))
    return clean_name(stay.guest_name) or clean_name(parts)


def nights_of(stay: Reservation) -> int | None:
    """Nights between the two dates; None when there are none."""
    if stay.arrival is None or stay.departure is None:
        return None
    return (stay.departure - stay.arrival).days


def total_of(stay: Reservation) -> Money | None:
    """The total price; an owner stay has none, whatever zero it carries."""
    if stay.status is ReservationStatus.OWNER_STAY:
        return None
    return Money.of(stay.total_price, stay.currency)


def balance_of(stay: Reservation, remaining: Decimal | None) -> Money | None:
    """What remains to be paid to the host, for stays that it is owed for."""
    if stay.status_class not in OWED or not host_collects(stay) or stay.total_price is None:
        return None
    return Money.of(remaining, stay.currency)


def payment_status_of(stay: Reservation) -> str | None:
    """Paid or Partially paid; "Unknown" says nothing. Source: live payloads."""
    word = clean_name(stay.payment_status)
    return None if word == "Unknown" else word


def _more(stay: Reservation) -> dict[str, object]:
    return {
        "code": clean_name(stay.confirmation_code or stay.channel_reservation_id),
        "booked_at": stay.reservation_date or stay.inserted_on,
        "updated_at": stay.updated_on,
        "decide_by": stay.pending_expire_date if stay.status_class is StatusClass.NEEDS_ACTION else None,
        "cancelled_on": stay.cancellation_date.date() if stay.cancellation_date else None,
        "cancelled_by": str(stay.cancelled_by) if stay.cancelled_by else None,
        "check_in_hour": stay.check_in_time,
        "check_out_hour": stay.check_out_time,
        "adults": stay.adults,
        "children": stay.children or None,
        "infants": stay.infants or None,
        "pets": stay.pets or None,
        "country": clean_name(stay.guest_country),
        "language": clean_name(stay.guest_locale),
        "payment_status": payment_status_of(stay),
    }


def _notes(stay: Reservation) -> dict[str, object]:
    secrets = (stay.door_code,)
    return {
        "guest_note": clean(stay.guest_note, secrets=secrets, max_chars=NOTE_CHARS),
        "host_note": clean(stay.host_note, secrets=secrets, max_chars=NOTE_CHARS),
    }
