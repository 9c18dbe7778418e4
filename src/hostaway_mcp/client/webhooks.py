"""Webhooks, and the logs of their deliveries."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_UNIFIED_WEBHOOK,
    DELETE_UNIFIED_WEBHOOK,
    GET_UNIFIED_WEBHOOK,
    LIST_CONVERSATION_MESSAGE_WEBHOOK_LOGS,
    LIST_RESERVATION_WEBHOOK_LOGS,
    LIST_UNIFIED_WEBHOOK_LOGS,
    LIST_UNIFIED_WEBHOOKS,
    UPDATE_UNIFIED_WEBHOOK,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Done, Noun, One, Page, Written
from hostaway_mcp.models.webhooks import (
    ConversationMessageWebhookLog,
    ReservationWebhookLog,
    UnifiedWebhook,
    UnifiedWebhookLog,
)


class Webhooks(Noun):
    """Source: Hostaway API reference, "Unified webhooks" and "Webhook logs"."""

    async def find(self) -> Page[UnifiedWebhook]:
        """The account's webhooks; one that failed for 5 days is disabled."""
        return await self._page(LIST_UNIFIED_WEBHOOKS, UnifiedWebhook)

    async def get(self, webhook_id: int) -> One[UnifiedWebhook]:
        """
        One webhook.

        Raises:
            NotFoundError: no such webhook in this account.
        """
        return await self._one(GET_UNIFIED_WEBHOOK, UnifiedWebhook, path={"webhookId": webhook_id})

    async def create(self, body: Mapping[str, Json]) -> Written[UnifiedWebhook]:
        """A new webhook to `url`, with Basic authentication when `login` and `password` are set."""
        return await self._write(
            CREATE_UNIFIED_WEBHOOK, UnifiedWebhook, body=inputs.UNIFIED_WEBHOOK.wire(body)
        )

    async def update(self, webhook_id: int, body: Mapping[str, Json]) -> Written[UnifiedWebhook]:
        """Changes a webhook, or enables it again."""
        return await self._write(
            UPDATE_UNIFIED_WEBHOOK,
            UnifiedWebhook,
            path={"webhookId": webhook_id},
            body=inputs.UNIFIED_WEBHOOK.wire(body),
        )

    async def delete(self, webhook_id: int) -> Done:
        """Deletes a webhook."""
        return await self._do(DELETE_UNIFIED_WEBHOOK, path={"webhookId": webhook_id})

    async def find_logs(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        webhook_id: int | None = None,
        listing_id: int | None = None,
    ) -> Page[UnifiedWebhookLog]:
        """What was delivered, and what the receiver answered."""
        query = {
            "limit": limit,
            "offset": offset,
            "unifiedWebhookId": webhook_id,
            "listingMapId": listing_id,
        }
        return await self._page(LIST_UNIFIED_WEBHOOK_LOGS, UnifiedWebhookLog, query=query)

    async def find_reservation_logs(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        reservation_id: int | None = None,
        listing_id: int | None = None,
    ) -> Page[ReservationWebhookLog]:
        """Deliveries of the older reservation webhooks."""
        query = {
            "limit": limit,
            "offset": offset,
            "reservationId": reservation_id,
            "listingMapId": listing_id,
        }
        return await self._page(LIST_RESERVATION_WEBHOOK_LOGS, ReservationWebhookLog, query=query)

    async def find_message_logs(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        reservation_id: int | None = None,
        listing_id: int | None = None,
    ) -> Page[ConversationMessageWebhookLog]:
        """Deliveries of the older message webhooks."""
        query = {
            "limit": limit,
            "offset": offset,
            "reservationId": reservation_id,
            "listingMapId": listing_id,
        }
        return await self._page(
            LIST_CONVERSATION_MESSAGE_WEBHOOK_LOGS, ConversationMessageWebhookLog, query=query
        )
