"""What of a reservation its money and its nights are read from: few fields, for reading thousands at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.finance import FinanceFieldType
from hostaway_mcp.models.lenient import MANY, Day, Moment, Wire
from hostaway_mcp.models.reservations import ReservationStatus


class PriceLine(Wire):
    """Of a finance field what sums are made of; `FinanceField` is the whole of it."""

    type: FinanceFieldType | None = None
    name: str = ""
    value: Decimal | None = None
    total: Decimal | None = None
    is_included_in_total_price: bool | None = None
    is_deleted: bool | None = None


class TakenUnit(Wire):
    """One unit of a stay."""

    listing_unit_id: int


class PricedReservation(Wire):
    """Of a reservation its dates, its status and its money; `Reservation` is the whole of it."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    channel: Channel = Field(default=Channel.UNKNOWN, alias="channelId")
    status: ReservationStatus = ReservationStatus.UNKNOWN
    arrival_date: Day | None = None
    departure_date: Day | None = None
    is_dates_unspecified: bool | None = None
    check_in_time: int | None = None
    check_out_time: int | None = None
    reservation_date: Moment | None = None
    inserted_on: Moment | None = None
    cancellation_date: Moment | None = None
    currency: str | None = None
    total_price: Decimal | None = None
    tax_amount: Decimal | None = None
    cleaning_fee: Decimal | None = None
    channel_commission_amount: Decimal | None = None
    airbnb_expected_payout_amount: Decimal | None = None
    airbnb_listing_cancellation_payout: Decimal | None = None
    guest_payment_card_is_virtual: bool | None = None
    reservation_unit: Annotated[tuple[TakenUnit, ...], MANY] = ()
    finance_field: Annotated[tuple[PriceLine, ...], MANY] = ()

    @property
    def arrival(self) -> date | None:
        """The first night's day; None when the channel gave no dates."""
        return None if self.is_dates_unspecified else self.arrival_date

    @property
    def departure(self) -> date | None:
        """The day not slept; None when the channel gave no dates."""
        return None if self.is_dates_unspecified else self.departure_date
