"""Listings as Hostaway describes them, with their units, fees and settings."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.custom_fields import CustomFieldValues
from hostaway_mcp.models.lenient import MANY, Day, Moment, OpenEnum, Secret, Wire


class SpecialStatus(OpenEnum):
    """Why a listing is out of use."""

    UNKNOWN = "unknown"
    ARCHIVED = "archived"
    ACTIVE = "active"


class RoomType(OpenEnum):
    """What a guest has to themselves."""

    UNKNOWN = "unknown"
    ENTIRE_HOME = "entire_home"
    PRIVATE_ROOM = "private_room"
    SHARED_ROOM = "shared_room"


class ListingAmenity(Wire):
    """An amenity of a listing; `amenity_id` points into the amenities dictionary."""

    id: int | None = None
    amenity_id: int
    amenity_name: str | None = None


class ListingBedType(Wire):
    """Beds of one type; `bed_type_id` points into the bed types dictionary."""

    id: int | None = None
    bed_type_id: int
    quantity: int | None = None


class ListingImage(Wire):
    """A picture of a listing."""

    id: int | None = None
    url: str
    caption: str | None = None
    sort_order: int | None = None


class ListingFee(OpenEnum):
    """The kinds of fee a host may set."""

    UNKNOWN = "unknown"
    ADDITIONAL_CLEANING = "additionalCleaningFee"
    PARKING = "parkingFee"
    TOWEL_CHANGE = "towelChangeFee"
    MIDSTAY_CLEANING = "midstayCleaningFee"
    ROOM_REQUEST = "roomRequestFee"
    RESERVATION_CHANGE = "reservationChangeFee"
    LATE_CHECKOUT = "lateCheckoutFee"
    OTHER = "otherFees"
    CREDIT_CARD = "creditCardFee"
    KITCHEN_LINEN = "kitchenLinenFee"
    LINEN_PACKAGE = "linenPackageFee"
    TRANSFER = "transferFee"
    WRISTBAND = "wristbandFee"
    EXTRA_BEDS = "extraBedsFee"
    SERVICE = "serviceFee"
    BED_LINEN = "bedLinenFee"
    BOOKING = "bookingFee"
    PET = "petFee"
    SKIPASS = "skiPassFee"
    TOURISM = "tourismFee"
    CHILDREN_EXTRA = "childrenExtraFee"
    RESORT = "resortFee"


class AppliedPer(OpenEnum):
    """What a fee or tax is charged for."""

    UNKNOWN = "unknown"
    RESERVATION = "reservation"
    PERSON = "person"
    NIGHT = "night"
    PERSON_PER_NIGHT = "person_per_night"
    BASE_RATE = "base_rate"


class AmountType(OpenEnum):
    """Whether an amount is money or a share."""

    UNKNOWN = "unknown"
    PERCENT = "percent"
    FLAT = "flat"


class ListingFeeSetting(Wire):
    """
    A fee of a listing; mandatory ones are always charged, the others are extras to add.

    Source: Hostaway API reference, "Listing fee settings"; `base_rate` occurs in its examples only.
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    fee_type: ListingFee | None = None
    fee_title: str | None = None
    fee_applied_per: AppliedPer | None = None
    amount: Decimal | None = None
    amount_type: AmountType | None = None
    is_mandatory: bool | None = None
    is_quantity_selectable: bool | None = None
    channel: Channel | None = Field(default=None, alias="channelId")
    inserted_on: Moment | None = None
    updated_on: Moment | None = None


class ListingUnit(Wire):
    """One of several like units of a listing."""

    id: int
    name: str = ""
    ground: str | None = None
    unit_number: str | None = None
    listing_unit_id: int | None = Field(default=None, alias="listingMapIdUnit")


class ListingAgreement(Wire):
    """The rental agreement's text."""

    id: int | None = None
    listing_id: int = Field(alias="listingMapId")
    text: str = ""


class ListingPricingSettings(Wire):
    """Which channels take prices by length of stay."""

    id: int | None = None
    listing_id: int = Field(alias="listingMapId")
    is_airbnb_los_active: bool | None = Field(default=None, alias="isAirbnbLOSActive")
    is_booking_los_active: bool | None = Field(default=None, alias="isBookingLOSActive")
    is_vrbo_los_active: bool | None = Field(default=None, alias="isVrboLOSActive")
    is_expedia_los_active: bool | None = Field(default=None, alias="isExpediaLOSActive")


class ListingImagesJob(Wire):
    """Pictures taken up for import; they appear minutes later."""

    message: str | None = None
    images_count: int


class Listing(Wire):
    """
    One property or unit type. Money in `currency_code`, hours in `time_zone_name`.

    `average_review_rating` is 0 to 10. Nested lists are empty unless asked for with include_resources.
    Source: Hostaway API reference, "Listing object".
    """

    id: int
    name: str = ""
    internal_listing_name: str | None = None
    external_listing_name: str | None = None
    special_status: SpecialStatus | None = None
    property_type_id: int | None = None
    room_type: RoomType | None = None
    description: str | None = None
    house_rules: str | None = None

    country: str | None = None
    country_code: str | None = None
    state: str | None = None
    city: str | None = None
    street: str | None = None
    address: str | None = None
    public_address: str | None = None
    zipcode: str | None = None
    lat: float | None = None
    lng: float | None = None
    time_zone_name: str | None = None
    language: str | None = None

    person_capacity: int | None = None
    guests_included: int | None = None
    max_children_allowed: int | None = None
    max_infants_allowed: int | None = None
    max_pets_allowed: int | None = None
    bedrooms_number: int | None = None
    beds_number: int | None = None
    bathrooms_number: Decimal | None = None
    guest_bathrooms_number: int | None = None
    square_meters: int | None = None
    average_review_rating: Decimal | None = None
    star_rating: Decimal | None = None

    currency_code: str | None = None
    price: Decimal | None = None
    cleaning_fee: Decimal | None = None
    price_for_extra_person: Decimal | None = None
    refundable_damage_deposit: Decimal | None = None
    weekly_discount: Decimal | None = None
    monthly_discount: Decimal | None = None
    property_rent_tax: Decimal | None = None
    guest_per_person_per_night_tax: Decimal | None = None
    guest_stay_tax: Decimal | None = None
    guest_nightly_tax: Decimal | None = None
    airbnb_pet_fee_amount: Decimal | None = None

    min_nights: int | None = None
    max_nights: int | None = None
    check_in_time_start: int | None = None
    check_in_time_end: int | None = None
    check_out_time: int | None = None
    instant_bookable: bool | None = None
    allow_same_day_booking: int | None = None
    """A code: 0 is no; its examples have more than 0 and 1."""
    same_day_booking_lead_time: int | None = None
    instant_bookable_lead_time: int | None = None
    cancellation_policy: str | None = None
    cancellation_policy_id: int | None = None

    key_pickup: str | None = None
    special_instruction: str | None = None
    door_security_code: Secret | None = None
    wifi_username: str | None = None
    wifi_password: Secret | None = None
    cleanness_status: str | None = None
    cleaning_instruction: str | None = None
    cleanness_status_updated_on: Moment | None = None
    contact_name: str | None = None
    contact_sur_name: str | None = None
    contact_phone1: str | None = Field(default=None, alias="contactPhone1")
    contact_email: str | None = None

    property_license_number: str | None = None
    property_license_type: str | None = None
    property_license_issue_date: Day | None = None
    property_license_expiration_date: Day | None = None
    airbnb_name: str | None = None
    airbnb_summary: str | None = None
    airbnb_listing_url: str | None = None
    vrbo_listing_url: str | None = None
    google_vr_listing_url: str | None = None
    bookingcom_property_name: str | None = None
    homeaway_property_name: str | None = None
    thumbnail_url: str | None = None
    is_rental_agreement_active: bool | None = None
    latest_activity_on: Moment | None = None

    listing_amenities: Annotated[tuple[ListingAmenity, ...], MANY] = ()
    listing_bed_types: Annotated[tuple[ListingBedType, ...], MANY] = ()
    listing_images: Annotated[tuple[ListingImage, ...], MANY] = ()
    listing_fee_setting: Annotated[tuple[ListingFeeSetting, ...], MANY] = ()
    custom_field_values: CustomFieldValues = ()

    @property
    def is_archived(self) -> bool:
        """Whether every write on it would be refused (since 2025-11-15)."""
        return self.special_status is SpecialStatus.ARCHIVED
