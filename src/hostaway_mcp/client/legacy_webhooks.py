"""The older webhooks, for reservations and for messages, announced as deprecated on 2025-01-13."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_CONVERSATION_MESSAGE_WEBHOOK,
    CREATE_RESERVATION_WEBHOOK,
    DELETE_CONVERSATION_MESSAGE_WEBHOOK,
    DELETE_RESERVATION_WEBHOOK,
    GET_CONVERSATION_MESSAGE_WEBHOOK,
    GET_RESERVATION_WEBHOOK,
    LIST_CONVERSATION_MESSAGE_WEBHOOKS,
    LIST_RESERVATION_WEBHOOKS,
    UPDATE_CONVERSATION_MESSAGE_WEBHOOK,
    UPDATE_RESERVATION_WEBHOOK,
)
from hostaway_mcp.client.protocol import Json, Operation
from hostaway_mcp.client.rows import PAGE_LIMIT, Caller, Done, Noun, One, Page, Written
from hostaway_mcp.models.webhooks import LegacyWebhook


class LegacyWebhooks(Noun):
    """
    One of the two older kinds; both have the same five operations.

    Source: Hostaway API reference, "Reservation webhooks" and "Conversation message webhooks".
    """

    def __init__(self, transport: Caller, *, operations: Mapping[str, Operation]) -> None:
        super().__init__(transport)
        self._operations = operations

    @classmethod
    def of_reservations(cls, transport: Caller) -> LegacyWebhooks:
        """Those that fire when a reservation's status changes."""
        operations = {
            "find": LIST_RESERVATION_WEBHOOKS,
            "get": GET_RESERVATION_WEBHOOK,
            "create": CREATE_RESERVATION_WEBHOOK,
            "update": UPDATE_RESERVATION_WEBHOOK,
            "delete": DELETE_RESERVATION_WEBHOOK,
        }
        return cls(transport, operations=operations)

    @classmethod
    def of_messages(cls, transport: Caller) -> LegacyWebhooks:
        """Those that fire when a message comes."""
        operations = {
            "find": LIST_CONVERSATION_MESSAGE_WEBHOOKS,
            "get": GET_CONVERSATION_MESSAGE_WEBHOOK,
            "create": CREATE_CONVERSATION_MESSAGE_WEBHOOK,
            "update": UPDATE_CONVERSATION_MESSAGE_WEBHOOK,
            "delete": DELETE_CONVERSATION_MESSAGE_WEBHOOK,
        }
        return cls(transport, operations=operations)

    async def find(self, *, limit: int = PAGE_LIMIT, offset: int | None = None) -> Page[LegacyWebhook]:
        """The webhooks of this kind."""
        query = {"limit": limit, "offset": offset}
        return await self._page(self._operations["find"], LegacyWebhook, query=query)

    async def get(self, webhook_id: int) -> One[LegacyWebhook]:
        """
        One webhook.

        Raises:
            NotFoundError: no such webhook in this account.
        """
        return await self._one(self._operations["get"], LegacyWebhook, path={"webhookId": webhook_id})

    async def create(self, body: Mapping[str, Json]) -> Written[LegacyWebhook]:
        """A new webhook to `url`."""
        return await self._write(
            self._operations["create"], LegacyWebhook, body=inputs.LEGACY_WEBHOOK.wire(body)
        )

    async def update(self, webhook_id: int, body: Mapping[str, Json]) -> Written[LegacyWebhook]:
        """Changes a webhook."""
        return await self._write(
            self._operations["update"],
            LegacyWebhook,
            path={"webhookId": webhook_id},
            body=inputs.LEGACY_WEBHOOK.wire(body),
        )

    async def delete(self, webhook_id: int) -> Done:
        """Deletes a webhook."""
        return await self._do(self._operations["delete"], path={"webhookId": webhook_id})
