"""Which stays have no part in revenue, and why: each one that is left out has its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hostaway_mcp.analytics.revenue import Basis, Stay
from hostaway_mcp.models.reservations import ReservationStatus, StatusClass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a stay is not part of revenue; `says` is for people."""

    code: str
    says: str


OWNER_STAY = Reason("owner_stay", "owner stays bring no revenue, and their nights are not available")
NO_PRICE = Reason("no_price", "no price (calendar imports): their nights are sold, but left out of ADR")
NO_CURRENCY = Reason("no_currency", "no currency, so their money cannot be added to any")
NO_NIGHTS = Reason("no_nights", "no night between arrival and departure to share the price over")
NO_LISTING = Reason("no_listing", "of no listing that this account has")
ARCHIVED = Reason("archived_listing", "archived listings are outside every portfolio figure")
NEEDS_ACTION = Reason("needs_action", "not accepted, verified or paid yet: not sold")
INQUIRY = Reason("inquiry", "inquiries are no bookings")
CANCELLED = Reason("cancelled", "cancelled; what they still bring is cancellation_income")
DEAD = Reason("dead", "declined, expired or denied: never booked")
UNKNOWN = Reason("unknown_status", "a status that is not known, so not counted")

REASONS = (
    *(NO_PRICE, NO_CURRENCY, NO_NIGHTS, NO_LISTING, UNKNOWN, OWNER_STAY, NEEDS_ACTION, CANCELLED, ARCHIVED),
    *(DEAD, INQUIRY),
)
"""In the order in which a bookkeeper would ask about them."""

_OF_CLASS: Mapping[StatusClass, Reason] = {
    StatusClass.OWNER_STAY: OWNER_STAY,
    StatusClass.NEEDS_ACTION: NEEDS_ACTION,
    StatusClass.INQUIRY: INQUIRY,
    StatusClass.DEAD: DEAD,
    StatusClass.UNKNOWN: UNKNOWN,
}


def reason_of_status(status: ReservationStatus) -> Reason | None:
    """Why stays of a status have no part in revenue, whatever their money; None of those that may have."""
    return CANCELLED if status is ReservationStatus.CANCELLED else _OF_CLASS.get(status.status_class)


def reason_of(stay: Stay, basis: Basis = Basis.NIGHT) -> Reason | None:
    """
    Why a stay has no part in revenue and ADR; None if it has.

    Example: a confirmed stay of an imported calendar, without price, is left out for `no_price`.
    """
    reason = reason_of_status(stay.status)
    if reason is not None:
        return reason
    if stay.amounts.accommodation is None:
        return NO_PRICE
    if not stay.currency:
        return NO_CURRENCY
    return NO_NIGHTS if basis is Basis.NIGHT and not stay.nights else None
