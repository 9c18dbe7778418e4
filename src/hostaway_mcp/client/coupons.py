"""Coupons, and their use by stays."""

from __future__ import annotations

from datetime import date

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_RESERVATION_COUPON,
    LIST_COUPONS,
    LIST_RESERVATION_COUPONS,
)
from hostaway_mcp.client.rows import Noun, Page, Written
from hostaway_mcp.models.coupons import Coupon, ReservationCoupon, ReservationCouponCreated


class Coupons(Noun):
    """Source: Hostaway API reference, "Coupons"."""

    async def find(self) -> Page[Coupon]:
        """The account's coupons."""
        return await self._page(LIST_COUPONS, Coupon)

    async def find_of_reservations(self) -> Page[ReservationCoupon]:
        """Where coupons were used."""
        return await self._page(LIST_RESERVATION_COUPONS, ReservationCoupon)

    async def create_for_reservation(
        self,
        *,
        coupon_name: str,
        listing_id: int,
        starting_date: date,
        ending_date: date | None = None,
    ) -> Written[ReservationCouponCreated]:
        """The number with which `Calendar.calculate_price` takes a coupon off."""
        body = {"couponName": coupon_name, "listingMapId": listing_id, "startingDate": starting_date}
        if ending_date is not None:
            body["endingDate"] = ending_date
        return await self._write(
            CREATE_RESERVATION_COUPON,
            ReservationCouponCreated,
            body=inputs.RESERVATION_COUPON.wire(body),
        )
