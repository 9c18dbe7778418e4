"""What is set beside a listing: its fees, its rental agreement, its prices by length of stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_LISTING_AGREEMENT,
    CREATE_LISTING_FEE_SETTING,
    DELETE_LISTING_AGREEMENT,
    DELETE_LISTING_FEE_SETTING,
    DUPLICATE_LISTING_AGREEMENT,
    GET_LISTING_AGREEMENT,
    GET_LISTING_PRICING_SETTINGS,
    LIST_LISTING_FEE_SETTINGS,
    UPDATE_LISTING_AGREEMENT,
    UPDATE_LISTING_FEE_SETTING,
    UPDATE_LISTING_PRICING_SETTINGS,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import Done, Noun, One, Page, Written
from hostaway_mcp.models.listings import ListingAgreement, ListingFeeSetting, ListingPricingSettings


class ListingSettings(Noun):
    """Source: Hostaway API reference, "Listing fee settings", "Listing agreements", "Pricing settings"."""

    async def find_fees(self, listing_id: int) -> Page[ListingFeeSetting]:
        """The fees of a listing; `amount` is in its currency, or percent."""
        return await self._page(LIST_LISTING_FEE_SETTINGS, ListingFeeSetting, path={"id": listing_id})

    async def create_fee(self, listing_id: int, body: Mapping[str, Json]) -> Written[ListingFeeSetting]:
        """A new fee of a listing."""
        return await self._write(
            CREATE_LISTING_FEE_SETTING,
            ListingFeeSetting,
            path={"id": listing_id},
            body=inputs.LISTING_FEE_SETTING.wire(body),
        )

    async def update_fee(
        self, listing_id: int, fee_setting_id: int, body: Mapping[str, Json]
    ) -> Written[ListingFeeSetting]:
        """Changes a fee."""
        return await self._write(
            UPDATE_LISTING_FEE_SETTING,
            ListingFeeSetting,
            path={"listingId": listing_id, "feeSettingId": fee_setting_id},
            body=inputs.LISTING_FEE_SETTING.wire(body),
        )

    async def delete_fee(self, fee_setting_id: int) -> Done:
        """Deletes a fee; the path takes the fee's id where the other calls take the listing's."""
        return await self._do(DELETE_LISTING_FEE_SETTING, path={"id": fee_setting_id})

    async def find_agreements(self, listing_id: int) -> Page[ListingAgreement]:
        """The rental agreement of a listing; Hostaway wraps it in a list."""
        return await self._page(GET_LISTING_AGREEMENT, ListingAgreement, path={"listingId": listing_id})

    async def create_agreement(self, listing_id: int, *, text: str) -> Written[ListingAgreement]:
        """A rental agreement for a listing that has none."""
        return await self._write(
            CREATE_LISTING_AGREEMENT,
            ListingAgreement,
            path={"listingId": listing_id},
            body=inputs.LISTING_AGREEMENT.wire({"text": text}),
        )

    async def update_agreement(self, listing_id: int, *, text: str) -> Written[ListingAgreement]:
        """Another text for a listing's rental agreement."""
        return await self._write(
            UPDATE_LISTING_AGREEMENT,
            ListingAgreement,
            path={"listingId": listing_id},
            body=inputs.LISTING_AGREEMENT.wire({"text": text}),
        )

    async def delete_agreement(self, listing_id: int) -> Done:
        """
        Deletes a listing's rental agreement.

        Source: Hostaway API reference, "Delete a listing agreement"; its heading names another path,
        which would delete a fee setting (seen 2026-07-23).
        """
        return await self._do(DELETE_LISTING_AGREEMENT, path={"listingId": listing_id})

    async def duplicate_agreement(
        self, listing_id: int, *, listing_ids: Sequence[int]
    ) -> Written[ListingAgreement]:
        """Copies a listing's rental agreement to others."""
        body = {"listingId": listing_id, "listingIds": list(listing_ids)}
        return await self._write(
            DUPLICATE_LISTING_AGREEMENT,
            ListingAgreement,
            body=inputs.LISTING_AGREEMENT_DUPLICATE.wire(body),
        )

    async def get_pricing(self, listing_id: int) -> One[ListingPricingSettings]:
        """Which channels take a listing's prices by length of stay."""
        return await self._one(
            GET_LISTING_PRICING_SETTINGS, ListingPricingSettings, path={"listingId": listing_id}
        )

    async def update_pricing(
        self, listing_id: int, body: Mapping[str, Json]
    ) -> Written[ListingPricingSettings]:
        """Switches prices by length of stay on or off, by channel."""
        return await self._write(
            UPDATE_LISTING_PRICING_SETTINGS,
            ListingPricingSettings,
            path={"listingId": listing_id},
            body=inputs.LISTING_PRICING_SETTINGS.wire(body),
        )
