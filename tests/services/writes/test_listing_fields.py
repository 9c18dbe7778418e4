"""Fields of a listing: what each is called, what it takes, how it is compared and shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.services.writes.listing_fields import (
    FIELDS,
    digest,
    field_named,
    fitting,
    in_currency,
    shown,
    snake,
    state_of,
)
from tests.services.writes.house import told


def test_all_fields(snapshot: SnapshotAssertion) -> None:
    """What each takes, within which numbers and by which words a reader is told of it."""
    assert {
        name: f"{one.key}: {one.words}, {one.takes}, {one.least:g} to {one.most:g} {' '.join(one.choices)}"
        for name, one in FIELDS.items()
    } == snapshot


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("min_nights", "minNights"), ("minNights", "minNights"), (" nickname ", "internalListingName"),
        ("wifi_name", "wifiUsername"), ("doorSecurityCode", "doorSecurityCode"), ("lat", "lat"),
        ("bedrooms", "bedroomsNumber"), ("instructions", "specialInstruction"),
    ],
)  # fmt: skip
def test_a_field_by_any_of_its_names(name: str, key: str) -> None:
    """Ours, Hostaway's, and those of get_listing."""
    found = field_named(name)
    assert not isinstance(found, str)
    assert found.key == key


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("amenities", "amenities"), ("listingAmenities", "amenities"), ("bed_types", "bed_types"),
        ("listingBedTypes", "bed_types"), ("images", "images"), ("listingImages", "images"),
        ("custom_fields", "custom_fields"), ("customFieldValues", "custom_fields"),
    ],
)  # fmt: skip
def test_a_list_by_any_of_its_names(name: str, part: str) -> None:
    assert field_named(name) == part


def test_what_is_no_field(snapshot: SnapshotAssertion) -> None:
    """What Hostaway does not keep, what is not changed here, what sounds like one, and what does not."""
    names = (
        "country", "bedType", "bookingEngineMarkup", "currency_code", "price_markup", "beds_numbers",
        "image", "wifi", "z" * 70, "house_rules" + "z" * 60,
    )  # fmt: skip
    assert {name: told(field_named, name) for name in names} == snapshot


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("name", " Nest ", "Nest"),
        ("house_rules", "", ""),
        ("house_rules", " ", ""),
        ("house_rules", "x" * 10_000, "x" * 10_000),
        ("door_code", "4711#", "4711#"),
        ("instant_bookable", True, 1),
        ("instant_bookable", 0, 0),
        ("room_type", "shared_room", "shared_room"),
        ("time_zone", "Europe/Lisbon", "Europe/Lisbon"),
        ("property_license_issue_date", "2026-02-28", "2026-02-28"),
        ("min_nights", 1, 1),
        ("min_nights", "1125", 1_125),
        ("min_nights", 4.0, 4),
        ("max_guests", 500, 500),
        ("allow_same_day_booking", 1, 1),
        ("check_out_hour", 0, 0),
        ("check_out_hour", 23, 23),
        ("weekly_factor", 0.01, 0.01),
        ("weekly_factor", 1, 1),
        ("lat", -90, -90),
        ("lng", "180", 180),
        ("star_rating", 4.5, 4.5),
        ("base_price", "120.50", 120.5),
        ("base_price", 10_000_000, 10_000_000),
    ],
)
def test_values_that_fit(name: str, value: Any, sent: Any) -> None:
    """As they are sent, up to the last number that is allowed."""
    one = field_named(name)
    assert not isinstance(one, str)
    found = fitting(one, value)
    assert (found, type(found)) == (sent, type(sent))


def test_values_that_do_not_fit(snapshot: SnapshotAssertion) -> None:
    """Of every kind of field, and the first number that is not allowed."""
    asked: list[tuple[str, Any]] = [
        ("name", ""), ("external_listing_name", " "), ("name", None), ("house_rules", ["x"]),
        ("house_rules", "x" * 10_001), ("door_code", 4711), ("wifi_password", "a\u200bb"),
        ("instant_bookable", 2), ("instant_bookable", None), ("room_type", "tent"), ("room_type", ["tent"]),
        ("time_zone", "Lisbon"), ("time_zone", ""), ("time_zone", "../etc"), ("time_zone", 5),
        ("property_license_issue_date", "2026-02-30"), ("property_license_issue_date", "20260228"),
        ("property_license_issue_date", 5), ("min_nights", 0), ("min_nights", 1_126), ("min_nights", 1.5),
        ("min_nights", True), ("min_nights", "NaN"), ("min_nights", "few"), ("min_nights", [1]),
        ("min_nights", None),
        ("max_guests", 501), ("guests_included", 0), ("check_out_hour", -1), ("check_out_hour", 24),
        ("weekly_factor", 0.009), ("weekly_factor", 1.01), ("monthly_factor", True), ("lat", -90.5),
        ("lat", 91), ("lng", 180.5), ("star_rating", 6), ("star_rating", True), ("bathrooms", 200.5),
        ("base_price", -1), ("base_price", "Infinity"), ("base_price", True), ("base_price", 10_000_001),
        ("square_meters", 1_000_000_001),
    ]  # fmt: skip
    assert [[name, told(fitting, field_named(name), value)] for name, value in asked] == snapshot


@pytest.mark.parametrize(
    ("name", "value", "currency", "sent"),
    [
        ("base_price", 120.555, "EUR", 120.56), ("base_price", 120.5, "JPY", 120),
        ("base_price", 0, "EUR", 0),
        ("base_price", "120.555", None, 120.56), ("min_nights", 4, "EUR", 4),
        ("lat", 38.71234, "EUR", 38.71234),
    ],
)  # fmt: skip
def test_amounts_in_the_smallest_unit(name: str, value: Any, currency: str | None, sent: Any) -> None:
    one = field_named(name)
    assert not isinstance(one, str)
    assert in_currency(one, value, currency) == sent


@pytest.mark.parametrize(
    ("name", "value", "state", "words"),
    [
        ("name", None, "", "none"),
        ("name", " Nest ", "Nest", "⟦Nest⟧"),
        (
            "description",
            "quiet " * 33,
            ("quiet " * 33).strip(),
            f"⟦{('quiet ' * 33)[:160]}… (+37 characters)⟧",
        ),
        ("description", "The code is 4711#", "The code is 4711#", "⟦The code is •••⟧"),
        ("door_code", "4711#", digest("4711#"), "set (hidden)"),
        ("door_code", None, "", "none"),
        ("instant_bookable", 1, 1, "yes"),
        ("instant_bookable", False, 0, "no"),
        ("instant_bookable", 5, 1, "yes"),
        ("instant_bookable", None, None, "none"),
        ("base_price", 0, 0, "0.00 EUR"),
        ("base_price", 120.5, 120.5, "120.50 EUR"),
        ("min_nights", None, None, "none"),
        ("min_nights", 3, 3, "3"),
        ("room_type", "shared_room", "shared_room", "shared_room"),
    ],
)
def test_states_and_how_they_are_shown(name: str, value: Any, state: Any, words: str) -> None:
    """A state can be compared; a code is seen to be there, and no more."""
    one = field_named(name)
    assert not isinstance(one, str)
    assert state_of(one, value) == state
    assert shown(one, state, "EUR", secrets=[SecretStr("4711#")]).replace("[redacted]", "•••") == words


def test_an_amount_without_a_currency_is_shown_bare() -> None:
    assert shown(FIELDS["price"], 120.5, None) == "120.5"


def test_names_of_codes_differ_and_do_not_tell_them() -> None:
    assert digest("") == ""
    assert digest("4711#") != digest("4712#")
    assert (len(digest("4711#")), "4711" in digest("4711#")) == (16, False)
    assert digest("4711#") == "d5467e9c5af686b4"


def test_names_in_our_spelling() -> None:
    assert [snake(key) for key in ("checkInTimeStart", "name", "airbnbPetFeeAmount", "x2Y", "APIKey")] == [
        "check_in_time_start", "name", "airbnb_pet_fee_amount", "x2_y", "apikey",
    ]  # fmt: skip
