"""Coupons, and their use by stays."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from hostaway_mcp.models.lenient import Day, OpenEnum, Wire


class CouponType(OpenEnum):
    """Whether a coupon takes off a share or an amount."""

    UNKNOWN = "unknown"
    PERCENTAGE = "percentage"
    FLAT_FEE = "flatFee"


class Coupon(Wire):
    """A coupon; `number_of_uses_initial` -1 means without end."""

    id: int
    name: str = ""
    type: CouponType | None = None
    amount: Decimal | None = None
    is_active: bool | None = None
    is_expired: bool | None = None
    minimum_nights: int | None = None
    check_in_date_start: Day | None = None
    check_in_date_end: Day | None = None
    validity_date_start: Day | None = None
    validity_date_end: Day | None = None
    number_of_uses_initial: int | None = None
    number_of_uses_used: int | None = None


class ReservationCoupon(Wire):
    """A coupon used, or about to be used, by a stay."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    coupon_id: int | None = None
    coupon_name: str | None = None
    reservation_base_price: Decimal | None = None
    coupon_price: Decimal | None = None


class ReservationCouponCreated(Wire):
    """The number that prices a stay with a coupon."""

    reservation_coupon_id: int
