"""Webhooks, the log of their deliveries, and the bodies that arrive."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.lenient import MANY, Moment, OpenEnum, Secret, Wire

Anything = object
"""So named because `object` is a field here."""


class WebhookObject(OpenEnum):
    """What a webhook tells about."""

    UNKNOWN = "unknown"
    RESERVATION = "reservation"
    CONVERSATION_MESSAGE = "conversationMessage"


class WebhookEventName(OpenEnum):
    """What happened; more may come."""

    UNKNOWN = "unknown"
    RESERVATION_CREATED = "reservation.created"
    RESERVATION_UPDATED = "reservation.updated"
    MESSAGE_RECEIVED = "message.received"


class UnifiedWebhook(Wire):
    """Where Hostaway tells us of changes; it is disabled after failing for 5 days."""

    id: int
    is_enabled: bool | None = None
    url: str = ""
    login: str | None = None
    password: Secret | None = None
    alerting_email_address: str | None = None
    events: Annotated[tuple[str, ...], MANY] = ()


class LegacyWebhook(Wire):
    """A reservation or message webhook of the older kind, announced as deprecated on 2025-01-13."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    channel: Channel | None = Field(default=None, alias="channelId")
    is_enabled: bool | None = None
    url: str = ""
    type: str | None = None
    login: str | None = None
    password: Secret | None = None
    inserted_on: Moment | None = None
    updated_on: Moment | None = None


class UnifiedWebhookLog(Wire):
    """One delivery: what it was about and what the receiver answered."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    unified_webhook_id: int | None = Field(default=None, alias="webhookNotificationSettingId")
    is_enabled: bool | None = None
    url: str | None = None
    object: WebhookObject | None = None
    object_id: int | None = None
    event: WebhookEventName | None = None
    response_status: int | None = None
    response_body: str | None = None


class ReservationWebhookLog(Wire):
    """One delivery of an older reservation webhook."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    reservation_webhook_id: int | None = None
    current_reservation_status: str | None = None
    previous_reservation_status: str | None = None
    url: str | None = None
    response_status: int | None = None
    response_body: str | None = None


class ConversationMessageWebhookLog(Wire):
    """One delivery of an older message webhook."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    conversation_message_id: int | None = None
    conversation_message_webhook_id: int | None = None
    url: str | None = None
    response_status: int | None = None
    response_body: str | None = None


class WebhookEvent(Wire):
    """
    A delivery's body: a hint that something changed, not a source of truth.

    The body is not documented; this form was seen in production. `data` may be a row, a part of one, or
    the word "test" of the registration probe.
    """

    object: WebhookObject | None = None
    event: WebhookEventName | None = None
    account_id: int | None = None
    data: Anything = None
