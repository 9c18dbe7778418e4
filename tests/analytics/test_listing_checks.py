"""Each check finds what it is for, and a sound listing passes all of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from hostaway_mcp.analytics.country_zones import fits_country, zones_of
from hostaway_mcp.analytics.listing_checks import CHECKS, Kind, Severity, audit
from hostaway_mcp.models.listings import Listing

TODAY = date(2026, 7, 23)
SOUND: dict[str, Any] = {
    "id": 1, "name": "Alfama Loft", "countryCode": "PT", "city": "Lisbon", "address": "Rua da Graça 1",
    "description": "A bright loft with a terrace over the river, ten minutes from the castle.",
    "houseRules": "No parties.", "keyPickup": "Key box.", "timeZoneName": "Europe/Lisbon", "lat": 38.71,
    "lng": -9.13, "personCapacity": 4, "guestsIncluded": 2, "bedroomsNumber": 2, "bedsNumber": 2,
    "bathroomsNumber": 1, "currencyCode": "EUR", "price": 120, "cleaningFee": 50, "priceForExtraPerson": 15,
    "weeklyDiscount": 0.9, "monthlyDiscount": 0.8, "minNights": 2, "maxNights": 365, "checkInTimeStart": 15,
    "checkInTimeEnd": 22, "checkOutTime": 11, "cancellationPolicyId": 4, "wifiUsername": "loft",
    "wifiPassword": "not-a-password", "contactPhone1": "+12025550143", "airbnbName": "Loft",
    "airbnbListingUrl": "https://airbnb.example/1", "vrboListingUrl": "https://vrbo.example/1",
    "homeawayPropertyName": "Loft", "propertyLicenseExpirationDate": "2028-01-01",
    "listingImages": [{"url": f"https://images.example.com/{n}.jpg"} for n in range(5)],
    "listingAmenities": [{"amenityId": n} for n in range(5)],
    "listingBedTypes": [{"bedTypeId": 1, "quantity": 2}],
}  # fmt: skip

SPOILED: list[tuple[str, dict[str, Any]]] = [
    ("no_name", {"name": ""}),
    ("no_description", {"description": "  "}),
    ("short_description", {"description": "Nice loft."}),
    ("no_house_rules", {"houseRules": None}),
    ("no_images", {"listingImages": []}),
    ("few_images", {"listingImages": SOUND["listingImages"][:4]}),
    ("no_amenities", {"listingAmenities": []}),
    ("few_amenities", {"listingAmenities": SOUND["listingAmenities"][:2]}),
    ("no_arrival_words", {"keyPickup": ""}),
    ("wifi_without_password", {"wifiPassword": None}),
    ("license_expired", {"propertyLicenseExpirationDate": "2026-07-22"}),
    ("license_expires_soon", {"propertyLicenseExpirationDate": "2026-07-23"}),
    ("no_contact", {"contactPhone1": None}),
    ("no_price", {"price": 0}),
    ("no_currency", {"currencyCode": None}),
    ("no_cleaning_fee", {"cleaningFee": None}),
    ("high_cleaning_fee", {"cleaningFee": 361}),
    ("negative_fee", {"refundableDamageDeposit": -1}),
    ("odd_discount", {"weeklyDiscount": 10, "monthlyDiscount": None}),
    ("monthly_dearer", {"monthlyDiscount": 0.95}),
    ("extra_person_never_paid", {"guestsIncluded": 4}),
    ("no_check_in_hour", {"checkInTimeStart": None}),
    ("no_check_out_hour", {"checkOutTime": None}),
    ("impossible_hours", {"checkOutTime": 110}),
    ("little_time_between_stays", {"checkOutTime": 14}),
    ("check_in_ends_before_it_begins", {"checkInTimeEnd": 14}),
    ("no_min_stay", {"minNights": 0}),
    ("long_min_stay", {"minNights": 31}),
    ("max_below_min_stay", {"minNights": 3, "maxNights": 2}),
    ("no_cancellation_policy", {"cancellationPolicyId": None}),
    ("no_time_zone", {"timeZoneName": None}),
    ("unknown_time_zone", {"timeZoneName": "Lisbon"}),
    ("time_zone_of_another_country", {"timeZoneName": "Europe/Berlin"}),
    ("no_country", {"countryCode": None}),
    ("unknown_country", {"countryCode": "XQ"}),
    ("no_address", {"city": ""}),
    ("no_coordinates", {"lat": 0, "lng": 0}),
    ("impossible_coordinates", {"lat": 387.1}),
    ("coordinates_far_from_time_zone", {"lng": -80.13}),
    ("no_channel", {"airbnbName": None, "airbnbListingUrl": None, "vrboListingUrl": None,
                    "homeawayPropertyName": None}),
    ("airbnb_without_link", {"airbnbListingUrl": ""}),
    ("vrbo_without_link", {"vrboListingUrl": None}),
    ("odd_channel_link", {"airbnbListingUrl": "airbnb 12345"}),
    ("no_capacity", {"personCapacity": None, "guestsIncluded": None}),
    ("more_included_than_fit", {"guestsIncluded": 5, "priceForExtraPerson": None}),
    ("no_beds", {"bedsNumber": 0}),
    ("too_few_beds", {"personCapacity": 5}),
    ("fewer_beds_than_bedrooms", {"bedroomsNumber": 3}),
    ("beds_not_as_listed", {"listingBedTypes": [{"bedTypeId": 1, "quantity": 1}]}),
    ("no_bathrooms", {"bathroomsNumber": 0}),
]  # fmt: skip


def listing(**fields: Any) -> Listing:
    return Listing.model_validate(SOUND | fields)


def failed(*listings: Listing) -> list[tuple[int, str]]:
    return [(one.listing.id, one.check.name) for one in audit(listings, TODAY)]


def test_a_sound_listing_passes() -> None:
    assert failed(listing()) == []


@pytest.mark.parametrize(("check", "fields"), SPOILED, ids=[name for name, _ in SPOILED])
def test_a_check_finds_its_fault_alone(check: str, fields: dict[str, Any]) -> None:
    assert failed(listing(**fields)) == [(1, check)]


def test_what_two_listings_share_is_found_on_both() -> None:
    pages = {"vrboListingUrl": "https://vrbo.example/2"}
    assert failed(listing(), listing(id=2, name="alfama  loft", **pages)) == [
        (1, "same_name"), (1, "shared_channel_link"), (2, "same_name"), (2, "shared_channel_link"),
    ]  # fmt: skip
    archived = listing(id=2, specialStatus="archived")
    assert (1, "same_name") not in failed(listing(), archived)


def test_every_check_of_the_table_has_its_fault() -> None:
    tested = {name for name, _ in SPOILED} | {"same_name", "shared_channel_link"}
    assert tested == {one.name for one in CHECKS}
    assert len({one.name for one in CHECKS}) == len(CHECKS)
    assert {one.kind for one in CHECKS} == set(Kind)
    assert {one.severity for one in CHECKS} == set(Severity)


def test_the_table_names_fields_that_a_listing_has() -> None:
    aliases = {field.alias or name for name, field in Listing.model_fields.items()}
    camel = {
        "".join([part if n == 0 else part.capitalize() for n, part in enumerate(name.split("_"))])
        for name in aliases
    }
    assert {one.field for one in CHECKS} <= camel | aliases


def test_a_zone_is_named_where_the_country_has_one_clock() -> None:
    (found,) = audit([listing(countryCode="DE", timeZoneName=None, lng=13.4)], TODAY)
    assert found.set_to == "Europe/Berlin"
    (found,) = audit([listing(timeZoneName=None)], TODAY)
    assert found.set_to is None
    """Portugal has the clock of the Azores too."""


@pytest.mark.parametrize(
    ("zone", "country", "fits"),
    [
        ("Europe/Lisbon", "PT", True),
        ("Atlantic/Azores", "PT", True),
        ("Europe/London", "PT", True),
        ("Europe/Madrid", "PT", False),
        ("Atlantic/Canary", "ES", True),
        ("US/Eastern", "US", True),
        ("America/Phoenix", "US", True),
        ("Europe/London", "US", False),
        ("Asia/Calcutta", "IN", True),
        ("UTC", "GB", False),
        ("Asia/Tokyo", "XQ", True),
        ("Europe/Berlin", "de", True),
    ],
)
def test_a_zone_fits_a_country_by_its_clock(zone: str, country: str, fits: bool) -> None:
    assert fits_country(ZoneInfo(zone), country) is fits


def test_the_zones_of_the_table_exist() -> None:
    for code in ("PT", "US", "AU", "ZW", "AD", "RU", "BR"):
        assert zones_of(code)
        assert set(zones_of(code)) <= available_timezones()
