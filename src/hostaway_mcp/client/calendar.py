"""The calendar of a listing: its days, its prices, its rules about stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CALCULATE_PRICE_DETAILS,
    GET_CALENDAR,
    IMPORT_LOS_CSV,
    LIST_LOS,
    LIST_SEASONAL_RULE_INTERVALS,
    LIST_SEASONAL_RULES,
    UPDATE_CALENDAR,
    UPDATE_CALENDAR_INTERVALS,
    UPSERT_LOS,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Done, Noun, One, Page, Wanted, page_of
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.calendar import (
    CalendarDay,
    LengthOfStayPrices,
    PriceDetails,
    SeasonalRule,
    SeasonalRuleInterval,
)

INTERVALS_AT_MOST = 200
"""Source: Hostaway API reference, "Batch calendar update"."""

PRICE_VERSION = 2


class Calendar(Noun):
    """Source: Hostaway API reference, "Calendar", "Seasonal rules" and the unlinked pages on LOS."""

    async def find_days(
        self,
        listing_id: int,
        *,
        start_date: date | None = None,
        end_date: date | None = None,
        include_resources: bool | None = None,
    ) -> Page[CalendarDay]:
        """
        The calendar days of one listing, both ends included. Always name both: the default is not stated.

        Prices are for one night, in the listing's currency. `include_resources` fills `reservations`.

        Raises:
            NotFoundError: no such listing in this account.
        """
        return await self._page(
            GET_CALENDAR,
            CalendarDay,
            path={"listingId": listing_id},
            query={"startDate": start_date, "endDate": end_date, "includeResources": include_resources},
        )

    async def update(self, listing_id: int, body: Mapping[str, Json]) -> Page[CalendarDay]:
        """
        Changes the days of one interval, from `startDate` to `endDate`, and gives those it touched.

        `isAvailable` is for listings with one unit, `desiredUnitsToSell` for those with several.
        """
        reply = await self._call(
            UPDATE_CALENDAR,
            path={"listingId": listing_id},
            body=inputs.CALENDAR_UPDATE.wire(body),
        )
        return page_of(CalendarDay, reply)

    async def update_intervals(self, listing_id: int, intervals: Sequence[Mapping[str, Json]]) -> Done:
        """
        Changes up to 200 intervals at once. The answer says nothing of the days: read them back.

        Raises:
            InputError: more than 200 intervals, or none.
        """
        if not 1 <= len(intervals) <= INTERVALS_AT_MOST:
            raise InputError(f"Hostaway takes 1 to {INTERVALS_AT_MOST} intervals, not {len(intervals)}.")
        return await self._do(
            UPDATE_CALENDAR_INTERVALS,
            path={"listingId": listing_id},
            body=inputs.CALENDAR_INTERVALS.wire_all(intervals),
        )

    async def calculate_price(
        self,
        listing_id: int,
        *,
        starting_date: date,
        ending_date: date,
        number_of_guests: int,
        markup: float | None = None,
        reservation_coupon_id: int | None = None,
        components: Sequence[Mapping[str, Json]] | None = None,
    ) -> One[PriceDetails]:
        """
        What a stay would cost, by Hostaway's own sum; nothing is booked.

        `ending_date` is the departure. `markup` is a factor above 1. `components` adds, overrides or
        removes optional parts by `name`.
        """
        body = {
            "startingDate": starting_date,
            "endingDate": ending_date,
            "numberOfGuests": number_of_guests,
            "markup": markup,
            "reservationCouponId": reservation_coupon_id,
            "version": PRICE_VERSION,
            "components": None if components is None else inputs.PRICE_COMPONENT.wire_all(components),
        }
        said = {name: value for name, value in body.items() if value is not None}
        return await self._one(
            CALCULATE_PRICE_DETAILS,
            PriceDetails,
            path={"listingId": listing_id},
            body=inputs.PRICE_DETAILS.wire(said),
        )

    async def find_seasonal_rules(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        channel_id: int | None = None,
    ) -> Page[SeasonalRule]:
        """The account's seasonal rules."""
        query = {"limit": limit, "offset": offset, "channelId": channel_id}
        return await self._page(LIST_SEASONAL_RULES, SeasonalRule, query=query)

    async def find_seasonal_rule_intervals(
        self, listing_id: int, *, start_date: date, end_date: date, channel_id: int | None = None
    ) -> Page[SeasonalRuleInterval]:
        """When which seasonal rule holds for a listing."""
        query: dict[str, Wanted] = {
            "listingMapId": listing_id,
            "startDate": start_date,
            "endDate": end_date,
            "channelId": channel_id,
        }
        return await self._page(LIST_SEASONAL_RULE_INTERVALS, SeasonalRuleInterval, query=query)

    async def find_los(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        listing_id: int | None = None,
        occupancy: int | None = None,
        checkin_start: date | None = None,
        checkin_end: date | None = None,
        is_synced_airbnb: bool | None = None,
        is_synced_booking: bool | None = None,
        is_synced_expedia: bool | None = None,
        is_synced_vrbo: bool | None = None,
    ) -> Page[LengthOfStayPrices]:
        """Prices by length of stay, where support has switched them on."""
        query = {
            "limit": limit,
            "offset": offset,
            "listingMapId": listing_id,
            "occupancy": occupancy,
            "checkinStart": checkin_start,
            # Spelled with a capital I here, without one above (LOS page, seen 2026-07-23).
            "checkInEnd": checkin_end,
            "isSyncedAirbnb": is_synced_airbnb,
            "isSyncedBooking": is_synced_booking,
            "isSyncedExpedia": is_synced_expedia,
            "isSyncedVrbo": is_synced_vrbo,
        }
        return await self._page(LIST_LOS, LengthOfStayPrices, query=query)

    async def upsert_los(
        self, listing_id: int, prices: Sequence[Mapping[str, Json]]
    ) -> Page[LengthOfStayPrices]:
        """Sets prices by length of stay; send the whole set of the listing."""
        reply = await self._call(
            UPSERT_LOS, path={"listingMapId": listing_id}, body=inputs.LOS.wire_all(prices)
        )
        return page_of(LengthOfStayPrices, reply)

    async def import_los_csv(self, listing_id: int, *, csv: str) -> Page[LengthOfStayPrices]:
        """The same from CSV text."""
        reply = await self._call(IMPORT_LOS_CSV, path={"listingMapId": listing_id}, body={"CSV": csv})
        return page_of(LengthOfStayPrices, reply)
