"""
The documented keys of every JSON body that we may send, so that a slip is refused before it leaves.

Tests hold this list to the documentation. Values become what Hostaway reads: dates `YYYY-MM-DD`, moments
`YYYY-MM-DD HH:MM:SS` in UTC, booleans 0 and 1 (but for `waivedFees`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

from pydantic import SecretStr

from hostaway_mcp.client.protocol import Json, JsonObject
from hostaway_mcp.errors import InputError

_JSON_BOOLEANS = frozenset({"waivedFees"})


@dataclass(frozen=True, slots=True)
class Input:
    """A documented body: its keys, and those that must be there."""

    name: str
    keys: frozenset[str]
    required: frozenset[str] = frozenset()

    def wire(self, body: Mapping[str, Json]) -> JsonObject:
        """
        The body as Hostaway reads it.

        Raises:
            InputError: an undocumented key, a missing one, or a value that JSON cannot carry.
        """
        for key in body:
            if key not in self.keys:
                raise self._undocumented(str(key))
        missing = sorted(self.required - body.keys())
        if missing:
            raise InputError(f"{self.name} needs {', '.join(missing)}.")
        return {key: as_json(value, key=key) for key, value in body.items()}

    def wire_all(self, bodies: Sequence[Mapping[str, Json]]) -> list[JsonObject]:
        """The same for a body that is an array."""
        return [self.wire(body) for body in bodies]

    def _undocumented(self, key: str) -> InputError:
        near = difflib.get_close_matches(key, self.keys, n=3)
        hint = f"Near to it: {', '.join(near)}." if near else None
        return InputError(f"{self.name} has no {key[:60]!r} in Hostaway's documentation.", hint=hint)


def as_json(value: Json, *, key: str = "") -> Json:
    """A value as it travels in a JSON body."""
    if isinstance(value, bool):
        return value if key in _JSON_BOOLEANS else int(value)
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Mapping):
        return {str(name): as_json(inner, key=str(name)) for name, inner in value.items()}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes | str):
        return [as_json(inner) for inner in value]
    return _scalar(value)


def _scalar(value: object) -> Json:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, date):
        return as_moment(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() else float(value)
    raise InputError(f"Hostaway cannot be sent a value of type {type(value).__name__}.")


def as_moment(value: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS`, in UTC; a naive one is taken as it stands."""
    utc = value if value.tzinfo is None else value.astimezone(UTC)
    return utc.strftime("%Y-%m-%d %H:%M:%S")


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LISTING = _keys(
    """
    propertyTypeId name externalListingName internalListingName description houseRules keyPickup
    specialInstruction doorSecurityCode country countryCode state city street address publicAddress zipcode
    price starRating weeklyDiscount monthlyDiscount propertyRentTax guestPerPersonPerNightTax guestStayTax
    guestNightlyTax guestBathroomsNumber refundableDamageDeposit personCapacity maxChildrenAllowed
    maxInfantsAllowed maxPetsAllowed lat lng checkInTimeStart checkInTimeEnd checkOutTime cancellationPolicy
    cancellationPolicyId airbnbCancellationPolicyId bookingCancellationPolicyId marriottCancellationPolicyId
    vrboCancellationPolicyId squareMeters roomType bathroomType bedroomsNumber bedsNumber bathroomsNumber
    minNights maxNights guestsIncluded cleaningFee priceForExtraPerson instantBookable
    instantBookableLeadTime airbnbBookingLeadTime airbnbBookingLeadTimeAllowRequestToBook
    allowSameDayBooking sameDayBookingLeadTime contactName contactSurName contactPhone1 contactPhone2
    contactLanguage contactEmail contactAddress language currencyCode timeZoneName wifiUsername wifiPassword
    cleannessStatus cleaningInstruction cleannessStatusUpdatedOn homeawayPropertyName
    homeawayPropertyHeadline homeawayPropertyDescription bookingcomPropertyName
    bookingcomPropertyDescription invoicingContactName invoicingContactSurName invoicingContactPhone1
    invoicingContactPhone2 invoicingContactEmail invoicingContactAddress invoicingContactCity
    invoicingContactZipcode invoicingContactCountry propertyLicenseNumber propertyLicenseType
    propertyLicenseIssueDate propertyLicenseExpirationDate partnersListingMarkup airbnbOfficialListingMarkup
    bookingEngineMarkup homeawayApiMarkup marriottListingMarkup isRentalAgreementActive listingAgreementText
    listingAmenities listingBedTypes listingImages customFieldValues bookingcomPropertyRegisteredInVcs
    bookingcomPropertyHasVat bookingcomPropertyDeclaresRevenue airbnbName airbnbSummary airbnbSpace
    airbnbAccess airbnbInteraction airbnbNeighborhoodOverview airbnbTransit airbnbNotes bedType
    invoicingContactLanguage thumbnailUrl bookingcomPropertyRoomName airbnbPetFeeAmount marriottListingName
    applyPropertyRentTaxToFees
    """
)
_RESERVATION = _keys(
    """
    listingMapId isManuallyChecked guestName guestFirstName guestLastName guestZipCode guestAddress
    guestCity guestCountry guestEmail guestPicture guestRecommendations guestTrips guestWork
    isGuestIdentityVerified isGuestVerifiedByEmail isGuestVerifiedByWorkEmail isGuestVerifiedByFacebook
    isGuestVerifiedByGovernmentId isGuestVerifiedByPhone isGuestVerifiedByReviews numberOfGuests adults
    children infants pets arrivalDate departureDate checkInTime checkOutTime phone totalPrice taxAmount
    channelCommissionAmount cleaningFee securityDepositFee isPaid currency hostNote guestNote guestLocale
    doorCode doorCodeVendor doorCodeInstruction comment airbnbExpectedPayoutAmount airbnbListingBasePrice
    airbnbListingCancellationHostFee airbnbListingCancellationPayout airbnbListingCleaningFee
    airbnbListingHostFee airbnbListingSecurityPrice airbnbOccupancyTaxAmountPaidToHost airbnbTotalPaidAmount
    airbnbTransientOccupancyTaxPaidAmount airbnbCancellationPolicy customerUserId customFieldValues
    financeField status
    """
)
_TASK = _keys(
    """
    listingMapId channelId reservationId assigneeUserId canBePickedByGroupId supervisorUserId
    checklistTemplateId reservationUnitId title description canStartFrom canStartFromEvent
    canStartFromEventDelta shouldEndBy shouldEndByEvent shouldEndByEventDelta status resolutionNote
    feedbackScore feedbackNote priority cost costCurrency costDescription color expense rank checklistItems
    customFieldValue categoriesMap
    """
)
_CALENDAR = _keys(
    """
    startDate endDate isAvailable isProcessed desiredUnitsToSell price minimumStay maximumStay
    closedOnArrival closedOnDeparture note
    """
)

LISTING_IMAGE = Input(
    "ListingImageInput",
    _keys("url caption bookingEngineCaption airbnbCaption vrboCaption sortOrder"),
    required=_keys("url"),
)
PRICE_COMPONENT = Input(
    "PriceComponentInput",
    _keys(
        """
    listingFeeSettingId name value quantity isOverriddenByUser isQuantitySelectable isDeleted
    """
    ),
    required=_keys("name"),
)
LISTING_CREATE = Input("ListingCreateInput", _LISTING, required=_keys("name externalListingName"))
LISTING_UPDATE = Input("ListingUpdateInput", _LISTING)
LISTING_IMAGES = Input("ListingImagesRequest", _keys("images"), required=_keys("images"))
LISTING_FEE_SETTING = Input(
    "ListingFeeSettingInput",
    _keys(
        """
    feeType feeTitle feeAppliedPer amount amountType isMandatory isQuantitySelectable
    """
    ),
    required=_keys("feeType feeAppliedPer amount amountType isQuantitySelectable"),
)
LISTING_AGREEMENT = Input("ListingAgreementInput", _keys("text"), required=_keys("text"))
LISTING_AGREEMENT_DUPLICATE = Input(
    "ListingAgreementDuplicateInput", _keys("listingId listingIds"), required=_keys("listingId listingIds")
)
LISTING_PRICING_SETTINGS = Input(
    "ListingPricingSettingsInput",
    _keys("isAirbnbLOSActive isBookingLOSActive isVrboLOSActive isExpediaLOSActive"),
)
CANCELLATION_POLICY = Input(
    "CancellationPolicyInput",
    _keys("name cancellationPolicyItem"),
    required=_keys("name cancellationPolicyItem"),
)
RESERVATION_CREATE = Input(
    "ReservationCreateInput",
    _RESERVATION
    | _keys(
        """
    channelId isInitial ccNumber ccName ccExpirationYear ccExpirationMonth cvc couponName
    """
    ),
    required=_keys("channelId listingMapId arrivalDate departureDate"),
)
RESERVATION_UPDATE = Input("ReservationUpdateInput", _RESERVATION | _keys("isStarred isArchived isPinned"))
RESERVATION_CANCEL = Input("ReservationCancelInput", _keys("cancelledBy"), required=_keys("cancelledBy"))
NO_SHOW = Input("NoShowInput", _keys("waivedFees"))
RESERVATION_PAYMENT_METHOD = Input(
    "ReservationPaymentMethodInput", _keys("paymentMethod"), required=_keys("paymentMethod")
)
RESERVATION_CARD = Input(
    "ReservationCardInput", _keys("ccNumber ccName cvc ccExpirationMonth ccExpirationYear")
)
FINANCE_FIELD_UPDATE = Input(
    "FinanceFieldUpdateInput", _keys("value isIncludedInTotalPrice isOverriddenByUser")
)
CALENDAR_UPDATE = Input("CalendarUpdateInput", _CALENDAR, required=_keys("startDate endDate"))
CALENDAR_INTERVALS = Input("CalendarIntervalsInput", _CALENDAR, required=_keys("startDate endDate"))
PRICE_DETAILS = Input(
    "PriceDetailsRequest",
    _keys(
        """
    startingDate endingDate numberOfGuests markup reservationCouponId version components
    """
    ),
    required=_keys("startingDate endingDate numberOfGuests version"),
)
PAYMENT_CARD = Input(
    "PaymentCardInput",
    _keys("ccName ccNumber ccExpirationYear ccExpirationMonth ccCvc isDefault"),
    required=_keys("ccName ccNumber ccExpirationYear ccExpirationMonth"),
)
PAYMENT_METHOD_ID = Input("PaymentMethodIdInput", _keys("paymentMethodId"), required=_keys("paymentMethodId"))
CONVERSATION_MESSAGE = Input(
    "ConversationMessageInput", _keys("body communicationType"), required=_keys("body")
)
CUSTOM_FIELD = Input(
    "CustomFieldInput",
    _keys("name varName possibleValues type objectType isPublic sortOrder"),
    required=_keys("name varName type objectType isPublic"),
)
EXPENSE = Input(
    "ExpenseInput",
    _keys(
        """
    ownerStatementId listingMapId reservationId expenseDate concept amount isDeleted ownerUserId
    ownerStatementIds categories categoriesNames attachments
    """
    ),
    required=_keys("expenseDate concept amount"),
)
OFFLINE_CHARGE_CREATE = Input(
    "OfflineChargeCreateInput",
    _keys("title description amount paymentMethod status scheduledDate"),
    required=_keys("title amount paymentMethod status scheduledDate"),
)
OFFLINE_CHARGE_UPDATE = Input(
    "OfflineChargeUpdateInput",
    _keys("title description amount paymentMethod status scheduledDate"),
    required=_keys("title description amount paymentMethod status scheduledDate"),
)
OFFLINE_CHARGE_REFUND = Input(
    "OfflineChargeRefundInput",
    _keys("title description amount reason isIncludeInPriceBreakdown"),
    required=_keys("title amount"),
)
RESERVATION_COUPON = Input(
    "ReservationCouponInput",
    _keys("couponName listingMapId startingDate endingDate"),
    required=_keys("couponName listingMapId startingDate"),
)
UNIFIED_WEBHOOK = Input(
    "UnifiedWebhookInput", _keys("isEnabled url login password alertingEmailAddress"), required=_keys("url")
)
LEGACY_WEBHOOK = Input(
    "LegacyWebhookInput", _keys("listingMapId channelId isEnabled url login password"), required=_keys("url")
)
LOS = Input("LosInput", _keys("checkin occupancy prices"), required=_keys("checkin occupancy prices"))
TASK_CREATE = Input("TaskCreateInput", _TASK, required=_keys("title"))
TASK_UPDATE = Input("TaskUpdateInput", _TASK)

ALL: tuple[Input, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Input))
