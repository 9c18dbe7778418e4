"""The calendar and the price of a stay."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2
import pytest

from hostaway_mcp.sandbox import Sandbox

MULTI = 40_160 + 7 * 5


async def days_of(client: httpx2.AsyncClient, listing: int, first: str, last: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/listings/{listing}/calendar", params={"startDate": first, "endDate": last})
    days: list[dict[str, Any]] = answer.json()["result"]
    return days


async def test_single_unit_days_have_no_counters_unless_they_are_live_like(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    day = (await days_of(client, 40_160, "2027-05-01", "2027-05-01"))[0]
    assert day["countAvailableUnits"] is None
    sandbox.world.live_counters = True
    day = (await days_of(client, 40_160, "2027-05-01", "2027-05-01"))[0]
    assert (day["countAvailableUnits"], day["availableUnitsToSell"]) == (1, 1)


async def test_update_touches_the_days_it_gives_back(client: httpx2.AsyncClient) -> None:
    body = {
        "startDate": "2027-05-01",
        "endDate": "2027-05-03",
        "isAvailable": 0,
        "price": 77,
        "note": "paint",
    }
    touched = (await client.put("/listings/40160/calendar", json=body)).json()["result"]
    assert [(day["date"], day["status"], day["price"]) for day in touched] == [
        (f"2027-05-0{day}", "blocked", 77) for day in (1, 2, 3)
    ]
    after = await days_of(client, 40_160, "2027-04-30", "2027-05-04")
    assert [day["isAvailable"] for day in after] == [1, 0, 0, 0, 1]
    await client.put("/listings/40160/calendar", json=body | {"isAvailable": 1})
    assert {day["status"] for day in await days_of(client, 40_160, "2027-05-01", "2027-05-03")} == {
        "available"
    }


async def test_multi_unit_days_count_and_take_units_to_sell(client: httpx2.AsyncClient) -> None:
    for wanted, available, blocked in ((1, 1, 3), (0, 0, 4), (9, 4, 0)):
        body = {"startDate": "2027-05-01", "endDate": "2027-05-01", "desiredUnitsToSell": wanted}
        day = (await client.put(f"/listings/{MULTI}/calendar", json=body)).json()["result"][0]
        assert (day["availableUnitsToSell"], day["countBlockedUnits"]) == (available, blocked)
    wrong = {"startDate": "2027-05-01", "endDate": "2027-05-01", "isAvailable": 0}
    assert (await client.put(f"/listings/{MULTI}/calendar", json=wrong)).status_code == 400


async def test_counters_add_up_to_the_units(client: httpx2.AsyncClient) -> None:
    for day in await days_of(client, MULTI, "2026-05-01", "2026-09-30"):
        names = ("countAvailableUnits", "countReservedUnits", "countPendingUnits", "countBlockedUnits")
        assert sum(day[name] for name in names) == 4


async def test_two_hundred_and_one_intervals_are_refused(client: httpx2.AsyncClient) -> None:
    interval = {"startDate": "2027-05-01", "endDate": "2027-05-01", "price": 90}
    assert (await client.put("/listings/40160/calendarIntervals", json=[interval] * 201)).status_code == 400
    assert (await client.put("/listings/40160/calendarIntervals", json=[interval] * 200)).status_code == 200


async def test_days_name_their_reservations_on_demand(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    stay = next(
        stay for stay in sandbox.world.stays_of[40_160] if stay.blocks and stay.arrival > date(2026, 6, 1)
    )
    query = {"startDate": stay.arrival.isoformat(), "endDate": stay.arrival.isoformat()}
    plain = (await client.get("/listings/40160/calendar", params=query)).json()["result"]
    full = (await client.get("/listings/40160/calendar", params=query | {"includeResources": 1})).json()[
        "result"
    ]
    assert plain[0]["reservations"] == []
    assert stay.id in {row["id"] for row in full[0]["reservations"]}


@pytest.mark.parametrize("guests", [1, 3, 9])
@pytest.mark.parametrize("nights", [2, 7, 28])
async def test_price_components_add_up(guests: int, nights: int, client: httpx2.AsyncClient) -> None:
    """Base rate is the calendar's nights; components add up to the total, to the cent."""
    end = f"2027-03-{1 + nights:02d}"
    body = {"startingDate": "2027-03-01", "endingDate": end, "numberOfGuests": guests, "version": 2}
    for listing in (40_160, 40_174, 40_188, 40_202):
        price = (await client.post(f"/listings/{listing}/calendar/priceDetails", json=body)).json()["result"]
        days = (await days_of(client, listing, "2027-03-01", end))[:-1]
        assert price["components"][0]["total"] == sum(day["price"] for day in days)
        included = sum(
            round(row["total"] * 100) for row in price["components"] if row["isIncludedInTotalPrice"]
        )
        assert included == round(price["totalPrice"] * 100)


async def test_optional_fees_overrides_and_removals(client: httpx2.AsyncClient) -> None:
    body: dict[str, Any] = {
        "startingDate": "2027-03-01",
        "endingDate": "2027-03-03",
        "numberOfGuests": 1,
        "version": 2,
    }
    body["components"] = [
        {"name": "parkingFee", "listingFeeSettingId": 401_600, "quantity": 2},
        {"name": "cleaningFee", "isOverriddenByUser": 1, "value": 1},
    ]
    rows = (await client.post("/listings/40160/calendar/priceDetails", json=body)).json()["result"][
        "components"
    ]
    totals = {row["name"]: row["total"] for row in rows}
    assert (totals["parkingFee"], totals["cleaningFee"]) == (12 * 2 * 2, 1)


async def test_coupon_lowers_the_price(client: httpx2.AsyncClient) -> None:
    stay = {"startingDate": "2027-03-01", "endingDate": "2027-03-04"}
    made = await client.post(
        "/reservationCoupons", json=stay | {"couponName": "AUTUMN10", "listingMapId": 40_160}
    )
    body = stay | {
        "numberOfGuests": 1,
        "version": 2,
        "reservationCouponId": made.json()["result"]["reservationCouponId"],
    }
    rows = (await client.post("/listings/40160/calendar/priceDetails", json=body)).json()["result"][
        "components"
    ]
    totals = {row["name"]: row["total"] for row in rows}
    assert totals["couponDiscount"] == -round(totals["baseRate"] / 10, 2)
