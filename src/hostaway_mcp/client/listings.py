"""Listings, their units and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    ADD_LISTING_IMAGES,
    CREATE_LISTING,
    DELETE_LISTING,
    EXPORT_LISTING_TO_AIRBNB,
    GET_LISTING,
    LIST_LISTING_UNITS,
    LIST_LISTINGS,
    UPDATE_LISTING,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Done, Noun, One, Page, Written
from hostaway_mcp.models.listings import Listing, ListingImagesJob, ListingUnit

ListingSort = Literal[
    "name",
    "nameReversed",
    "order",
    "orderReversed",
    "contactName",
    "contactNameReversed",
    "latestActivity",
    "latestActivityDesc",
]


class Listings(Noun):
    """Source: Hostaway API reference, "Listings"."""

    async def find(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        sort_order: ListingSort | None = None,
        city: str | None = None,
        match: str | None = None,
        country: str | None = None,
        contact_name: str | None = None,
        property_type_id: int | None = None,
        include_resources: bool | None = None,
        attach_objects: Sequence[str] | None = None,
        availability_date_start: date | None = None,
        availability_date_end: date | None = None,
        availability_guest_number: int | None = None,
        user_id: int | None = None,
        latest_activity_start: date | None = None,
        latest_activity_end: date | None = None,
        is_booking_engine_active: bool | None = None,
        special_status: Sequence[str] | None = None,
    ) -> Page[Listing]:
        """
        Listings of the account, those that fit all that is asked.

        `match` looks in names; `include_resources` fills pictures, amenities and custom values;
        `special_status` takes "active" and "archived" (since 2026-08-04).
        """
        query = {
            "limit": limit,
            "offset": offset,
            "sortOrder": sort_order,
            "city": city,
            "match": match,
            "country": country,
            "contactName": contact_name,
            "propertyTypeId": property_type_id,
            "includeResources": include_resources,
            "attachObjects[]": attach_objects,
            "availabilityDateStart": availability_date_start,
            "availabilityDateEnd": availability_date_end,
            "availabilityGuestNumber": availability_guest_number,
            "userId": user_id,
            "latestActivityStart": latest_activity_start,
            "latestActivityEnd": latest_activity_end,
            "isBookingEngineActive": is_booking_engine_active,
            "specialStatus[]": special_status,
        }
        return await self._page(LIST_LISTINGS, Listing, query=query)

    async def get(
        self,
        listing_id: int,
        *,
        include_resources: bool | None = None,
        attach_objects: Sequence[str] | None = None,
    ) -> One[Listing]:
        """
        One listing. `attach_objects` takes "bookingEngineUrls".

        Raises:
            NotFoundError: no such listing in this account.
        """
        query = {"includeResources": include_resources, "attachObjects[]": attach_objects}
        return await self._one(GET_LISTING, Listing, path={"listingId": listing_id}, query=query)

    async def create(self, body: Mapping[str, Json]) -> Written[Listing]:
        """A new listing, from at least `name` and `externalListingName`."""
        return await self._write(CREATE_LISTING, Listing, body=inputs.LISTING_CREATE.wire(body))

    async def update(self, listing_id: int, body: Mapping[str, Json]) -> Written[Listing]:
        """
        Changes the named fields; the others stay. Array fields are replaced whole.

        Raises:
            RefusedError: the listing is archived.
        """
        return await self._write(
            UPDATE_LISTING,
            Listing,
            path={"listingId": listing_id},
            body=inputs.LISTING_UPDATE.wire(body),
        )

    async def delete(self, listing_id: int) -> Done:
        """Deletes the listing's record."""
        return await self._do(DELETE_LISTING, path={"listingId": listing_id})

    async def add_images(
        self, listing_id: int, images: Sequence[Mapping[str, Json]]
    ) -> Written[ListingImagesJob]:
        """Takes pictures from public URLs, each `{url, caption, ...}`; they appear minutes later."""
        checked = inputs.LISTING_IMAGE.wire_all(images)
        return await self._write(
            ADD_LISTING_IMAGES,
            ListingImagesJob,
            path={"listingId": listing_id},
            body=inputs.LISTING_IMAGES.wire({"images": checked}),
        )

    async def export_to_airbnb(self, listing_id: int) -> Done:
        """Queues the listing's export to Airbnb, which takes 5 to 10 minutes."""
        return await self._do(EXPORT_LISTING_TO_AIRBNB, path={"listingId": listing_id})

    async def find_units(self, listing_id: int) -> Page[ListingUnit]:
        """The units of a listing that has several; none for a single one."""
        return await self._page(LIST_LISTING_UNITS, ListingUnit, path={"listingMapId": listing_id})
