"""
What of an object says nothing of a person, by noun: dates, money, listings, statuses, numbers of ours.

Only what is named here is left when a person is taken out, so that a field that Hostaway adds one day is
taken out too until somebody names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hostaway_mcp.models.lenient import JsonObject

Fields = Mapping[str, Any]
"""By the wire's names: None for a plain value or a list of such, else the fields of what is inside."""


def _plain(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split())


_POLICY = _plain("name channelId channelSpecificCode longTerm") | {
    "cancellationPolicyItem": _plain(
        "id cancellationPolicyId refundAmount refundType refundField timeDelta event"
    )
}
_FEE = _plain(
    "id accountId listingMapId reservationId name amount currency percentage isIncluded isPerNight"
    " isPerPerson isImported insertedOn updatedOn"
)
_UNIT = _plain("id reservationId listingUnitId numberOfGuests adults children infants pets totalPrice")
_FINANCE = _plain(
    "id units listingFeeSettingId type name title value isIncludedInTotalPrice isOverriddenByUser isMandatory"
    " isQuantitySelectable isDeleted quantity total"
)
_PARTY = "numberOfGuests adults children infants pets"
_DATES = (
    "reservationDate pendingExpireDate arrivalDate departureDate isDatesUnspecified previousArrivalDate"
    " previousDepartureDate checkInTime checkOutTime nights cancellationDate cancelledBy latestActivityOn"
    " insertedOn updatedOn bookingcomNoShowReportedAt"
)
_AMOUNTS = (
    "currency totalPrice taxAmount channelCommissionAmount hostawayCommissionAmount cleaningFee"
    " securityDepositFee remainingBalance isPaid paymentStatus paymentMethod guestPaymentCardIsVirtual"
    " airbnbExpectedPayoutAmount airbnbListingBasePrice airbnbListingCancellationHostFee"
    " airbnbListingCancellationPayout airbnbListingCleaningFee airbnbListingHostFee"
    " airbnbListingSecurityPrice airbnbOccupancyTaxAmountPaidToHost airbnbTotalPaidAmount"
    " airbnbTransientOccupancyTaxPaidAmount bookingcomNoShowFeeWaived reservationCouponId"
)
_STATES = (
    "id hostawayReservationId accountId listingMapId listingName channelId channelName assigneeUserId status"
    " isInstantBooked isStarred isArchived isPinned isInitial isProcessed reservationAgreement"
    " insuranceStatus claimStatus cancellationPolicyId cancellationPolicy airbnbCancellationPolicy"
    " bookingCancellationPolicy vrboCancellationPolicy marriottCancellationPolicy"
)

STAY: Fields = _plain(f"{_STATES} {_DATES} {_PARTY} {_AMOUNTS}") | {
    "cancellationPolicyDetails": _POLICY,
    "reservationFees": _FEE,
    "reservationUnit": _UNIT,
    "financeField": _FINANCE,
}
"""A stay as figures need it."""

NAMED_STAY: Fields = {
    **STAY,
    **_plain("guestName guestFirstName guestLastName guestCountry guestLocale"),
    **_plain("source reservationId channelReservationId confirmationCode"),
    "reservationUnit": _UNIT | _plain("guestName guestFirstName guestLastName"),
}
"""A stay without what its guest can be reached by, said or paid with; names and the channel's number stay."""

_THREAD = _plain(
    "id accountId listingMapId reservationId type hasUnreadMessages messageSentOn messageReceivedOn"
)
THREAD: Fields = _THREAD | {"Reservation": STAY}
NAMED_THREAD: Fields = _THREAD | {
    "recipientName": None,
    "Reservation": NAMED_STAY,
}
MESSAGE: Fields = _plain(
    "id accountId listingMapId reservationId conversationId communicationId communicationType"
    " communicationEvent communicationTimeDelta communicationTimeDeltaSeconds status isIncoming isSeen"
    " sentUsingHostaway listingTimeZoneName date sentChannelDate sentToChannelDate insertedOn updatedOn"
    " userId channelId originatedBy messageSource"
)
REVIEW: Fields = _plain(
    "id accountId listingMapId reservationId autoReviewId timeDelta scheduledDateTime channelId type status"
    " rating isRevieweeRecommended isCancelled isHidden autoReviewTemplateId departureDate arrivalDate"
    " listingName internalListingName externalListingName submittedAt revieweeResponseStatus insertedOn"
    " updatedOn bookingEngineVisibility"
) | {"reviewCategory": _plain("category rating")}
TASK: Fields = _plain(
    "id listingMapId channelId reservationId autoTaskId assigneeUserId canBePickedByGroupId supervisorUserId"
    " createdByUserId isUpdatedManually checklistTemplateId reservationUnitId canStartFrom"
    " canStartFromListingTime canStartFromEvent canStartFromEventDelta shouldEndBy shouldEndByListingTime"
    " shouldEndByEvent shouldEndByEventDelta status feedbackScore startedAt confirmedAt completedAt priority"
    " cost costCurrency color rank categoriesMap"
)
CHARGE: Fields = _plain(
    "id listingMapId reservationId autopaymentId type currency paymentMethod amount capturedAmount status"
    " paymentProvider scheduledDate chargeDate holdReleaseDate isManual autoChargeId triggerEvent"
    " triggerTimeDelta flatFee percentageFee"
) | {
    "transactions": _plain("id reservationId amount currency status paymentProvider"),
    "refundInfo": _plain("id chargeId refundedChargeId isIncludeInPriceBreakdown"),
}
EXPENSE: Fields = _plain(
    "id accountId listingMapId reservationId ownerStatementId ownerStatementIds ownerStatementNames"
    " ownerStatementExpenseId expenseDate amount type isDeleted ownerUserId ownerUserName ownerUserEmail"
    " ownerUserFirstName ownerUserLastName categories categoriesNames listingName insertedOn updatedOn"
)

IMPERSONAL: Mapping[str, Fields] = {
    "reservations": STAY,
    "conversations": THREAD,
    "reviews": REVIEW,
    "tasks": TASK,
    "charges": CHARGE,
    "expenses": EXPENSE,
}
"""Of every noun whose rows stay when their guest is forgotten; of messages none do."""


def only(fields: Fields, sent: JsonObject) -> JsonObject:
    """A copy of the object with nothing but these fields."""
    return {name: _inner(fields[name], value) for name, value in sent.items() if name in fields}


def _inner(fields: Fields | None, value: Any) -> Any:
    if isinstance(value, list):
        return [_inner(fields, one) for one in value if isinstance(one, dict) is bool(fields)]
    if not isinstance(value, dict):
        return None if fields else value
    if not fields:
        return None
    if value and all(key.isdigit() for key in value):
        # PHP writes a list with gaps as an object with numbers for keys.
        return _inner(fields, list(value.values()))
    return only(fields, value)


def said(sent: Any) -> set[str]:
    """Every text in an object, however deep."""
    if isinstance(sent, str):
        return {sent}
    inside = sent.values() if isinstance(sent, dict) else sent if isinstance(sent, list) else ()
    return {text for one in inside for text in said(one)}
