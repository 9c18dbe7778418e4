"""Which fields of Hostaway's reference hold text, and which of those say nothing of a person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REFERENCE = Path(__file__).parents[1] / "hostaway" / "openapi.yaml"
SCHEMAS = {
    "reservations": "Reservation",
    "conversations": "Conversation",
    "messages": "ConversationMessage",
    "reviews": "Review",
    "tasks": "Task",
    "charges": "GuestCharge",
    "expenses": "Expense",
}
NOT_PERSONAL: Mapping[str, frozenset[str]] = {
    noun: frozenset(names.split())
    for noun, names in {
        "reservations": (
            "airbnbCancellationPolicy arrivalDate bookingCancellationPolicy bookingcomNoShowReportedAt"
            " cancellationDate cancellationPolicy cancellationPolicyDetails cancelledBy channelId"
            " channelName claimStatus currency departureDate financeField hostawayReservationId"
            " insertedOn insuranceStatus latestActivityOn listingName marriottCancellationPolicy"
            " paymentMethod paymentStatus pendingExpireDate previousArrivalDate previousDepartureDate"
            " reservationAgreement reservationCouponId reservationDate reservationFees status updatedOn"
            " vrboCancellationPolicy"
        ),
        "conversations": "messageReceivedOn messageSentOn reservationId type",
        "messages": (
            "communicationEvent communicationTimeDelta communicationType conversationArchive date"
            " insertedOn isSeenAt listingName listingTimeZoneName messageSource originatedBy"
            " sentChannelDate sentToChannelAttemptDate sentToChannelDate status updatedOn"
        ),
        "reviews": (
            "arrivalDate channelId departureDate externalListingName insertedOn internalListingName"
            " listingName reviewCategory revieweeResponseStatus scheduledDateTime status submittedAt"
            " type updatedOn"
        ),
        "tasks": (
            "canStartFrom canStartFromEvent canStartFromListingTime categoriesMap channelId color"
            " completedAt confirmedAt costCurrency shouldEndBy shouldEndByEvent shouldEndByListingTime"
            " startedAt status"
        ),
        "charges": (
            "chargeDate currency holdReleaseDate paymentMethod paymentProvider scheduledDate status"
            " triggerEvent type"
        ),
        "expenses": (
            "categories categoriesNames expenseDate insertedOn listingName ownerStatementIds"
            " ownerStatementNames ownerUserEmail ownerUserFirstName ownerUserLastName ownerUserName type"
            " updatedOn"
        ),
    }.items()
}
"""Dates, statuses, amounts' units, the host's own names; an expense's owner is not the guest."""


def texts_of(noun: str) -> set[str]:
    """The fields of a noun that may hold text, a list or an object."""
    return {name for name, schema in _fields({"$ref": SCHEMAS[noun]}).items() if _may_hold_text(schema)}


@cache
def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(REFERENCE.read_text())["components"]["schemas"]
    return found


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(schema.get("properties") or {})
    if "$ref" in schema:
        fields |= _fields(_schemas()[schema["$ref"].rpartition("/")[2]])
    for part in schema.get("allOf", ()):
        fields |= _fields(part)
    return fields


def _may_hold_text(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return bool({"string", "array", "object", None} & set(kinds))
