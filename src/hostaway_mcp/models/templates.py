"""Message templates, raw or filled in for a stay."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.lenient import Wire


class MessageTemplate(Wire):
    """A template; `message` has placeholders unless a reservation was named when asking."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    channel_id: int | None = None
    message_template_group_id: int | None = None
    name: str = ""
    description: str | None = None
    message: str | None = None
    color: str | None = None

    @property
    def channel(self) -> Channel | None:
        """The channel it is for; the documentation's example has 1, which is none of them."""
        return next((channel for channel in Channel if channel == self.channel_id), None)
