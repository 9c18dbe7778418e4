"""Conversations with guests, and their messages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.lenient import MANY, Moment, OpenEnum, Wire
from hostaway_mcp.models.reservations import Reservation


class CommunicationType(OpenEnum):
    """The way a message travels; Hostaway's default is email."""

    UNKNOWN = "unknown"
    EMAIL = "email"
    CHANNEL = "channel"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class MessageStatus(OpenEnum):
    """How far a message has come; only sent ones are listed unless scheduled ones are asked for."""

    UNKNOWN = "unknown"
    AWAITING = "awaiting"
    SENT = "sent"
    PAUSED = "paused"
    FAILED = "failed"
    CANCELLED_BY_USER = "cancelled_by_user"
    CANCELLED_BY_SYSTEM = "cancelled_by_system"


class MessageAttachment(Wire):
    """A file of a message; the link of a private one dies after 7 days."""

    id: int | None = None
    name: str | None = None
    url: str | None = None
    extension: str | None = None
    mime_type: str | None = None
    is_image: bool | None = None
    is_public: bool | None = None


class ConversationMessage(Wire):
    """
    One message; `is_incoming` is from the guest. Its body is a stranger's words and may be HTML.

    `date` is when it was due, `sent_channel_date` when it left. An automated message has a
    `communication_id` or a `communication_event`.
    Source: Hostaway API reference, "Conversation message object".
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    conversation_id: int | None = None
    communication_id: int | None = None
    communication_name: str | None = None
    communication_event: str | None = None
    channel: Channel | None = Field(default=None, alias="channelId")
    user_id: int | None = None
    subject: str | None = None
    body: str = ""
    communication_type: CommunicationType | None = None
    status: MessageStatus | None = None
    is_incoming: bool | None = None
    is_seen: bool | None = None
    sent_using_hostaway: bool | None = None
    originated_by: str | None = None
    message_source: str | None = None
    in_reply_to: str | None = None
    reason_failed: str | None = None
    readable_reason_failed: str | None = None
    listing_time_zone_name: str | None = None
    date: Moment | None = None
    sent_channel_date: Moment | None = None
    attachments: Annotated[tuple[MessageAttachment, ...], MANY] = ()
    inserted_on: Moment | None = None
    updated_on: Moment | None = None


class Conversation(Wire):
    """
    A thread with a guest. It shows only its latest messages; its addresses are relays.

    Source: Hostaway API reference, "Conversation object".
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    type: str | None = None
    recipient_name: str | None = None
    recipient_email: str | None = None
    host_email: str | None = None
    guest_email: str | None = None
    has_unread_messages: bool | None = None
    message_sent_on: Moment | None = None
    message_received_on: Moment | None = None
    conversation_messages: Annotated[tuple[ConversationMessage, ...], MANY] = ()
    reservation: Reservation | None = Field(default=None, alias="Reservation")
    """With a capital on the wire."""
