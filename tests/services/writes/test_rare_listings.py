"""Listings and calendars of which something is unusual: what is proposed and what is refused, whole."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.writes.calendar_draft import DayChange, Draft, usual_price
from tests.services.writes.house import Json, WritingHouse, proposed, told, writing

ALFAMA, EDINBURGH, DENVER, ARCHIVED = 40160, 40195, 40209, 40237
MAY = date(2027, 5, 1)
"""A month in which nobody has booked."""


def day(number: int) -> str:
    return f"{MAY + timedelta(days=number - 1)}"


async def of_listings(home: WritingHouse, *changes: Json, listing: Any = ALFAMA) -> list[Any]:
    return await proposed(home, "update_listings", *({"changes": one} for one in changes), listing=listing)


async def of_days(home: WritingHouse, *changes: Json, listing: Any = ALFAMA, last: int = 3) -> list[Any]:
    ranges = [{"from": day(1), "to": day(last)}]
    return await proposed(home, "update_calendar", *({"changes": one} for one in changes), listing=listing,
                          ranges=ranges)  # fmt: skip


async def test_amounts_and_rules(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """At the borders of what is warned of, where there was none, and in yen."""
    async with writing(tmp_path) as home:
        world = home.home.sandbox.world
        world.touch_listing(ALFAMA, price=100, cleaningFee=None, minNights=2, maxNights=10, guestsIncluded=2,
                            personCapacity=4, checkInTimeStart=15, checkInTimeEnd=20)  # fmt: skip
        said = await of_listings(
            home, {"base_price": 130}, {"base_price": 130.01}, {"base_price": 70}, {"base_price": 69.99},
            {"cleaning_fee": 500}, {"base_price": 100}, {"base_price": "100.004"}, {"min_nights": 10},
            {"min_nights": 11}, {"max_nights": 1}, {"min_nights": 11, "max_nights": 11},
            {"guests_included": 5},
            {"max_guests": 1}, {"check_in_from_hour": 21}, {"check_in_to_hour": 14}, {"check_in_to_hour": 0},
            {"nickname": "x"}, {"min_nights": 2},
        )  # fmt: skip
        world.touch_listing(ALFAMA, currencyCode="JPY", price=10_000)
        said += await of_listings(home, {"base_price": "12000.4"}, {"cleaning_fee": 5_000.6})
        both = [ALFAMA, DENVER]
        said += await of_listings(home, {"cleaning_fee": 80}, {"min_nights": 7}, listing=both)
        said += await of_listings(home, {"min_nights": 7}, listing=[ARCHIVED, ALFAMA])
        said += await of_listings(home, {"min_nights": 7}, {"min_nights": 2}, listing=ARCHIVED)
        world.touch_listing(DENVER, currencyCode="JPY")
        said += await of_listings(home, {"cleaning_fee": 80}, listing=both)
        assert said == snapshot


async def test_codes_texts_and_lists(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Codes that are new, changed, the same or gone, wherever they stand; and lists of what there is."""
    async with writing(tmp_path) as home:
        world = home.home.sandbox.world
        world.touch_listing(ALFAMA, doorSecurityCode="4711#", wifiPassword="sunny-days-7", description=None,
                            houseRules="Ring 4711# or sunny-days-7")  # fmt: skip
        images = world.listings[ALFAMA]["listingImages"]
        has = {row["amenityId"] for row in world.listings[ALFAMA]["listingAmenities"]}
        said = await of_listings(
            home, {"door_code": "4711#"}, {"door_code": "4712#"}, {"door_code": ""},
            {"wifi_password": "rain-8"},
            {"house_rules": "The code 4711# is 4712# now", "door_code": "4712#"}, {"house_rules": ""},
            {"description": "Nice"}, {"description": ""}, {"amenities": {"add": sorted(has)[:1]}},
            {"amenities": {"remove": sorted(has)[:2]}}, {"images": {"remove": [images[0]["url"]]}},
            {"images": {"remove": [images[0]["url"]], "add": ["https://images.example.com/n.jpg"]}},
            {"images": {"add": ["https://images.example.com/n.jpg"]}},
        )  # fmt: skip
        world.touch_listing(ALFAMA, doorSecurityCode=None, wifiPassword=None)
        said += await of_listings(home, {"door_code": "4711#"}, {"door_code": ""})
        assert said == snapshot


async def test_custom_fields_of_listings(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Hidden ones, secret ones, one without a name, one that nobody knows any more."""
    async with writing(tmp_path) as home:
        world = home.home.sandbox.world
        like = next(one for one in world.custom_fields.values() if one["objectType"] == "listing")
        world.custom_fields.clear()
        for number, name, public in ((990, "Bin day", 1), (991, "Safe code", 1), (992, "", 1),
        (993, "Owner's", 0),
                                     (994, "Tax", 0)):  # fmt: skip
            world.custom_fields[number] = like | {
                "id": number, "name": name, "varName": f"field_{number}", "type": "text", "isPublic": public,
            }  # fmt: skip
        there = {990: "Tuesday 4711#", 991: "4711", 992: "Long ago, " * 30, 7: "Of no field"}
        rows = [{"customFieldId": number, "value": value} for number, value in there.items()]
        world.touch_listing(ALFAMA, customFieldValues=rows, doorSecurityCode="4711#")
        said = await of_listings(
            home, *({"custom_fields": one} for one in (
                {"bin day": "Friday"}, {"bin day": ""}, {"bin day": "Tuesday 4711#"}, {"safe code": "4712"},
                {"safe code": ""}, {"field_992": "Short"}, {"tax": "5 %"}, {"bin day": "A", "safe code": "B"},
            ))
        )  # fmt: skip
        for number in range(995, 1_000):
            world.custom_fields[number] = world.custom_fields[994] | {
                "id": number,
                "name": f"Hidden {number}",
            }
        said += await of_listings(home, {"custom_fields": {"bin day": "Friday"}})
        world.touch_listing(ALFAMA, customFieldValues=[])
        said += await of_listings(home, {"custom_fields": {"safe code": "4712"}})
        assert said == snapshot


async def test_new_listings(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """With every part, in a currency of their own, like another, and with a name that is there twice."""
    async with writing(tmp_path) as home:
        world = home.home.sandbox.world
        world.touch_listing(ALFAMA, currencyCode="JPY", description="Nice. " * 20)
        for _ in range(2):
            world.add_listing({"name": "Twin", "externalListingName": "Twin"})
        fields: list[Json] = [
            {"name": "A", "base_price": "120.55", "currency": "JPY"}, {"name": "A", "base_price": "120.555"},
            {"name": "A", "base_price": 0}, {"name": "A", "currency_code": "EURO"},
            {"name": "A", "currency_code": 5},
            {"name": "A", "currencyCode": "eur"}, {"name": "A", "currency_code": "ÄÖÜ"}, {"name": "Twin"},
            {"name": "A", "external_listing_name": "B", "house_rules": "Quiet. " * 40, "door_code": "4711#"},
            {"name": "A", "amenities": ["Crib", "Iron"], "bed_types": {"Futon": 2},
            "images": ["https://a.b/1"]},
            {"currency_code": "EUR"}, {"name": "A", "custom_fields": {"nothing": "x"}},
            {"name": "A", "instant_bookable": True, "city": ""},
        ]  # fmt: skip
        said = await proposed(home, "create_listing", *({"fields": one} for one in fields))
        copies: list[Json] = [
            {"name": "A"}, {"name": "A", "description": "Nicer", "base_price": 5.6, "currency_code": "EUR"},
            {"name": "A", "amenities": {"add": ["Crib"]}, "images": {"add": ["https://a.b/1"]}},
            {"name": "A", "amenities": ["Crib"], "bed_types": {"Queen bed": 0}},
        ]  # fmt: skip
        said += await proposed(home, "create_listing", *({"fields": one} for one in copies), copy_from=ALFAMA)
        said += await proposed(home, "create_listing", {"fields": {"name": "A"}, "copy_from": 7})
        assert said == snapshot


async def test_too_many_listings_to_find_one_among(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """Five pages of a name, and what it must be exactly."""
    monkeypatch.setattr("hostaway_mcp.services.writes.new_listings.PAGE_LIMIT", 1)
    async with writing(tmp_path, listings=2) as home:
        for number in range(4):
            home.home.sandbox.world.add_listing({"name": f"Nest {number}", "externalListingName": "Nest"})
        said = await proposed(home, "create_listing", {"fields": {"name": "Nest"}})
        home.home.sandbox.world.add_listing({"name": "Nest 4", "externalListingName": "Nest"})
        assert [*said, *await proposed(home, "create_listing", {"fields": {"name": "Nest"}})] == snapshot


# Calendars.


async def test_prices_of_nights(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """At the borders of what is warned of, of several nights, and where a night has none."""
    (tmp_path / "policy.toml").write_text("[limits]\nprice_factor = 20\n")
    async with writing(tmp_path) as home:
        changed = home.home.sandbox.world.calendar_changes
        for number in range(31):
            changed[ALFAMA, MAY + timedelta(days=number)] = {"price": 100 + number * 10, "note": "Fair"}
        said = await of_days(
            home, {"price": 130}, {"price": 130.01}, {"price": 70}, {"price": 69}, {"price": 100},
            {"price_percent": 30}, {"price_percent": 31}, {"price_percent": -31}, {"price_percent": "0.004"},
            {"note": ""}, {"note": "Fair"}, {"price": 100, "note": "Far, " * 50}, {"max_stay": 1},
            {"min_stay": 400},
        )  # fmt: skip
        changed[ALFAMA, MAY] = {
            "price": None,
            "minimumStay": None,
            "maximumStay": None,
            "closedOnArrival": None,
        }
        said += await of_days(home, {"price": 300}, {"price_percent": 5}, {"min_stay": 3, "max_stay": 3},
                              {"closed_to_arrival": False, "closed_to_departure": True})  # fmt: skip
        both = [DENVER, ALFAMA]
        said += await of_days(
            home, {"price": 140}, {"price_percent": 5}, {"min_stay": 9}, listing=both, last=2
        )
        assert said == snapshot


async def test_nights_with_stays(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Many of them, those that only wait or are over, and units of which some are taken."""
    async with writing(tmp_path) as home:
        world = home.home.sandbox.world
        for number, status in enumerate(("new", "ownerStay", "awaitingPayment", "inquiry", "cancelled")):
            first = MAY + timedelta(days=3 * number)
            world.add_reservation(ALFAMA, first, first + timedelta(days=1), status=status)
        said = await of_days(home, {"block": True}, {"block": False}, last=15)
        for number in range(10):
            first = MAY + timedelta(days=15 + number * 2)
            world.add_reservation(ALFAMA, first, first + timedelta(days=1), status="new")
            for _ in range(4 if number == 5 else 1):
                world.add_reservation(EDINBURGH, first, first + timedelta(days=1), status="new")
        said += await of_days(home, {"block": True}, last=60)
        said += await of_days(home, {"block": True}, {"block": False}, {"units_to_sell": 3},
        {"units_to_sell": 0},
                              listing=EDINBURGH, last=60)  # fmt: skip
        assert said == snapshot


async def test_spans_of_days(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Side by side, one over the other, a whole year, a day more, and yesterday somewhere."""
    async with writing(tmp_path) as home:
        year = timedelta(days=365)
        home.home.sandbox.world.touch_listing(ALFAMA, timeZoneName="Pacific/Kiritimati")
        spans: list[list[Json]] = [
            [{"from": day(4)}, {"from": day(1), "to": day(3)}],
            [{"from": day(3)}, {"from": day(1), "to": day(3)}],
            [{"from": "2026-07-24", "to": f"{date(2026, 7, 24) + year}"}],
            [{"from": "2026-07-24", "to": f"{date(2026, 7, 25) + year}"}], [{"from": day(3), "to": day(2)}],
            [{"from": "2027-06", "to": "2027-07"}], [{"from": "2026-07-23"}], [{"from": "2026-07-22"}],
            [{"from": day(2 * number + 1)} for number in range(8)],
            [{"from": day(2 * number + 1)} for number in range(9)],
        ]  # fmt: skip
        said: list[Any] = []
        for listing in (DENVER, [DENVER, ALFAMA]):
            said += await proposed(home, "update_calendar", *({"ranges": one} for one in spans),
            listing=listing,
                                   changes={"min_stay": 19, "max_stay": 19})  # fmt: skip
        assert said == snapshot


HOME = Listing.model_validate({"id": 1, "name": "Nest", "currencyCode": "EUR", "price": 90})


def night(**values: Any) -> CalendarDay:
    return CalendarDay.model_validate(
        {"id": 1, "date": day(1), "isAvailable": 1, "status": "available"} | values
    )


@pytest.mark.parametrize(
    ("values", "free"),
    [
        ({"availableUnitsToSell": 2, "countBlockedUnits": 1}, 3),
        ({"availableUnitsToSell": 2, "countBlockedUnits": 0}, 2),
        ({"availableUnitsToSell": 1, "countReservedUnits": 2, "countPendingUnits": 1}, 1),
        ({"availableUnitsToSell": 1, "countReservedUnits": 0, "countBlockingReservations": 3}, 4),
        ({"availableUnitsToSell": 1, "countBlockingReservations": 3}, 1),
        ({"availableUnitsToSell": 1}, 4),
        ({"availableUnitsToSell": 1, "countReservedUnits": 5}, 0),
    ],
)
def test_how_many_units_are_free(values: Json, free: int) -> None:
    """Those to sell and those blocked by hand; or what stays leave of all where that is not told."""
    draft = Draft(HOME, 4, None)
    draft.add(night(**values), DayChange(units_to_sell=free))
    wanted = {"availableUnitsToSell": free} if values["availableUnitsToSell"] != free else None
    assert draft.wanted.get(day(1)) == wanted
    assert told(draft.add, night(**values), DayChange(units_to_sell=free + 1))[1] == (
        f"On {day(1)} {free} of its 4 units are without a stay; {free + 1} cannot be sold."
    )


def test_units_that_hostaway_does_not_tell() -> None:
    assert told(Draft(HOME, 4, None).add, night(), DayChange(block=False)) == [
        "invalid_input", f"Hostaway does not say how many units can be sold on {day(1)}.", None,
    ]  # fmt: skip


def test_what_a_night_costs_usually() -> None:
    """The median of what is known, or the listing's own price."""
    assert usual_price(HOME, [night(price=100), night(price=0), night(price=300), night()]) == Decimal(200)
    assert usual_price(HOME, [night(price=0)]) == Decimal(90)
    draft = Draft(HOME, 1, Decimal(50))
    for price in (None, 0, 100):
        draft.add(night(price=price), DayChange(price=Decimal(200)))
    assert [move.before for _, move in draft.prices] == [Decimal(50), Decimal(50), Decimal(100)]
