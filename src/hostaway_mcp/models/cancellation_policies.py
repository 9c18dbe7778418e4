"""Cancellation policies: what a guest gets back, and until when."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.lenient import MANY, OpenEnum, Wire


class RefundType(OpenEnum):
    """Whether a refund is a share or an amount."""

    UNKNOWN = "unknown"
    PERCENTAGE = "percentage"
    FLAT = "flat"


class PolicyEvent(OpenEnum):
    """What the time of a policy item is counted from."""

    UNKNOWN = "unknown"
    RESERVATION = "reservation"
    ARRIVAL = "arrival"


class CancellationPolicyItem(Wire):
    """A step of a policy. `time_delta` is in seconds from `event`; negative means before it."""

    id: int | None = None
    cancellation_policy_id: int | None = None
    refund_amount: Decimal | None = None
    refund_type: RefundType | None = None
    refund_field: str | None = None
    time_delta: int | None = None
    event: PolicyEvent | None = None


PolicyItems = Annotated[tuple[CancellationPolicyItem, ...], MANY]


class CancellationPolicy(Wire):
    """A policy of the account or of a channel."""

    id: int
    name: str = ""
    cancellation_policy_item: PolicyItems = ()


class CancellationPolicyDetails(Wire):
    """The terms a guest booked under. Source: Hostaway API reference, "Reservation object"."""

    name: str | None = None
    channel: Channel = Field(default=Channel.UNKNOWN, alias="channelId")
    channel_specific_code: str | None = None
    long_term: bool | None = None
    cancellation_policy_item: PolicyItems = ()
