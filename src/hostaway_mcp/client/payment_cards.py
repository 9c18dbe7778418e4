"""Cards and payment methods of reservations; nothing printed on a card is ever kept."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    ADD_PAYMENT_CARD,
    ADD_PAYMENT_METHOD_ID,
    CREATE_STRIPE_SETUP_INTENT,
    CREATE_STRIPE_SETUP_INTENT_FOR_LISTING,
    GET_STRIPE_PUBLISHABLE_KEY,
    GET_STRIPE_PUBLISHABLE_KEY_FOR_LISTING,
    LIST_RESERVATION_PAYMENT_METHODS,
    REPORT_INVALID_CARD,
    SET_DEFAULT_PAYMENT_CARD,
    SET_RESERVATION_PAYMENT_METHOD,
    UPDATE_RESERVATION_CARD,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import Done, Noun, One, Written
from hostaway_mcp.models.dictionaries import read_words
from hostaway_mcp.models.guest_payments import PaymentCard, StripePublishableKey, StripeSetupIntent


class PaymentCards(Noun):
    """
    Source: Hostaway API reference, "Payment cards" and "Stripe".

    Answers of these operations are cardholder data: `raw` of what is written here must not be kept.
    """

    async def find_methods(self) -> One[Mapping[str, str]]:
        """The payment methods of reservations: titles by key."""
        reply = await self._call(LIST_RESERVATION_PAYMENT_METHODS)
        return One(read_words(reply.result), reply.result, reply.received_at, reply.sent_at)

    async def set_method(self, reservation_id: int, *, payment_method: str) -> Done:
        """Notes how a stay is paid; the key is one of `find_methods`."""
        return await self._do(
            SET_RESERVATION_PAYMENT_METHOD,
            path={"reservationId": reservation_id},
            body=inputs.RESERVATION_PAYMENT_METHOD.wire({"paymentMethod": payment_method}),
        )

    async def update_card(self, reservation_id: int, body: Mapping[str, Json]) -> Done:
        """Replaces a stay's card (an operation of an unlinked page)."""
        return await self._do(
            UPDATE_RESERVATION_CARD,
            path={"reservationId": reservation_id},
            body=inputs.RESERVATION_CARD.wire(body),
        )

    async def add_card(self, reservation_id: int, body: Mapping[str, Json]) -> Written[PaymentCard]:
        """A further card for a stay."""
        return await self._write(
            ADD_PAYMENT_CARD,
            PaymentCard,
            path={"reservationId": reservation_id},
            body=inputs.PAYMENT_CARD.wire(body),
        )

    async def add_method_id(self, reservation_id: int, *, payment_method_id: str) -> Written[PaymentCard]:
        """A card known to the payment provider by its id."""
        return await self._write(
            ADD_PAYMENT_METHOD_ID,
            PaymentCard,
            path={"reservationId": reservation_id},
            body=inputs.PAYMENT_METHOD_ID.wire({"paymentMethodId": payment_method_id}),
        )

    async def set_default(self, reservation_id: int, payment_card_id: int) -> Written[PaymentCard]:
        """Makes a card the one that is charged."""
        return await self._write(
            SET_DEFAULT_PAYMENT_CARD,
            PaymentCard,
            path={"reservationId": reservation_id, "paymentCardId": payment_card_id},
        )

    async def report_invalid(self, reservation_id: int) -> Done:
        """Reports to Booking.com that a stay's card is invalid."""
        return await self._do(REPORT_INVALID_CARD, path={"reservationId": reservation_id})

    async def get_stripe_key(self, *, listing_id: int | None = None) -> One[StripePublishableKey]:
        """Stripe's public key, of a listing or (older) of the account."""
        if listing_id is None:
            return await self._one(GET_STRIPE_PUBLISHABLE_KEY, StripePublishableKey)
        path = {"listingMapId": listing_id}
        return await self._one(GET_STRIPE_PUBLISHABLE_KEY_FOR_LISTING, StripePublishableKey, path=path)

    async def create_stripe_setup_intent(
        self, *, listing_id: int | None = None
    ) -> Written[StripeSetupIntent]:
        """A Stripe SetupIntent, of a listing or (older) of the account."""
        if listing_id is None:
            return await self._write(CREATE_STRIPE_SETUP_INTENT, StripeSetupIntent)
        path = {"listingMapId": listing_id}
        return await self._write(CREATE_STRIPE_SETUP_INTENT_FOR_LISTING, StripeSetupIntent, path=path)
