"""Finding listings, and one listing's sections."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import pytest

from hostaway_mcp.errors import HostawayMcpError, UnknownNameError
from hostaway_mcp.models.finance import TaxSetting
from hostaway_mcp.models.listings import Listing, ListingFeeSetting
from hostaway_mcp.services.listings.sections import (
    SET,
    Section,
    access_of,
    channels_of,
    fee_of,
    own_taxes_of,
    rules_of,
    tax_of,
)
from tests.support.house import House, house

EVERY: tuple[Section, ...] = get_args(Section)


def _truth(home: House) -> list[dict[str, Any]]:
    world = home.sandbox.world
    return [world.listings.peek(number) for number in world.listings]


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, lambda one: one["specialStatus"] is None),
        ({"status": "archived"}, lambda one: one["specialStatus"] == "archived"),
        ({"status": "all"}, lambda one: True),
        ({"city": "porto"}, lambda one: one["city"] == "Porto" and one["specialStatus"] is None),
        ({"country_code": "gb"}, lambda one: one["countryCode"] == "GB" and one["specialStatus"] is None),
        ({"min_guests": 6}, lambda one: one["personCapacity"] >= 6 and one["specialStatus"] is None),
        (
            {"min_bedrooms": 2, "country_code": "portugal", "status": "all"},
            lambda one: one["bedroomsNumber"] >= 2 and one["countryCode"] == "PT",
        ),
        (
            {"tag": "hot tub"},
            lambda one: (
                any(a["amenityName"] == "Hot tub" for a in one["listingAmenities"])
                and one["specialStatus"] is None
            ),
        ),
        ({"tag": "AL-120480"}, lambda one: one["id"] == 40160),
        ({"listing": [40160, 40167], "city": "Porto"}, lambda one: one["id"] == 40167),
    ],
)
async def test_filters_keep_what_fits(asked: dict[str, Any], fits: Any) -> None:
    """Against the world's own documents; the total counts them."""
    async with house(listings=40) as home:
        answer = await home.app.services.listings.find(**asked)
        expected = {one["id"] for one in _truth(home) if fits(one)}
        assert expected
        assert {row.listing_id for row in answer.listings} == expected
        assert answer.total == len(expected)


async def test_rows_say_what_the_world_says() -> None:
    """Every field of the contract's row."""
    async with house() as home:
        answer = await home.app.services.listings.find(status="all", detail="standard")
        by_id = {one["id"]: one for one in _truth(home)}
        for row in answer.listings:
            one = by_id[row.listing_id]
            shown = (row.name, row.city, row.country_code, row.bedrooms, row.max_guests, row.currency)
            assert shown == tuple(
                one[key]
                for key in ("name", "city", "countryCode", "bedroomsNumber", "personCapacity", "currencyCode")
            )
            assert row.status == (one["specialStatus"] or "active")
            assert row.time_zone == one["timeZoneName"]
            assert row.cleaning_fee
            assert row.cleaning_fee.amount == one["cleaningFee"]
            assert row.channels == ("airbnb", "vrbo", "bookingcom")


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("bedrooms", lambda one: -one["bedroomsNumber"]),
        ("guests", lambda one: -one["personCapacity"]),
        ("city", lambda one: one["city"]),
        ("name", lambda one: one["name"][:1].casefold()),
    ],
)
async def test_the_order_is_the_one_asked_for(sort: Any, key: Any) -> None:
    """Largest first where it is a size."""
    async with house(listings=40) as home:
        rows = (await home.app.services.listings.find(sort=sort)).listings
        by_id = {one["id"]: one for one in _truth(home)}
        keys = [key(by_id[row.listing_id]) for row in rows]
        assert keys == sorted(keys)


async def test_an_archived_listing_is_shown_when_it_is_named() -> None:
    """Without asking for its status."""
    async with house(listings=12) as home:
        archived = next(one["id"] for one in _truth(home) if one["specialStatus"])
        answer = await home.app.services.listings.find(listing=archived)
        assert [row.status for row in answer.listings] == ["archived"]
        assert (await home.app.services.listings.find(listing=archived, status="active")).listings == ()


async def test_finding_costs_the_portfolio_once_and_tags_cost_a_read_more() -> None:
    """Amenities and custom values come only with includeResources."""
    async with house() as home:
        find = home.app.services.listings.find
        await find()
        await find(city="Lisbon", min_guests=2, detail="standard")
        assert home.upstream == ["/v1/listings"]
        await find(tag="pool")
        await find(tag="balcony", detail="full")
        assert home.upstream == ["/v1/listings", "/v1/listings", "/v1/customFields"]


async def test_a_part_of_the_portfolio_has_no_total() -> None:
    """Page 2 of 3 fails."""
    async with house(listings=250) as home:
        home.sandbox.faults.add("status", path="/v1/listings", after=1, times=None)
        answer = await home.app.services.listings.find(limit=100)
        assert not answer.complete
        assert answer.total is None
        assert answer.missing[0].what == "some listings"


async def test_an_unknown_city_is_said_with_those_there_are() -> None:
    """An empty list alone would be a riddle."""
    async with house() as home:
        answer = await home.app.services.listings.find(city="Atlantis")
        assert answer.listings == ()
        assert answer.warnings[0].startswith('No listing is in "Atlantis". There are: ')


async def test_custom_fields_that_cannot_be_named_are_numbered() -> None:
    """The values are there all the same."""
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/customFields", times=None)
        answer = await home.app.services.listings.find(listing=40160, detail="full")
        assert answer.listings[0].custom_fields == {"field 301": "AL-120480"}


@pytest.mark.parametrize(
    ("sections", "paths"),
    [
        (("rules",), []),
        (("access", "pricing", "channels"), []),
        (("facts",), ["/v1/listingUnits/40195"]),
        (("fees",), ["/v1/listingFeeSettings/40195"]),
        (("taxes",), ["/v1/listingTaxSettings/40195"]),
        (("amenities", "images"), ["/v1/listings/40195"]),
        (("custom_fields",), ["/v1/listings/40195", "/v1/customFields"]),
    ],
)
async def test_only_the_calls_that_the_sections_need_are_made(
    sections: tuple[Section, ...], paths: list[str]
) -> None:
    """Beside the portfolio."""
    async with house() as home:
        await home.app.services.listings.get(listing=40195, sections=sections)
        assert home.upstream == ["/v1/listings", *paths]


async def test_every_section_says_what_the_world_says() -> None:
    """One listing with four units, in full."""
    async with house() as home:
        world = home.sandbox.world
        said, one = world.listings[40195], await _get(home, EVERY)
        assert one.facts
        assert (one.units, len(one.facts.unit_names)) == (4, 4)
        assert one.rules
        assert (one.rules.check_in_from_hour, one.rules.min_nights) == (
            said["checkInTimeStart"],
            said["minNights"],
        )
        assert set(one.amenities or ()) == {a["amenityName"] for a in said["listingAmenities"]}
        assert [image.url for image in one.images or ()] == [i["url"] for i in said["listingImages"]]
        assert one.custom_fields == {"Licence": said["customFieldValues"][0]["value"]}
        fees = {fee.name: fee.amount.amount for fee in one.fees or () if fee.amount}
        assert fees == {"cleaning fee": said["cleaningFee"]} | {
            "parking fee": 12,
            "late checkout fee": 35,
            "pet fee": 40,
        }
        assert [(tax.name, tax.percent) for tax in one.taxes or ()] == [
            (tax["taxType"], Decimal(str(tax["amount"]))) for tax in world.taxes[40195]
        ]
        assert one.pricing
        assert one.pricing.base_price
        assert one.pricing.base_price.amount == said["price"]


async def test_codes_and_passwords_are_never_shown() -> None:
    """Not even where somebody wrote them into a text."""
    async with house() as home:
        world = home.sandbox.world
        code, password = world.listings[40195]["doorSecurityCode"], world.listings[40195]["wifiPassword"]
        text = f"Come in with {code}, then use {password}."
        world.touch_listing(
            40195, keyPickup=text, houseRules=text, description=text, specialInstruction=text,
            customFieldValues=[{"customFieldId": 301, "value": text}],
        )  # fmt: skip
        one = await _get(home, EVERY)
        assert one.access
        assert (one.access.door_code, one.access.wifi_password) == (SET, SET)
        shown = one.model_dump_json()
        assert code not in shown
        assert password not in shown


async def test_a_section_that_fails_leaves_the_others_whole() -> None:
    """And is named, with how to get it."""
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/listingTaxSettings/*", times=None)
        answer = await home.app.services.listings.get(listing=40195, sections=("rules", "fees", "taxes"))
        assert not answer.complete
        assert answer.listing.rules
        assert answer.listing.fees
        assert answer.listing.taxes is None
        assert [part.what for part in answer.missing] == ["taxes"]
        assert answer.missing[0].resume == "get_listing with listing=40195, sections=[taxes]"


async def test_a_row_that_cannot_be_read_is_missed() -> None:
    """One of three fees."""
    async with house() as home:
        home.sandbox.faults.add("bad_row", path="/v1/listingFeeSettings/*")
        answer = await home.app.services.listings.get(listing=40195, sections=("fees",))
        assert not answer.complete
        assert len(answer.listing.fees or ()) == 3


async def test_when_the_only_section_fails_the_error_comes_out() -> None:
    """There would be nothing to show."""
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/listingFeeSettings/*", times=None)
        with pytest.raises(HostawayMcpError):
            await home.app.services.listings.get(listing=40195, sections=("fees",))


async def test_an_unknown_listing_is_refused_with_the_nearest() -> None:
    """One sentence."""
    async with house() as home:
        with pytest.raises(UnknownNameError, match='There is no listing "Alfma Loft"'):
            await home.app.services.listings.get(listing="Alfma Loft")


async def test_many_images_are_counted() -> None:
    """Thirty are shown."""
    async with house() as home:
        images = [{"id": i, "url": f"https://images.example.com/{i}.jpg"} for i in range(80)]
        home.sandbox.world.touch_listing(40195, listingImages=images)
        one = await _get(home, ("images",))
        assert (len(one.images or ()), one.images_total) == (30, 80)


async def test_a_section_without_anything_says_so() -> None:
    """No custom values, no amenities."""
    async with house() as home:
        home.sandbox.world.touch_listing(40195, listingAmenities=[], customFieldValues=[])
        one = await _get(home, ("amenities", "custom_fields"))
        assert one.empty_sections == ("amenities", "custom_fields")


async def _get(home: House, sections: tuple[Section, ...]) -> Any:
    return (await home.app.services.listings.get(listing=40195, sections=sections)).listing


def _listing(**fields: Any) -> Listing:
    return Listing.model_validate({"id": 1, "name": "Home", "currencyCode": "EUR", **fields})


def test_access_without_codes_says_nothing_of_them() -> None:
    """An empty string is no code."""
    access = access_of(_listing(doorSecurityCode="", wifiPassword=None))
    assert (access.door_code, access.wifi_password) == (None, None)


def test_channels_are_those_the_listing_tells_of() -> None:
    """A page, or a name."""
    assert channels_of(_listing(bookingcomPropertyName="Casa")) == {"bookingcom": "Casa"}
    assert channels_of(_listing()) == {}


def test_own_taxes_are_told_by_what_they_are_for() -> None:
    """Fields of the listing itself; nothing where they are 0."""
    taxes = own_taxes_of(_listing(propertyRentTax=6, guestNightlyTax=2, guestStayTax=0))
    assert [(tax.name, tax.percent, tax.per) for tax in taxes] == [
        ("property rent tax", Decimal(6), None),
        ("guest nightly tax", None, "night"),
    ]


def test_fees_and_taxes_are_money_or_percent() -> None:
    """Never both; null for mandatory means an extra."""
    fee = fee_of(
        ListingFeeSetting.model_validate(
            {"id": 1, "feeType": "petFee", "amount": 5, "amountType": "percent"}
        ),
        "EUR",
    )
    assert (fee.name, fee.amount, fee.percent, fee.mandatory) == ("pet fee", None, Decimal(5), False)
    tax = tax_of(TaxSetting.model_validate({"id": 3, "amount": 2, "amountType": "flat"}), "EUR")
    assert (tax.name, str(tax.amount), tax.percent) == ("tax 3", "2.00 EUR", None)


def test_rules_leave_out_what_is_not_set() -> None:
    """No guesses."""
    assert rules_of(_listing()).model_dump(exclude_none=True) == {}
