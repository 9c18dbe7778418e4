"""Charges to guests, and the rules that raise them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.lenient import MANY, Moment, OpenEnum, Secret, Wire


class ChargeType(OpenEnum):
    """What a charge does."""

    UNKNOWN = "unknown"
    CHARGE = "charge"
    PRE_AUTH = "preAuth"
    REFUND = "refund"


class ChargeStatus(OpenEnum):
    """How far a charge has come."""

    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    AWAITING = "awaiting"
    WAITING_FOR_CONFIRMATION = "waitingForConfirmation"
    PAUSE = "pause"
    CANCELLED = "cancelled"
    AWAITING_HOLD = "awaitingHold"
    HOLD_SUCCESS = "holdSuccess"
    HOLD_FAIL = "holdFail"
    HOLD_CANCELLED = "holdCancelled"
    CAPTURE_SUCCESS = "captureSuccess"
    CAPTURE_FAIL = "captureFail"
    HOLD_RELEASED = "holdReleased"
    HOLD_RELEASED_FAIL = "holdReleasedFail"
    SUCCEEDED = "succeeded"
    PENDING = "pending"


class ChargeTrigger(OpenEnum):
    """What a charge's time is counted from."""

    UNKNOWN = "unknown"
    RESERVATION = "reservation"
    ARRIVAL = "arrival"
    DEPARTURE = "departure"


class ChargeTransaction(Wire):
    """One attempt to take a charge's money."""

    id: int
    amount: Decimal | None = None
    currency: str | None = None
    status: ChargeStatus | None = None
    payment_provider: str | None = None
    payment_provider_message: str | None = None


class RefundInfo(Wire):
    """Which charge a refund gives back, and why."""

    id: int | None = None
    charge_id: int | None = None
    refunded_charge_id: int | None = None
    reason: str | None = None
    is_include_in_price_breakdown: bool | None = None


class GuestCharge(Wire):
    """
    Money asked of a guest, in `currency`. Source: Hostaway API reference, "Guest payments".
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    type: ChargeType | None = None
    status: ChargeStatus | None = None
    title: str | None = None
    description: str | None = None
    currency: str | None = None
    amount: Decimal | None = None
    captured_amount: Decimal | None = None
    payment_method: str | None = None
    payment_provider: str | None = None
    payment_provider_message: str | None = None
    scheduled_date: Moment | None = None
    charge_date: Moment | None = None
    hold_release_date: Moment | None = None
    is_manual: bool | None = None
    auto_charge_id: int | None = None
    autopayment_id: int | None = None
    trigger_event: ChargeTrigger | None = None
    trigger_time_delta: int | None = None
    flat_fee: Decimal | None = None
    percentage_fee: Decimal | None = None
    transactions: Annotated[tuple[ChargeTransaction, ...], MANY] = ()
    refund_info: RefundInfo | None = None


class AutoPaymentRule(Wire):
    """A rule that raises charges; `trigger_time_delta` is in hours from `trigger_event`. Read only."""

    id: int
    guest_auto_invoice_id: int | None = None
    type: ChargeType | None = None
    title: str | None = None
    description: str | None = None
    trigger_event: ChargeTrigger | None = None
    trigger_time_delta: int | None = None
    payment_method: str | None = None
    payment_provider: str | None = None
    flat_fee: Decimal | None = None
    percentage_fee: Decimal | None = None
    is_rest_of_pay: bool | None = None
    inserted_on: Moment | None = None
    updated_on: Moment | None = None


class PaymentCard(Wire):
    """A card of a stay, without anything that is printed on it."""

    id: int
    reservation_id: int | None = None
    is_default: bool | None = None
    is_added_by_guest: bool | None = None
    is_virtual: bool | None = None
    payment_provider: str | None = None
    payment_provider_message: str | None = None


class StripePublishableKey(Wire):
    """The public key a payment page needs."""

    stripe_publishable_api_key: str


class StripeSetupIntent(Wire):
    """A Stripe SetupIntent, by its client secret."""

    client_secret: Secret
