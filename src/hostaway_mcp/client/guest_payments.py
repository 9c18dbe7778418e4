"""Charges to guests, and the rules that raise them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_OFFLINE_CHARGE,
    GET_GUEST_CHARGE,
    LIST_AUTO_PAYMENT_RULES,
    LIST_GUEST_CHARGES,
    REFUND_OFFLINE_CHARGE,
    UPDATE_OFFLINE_CHARGE,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Noun, One, Page, Written
from hostaway_mcp.models.guest_payments import AutoPaymentRule, GuestCharge


class GuestPayments(Noun):
    """Source: Hostaway API reference, "Guest payments"; most filters are of 2026-10-02."""

    async def find_charges(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        reservation_id: int | None = None,
        listing_id: int | None = None,
        payment_provider: str | None = None,
        payment_method: str | None = None,
        reservation_ids: Sequence[int] | None = None,
        listing_ids: Sequence[int] | None = None,
        statuses: Sequence[str] | None = None,
        types: Sequence[str] | None = None,
        reservation_statuses: Sequence[str] | None = None,
        channel_ids: Sequence[int] | None = None,
        payment_methods: Sequence[str] | None = None,
        card_providers: Sequence[str] | None = None,
        card_brand: Sequence[str] | None = None,
        start_date: date | None = None,
        end_date: date | None = None,
        refund_date_start: date | None = None,
        refund_date_end: date | None = None,
        arrival_date_from: date | None = None,
        arrival_date_to: date | None = None,
        departure_date_from: date | None = None,
        departure_date_to: date | None = None,
        charge_date_start: datetime | None = None,
        charge_date_end: datetime | None = None,
        sort_by: str | None = None,
        sort_order: Literal["asc", "desc"] | None = None,
    ) -> Page[GuestCharge]:
        """
        Charges that fit all that is asked; amounts in each charge's currency.

        At most 200 ids a list; two dates of a pair lie at most 60 days apart. `start_date` and
        `end_date` are about when a charge is due.
        """
        query = {
            "limit": limit,
            "offset": offset,
            "reservationId": reservation_id,
            "listingMapId": listing_id,
            "paymentProvider": payment_provider,
            "paymentMethod": payment_method,
            "reservationIds[]": reservation_ids,
            "listingMapIds[]": listing_ids,
            "statuses[]": statuses,
            "types[]": types,
            "reservationStatuses[]": reservation_statuses,
            "channelIds[]": channel_ids,
            "paymentMethods[]": payment_methods,
            "cardProviders[]": card_providers,
            "cardBrand[]": card_brand,
            "startDate": start_date,
            "endDate": end_date,
            "refundDateStart": refund_date_start,
            "refundDateEnd": refund_date_end,
            "arrivalDateFrom": arrival_date_from,
            "arrivalDateTo": arrival_date_to,
            "departureDateFrom": departure_date_from,
            "departureDateTo": departure_date_to,
            "chargeDateStart": charge_date_start,
            "chargeDateEnd": charge_date_end,
            "sortBy": sort_by,
            "sortOrder": sort_order,
        }
        return await self._page(LIST_GUEST_CHARGES, GuestCharge, query=query)

    async def get_charge(self, charge_id: int) -> One[GuestCharge]:
        """
        One charge.

        Raises:
            NotFoundError: no such charge in this account.
        """
        return await self._one(GET_GUEST_CHARGE, GuestCharge, path={"id": charge_id})

    async def create_offline_charge(
        self, reservation_id: int, body: Mapping[str, Json]
    ) -> Written[GuestCharge]:
        """Notes money paid or due outside Hostaway; the path takes the reservation's id here."""
        return await self._write(
            CREATE_OFFLINE_CHARGE,
            GuestCharge,
            path={"id": reservation_id},
            body=inputs.OFFLINE_CHARGE_CREATE.wire(body),
        )

    async def update_offline_charge(
        self, reservation_id: int, charge_id: int, body: Mapping[str, Json]
    ) -> Written[GuestCharge]:
        """Marks an awaiting charge as paid or cancelled; all fields must be sent."""
        return await self._write(
            UPDATE_OFFLINE_CHARGE,
            GuestCharge,
            path={"reservationId": reservation_id, "chargeId": charge_id},
            body=inputs.OFFLINE_CHARGE_UPDATE.wire(body),
        )

    async def refund_offline_charge(
        self, reservation_id: int, charge_id: int, body: Mapping[str, Json]
    ) -> Written[GuestCharge]:
        """Notes a refund of an offline charge (documented since 2026-09-23)."""
        return await self._write(
            REFUND_OFFLINE_CHARGE,
            GuestCharge,
            path={"reservationId": reservation_id, "chargeId": charge_id},
            body=inputs.OFFLINE_CHARGE_REFUND.wire(body),
        )

    async def find_auto_payment_rules(self) -> Page[AutoPaymentRule]:
        """The rules that raise charges by themselves; read only."""
        return await self._page(LIST_AUTO_PAYMENT_RULES, AutoPaymentRule)
