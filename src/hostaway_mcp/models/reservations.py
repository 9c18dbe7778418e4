"""Reservations as Hostaway describes them, with the words that totals rest on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.cancellation_policies import CancellationPolicyDetails
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.custom_fields import CustomFieldValues
from hostaway_mcp.models.finance import FinanceField
from hostaway_mcp.models.lenient import MANY, Day, LocalMoment, Moment, OpenEnum, Secret, Wire


class By(StrEnum):
    """What the dates of a question about stays are about."""

    STAY = "stay"
    """Nights slept in the window: arrival before its end, departure after its begin."""
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    BOOKED = "booked"
    UPDATED = "updated"
    """The last activity on the stay."""


class StatusClass(StrEnum):
    """What a status counts as; every total rests on these words."""

    CONFIRMED = "confirmed"
    OWNER_STAY = "owner_stay"
    NEEDS_ACTION = "needs_action"
    INQUIRY = "inquiry"
    DEAD = "dead"
    UNKNOWN = "unknown"


class ReservationStatus(OpenEnum):
    """
    Where a reservation stands.

    Source: Hostaway API reference, "Reservation statuses". `confirmed` is deprecated since 2020-12-18.
    """

    UNKNOWN = "unknown"
    NEW = "new"
    MODIFIED = "modified"
    CONFIRMED = "confirmed"
    OWNER_STAY = "ownerStay"
    PENDING = "pending"
    UNCONFIRMED = "unconfirmed"
    AWAITING_PAYMENT = "awaitingPayment"
    AWAITING_GUEST_VERIFICATION = "awaitingGuestVerification"
    INQUIRY = "inquiry"
    INQUIRY_PREAPPROVED = "inquiryPreapproved"
    INQUIRY_DENIED = "inquiryDenied"
    INQUIRY_TIMEDOUT = "inquiryTimedout"
    INQUIRY_NOT_POSSIBLE = "inquiryNotPossible"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def status_class(self) -> StatusClass:
        """What this status counts as."""
        return _CLASSES.get(self, StatusClass.UNKNOWN)

    @classmethod
    def of_class(cls, status_class: StatusClass) -> tuple[ReservationStatus, ...]:
        """The statuses that count as this."""
        return tuple(status for status in cls if status.status_class is status_class)


_CLASSES = {
    ReservationStatus.NEW: StatusClass.CONFIRMED,
    ReservationStatus.MODIFIED: StatusClass.CONFIRMED,
    ReservationStatus.CONFIRMED: StatusClass.CONFIRMED,
    ReservationStatus.OWNER_STAY: StatusClass.OWNER_STAY,
    ReservationStatus.PENDING: StatusClass.NEEDS_ACTION,
    ReservationStatus.UNCONFIRMED: StatusClass.NEEDS_ACTION,
    ReservationStatus.AWAITING_PAYMENT: StatusClass.NEEDS_ACTION,
    ReservationStatus.AWAITING_GUEST_VERIFICATION: StatusClass.NEEDS_ACTION,
    ReservationStatus.INQUIRY: StatusClass.INQUIRY,
    ReservationStatus.INQUIRY_PREAPPROVED: StatusClass.INQUIRY,
    ReservationStatus.INQUIRY_DENIED: StatusClass.DEAD,
    ReservationStatus.INQUIRY_TIMEDOUT: StatusClass.DEAD,
    ReservationStatus.INQUIRY_NOT_POSSIBLE: StatusClass.DEAD,
    ReservationStatus.DECLINED: StatusClass.DEAD,
    ReservationStatus.EXPIRED: StatusClass.DEAD,
    ReservationStatus.CANCELLED: StatusClass.DEAD,
}


class CancelledBy(OpenEnum):
    """Who cancelled."""

    UNKNOWN = "unknown"
    HOST = "host"
    GUEST = "guest"


class AgreementStatus(OpenEnum):
    """Whether the rental agreement is signed."""

    UNKNOWN = "unknown"
    NOT_REQUIRED = "not_required"
    SIGNED = "signed"
    NOT_SIGNED = "not_signed"


class ReservationFee(Wire):
    """A fee as the channel sent it."""

    id: int | None = None
    name: str = ""
    amount: Decimal | None = None
    currency: str | None = None
    percentage: Decimal | None = None
    is_included: bool | None = None
    is_per_night: bool | None = None
    is_per_person: bool | None = None
    is_imported: bool | None = None


class ReservationUnit(Wire):
    """One unit of a stay in a listing that has several."""

    id: int | None = None
    listing_unit_id: int
    guest_name: str | None = None
    number_of_guests: int | None = None
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    pets: int | None = None
    total_price: Decimal | None = None


class Reservation(Wire):
    """
    One booking. Money in `currency`; `arrival_date` and `departure_date` are the listing's days.

    `id` is Hostaway's number; `channel_reservation_id` is the channel's own string (Hostaway sends it
    as `reservationId` too, which means the number everywhere else). Card columns are never read.
    Nested lists are empty unless asked for with include_resources.
    Source: Hostaway API reference, "Reservation object".
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    listing_name: str | None = None
    channel_id: int | None = None
    channel: Channel = Field(default=Channel.UNKNOWN, alias="channelId")
    channel_name: str | None = None
    source: str | None = None
    channel_reservation_id: str | None = None
    confirmation_code: str | None = None
    assignee_user_id: int | None = None
    status: ReservationStatus = ReservationStatus.UNKNOWN

    arrival_date: Day | None = None
    departure_date: Day | None = None
    is_dates_unspecified: bool | None = None
    previous_arrival_date: Day | None = None
    previous_departure_date: Day | None = None
    check_in_time: int | None = None
    check_out_time: int | None = None
    nights: int | None = None
    reservation_date: Moment | None = None
    pending_expire_date: Moment | None = None
    cancellation_date: Moment | None = None
    cancelled_by: CancelledBy | None = None
    inserted_on: Moment | None = None
    updated_on: Moment | None = None
    latest_activity_on: Moment | None = None

    guest_name: str | None = None
    guest_first_name: str | None = None
    guest_last_name: str | None = None
    guest_email: str | None = None
    phone: str | None = None
    guest_city: str | None = None
    guest_country: str | None = None
    guest_locale: str | None = None
    number_of_guests: int | None = None
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    pets: int | None = None
    guest_note: str | None = None
    host_note: str | None = None
    comment: str | None = None
    door_code: Secret | None = None
    door_code_instruction: str | None = None

    currency: str | None = None
    total_price: Decimal | None = None
    tax_amount: Decimal | None = None
    cleaning_fee: Decimal | None = None
    security_deposit_fee: Decimal | None = None
    channel_commission_amount: Decimal | None = None
    hostaway_commission_amount: Decimal | None = None
    airbnb_expected_payout_amount: Decimal | None = None
    airbnb_listing_cancellation_payout: Decimal | None = None
    remaining_balance: Decimal | None = None
    is_paid: bool | None = None
    payment_status: str | None = None
    payment_method: str | None = None
    guest_payment_card_is_virtual: bool | None = None

    is_instant_booked: bool | None = None
    is_starred: bool | None = None
    is_archived: bool | None = None
    is_pinned: bool | None = None
    reservation_agreement: AgreementStatus | None = None
    cancellation_policy_id: int | None = None
    cancellation_policy: str | None = None
    airbnb_cancellation_policy: str | None = None
    cancellation_policy_details: CancellationPolicyDetails | None = None
    bookingcom_no_show_reported_at: LocalMoment | None = None
    """In the account's zone, not UTC."""

    custom_field_values: CustomFieldValues = ()
    reservation_fees: Annotated[tuple[ReservationFee, ...], MANY] = ()
    reservation_unit: Annotated[tuple[ReservationUnit, ...], MANY] = ()
    finance_field: Annotated[tuple[FinanceField, ...], MANY] = ()

    @property
    def arrival(self) -> date | None:
        """The first night's day; None when the channel gave no dates (Hostaway then sends yesterday)."""
        return None if self.is_dates_unspecified else self.arrival_date

    @property
    def departure(self) -> date | None:
        """The day not slept; None when the channel gave no dates."""
        return None if self.is_dates_unspecified else self.departure_date

    @property
    def status_class(self) -> StatusClass:
        """What the status counts as."""
        return self.status.status_class


class ReservationLog(Wire):
    """A change of one field of a stay. Source: Hostaway API reference of 2026-08-04, "Reservation logs"."""

    id: int
    reservation_id: int | None = None
    listing_id: int | None = Field(default=None, alias="listingMapId")
    source: str | None = None
    updated_field: str = ""
    updated_field_label: str | None = None
    previous_value: str | None = None
    new_value: str | None = None
    updated_by_user_id: int | None = None
    updated_by_user_name: str | None = None
    inserted_on: Moment | None = None
