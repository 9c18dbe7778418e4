"""
Rows of the money of stays: what is kept of each, and what is given of it.

Amounts are in ten-thousandths of the stay's currency. A stay with an amount that has more digits, or is
absurdly large, is not `exact`: its money is read from the object itself.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from hostaway_mcp.analytics.revenue import SCALE, Amounts, amounts_of
from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.priced_reservations import PricedReservation
from hostaway_mcp.models.reservations import Reservation, ReservationStatus, StatusClass

MOST = 10**13
"""No amount is larger, so that no sum of thousands of them times their nights leaves 64 bits."""
_MOST_NIGHTS = 4_000_000
MEASURES = ("accommodation", "payout", "fees", "taxes", "commission")
_AMOUNTS = (*MEASURES, "cancellation")
STATUSES = {status.value: status for status in ReservationStatus}
_CHANNELS = {int(channel): channel for channel in Channel}


class AmountRow(NamedTuple):
    """A stay's money as it is kept; days are numbers of `date.toordinal`."""

    id: int
    listing_id: int | None
    channel: int
    status: str
    arrival: int
    departure: int
    currency: str | None
    units: int
    booked: int | None
    cancelled: int | None
    is_exact: bool
    is_estimated: bool
    accommodation: int | None
    payout: int
    fees: int
    taxes: int
    commission: int
    cancellation: int


class DebtorRow(NamedTuple):
    """What of a stay says whether money is owed for it."""

    id: int
    listing_id: int | None
    status: ReservationStatus
    channel: Channel
    arrival: date
    currency: str | None
    total_price: Decimal | None
    guest_payment_card_is_virtual: bool | None

    @property
    def status_class(self) -> StatusClass:
        """What the status counts as."""
        return self.status.status_class


class HoursRow(NamedTuple):
    """A stay, and the hours that it has of its own."""

    id: int
    listing_id: int | None
    status: ReservationStatus
    arrival: date
    departure: date
    check_in_time: int | None
    check_out_time: int | None
    units: int

    @property
    def status_class(self) -> StatusClass:
        """What the status counts as."""
        return self.status.status_class


class Idle(NamedTuple):
    """The stays of a status that bring nothing because of it."""

    status: str
    nights: int
    ids: tuple[int, ...]


class Share(NamedTuple):
    """What many stays bring together that take the same part of their nights: some of `of`, or all."""

    key: Any
    currency: str
    of: int
    """Nights of each stay, 1 where stays count whole."""
    stays: int
    nights: int
    """The nights taken, in nights of a unit."""
    estimated: int
    sums: tuple[int, ...]
    """In the order of `MEASURES`: the amounts times the nights taken of them, to be divided by `of`."""


def columns(stay: Reservation | PricedReservation, zone: str | None) -> dict[str, Any]:
    """What is kept of a stay with dates, whose listing is in `zone`."""
    assert stay.arrival is not None
    assert stay.departure is not None
    found = amounts_of(stay)
    amounts = {name: _scaled(getattr(found, name)) for name in _AMOUNTS}
    exact = found.accommodation is None or amounts["accommodation"] is not None
    exact = exact and None not in [amounts[name] for name in _AMOUNTS[1:]]
    total = _scaled(stay.total_price)
    exact = exact and (total is not None or stay.total_price is None)
    booked = stay.reservation_date or stay.inserted_on
    return {
        "id": stay.id,
        "listing_id": stay.listing_id,
        "channel": int(stay.channel),
        "status": stay.status.value,
        "arrival": stay.arrival.toordinal(),
        "departure": stay.departure.toordinal(),
        "nights": (stay.departure - stay.arrival).days,
        "units": max(1, len(stay.reservation_unit)),
        "booked": booked_day(booked, zone),
        # A date, which Hostaway's examples write without a time.
        "cancelled": stay.cancellation_date.date().toordinal() if stay.cancellation_date else None,
        "currency": stay.currency or None,
        "is_exact": int(exact),
        "is_estimated": int(found.estimated),
        **(amounts if exact else dict.fromkeys(amounts, 0)),
        "total": total,
        "card_is_virtual": _whole(stay.guest_payment_card_is_virtual),
        "check_in": _whole(stay.check_in_time),
        "check_out": _whole(stay.check_out_time),
    }


def _whole(number: int | None) -> int | None:
    """A number that a column has room for; a larger one is a mistake and is left empty."""
    return int(number) if number is not None and abs(number) < _MOST_NIGHTS else None


def booked_day(moment: datetime | None, zone: str | None) -> int | None:
    return moment.astimezone(zone_or_utc(zone)).toordinal() if moment else None


def _scaled(amount: Decimal | None) -> int | None:
    """In whole ten-thousandths; None where that is not the amount, or where there is none."""
    if amount is None or not amount.is_finite() or abs(amount) >= MOST // 10**SCALE:
        return None
    whole = amount.scaleb(SCALE)
    return int(whole) if whole == whole.to_integral_value() else None


def amounts_in(row: AmountRow) -> Amounts:
    """The money of a row that is exact."""
    return Amounts(
        None if row.accommodation is None else amount_of(row.accommodation),
        amount_of(row.payout),
        amount_of(row.fees),
        amount_of(row.taxes),
        amount_of(row.commission),
        amount_of(row.cancellation),
        bool(row.is_estimated),
    )


def amount_of(whole: int) -> Decimal:
    return Decimal(whole).scaleb(-SCALE) if whole else _ZERO


_ZERO = Decimal(0)


def status_in(row: AmountRow) -> ReservationStatus:
    """The status of a row."""
    return STATUSES[row.status]


def channel_in(number: int) -> Channel:
    """The channel of a number that is kept."""
    return _CHANNELS.get(number, Channel.UNKNOWN)
