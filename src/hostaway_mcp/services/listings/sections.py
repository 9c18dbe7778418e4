"""What a listing says, in the words of an answer: each section as a record, made of Hostaway's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from pydantic import SecretStr

from hostaway_mcp.models.finance import TaxSetting
from hostaway_mcp.models.listings import AmountType, Listing, ListingFeeSetting
from hostaway_mcp.services.answers import Money, Record
from hostaway_mcp.services.portfolio import ListingRow
from hostaway_mcp.services.untrusted import clean, clean_name

Section = Literal[
    "facts",
    "rules",
    "amenities",
    "fees",
    "taxes",
    "access",
    "channels",
    "pricing",
    "images",
    "custom_fields",
]
DEFAULT_SECTIONS: tuple[Section, ...] = ("facts", "rules")
SET = "set (hidden)"
"""What stands for a door code or a Wi-Fi password: that there is one."""


class ListingFacts(Record):
    """What it is and where."""

    nickname: str | None = None
    room_type: str | None = None
    beds: int | None = None
    bathrooms: Decimal | None = None
    square_meters: int | None = None
    address: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    rating: Decimal | None = None
    """Mean of the reviews, 0 to 10."""
    license: str | None = None
    description: str | None = None
    unit_names: tuple[str, ...] = ()


class ListingRules(Record):
    """Hours (0 to 23, the listing's zone), lengths of stay, who may come, how it is cancelled."""

    check_in_from_hour: int | None = None
    check_in_to_hour: int | None = None
    check_out_hour: int | None = None
    min_nights: int | None = None
    max_nights: int | None = None
    max_children: int | None = None
    max_infants: int | None = None
    max_pets: int | None = None
    instant_bookable: bool | None = None
    same_day_booking: bool | None = None
    same_day_booking_lead_time: int | None = None
    cancellation_policy: str | None = None
    rental_agreement: bool | None = None
    house_rules: str | None = None


class Charge(Record):
    """A fee or a tax: money, or a percentage, and what it is charged for."""

    name: str
    amount: Money | None = None
    percent: Decimal | None = None
    per: str | None = None
    """reservation, night, person, person_per_night or base_rate."""
    mandatory: bool | None = None
    """False: an extra that guests may add."""
    applies_to: tuple[str, ...] = ()


class ListingAccess(Record):
    """How to get in; codes and passwords only as being set."""

    check_in_from_hour: int | None = None
    check_in_to_hour: int | None = None
    check_out_hour: int | None = None
    key_pickup: str | None = None
    instructions: str | None = None
    door_code: str | None = None
    wifi_name: str | None = None
    wifi_password: str | None = None


class ListingPricing(Record):
    """Prices as they are set; each night's own stands in the calendar."""

    base_price: Money | None = None
    """For one night."""
    guests_included: int | None = None
    extra_person_fee: Money | None = None
    """For each further guest and night."""
    cleaning_fee: Money | None = None
    weekly_factor: Decimal | None = None
    """What is left of the base rate from 7 nights on: 0.9 is 10 % off."""
    monthly_factor: Decimal | None = None
    damage_deposit: Money | None = None


class Image(Record):
    """A picture."""

    url: str
    caption: str | None = None


class ListingDetail(ListingRow):
    """A listing with the sections that were asked for."""

    facts: ListingFacts | None = None
    rules: ListingRules | None = None
    amenities: tuple[str, ...] | None = None
    fees: tuple[Charge, ...] | None = None
    taxes: tuple[Charge, ...] | None = None
    access: ListingAccess | None = None
    channels: dict[str, str] | None = None
    pricing: ListingPricing | None = None
    images: tuple[Image, ...] | None = None
    images_total: int | None = None
    custom_fields: dict[str, str] | None = None
    empty_sections: tuple[str, ...] = ()
    """Sections asked for in which Hostaway has nothing."""


def facts_of(listing: Listing, units: Sequence[str]) -> ListingFacts:
    """What it is and where."""
    return ListingFacts(
        nickname=clean_name(listing.internal_listing_name),
        room_type=listing.room_type.value if listing.room_type else None,
        beds=listing.beds_number,
        bathrooms=listing.bathrooms_number,
        square_meters=listing.square_meters,
        address=_said(listing, listing.address, 200),
        country=clean_name(listing.country),
        latitude=listing.lat,
        longitude=listing.lng,
        rating=rating_of(listing),
        license=clean_name(listing.property_license_number),
        description=_said(listing, listing.description, 600),
        unit_names=tuple(units),
    )


def rules_of(listing: Listing) -> ListingRules:
    """Hours, lengths of stay, who may come, how it is cancelled."""
    return ListingRules(
        check_in_from_hour=listing.check_in_time_start,
        check_in_to_hour=listing.check_in_time_end,
        check_out_hour=listing.check_out_time,
        min_nights=listing.min_nights,
        max_nights=listing.max_nights,
        max_children=listing.max_children_allowed,
        max_infants=listing.max_infants_allowed,
        max_pets=listing.max_pets_allowed,
        instant_bookable=listing.instant_bookable,
        same_day_booking=listing.allow_same_day_booking,
        same_day_booking_lead_time=listing.same_day_booking_lead_time,
        cancellation_policy=clean_name(listing.cancellation_policy),
        rental_agreement=listing.is_rental_agreement_active,
        house_rules=_said(listing, listing.house_rules, 1_500),
    )


def access_of(listing: Listing) -> ListingAccess:
    """How to get in."""
    return ListingAccess(
        check_in_from_hour=listing.check_in_time_start,
        check_in_to_hour=listing.check_in_time_end,
        check_out_hour=listing.check_out_time,
        key_pickup=_said(listing, listing.key_pickup, 600),
        instructions=_said(listing, listing.special_instruction, 1_000),
        door_code=SET if _is_set(listing.door_security_code) else None,
        wifi_name=clean_name(listing.wifi_username),
        wifi_password=SET if _is_set(listing.wifi_password) else None,
    )


def pricing_of(listing: Listing) -> ListingPricing:
    """Prices as they are set."""
    currency = listing.currency_code
    return ListingPricing(
        base_price=Money.of(listing.price, currency),
        guests_included=listing.guests_included,
        extra_person_fee=Money.of(listing.price_for_extra_person, currency),
        cleaning_fee=Money.of(listing.cleaning_fee, currency),
        weekly_factor=listing.weekly_discount,
        monthly_factor=listing.monthly_discount,
        damage_deposit=Money.of(listing.refundable_damage_deposit, currency),
    )


def channels_of(listing: Listing) -> dict[str, str]:
    """Where it is sold, as far as the listing tells: the page there, or the name it goes by."""
    told = {
        "airbnb": listing.airbnb_listing_url or listing.airbnb_name,
        "vrbo": listing.vrbo_listing_url or listing.homeaway_property_name,
        "bookingcom": listing.bookingcom_property_name,
        "google": listing.google_vr_listing_url,
    }
    return {channel: said for channel, value in told.items() if (said := clean(value, max_chars=200))}


def rating_of(listing: Listing) -> Decimal | None:
    """The mean of the reviews to one digit; 0 is Hostaway's word for none."""
    rating = listing.average_review_rating
    return rating.quantize(Decimal("0.1")) if rating else None


def amenities_of(listing: Listing) -> list[str]:
    """The amenities by name."""
    return [clean_name(one.amenity_name) or f"amenity {one.amenity_id}" for one in listing.listing_amenities]


def images_of(listing: Listing) -> tuple[Image, ...]:
    """The pictures in their order."""
    ordered = sorted(listing.listing_images, key=lambda one: (one.sort_order is None, one.sort_order or 0))
    return tuple(
        Image(url=url, caption=clean(one.caption, max_chars=120))
        for one in ordered
        if (url := clean(one.url, max_chars=500, mask=False))
    )


def custom_values(listing: Listing, names: Mapping[int, str]) -> dict[str, str]:
    """The custom values of a listing by the names of their fields, cleaned and without secrets."""
    values: dict[str, str] = {}
    for one in listing.custom_field_values:
        said = _said(listing, None if one.value is None else str(one.value), 200)
        if said:
            values[clean_name(names.get(one.custom_field_id)) or f"field {one.custom_field_id}"] = said
    return values


def fee_of(fee: ListingFeeSetting, currency: str | None) -> Charge:
    """A fee setting in plain words; Hostaway's null for mandatory means an extra."""
    percent = fee.amount_type is AmountType.PERCENT
    kind = fee.fee_type.value if fee.fee_type else None
    return Charge(
        name=clean_name(fee.fee_title) or (_spaced(kind) if kind else f"fee {fee.id}"),
        amount=None if percent else Money.of(fee.amount, currency),
        percent=fee.amount if percent else None,
        per=fee.fee_applied_per.value if fee.fee_applied_per else None,
        mandatory=bool(fee.is_mandatory),
    )


def tax_of(tax: TaxSetting, currency: str | None) -> Charge:
    """A tax setting in plain words."""
    percent = tax.amount_type is AmountType.PERCENT
    return Charge(
        name=_spaced(tax.tax_type.value) if tax.tax_type else f"tax {tax.id}",
        amount=None if percent else Money.of(tax.amount, currency),
        percent=tax.amount if percent else None,
        per=tax.tax_applied_per.value if tax.tax_applied_per else None,
        applies_to=tuple(_spaced(part) for part in tax.apply_to) if percent else (),
    )


def own_taxes_of(listing: Listing) -> list[Charge]:
    """The taxes that stand on the listing itself. Source: Hostaway API reference, "Listing object"."""
    currency = listing.currency_code
    flat = (
        ("guest stay tax", listing.guest_stay_tax, "person"),
        ("guest nightly tax", listing.guest_nightly_tax, "night"),
        ("guest tax", listing.guest_per_person_per_night_tax, "person_per_night"),
    )
    taxes = [Charge(name=name, amount=Money.of(sum_, currency), per=per) for name, sum_, per in flat if sum_]
    rent = listing.property_rent_tax
    return [*([Charge(name="property rent tax", percent=rent)] if rent else []), *taxes]


def _said(listing: Listing, text: str | None, max_chars: int) -> str | None:
    """Words of the listing, cleaned, with its own codes masked wherever they stand."""
    secrets = (listing.door_security_code, listing.wifi_password)
    return clean(text, secrets=secrets, max_chars=max_chars)


def _is_set(secret: SecretStr | None) -> bool:
    return secret is not None and bool(secret.get_secret_value().strip())


def _spaced(word: str) -> str:
    """`lateCheckoutFee` as `late checkout fee`."""
    return "".join(f" {ch.lower()}" if ch.isupper() else ch for ch in word).strip()
