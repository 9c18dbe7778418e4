"""What a reservation says, and what its status counts as."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.lenient import read_one, read_row
from hostaway_mcp.models.reservations import (
    AgreementStatus,
    Reservation,
    ReservationStatus,
    StatusClass,
)
from tests.client import documentation
from tests.models import examples


def test_the_documented_reservation() -> None:
    """Source: _reservation_reservationObject.md, its example."""
    stay, sent = read_one(Reservation, examples.load("getReservation.response.01.json"))
    assert stay is not None
    assert stay.id == sent["id"]
    assert stay.listing_id == sent["listingMapId"]
    assert stay.channel_reservation_id == sent["channelReservationId"]
    assert stay.channel is Channel.AIRBNB_LEGACY
    assert stay.channel.label == "airbnb"
    assert stay.reservation_date == datetime(2017, 6, 10, 10, 41, 10, tzinfo=UTC)
    assert stay.arrival == stay.arrival_date == date.fromisoformat(sent["arrivalDate"])
    assert stay.departure == date.fromisoformat(sent["departureDate"])
    assert stay.total_price == Decimal(267)
    assert stay.remaining_balance == Decimal("4563.54")
    assert stay.reservation_agreement is AgreementStatus.SIGNED
    assert stay.status is ReservationStatus(sent["status"])
    assert stay.door_code is not None
    assert stay.door_code.get_secret_value() == "12345"
    assert [field.total for field in stay.finance_field] == [Decimal(69), Decimal(42)]
    assert stay.cancellation_policy_details is not None
    assert stay.cancellation_policy_details.cancellation_policy_item
    assert stay.bookingcom_no_show_reported_at == datetime(2026, 7, 3, 14, 22, 7)  # noqa: DTZ001 - local


def test_hostaways_number_is_the_id_and_the_channels_string_is_not() -> None:
    """Inside a reservation `reservationId` is the channel's. Source: _reservation_reservationObject.md."""
    stay = read_row(
        Reservation,
        {"id": 5, "reservationId": "HM123", "hostawayReservationId": "5", "channelReservationId": "HM123"},
    )
    assert stay is not None
    assert (stay.id, stay.channel_reservation_id) == (5, "HM123")
    assert not hasattr(stay, "reservation_id")


def test_unspecified_dates_are_no_dates() -> None:
    """Hostaway sets them to yesterday. Source: _reservation_reservationObject.md, isDatesUnspecified."""
    sent = {"id": 1, "arrivalDate": "2026-01-01", "departureDate": "2026-01-01", "isDatesUnspecified": 1}
    stay = read_row(Reservation, sent)
    assert stay is not None
    assert stay.arrival is None
    assert stay.departure is None
    assert stay.arrival_date == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("status_class", "statuses"),
    [
        (StatusClass.CONFIRMED, "new modified confirmed"),
        (StatusClass.OWNER_STAY, "ownerStay"),
        (StatusClass.NEEDS_ACTION, "pending unconfirmed awaitingPayment awaitingGuestVerification"),
        (StatusClass.INQUIRY, "inquiry inquiryPreapproved"),
        (
            StatusClass.DEAD,
            "inquiryDenied inquiryTimedout inquiryNotPossible declined expired cancelled",
        ),
        (StatusClass.UNKNOWN, "unknown"),
    ],
)
def test_status_classes(status_class: StatusClass, statuses: str) -> None:
    """The words that totals rest on."""
    assert {str(status) for status in ReservationStatus.of_class(status_class)} == set(statuses.split())


def test_every_documented_status_has_a_class() -> None:
    """`intend` is in the list of the reports' filter only, and no page says what it is."""
    documented = set(documentation.document()["components"]["schemas"]["ReservationStatus"]["enum"])
    assert {str(status) for status in ReservationStatus} == documented - {"intend"}


def test_every_documented_channel_is_known() -> None:
    """Source: _reservation_channels.md."""
    documented = documentation.document()["components"]["schemas"]["ChannelId"]["x-known-values"]
    assert {int(number) for number in documented} <= {channel.value for channel in Channel}
    labels = {Channel(int(number)).label for number in ("2018", "2002", "2005", "2000", "2013")}
    assert labels == {"airbnb", "vrbo", "bookingcom", "direct", "booking_engine"}
    assert Channel.CUSTOM_ICAL.is_ical
    assert not Channel.VRBO.is_ical
