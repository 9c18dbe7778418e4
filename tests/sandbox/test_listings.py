"""Listings: partial updates, whole arrays, archived ones, availability."""

from __future__ import annotations

import httpx2

from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.sandbox.world.calendar import free_units

from .conftest import TODAY

ARCHIVED = 40_160 + 7 * 11
MULTI = 40_160 + 7 * 5


async def test_nested_objects_need_include_resources(client: httpx2.AsyncClient) -> None:
    plain = (await client.get("/listings")).json()["result"]
    full = (await client.get("/listings", params={"includeResources": 1})).json()["result"]
    assert {len(row["listingImages"]) for row in plain} == {0}
    assert all(row["listingImages"] and row["listingAmenities"] for row in full)


async def test_update_is_partial_and_arrays_are_replaced_whole(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    before = dict(sandbox.world.listings[40_160])
    body = {"listingImages": [{"url": "https://example.com/one.jpg"}], "country": "Nowhere", "bedType": "x"}
    after = (await client.put("/listings/40160", json=body)).json()["result"]
    assert [image["url"] for image in after["listingImages"]] == ["https://example.com/one.jpg"]
    assert (after["name"], after["country"]) == (before["name"], before["country"])
    assert after["bedType"] == before["bedType"]


async def test_archived_listing_refuses_every_write(client: httpx2.AsyncClient) -> None:
    day = {"startDate": "2026-07-01", "endDate": "2026-07-02"}
    answers = [
        await client.put(f"/listings/{ARCHIVED}", json={"name": "New"}),
        await client.put(f"/listings/{ARCHIVED}/calendar", json=day | {"price": 10}),
        await client.put(f"/listings/{ARCHIVED}/calendarIntervals", json=[day | {"price": 10}]),
        await client.post("/tasks", json={"title": "Clean", "listingMapId": ARCHIVED}),
        await client.post(
            "/reservations",
            json={
                "channelId": 2000,
                "listingMapId": ARCHIVED,
                "arrivalDate": "2027-01-01",
                "departureDate": "2027-01-03",
            },
        ),
    ]
    assert {answer.status_code for answer in answers} == {403}
    active = (await client.get("/listings", params={"specialStatus[]": "active"})).json()["result"]
    assert ARCHIVED not in {row["id"] for row in active}
    assert len(active) == 11


async def test_availability_filter_keeps_listings_with_every_night_free(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    query: dict[str, str | int] = {
        "availabilityDateStart": "2026-06-25",
        "availabilityDateEnd": "2026-06-27",
        "availabilityGuestNumber": 3,
    }
    rows = (await client.get("/listings", params=query)).json()["result"]
    first, last = TODAY.replace(day=25), TODAY.replace(day=26)
    expected = {
        number
        for number in sandbox.world.listings
        if number != ARCHIVED
        and free_units(sandbox.world, number, first, last) > 0
        and sandbox.world.listings[number]["personCapacity"] >= 3
    }
    assert {row["id"] for row in rows} == expected


async def test_match_finds_name_and_nickname(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    nickname = sandbox.world.listings[40_160]["internalListingName"]
    rows = (await client.get("/listings", params={"match": nickname.lower()})).json()["result"]
    assert [row["id"] for row in rows] == [40_160]


async def test_units_belong_to_multi_unit_listings_only(client: httpx2.AsyncClient) -> None:
    assert len((await client.get(f"/listingUnits/{MULTI}")).json()["result"]) == 4
    assert (await client.get("/listingUnits/40160")).json()["result"] == []


async def test_bad_images_are_refused_by_index(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.strict = False
    missing = await client.post("/listings/40160/images", json={"images": [{"caption": "x"}]})
    assert missing.json() == {
        "status": "fail",
        "result": 'Image at index 0 is missing the required "url" field.',
    }
    wrong = await client.post("/listings/40160/images", json={"images": [7]})
    assert wrong.json() == {"status": "fail", "result": "Image at index 0 must be an object."}


async def test_a_deleted_listing_takes_its_reservations_along(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    assert (await client.delete("/listings/40160")).status_code == 200
    assert (await client.get("/listings/40160")).status_code == 404
    for path in ("/reservations", "/conversations", "/reviews", "/guestPayments/charges"):
        rows = (await client.get(path, params={"limit": 500})).json()["result"]
        assert 40_160 not in {row["listingMapId"] for row in rows}
