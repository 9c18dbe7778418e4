"""Message templates, raw or filled in."""

from __future__ import annotations

from hostaway_mcp.client.operations import (
    GET_MESSAGE_TEMPLATE,
    GET_RESERVATION_MESSAGE_TEMPLATE,
    LIST_MESSAGE_TEMPLATES,
    LIST_RESERVATION_MESSAGE_TEMPLATES,
)
from hostaway_mcp.client.rows import Noun, One, Page
from hostaway_mcp.models.templates import MessageTemplate


class Templates(Noun):
    """Source: Hostaway API reference, "Message templates"."""

    async def find(
        self,
        *,
        message_template_group_id: int | None = None,
        channel_id: int | None = None,
        listing_id: int | None = None,
        reservation_id: int | None = None,
    ) -> Page[MessageTemplate]:
        """Templates, with placeholders unless `reservation_id` names the stay to fill them from."""
        query = {
            "messageTemplateGroupId": message_template_group_id,
            "channelId": channel_id,
            "listingMapId": listing_id,
            "reservationId": reservation_id,
        }
        return await self._page(LIST_MESSAGE_TEMPLATES, MessageTemplate, query=query)

    async def get(self, message_template_id: int) -> One[MessageTemplate]:
        """
        One template, with placeholders.

        Raises:
            NotFoundError: no such template in this account.
        """
        path = {"messageTemplateId": message_template_id}
        return await self._one(GET_MESSAGE_TEMPLATE, MessageTemplate, path=path)

    async def find_filled(self, reservation_id: int) -> Page[MessageTemplate]:
        """All templates, filled in for a stay."""
        path = {"reservationId": reservation_id}
        return await self._page(LIST_RESERVATION_MESSAGE_TEMPLATES, MessageTemplate, path=path)

    async def get_filled(self, reservation_id: int, message_template_id: int) -> One[MessageTemplate]:
        """One template, filled in for a stay."""
        return await self._one(
            GET_RESERVATION_MESSAGE_TEMPLATE,
            MessageTemplate,
            path={"reservationId": reservation_id, "messageTemplateId": message_template_id},
        )
