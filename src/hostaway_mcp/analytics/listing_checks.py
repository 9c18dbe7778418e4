"""The checks of a listing's content, prices, rules, place, channels and capacity, as one table to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hostaway_mcp.analytics.conflicts import CLEANING_HOURS
from hostaway_mcp.analytics.country_zones import fits_country, standard_hours, zones_of
from hostaway_mcp.clock import known_zone
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.redaction import quoted

SHORT_DESCRIPTION = 50
FEW_IMAGES = 5
FEW_AMENITIES = 5
LONG_MIN_STAY = 30
FAR_HOURS = 4.0
"""No clock of the world is further from the sun than that, China's far west apart."""
EXPIRES_SOON = timedelta(days=60)


class Severity(StrEnum):
    """How bad it is: `high` costs bookings or guests now, `medium` will, `low` could be better."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(StrEnum):
    """What a check is about."""

    CONTENT = "content"
    PRICES = "prices"
    RULES = "rules"
    PLACE = "place"
    CHANNELS = "channels"
    CAPACITY = "capacity"


@dataclass(frozen=True, slots=True)
class Peers:
    """What a listing is compared with: the day, and how many active listings share a name or a link."""

    today: date
    names: Counter[str]
    links: Counter[str]

    @classmethod
    def of(cls, listings: Iterable[Listing], today: date) -> Peers:
        """The facts of these listings together."""
        some = tuple(listings)
        links = (link for one in some for link in _links(one))
        return cls(today, Counter(_folded(one.name) for one in some), Counter(links))


Test = Callable[[Listing, Peers], str | None]
"""What is wrong, in a sentence; None where nothing is."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table; `field` is Hostaway's name of what would be mended."""

    name: str
    kind: Kind
    severity: Severity
    field: str
    test: Test
    repair: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that a listing does not pass; `set_to` is the value that would mend it, where that is certain."""

    listing: Listing
    check: Check
    says: str
    set_to: str | None = None


def audit(listings: Sequence[Listing], today: date) -> Iterator[Finding]:
    """
    What these listings do not pass, listing by listing in the order of the table.

    One without a description and with check-out at 16:00 before check-in at 15:00 gives two findings:
    no_description and little_time_between_stays.
    """
    peers = Peers.of((one for one in listings if not one.is_archived), today)
    for listing in listings:
        for check in CHECKS:
            if says := check.test(listing, peers):
                yield Finding(listing, check, says, _set_to(check, listing))


def _set_to(check: Check, listing: Listing) -> str | None:
    zones = zones_of(listing.country_code or "")
    return zones[0] if check.field == "timeZoneName" and len(zones) == 1 else None


def _empty(field: Callable[[Listing], object], says: str) -> Test:
    """Fails where there is nothing: no value, no words, zero."""

    def test(one: Listing, _: Peers) -> str | None:
        value = field(one)
        return says if not (value.strip() if isinstance(value, str) else value) else None

    return test


def _when(condition: Callable[[Listing], bool], says: Callable[[Listing], str]) -> Test:
    def test(one: Listing, _: Peers) -> str | None:
        return says(one) if condition(one) else None

    return test


# Content


def _short_description(one: Listing) -> bool:
    return 0 < len((one.description or "").strip()) < SHORT_DESCRIPTION


def _license(one: Listing, peers: Peers) -> str | None:
    until = one.property_license_expiration_date
    return f"the licence expired on {until}" if until and until < peers.today else None


def _license_soon(one: Listing, peers: Peers) -> str | None:
    until = one.property_license_expiration_date
    soon = until and peers.today <= until <= peers.today + EXPIRES_SOON
    return f"the licence expires on {until}" if soon else None


def _same_name(one: Listing, peers: Peers) -> str | None:
    count = peers.names[_folded(one.name)]
    return f"{count} active listings have this name" if one.name and count > 1 else None


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


# Prices


def _odd_discount(one: Listing) -> bool:
    factors = (one.weekly_discount, one.monthly_discount)
    return any(factor is not None and (factor > 1 or 0 < factor < 0.3) for factor in factors)


def _monthly_dearer(one: Listing) -> bool:
    return bool(one.weekly_discount and one.monthly_discount and one.monthly_discount > one.weekly_discount)


def _extra_never(one: Listing) -> bool:
    return bool(
        one.price_for_extra_person
        and one.guests_included
        and one.person_capacity
        and one.guests_included >= one.person_capacity
    )


# Rules


def _bad_hours(one: Listing) -> bool:
    hours = (one.check_in_time_start, one.check_out_time)
    return any(hour is not None and not 0 <= hour <= 23 for hour in hours)


def _little_time(one: Listing) -> bool:
    into, out = one.check_in_time_start, one.check_out_time
    return into is not None and out is not None and not _bad_hours(one) and into - out < CLEANING_HOURS


def _window(one: Listing) -> bool:
    begin, end = one.check_in_time_start, one.check_in_time_end
    # 0 and what lies behind 23 are hours after midnight.
    return begin is not None and end is not None and 0 < end < begin


# Place


def _foreign_zone(one: Listing) -> bool:
    zone = known_zone(one.time_zone_name)
    return zone is not None and not fits_country(zone, one.country_code or "")


def _nowhere(one: Listing) -> bool:
    return one.lat is None or one.lng is None or (one.lat == 0 and one.lng == 0)


def _off_the_globe(one: Listing) -> bool:
    return not _nowhere(one) and (abs(one.lat or 0) > 90 or abs(one.lng or 0) > 180)


def _far_from_its_clock(one: Listing) -> bool:
    zone = known_zone(one.time_zone_name)
    if zone is None or _nowhere(one) or _off_the_globe(one):
        return False
    apart = abs(standard_hours(zone) - (one.lng or 0) / 15)
    return min(apart, 24 - apart) > FAR_HOURS


# Channels


def _links(one: Listing) -> tuple[str, ...]:
    links = (one.airbnb_listing_url, one.vrbo_listing_url, one.google_vr_listing_url)
    return tuple(link.strip().rstrip("/") for link in links if link and link.strip())


def _unsold(one: Listing) -> bool:
    return not (_links(one) or one.bookingcom_property_name)


def _odd_link(one: Listing) -> bool:
    return any(not link.startswith(("https://", "http://")) or " " in link for link in _links(one))


def _shared_link(one: Listing, peers: Peers) -> str | None:
    shared = any(peers.links[link] > 1 for link in _links(one))
    return "another active listing has the same channel page" if shared else None


# Capacity


def _crowded(one: Listing) -> bool:
    return bool(one.person_capacity and one.beds_number and one.person_capacity > 2 * one.beds_number)


def _beds_differ(one: Listing) -> bool:
    return bool(one.listing_bed_types and one.beds_number and _typed(one) != one.beds_number)


def _typed(one: Listing) -> int:
    return sum(bed.quantity or 0 for bed in one.listing_bed_types)


HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
CONTENT, PRICES, RULES = Kind.CONTENT, Kind.PRICES, Kind.RULES
PLACE, CHANNELS, CAPACITY = Kind.PLACE, Kind.CHANNELS, Kind.CAPACITY

# fmt: off
# ruff: noqa: E501 - a table reads better wide
CHECKS: tuple[Check, ...] = (
    Check("no_name", CONTENT, HIGH, "name", _empty(lambda one: one.name, "it has no name"), "Give it a name."),
    Check("same_name", CONTENT, LOW, "name", _same_name, "Give each a name of its own."),
    Check("no_description", CONTENT, HIGH, "description", _empty(lambda one: one.description, "it has no description"), "Write a description."),
    Check("short_description", CONTENT, MEDIUM, "description", _when(_short_description, lambda one: f"its description has {len((one.description or '').strip())} characters"), f"Write at least {SHORT_DESCRIPTION}."),
    Check("no_house_rules", CONTENT, MEDIUM, "houseRules", _empty(lambda one: one.house_rules, "it has no house rules"), "Write the house rules."),
    Check("no_images", CONTENT, HIGH, "listingImages", _empty(lambda one: one.listing_images, "it has no pictures"), "Add pictures."),
    Check("few_images", CONTENT, MEDIUM, "listingImages", _when(lambda one: 0 < len(one.listing_images) < FEW_IMAGES, lambda one: f"it has {len(one.listing_images)} pictures"), f"Add pictures, {FEW_IMAGES} at least."),
    Check("no_amenities", CONTENT, HIGH, "listingAmenities", _empty(lambda one: one.listing_amenities, "it has no amenities"), "Add the amenities."),
    Check("few_amenities", CONTENT, MEDIUM, "listingAmenities", _when(lambda one: 0 < len(one.listing_amenities) < FEW_AMENITIES, lambda one: f"it has {len(one.listing_amenities)} amenities"), f"Add amenities, {FEW_AMENITIES} at least."),
    Check("no_arrival_words", CONTENT, MEDIUM, "keyPickup", _empty(lambda one: one.key_pickup or one.special_instruction, "it says nothing about keys or arrival"), "Say where the key is."),
    Check("wifi_without_password", CONTENT, LOW, "wifiPassword", _when(lambda one: bool(one.wifi_username) and not (one.wifi_password and one.wifi_password.get_secret_value()), lambda _: "its Wi-Fi has a name and no password"), "Fill in the password."),
    Check("license_expired", CONTENT, HIGH, "propertyLicenseExpirationDate", _license, "Renew the licence and fill in the new date."),
    Check("license_expires_soon", CONTENT, MEDIUM, "propertyLicenseExpirationDate", _license_soon, "Renew the licence."),
    Check("no_contact", CONTENT, LOW, "contactPhone1", _empty(lambda one: one.contact_phone1 or one.contact_email, "it has no contact"), "Fill in a phone number or address."),

    Check("no_price", PRICES, HIGH, "price", _when(lambda one: not one.price or one.price <= 0, lambda _: "it has no base price"), "Set the price of a night."),
    Check("no_currency", PRICES, HIGH, "currencyCode", _empty(lambda one: one.currency_code, "it has no currency"), "Set the currency."),
    Check("no_cleaning_fee", PRICES, LOW, "cleaningFee", _empty(lambda one: one.cleaning_fee, "it has no cleaning fee"), "Set one, unless cleaning is in the price."),
    Check("high_cleaning_fee", PRICES, MEDIUM, "cleaningFee", _when(lambda one: bool(one.price and one.cleaning_fee and one.cleaning_fee > 3 * one.price), lambda one: f"cleaning costs {one.cleaning_fee}, more than three nights at {one.price}"), "Check both figures."),
    Check("negative_fee", PRICES, HIGH, "cleaningFee", _when(lambda one: any(fee is not None and fee < 0 for fee in (one.cleaning_fee, one.price_for_extra_person, one.refundable_damage_deposit)), lambda _: "a fee or deposit is below zero"), "Check cleaning fee, price per extra person and deposit."),
    Check("odd_discount", PRICES, HIGH, "weeklyDiscount", _when(_odd_discount, lambda one: f"weekly and monthly factors are {one.weekly_discount} and {one.monthly_discount}"), "Use factors such as 0.9 for ten per cent off."),
    Check("monthly_dearer", PRICES, MEDIUM, "monthlyDiscount", _when(_monthly_dearer, lambda one: f"a month costs {one.monthly_discount} of the price, a week {one.weekly_discount}"), "Set a monthly factor below the weekly one."),
    Check("extra_person_never_paid", PRICES, LOW, "guestsIncluded", _when(_extra_never, lambda one: f"extra persons cost money, but all {one.person_capacity} are included"), "Include fewer guests, or drop the extra price."),

    Check("no_check_in_hour", RULES, HIGH, "checkInTimeStart", _when(lambda one: one.check_in_time_start is None, lambda _: "it has no check-in hour"), "Set the hour, 0 to 23."),
    Check("no_check_out_hour", RULES, HIGH, "checkOutTime", _when(lambda one: one.check_out_time is None, lambda _: "it has no check-out hour"), "Set the hour, 0 to 23."),
    Check("impossible_hours", RULES, HIGH, "checkInTimeStart", _when(_bad_hours, lambda one: f"check-in is at {one.check_in_time_start} and check-out at {one.check_out_time} o'clock"), "Use hours from 0 to 23."),
    Check("little_time_between_stays", RULES, MEDIUM, "checkOutTime", _when(_little_time, lambda one: f"check-out at {one.check_out_time}:00 leaves {(one.check_in_time_start or 0) - (one.check_out_time or 0)} hours until check-in at {one.check_in_time_start}:00"), f"Leave at least {CLEANING_HOURS:g} hours for cleaning."),
    Check("check_in_ends_before_it_begins", RULES, MEDIUM, "checkInTimeEnd", _when(_window, lambda one: f"check-in is from {one.check_in_time_start}:00 until {one.check_in_time_end}:00"), "Set a later end."),
    Check("no_min_stay", RULES, MEDIUM, "minNights", _when(lambda one: not one.min_nights or one.min_nights < 1, lambda _: "it has no minimum stay"), "Set it, 1 at least."),
    Check("long_min_stay", RULES, MEDIUM, "minNights", _when(lambda one: (one.min_nights or 0) > LONG_MIN_STAY, lambda one: f"the minimum stay is {one.min_nights} nights"), "Check the figure."),
    Check("max_below_min_stay", RULES, HIGH, "maxNights", _when(lambda one: bool(one.max_nights and one.min_nights and one.max_nights < one.min_nights), lambda one: f"at most {one.max_nights} nights, at least {one.min_nights}: nobody can book"), "Raise the maximum or lower the minimum."),
    Check("no_cancellation_policy", RULES, MEDIUM, "cancellationPolicyId", _empty(lambda one: one.cancellation_policy_id or one.cancellation_policy, "it has no cancellation policy"), "Choose one."),

    Check("no_time_zone", PLACE, HIGH, "timeZoneName", _empty(lambda one: one.time_zone_name, "it has no time zone"), "Set an IANA name such as Europe/Lisbon."),
    Check("unknown_time_zone", PLACE, HIGH, "timeZoneName", _when(lambda one: bool(one.time_zone_name) and known_zone(one.time_zone_name) is None, lambda one: f'"{quoted(one.time_zone_name or "", 40)}" is no time zone'), "Set an IANA name such as Europe/Lisbon."),
    Check("time_zone_of_another_country", PLACE, HIGH, "timeZoneName", _when(_foreign_zone, lambda one: f"no clock in {quoted(one.country_code or '', 2)} shows the time of {quoted(one.time_zone_name or '', 40)}"), "Set the zone of the place, or mend the country."),
    Check("no_country", PLACE, MEDIUM, "countryCode", _empty(lambda one: one.country_code, "it has no country code"), "Set two letters such as PT."),
    Check("unknown_country", PLACE, MEDIUM, "countryCode", _when(lambda one: bool(one.country_code) and not zones_of(one.country_code or ""), lambda one: f'"{quoted(one.country_code or "", 10)}" is no country code'), "Set two letters such as PT."),
    Check("no_address", PLACE, MEDIUM, "address", _empty(lambda one: one.address and one.city, "its address or city is empty"), "Fill in the address."),
    Check("no_coordinates", PLACE, MEDIUM, "lat", _when(_nowhere, lambda _: "it has no coordinates"), "Set latitude and longitude."),
    Check("impossible_coordinates", PLACE, HIGH, "lat", _when(_off_the_globe, lambda one: f"its coordinates are {one.lat}, {one.lng}"), "Set latitude (-90 to 90) and longitude (-180 to 180)."),
    Check("coordinates_far_from_time_zone", PLACE, HIGH, "lng", _when(_far_from_its_clock, lambda one: f"longitude {one.lng} is far from {quoted(one.time_zone_name or '', 40)}"), "Check the coordinates and the time zone."),

    Check("no_channel", CHANNELS, MEDIUM, "airbnbListingUrl", _when(_unsold, lambda _: "it is linked to no channel"), "Connect it to a channel in Hostaway, unless it is sold directly only."),
    Check("airbnb_without_link", CHANNELS, LOW, "airbnbListingUrl", _when(lambda one: bool(one.airbnb_name) and not one.airbnb_listing_url, lambda _: "it has an Airbnb name and no Airbnb page"), "Check its Airbnb connection in Hostaway."),
    Check("vrbo_without_link", CHANNELS, LOW, "vrboListingUrl", _when(lambda one: bool(one.homeaway_property_name) and not one.vrbo_listing_url, lambda _: "it has a Vrbo name and no Vrbo page"), "Check its Vrbo connection in Hostaway."),
    Check("odd_channel_link", CHANNELS, MEDIUM, "airbnbListingUrl", _when(_odd_link, lambda _: "a channel page is no web address"), "Mend the link in Hostaway."),
    Check("shared_channel_link", CHANNELS, HIGH, "airbnbListingUrl", _shared_link, "See which of them the page belongs to."),

    Check("no_capacity", CAPACITY, HIGH, "personCapacity", _when(lambda one: not one.person_capacity or one.person_capacity < 1, lambda _: "it does not say how many it sleeps"), "Set the number of guests."),
    Check("more_included_than_fit", CAPACITY, MEDIUM, "guestsIncluded", _when(lambda one: bool(one.person_capacity and (one.guests_included or 0) > one.person_capacity), lambda one: f"{one.guests_included} guests are included, {one.person_capacity} fit in"), "Include no more than fit."),
    Check("no_beds", CAPACITY, MEDIUM, "bedsNumber", _empty(lambda one: one.beds_number, "it has no beds"), "Set the number of beds."),
    Check("too_few_beds", CAPACITY, MEDIUM, "bedsNumber", _when(_crowded, lambda one: f"it sleeps {one.person_capacity} in {one.beds_number} beds"), "Check both figures: more than two to a bed."),
    Check("fewer_beds_than_bedrooms", CAPACITY, MEDIUM, "bedsNumber", _when(lambda one: 0 < (one.beds_number or 0) < (one.bedrooms_number or 0), lambda one: f"it has {one.bedrooms_number} bedrooms and {one.beds_number} beds"), "Check both figures."),
    Check("beds_not_as_listed", CAPACITY, LOW, "listingBedTypes", _when(_beds_differ, lambda one: f"it has {one.beds_number} beds, {_typed(one)} of them with a type"), "Make both agree."),
    Check("no_bathrooms", CAPACITY, LOW, "bathroomsNumber", _empty(lambda one: (one.bathrooms_number or 0) + (one.guest_bathrooms_number or 0), "it has no bathroom"), "Set the number of bathrooms."),
)
# fmt: on
"""Every check there is. What cannot be judged from the listing alone is not here."""
