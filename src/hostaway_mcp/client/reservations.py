"""Reservations: found, made, changed, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CANCEL_RESERVATION,
    CANCEL_RESERVATION_DUE_TO_INVALID_CREDIT_CARD,
    CREATE_RESERVATION,
    DELETE_RESERVATION,
    GET_RESERVATION,
    GET_RESERVATION_RENTAL_AGREEMENT,
    LIST_RESERVATION_LOGS,
    LIST_RESERVATIONS,
    REPORT_NO_SHOW,
    UPDATE_RESERVATION,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Done, Noun, One, Page, Written
from hostaway_mcp.models.reservations import CancelledBy, Reservation, ReservationLog

ReservationSort = Literal[
    "arrivalDate",
    "arrivalDateDesc",
    "lastConversationMessageSent",
    "lastConversationMessageSentDesc",
    "lastConversationMessageReceived",
    "lastConversationMessageReceivedDesc",
    "latestActivity",
    "latestActivityDesc",
    "updatedOn",
]


class Reservations(Noun):
    """Source: Hostaway API reference, "Reservations"."""

    async def find(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        after_id: int | None = None,
        sort_order: ReservationSort | None = None,
        channel_id: int | None = None,
        listing_id: int | None = None,
        assignee_user_id: int | None = None,
        match: str | None = None,
        arrival_start_date: date | None = None,
        arrival_end_date: date | None = None,
        departure_start_date: date | None = None,
        departure_end_date: date | None = None,
        has_unread_conversation_messages: bool | None = None,
        is_starred: bool | None = None,
        is_archived: bool | None = None,
        is_pinned: bool | None = None,
        customer_user_id: str | None = None,
        include_resources: bool | None = None,
        include_cancellation_policy: bool | None = None,
        include_payments: bool | None = None,
        latest_activity_start: date | None = None,
        latest_activity_end: date | None = None,
        reservation_agreement: str | None = None,
        guest_email: str | None = None,
        date_type: Literal["arrival", "departure", "creation", "cancellation"] | None = None,
        start_date: date | None = None,
        end_date: date | None = None,
    ) -> Page[Reservation]:
        """
        Reservations of every status that fit all that is asked; there is no filter by status.

        `after_id` is the id of the last row received: a position in the present order, which is
        latest change first unless `sort_order` says otherwise. `offset` is deprecated since 2026-03-31.
        `include_payments` fills `remaining_balance`.
        """
        query = {
            "limit": limit,
            "offset": offset,
            "afterId": after_id,
            "sortOrder": sort_order,
            "channelId": channel_id,
            "listingId": listing_id,
            "assigneeUserId": assignee_user_id,
            "match": match,
            "arrivalStartDate": arrival_start_date,
            "arrivalEndDate": arrival_end_date,
            "departureStartDate": departure_start_date,
            "departureEndDate": departure_end_date,
            "hasUnreadConversationMessages": has_unread_conversation_messages,
            "isStarred": is_starred,
            "isArchived": is_archived,
            "isPinned": is_pinned,
            "customerUserId": customer_user_id,
            "includeResources": include_resources,
            "includeCancellationPolicy": include_cancellation_policy,
            "includePayments": include_payments,
            "latestActivityStart": latest_activity_start,
            "latestActivityEnd": latest_activity_end,
            "reservationAgreement": reservation_agreement,
            "guestEmail": guest_email,
            "dateType": date_type,
            "startDate": start_date,
            "endDate": end_date,
        }
        return await self._page(LIST_RESERVATIONS, Reservation, query=query)

    async def get(self, reservation_id: int, *, include_resources: bool | None = None) -> One[Reservation]:
        """
        One reservation, by Hostaway's number.

        Raises:
            NotFoundError: no such reservation in this account.
        """
        return await self._one(
            GET_RESERVATION,
            Reservation,
            path={"reservationId": reservation_id},
            query={"includeResources": include_resources},
        )

    async def create(
        self,
        body: Mapping[str, Json],
        *,
        force_overbooking: bool | None = None,
        provider: str | None = None,
        validate_payment_method: bool | None = None,
    ) -> Written[Reservation]:
        """
        A new reservation, from at least `channelId`, `listingMapId`, `arrivalDate`, `departureDate`.

        `force_overbooking` skips Hostaway's check of the calendar: leave it alone. `provider` becomes
        the reservation's `source`, at most 50 characters. `validate_payment_method` charges a card.
        """
        return await self._write(
            CREATE_RESERVATION,
            Reservation,
            query={
                "forceOverbooking": force_overbooking,
                "provider": provider,
                "validatePaymentMethod": validate_payment_method,
            },
            body=inputs.RESERVATION_CREATE.wire(body),
        )

    async def update(
        self, reservation_id: int, body: Mapping[str, Json], *, force_overbooking: bool | None = None
    ) -> Written[Reservation]:
        """Changes the named fields; finance components left out of `financeField` are removed."""
        return await self._write(
            UPDATE_RESERVATION,
            Reservation,
            path={"reservationId": reservation_id},
            query={"forceOverbooking": force_overbooking},
            body=inputs.RESERVATION_UPDATE.wire(body),
        )

    async def delete(self, reservation_id: int) -> Done:
        """Removes the record; to cancel a stay use `cancel`."""
        return await self._do(DELETE_RESERVATION, path={"reservationId": reservation_id})

    async def cancel(self, reservation_id: int, *, cancelled_by: CancelledBy) -> Written[Reservation]:
        """Cancels a stay, in the host's name or the guest's."""
        return await self._write(
            CANCEL_RESERVATION,
            Reservation,
            path={"reservationId": reservation_id},
            body=inputs.RESERVATION_CANCEL.wire({"cancelledBy": cancelled_by}),
        )

    async def cancel_for_invalid_card(self, reservation_id: int) -> Written[Reservation]:
        """Cancels a Booking.com stay whose card was reported as invalid."""
        return await self._write(
            CANCEL_RESERVATION_DUE_TO_INVALID_CREDIT_CARD,
            Reservation,
            path={"reservationId": reservation_id},
        )

    async def report_no_show(self, reservation_id: int, *, waived_fees: bool = False) -> Written[Reservation]:
        """
        Reports to Booking.com that the guest did not come; again reports it anew.

        Raises:
            RefusedError: another channel, a stay that cannot be changed, or one paid at the property.
        """
        return await self._write(
            REPORT_NO_SHOW,
            Reservation,
            path={"reservationId": reservation_id},
            body=inputs.NO_SHOW.wire({"waivedFees": waived_fees}),
        )

    async def find_logs(
        self, reservation_id: int, *, limit: int = PAGE_LIMIT, offset: int | None = None
    ) -> Page[ReservationLog]:
        """What was changed on a stay, when and by whom (documented since 2026-08-04)."""
        return await self._page(
            LIST_RESERVATION_LOGS,
            ReservationLog,
            path={"reservationId": reservation_id},
            query={"limit": limit, "offset": offset},
        )

    async def get_rental_agreement(self, reservation_id: int) -> Done:
        """The signed agreement, in a shape that is not documented."""
        return await self._do(GET_RESERVATION_RENTAL_AGREEMENT, path={"reservationId": reservation_id})
