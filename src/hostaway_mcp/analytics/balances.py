"""What guests still owe the host: which stays it is asked of, what was paid, what remains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.guest_payments import ChargeStatus, ChargeType
from hostaway_mcp.models.reservations import StatusClass


class Debtor(Protocol):
    """What of a stay says whether money is owed for it: a `Reservation`, or a row of the replica's."""

    @property
    def id(self) -> int: ...
    @property
    def listing_id(self) -> int | None: ...
    @property
    def status_class(self) -> StatusClass: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def arrival(self) -> date | None: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def total_price(self) -> Decimal | None: ...
    @property
    def guest_payment_card_is_virtual(self) -> bool | None: ...


class Charge(Protocol):
    """What of a charge is counted: a `GuestCharge`, or a row of the replica's."""

    @property
    def id(self) -> int: ...
    @property
    def reservation_id(self) -> int | None: ...
    @property
    def type(self) -> ChargeType | None: ...
    @property
    def status(self) -> ChargeStatus | None: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def scheduled_date(self) -> datetime | None: ...


C = TypeVar("C", bound=Charge)

HOST_COLLECTS = frozenset(
    {
        Channel.DIRECT,
        Channel.BOOKING_ENGINE,
        Channel.WORDPRESS,
        Channel.PARTNER,
        Channel.GDS,
        Channel.GOOGLE,
    }
)
"""Channels whose guests pay the host; Booking.com's do too when the card is not virtual."""

OWED = frozenset({StatusClass.CONFIRMED, StatusClass.NEEDS_ACTION})
"""Stays that money can be owed for."""

PAID = frozenset({ChargeStatus.PAID, ChargeStatus.SUCCEEDED, ChargeStatus.CAPTURE_SUCCESS})
FAILED = frozenset({ChargeStatus.FAILED, ChargeStatus.CAPTURE_FAIL})
OPEN = frozenset(
    {
        ChargeStatus.AWAITING,
        ChargeStatus.WAITING_FOR_CONFIRMATION,
        ChargeStatus.PENDING,
        ChargeStatus.PAUSE,
        ChargeStatus.FAILED,
    }
)
"""Raised and not yet paid; a failed charge is still asked for."""

OVER = frozenset(
    {
        ChargeStatus.CANCELLED,
        ChargeStatus.HOLD_CANCELLED,
        ChargeStatus.HOLD_RELEASED,
    }
)
"""Holds on a card that are no longer there."""

_ZERO = Decimal(0)


class LeftOut(StrEnum):
    """Why a stay has no balance to be paid to the host."""

    DEAD = "dead"
    """Cancelled, declined, expired or timed out."""
    INQUIRY = "inquiry"
    OWNER_STAY = "owner_stay"
    UNKNOWN_STATUS = "unknown_status"
    CHANNEL_COLLECTS = "channel_collects"
    BOOKINGCOM_VIRTUAL_CARD = "bookingcom_virtual_card"
    BOOKINGCOM_CARD_UNKNOWN = "bookingcom_card_unknown"
    """Hostaway does not say whether Booking.com's card is virtual."""
    NO_PRICE = "no_price"
    """Calendar imports, and other stays without a price."""
    PAID = "paid"
    OVERPAID = "overpaid"
    """More was paid than the stay costs now."""
    SEVERAL_CURRENCIES = "several_currencies"
    """Charges are in another currency than the stay; they are never added."""
    CHARGES_UNKNOWN = "charges_unknown"
    """The charges could not be read."""


_OF_CLASS = {
    StatusClass.DEAD: LeftOut.DEAD,
    StatusClass.INQUIRY: LeftOut.INQUIRY,
    StatusClass.OWNER_STAY: LeftOut.OWNER_STAY,
    StatusClass.UNKNOWN: LeftOut.UNKNOWN_STATUS,
}


@dataclass(frozen=True, slots=True)
class Owed:
    """A stay that is not paid in full; all amounts in the stay's currency."""

    stay: Debtor
    paid: Decimal
    """Paid charges less refunds."""
    balance: Decimal
    """Above zero."""
    failed: Decimal
    """Charges that were tried and failed."""
    raised: Decimal
    """Charges that are raised and not yet paid, failed ones too."""
    next_due: date | None
    """When the next charge that waits is due (UTC)."""


def host_collects(stay: Debtor) -> bool:
    """
    Whether the guest pays the host and not the channel.

    Direct, booking engine, website, partner, GDS and Google always; Booking.com only where Hostaway says
    that the card is not a virtual one.
    """
    if stay.channel is Channel.BOOKINGCOM:
        return stay.guest_payment_card_is_virtual is False
    return stay.channel in HOST_COLLECTS


def reason_without(stay: Debtor) -> LeftOut | None:
    """
    Why a stay owes the host nothing whatever its charges are; None if its charges decide.

    The first reason that holds, in the order status, who collects, price. A cancelled Airbnb stay is `dead`.
    """
    if stay.status_class not in OWED:
        return _OF_CLASS.get(stay.status_class, LeftOut.UNKNOWN_STATUS)
    if stay.channel is Channel.BOOKINGCOM and not host_collects(stay):
        virtual = stay.guest_payment_card_is_virtual
        return LeftOut.BOOKINGCOM_VIRTUAL_CARD if virtual else LeftOut.BOOKINGCOM_CARD_UNKNOWN
    if stay.channel.is_ical:
        return LeftOut.NO_PRICE
    if not host_collects(stay):
        return LeftOut.CHANNEL_COLLECTS
    return None if stay.total_price and stay.currency else LeftOut.NO_PRICE


def balance_of(stay: Debtor, charges: Sequence[Charge] | None) -> Owed | LeftOut:
    """
    What remains to be paid for a stay: its total price less paid charges plus refunds.

    `charges` are the stay's own; None where they could not be read. A hold on a card is no payment.
    Example: a direct stay of 500.00 with a paid charge of 200.00, a refund of 50.00 and a failed charge of
    300.00 owes 500 - (200 - 50) = 350.00; failed is 300.00.
    """
    reason = reason_without(stay)
    if reason is not None:
        return reason
    if charges is None:
        return LeftOut.CHARGES_UNKNOWN
    if strange_currencies(stay, charges):
        return LeftOut.SEVERAL_CURRENCIES
    paid = paid_of(charges)
    balance = (stay.total_price or _ZERO) - paid
    if balance <= 0:
        return LeftOut.OVERPAID if balance < 0 else LeftOut.PAID
    waiting = [one.scheduled_date for one in charges if _is_charge(one) and one.status in OPEN - FAILED]
    return Owed(
        stay=stay,
        paid=paid,
        balance=balance,
        failed=_sum(charges, FAILED),
        raised=_sum(charges, OPEN),
        next_due=min((moment.date() for moment in waiting if moment), default=None),
    )


def strange_currencies(stay: Debtor, charges: Iterable[Charge]) -> frozenset[str]:
    """Currencies of charges other than the stay's own."""
    return frozenset(one.currency for one in charges if one.currency and one.currency != stay.currency)


def paid_of(charges: Iterable[Charge]) -> Decimal:
    """Paid charges less refunds that went through; holds on a card are not payments."""
    total = _ZERO
    for charge in charges:
        if charge.status in PAID and charge.amount is not None:
            if charge.type is ChargeType.REFUND:
                total -= abs(charge.amount)
            elif _is_charge(charge):
                total += charge.amount
    return total


def due_of(charges: Iterable[Charge]) -> Decimal:
    """Charges that are raised and not yet paid, failed ones too."""
    return _sum(charges, OPEN)


def failed_of(charges: Iterable[C]) -> list[C]:
    """The charges whose money was tried to take in vain; holds are not among them."""
    return [one for one in charges if _is_charge(one) and one.status in FAILED]


def holds_of(charges: Iterable[C]) -> list[C]:
    """Deposits that are, or are to be, held on a card; those released or called off are left out."""
    return [one for one in charges if one.type is ChargeType.PRE_AUTH and one.status not in OVER]


def _is_charge(charge: Charge) -> bool:
    return charge.type in (ChargeType.CHARGE, None)


def _sum(charges: Iterable[Charge], statuses: frozenset[ChargeStatus]) -> Decimal:
    wanted = (one.amount for one in charges if _is_charge(one) and one.status in statuses and one.amount)
    return sum(wanted, _ZERO)
