"""The fields of a listing that can be changed: what each is called, what it takes, how it is shown."""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hostaway_mcp.client.inputs import LISTING_UPDATE, as_json
from hostaway_mcp.errors import InputError, UnknownNameError
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.untrusted import clean, fence
from hostaway_mcp.services.writes.words import check_text

TEXT_CHARS = 10_000
SHOWN_CHARS = 160
"""Of a text in a proposal; the rest is counted."""

SET = "set (hidden)"


class Takes(StrEnum):
    """What a field holds."""

    TEXT = "a text"
    MONEY = "an amount"
    COUNT = "a whole number"
    NUMBER = "a number"
    FACTOR = "a factor such as 0.9 for 10 % off"
    FLAG = "true or false"
    CHOICE = "one of its words"
    SECRET = "a text that is shown to nobody"  # noqa: S105
    ZONE = "a time zone such as Europe/Lisbon"
    DAY = "a date YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Field:
    """One documented field; `key` is Hostaway's, `least` and `most` are for numbers."""

    key: str
    takes: Takes
    least: float = 0
    most: float = 10_000
    choices: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`check in time start`, for a reader."""
        return snake(self.key).replace("_", " ")


def snake(key: str) -> str:
    """`checkInTimeStart` as `check_in_time_start`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


def _keys(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_TEXTS = _keys(
    """
    name externalListingName internalListingName description houseRules keyPickup specialInstruction
    wifiUsername cleaningInstruction homeawayPropertyName homeawayPropertyHeadline
    homeawayPropertyDescription bookingcomPropertyName bookingcomPropertyDescription
    bookingcomPropertyRoomName marriottListingName airbnbName airbnbSummary airbnbSpace airbnbAccess
    airbnbInteraction airbnbNeighborhoodOverview airbnbTransit airbnbNotes state city street address
    publicAddress zipcode countryCode language propertyLicenseNumber propertyLicenseType
    """
)
_MONEY = _keys(
    """
    price cleaningFee priceForExtraPerson refundableDamageDeposit propertyRentTax
    guestPerPersonPerNightTax guestStayTax guestNightlyTax airbnbPetFeeAmount
    """
)
_COUNTS = _keys(
    """
    maxChildrenAllowed maxInfantsAllowed maxPetsAllowed bedroomsNumber bedsNumber
    guestBathroomsNumber squareMeters instantBookableLeadTime airbnbBookingLeadTime
    allowSameDayBooking sameDayBookingLeadTime propertyTypeId cancellationPolicyId
    airbnbCancellationPolicyId
    """
)

FIELDS: dict[str, Field] = {
    snake(field.key): field
    for field in (
        *(Field(key, Takes.TEXT) for key in _TEXTS),
        *(Field(key, Takes.MONEY, most=10_000_000) for key in _MONEY),
        *(Field(key, Takes.COUNT, most=1_000_000_000) for key in _COUNTS),
        *(Field(key, Takes.COUNT, 1, 1_125) for key in ("minNights", "maxNights")),
        *(Field(key, Takes.COUNT, 1, 500) for key in ("personCapacity", "guestsIncluded")),
        *(Field(key, Takes.COUNT, 0, 23) for key in ("checkInTimeStart", "checkInTimeEnd", "checkOutTime")),
        *(Field(key, Takes.FACTOR, 0.01, 1) for key in ("weeklyDiscount", "monthlyDiscount")),
        *(Field(key, Takes.FLAG) for key in ("instantBookable", "isRentalAgreementActive")),
        *(Field(key, Takes.SECRET) for key in ("doorSecurityCode", "wifiPassword")),
        Field("bathroomsNumber", Takes.NUMBER, most=200),
        Field("starRating", Takes.NUMBER, most=5),
        Field("lat", Takes.NUMBER, -90, 90),
        Field("lng", Takes.NUMBER, -180, 180),
        Field("timeZoneName", Takes.ZONE),
        Field("propertyLicenseIssueDate", Takes.DAY),
        Field("propertyLicenseExpirationDate", Takes.DAY),
        Field("roomType", Takes.CHOICE, choices=("entire_home", "private_room", "shared_room")),
        Field("bathroomType", Takes.CHOICE, choices=("private", "shared")),
        # Source: changelog of 2026-09-10.
        Field(
            "cancellationPolicy",
            Takes.CHOICE,
            choices=("flexible", "moderate", "firm", "strict", "no_refund"),
        ),
    )
}
"""By our names."""

BY_KEY = {field.key: field for field in FIELDS.values()}
"""By Hostaway's."""

_ALSO = {
    "nickname": "internal_listing_name",
    "max_guests": "person_capacity",
    "bedrooms": "bedrooms_number",
    "beds": "beds_number",
    "bathrooms": "bathrooms_number",
    "max_children": "max_children_allowed",
    "max_infants": "max_infants_allowed",
    "max_pets": "max_pets_allowed",
    "check_in_from_hour": "check_in_time_start",
    "check_in_to_hour": "check_in_time_end",
    "check_out_hour": "check_out_time",
    "base_price": "price",
    "extra_person_fee": "price_for_extra_person",
    "damage_deposit": "refundable_damage_deposit",
    "weekly_factor": "weekly_discount",
    "monthly_factor": "monthly_discount",
    "same_day_booking": "allow_same_day_booking",
    "rental_agreement": "is_rental_agreement_active",
    "license": "property_license_number",
    "time_zone": "time_zone_name",
    "latitude": "lat",
    "longitude": "lng",
    "instructions": "special_instruction",
    "wifi_name": "wifi_username",
    "door_code": "door_security_code",
}
"""What get_listing calls them."""

IGNORED = _keys(
    """
    country bedType bookingCancellationPolicyId marriottCancellationPolicyId
    vrboCancellationPolicyId partnersListingMarkup airbnbOfficialListingMarkup bookingEngineMarkup
    homeawayApiMarkup marriottListingMarkup
    """
)
"""Hostaway takes these without a word and keeps none of them. Source: changelog of 2026-10-05."""

PARTS = ("amenities", "bed_types", "images", "custom_fields")
"""Lists that are replaced whole; `listing_parts.py` merges them."""

_PART_KEYS = {"listing_amenities": "amenities", "listing_bed_types": "bed_types", "listing_images": "images"}


def field_named(name: str) -> Field | str:
    """
    The field that a caller means by our name, Hostaway's or that of get_listing; or the name of a list.

    Raises:
        InputError: Hostaway would not keep it, or it is not changed here.
        UnknownNameError: there is none, with the nearest.
    """
    ours = snake(name.strip())
    ours = _PART_KEYS.get(ours, "custom_fields" if ours == "custom_field_values" else _ALSO.get(ours, ours))
    if ours in PARTS:
        return ours
    if ours in FIELDS:
        return FIELDS[ours]
    documented = {snake(key): key for key in LISTING_UPDATE.keys}
    if documented.get(ours) in IGNORED:
        raise InputError(
            f"Hostaway accepts `{ours}` without an error and does not keep it.",
            hint="It can be changed in Hostaway's dashboard only.",
        )
    if ours in documented:
        raise InputError(f"`{ours}` is not changed by this tool.", hint="Change it in Hostaway's dashboard.")
    known = [*FIELDS, *_ALSO, *PARTS]
    nearest = difflib.get_close_matches(ours[:60], known, n=3, cutoff=0.5)
    raise UnknownNameError(
        f'A listing has no field "{quoted(name, 40)}".',
        nearest=nearest,
        hint=f"Near to it: {', '.join(nearest)}." if nearest else f"There are: {', '.join([*FIELDS][:20])}.",
    )


def fitting(one: Field, value: Any) -> Any:
    """
    The value as it is sent; an empty text removes a text.

    Raises:
        InputError: it does not fit; one sentence says what would.
    """
    name = snake(one.key)
    if value is None:
        raise InputError(f"`{name}` cannot be emptied: Hostaway keeps a value that is sent as null.")
    match one.takes:
        case Takes.TEXT | Takes.SECRET:
            return _text(name, value, empty=one.key not in ("name", "externalListingName"))
        case Takes.FLAG if isinstance(value, bool) or value in (0, 1):
            return int(value)
        case Takes.CHOICE if value in one.choices:
            return value
        case Takes.ZONE if _is_zone(value):
            return value
        case Takes.DAY if _is_day(value):
            return value
        case Takes.FLAG | Takes.ZONE | Takes.DAY:
            raise InputError(f"`{name}` takes {one.takes}.")
        case Takes.CHOICE:
            raise InputError(f"`{name}` takes one of {', '.join(one.choices)}.")
    return _number(one, name, value)


def _text(name: str, value: Any, *, empty: bool) -> str:
    if not isinstance(value, str):
        raise InputError(f"`{name}` takes a text.")
    if len(value) > TEXT_CHARS:
        raise InputError(f"`{name}` takes at most {TEXT_CHARS:,} characters; this has {len(value):,}.")
    if not empty and not value.strip():
        raise InputError(f"`{name}` must not be empty.")
    return check_text(value, f"`{name}`")


def _number(one: Field, name: str, value: Any) -> Any:
    try:
        # `True` is no number, and Decimal says so.
        number = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except InvalidOperation:
        number = None
    whole = one.takes is Takes.COUNT
    if number is None or not number.is_finite():
        raise InputError(f"`{name}` takes {one.takes}.")
    if whole and number != number.to_integral_value():
        raise InputError(f"`{name}` takes a whole number.")
    if not Decimal(str(one.least)) <= number <= Decimal(str(one.most)):
        hint = "0.9 is 10 % off." if one.takes is Takes.FACTOR else None
        raise InputError(f"`{name}` must be {one.least:,} to {one.most:,}.", hint=hint)
    return as_json(number)


def in_currency(one: Field, value: Any, currency: str | None) -> Any:
    """An amount in the currency's smallest unit; anything else as it is."""
    if one.takes is not Takes.MONEY:
        return value
    money = Money.of(Decimal(str(value)), currency or "?")
    return as_json(money.amount) if money else value


def state_of(one: Field, value: Any) -> Any:
    """A value of Hostaway's in a form that can be compared: no null for a text, a secret as its digest."""
    if one.takes is Takes.SECRET:
        return digest(str(value or ""))
    if one.takes is Takes.TEXT:
        return str(value or "").strip()
    if one.takes is Takes.FLAG:
        return None if value is None else int(bool(value))
    return value


def digest(code: str) -> str:
    """A name for a code by which a change of it is seen, and the code is not."""
    return hashlib.sha256(code.encode()).hexdigest()[:16] if code else ""


def shown(one: Field, state: Any, currency: str | None, *, secrets: Any = ()) -> str:
    """A state for a reader; a long text is cut, with how much is left out."""
    if state is None or state == "":
        return "none"
    if one.takes is Takes.SECRET:
        return SET
    if one.takes is Takes.MONEY:
        return str(Money.of(Decimal(str(state)), currency) or state)
    if one.takes is Takes.FLAG:
        return "yes" if state else "no"
    if one.takes is Takes.TEXT:
        return fence(clean(state, secrets=secrets, max_chars=SHOWN_CHARS))
    return f"{state}"


def _is_zone(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (KeyError, ValueError, OSError):
        return False


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
