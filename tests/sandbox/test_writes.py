"""The rules of single writes: what they take, refuse, keep and silently leave alone."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hostaway_mcp.sandbox import Sandbox, SteppedClock
from hostaway_mcp.sandbox.world.conversations import conversation_id

from .conftest import TODAY

LISTING, OTHER, MULTI, ARCHIVED = 40_160, 40_167, 40_160 + 7 * 5, 40_160 + 7 * 11
STAY: dict[str, Any] = {
    "channelId": 2000,
    "listingMapId": LISTING,
    "arrivalDate": "2027-05-03",
    "departureDate": "2027-05-06",
}


def coming(sandbox: Sandbox, *, channel: int = 2000) -> int:
    """A booked stay that lies ahead."""
    return next(
        stay.id
        for stay in sandbox.world.stays.values()
        if (stay.status, stay.channel) == ("new", channel) and stay.arrival > TODAY
    )


async def book(client: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/reservations", json=STAY | fields)
    assert answer.status_code == 200, answer.text
    row: dict[str, Any] = answer.json()["result"]
    return row


# Calendar.


async def test_a_day_keeps_what_an_interval_does_not_name(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    """Null opens an arrival again; a note stays until it is taken away."""
    day = {"startDate": "2027-05-01", "endDate": "2027-05-01"}
    first = {"price": 90, "minimumStay": 3, "maximumStay": 9, "closedOnArrival": 1, "note": "paint"}
    await client.put(f"/listings/{LISTING}/calendar", json=day | first)
    await client.put(f"/listings/{LISTING}/calendar", json=day | {"closedOnArrival": None, "price": None})
    after = sandbox.world.day(LISTING, "2027-05-01")
    assert {name: after[name] for name in first} == first | {"closedOnArrival": None}
    await client.put(f"/listings/{LISTING}/calendar", json=day | {"note": None})
    assert sandbox.world.day(LISTING, "2027-05-01")["note"] is None


async def test_days_of_a_stay_cannot_be_opened(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    await book(client)
    day = {"startDate": "2027-05-03", "endDate": "2027-05-03", "isAvailable": 1}
    (after,) = (await client.put(f"/listings/{LISTING}/calendar", json=day)).json()["result"]
    assert (after["status"], after["isAvailable"]) == ("reserved", 0)


async def test_overlapping_intervals_are_applied_in_their_order(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    batch = [
        {"startDate": "2027-05-01", "endDate": "2027-05-03", "price": 90},
        {"startDate": "2027-05-02", "endDate": "2027-05-02", "price": 120, "isAvailable": 0},
    ]
    answer = await client.put(f"/listings/{LISTING}/calendarIntervals", json=batch)
    assert answer.json() == {"status": "success", "result": []}
    days = [sandbox.world.day(LISTING, f"2027-05-0{day}") for day in (1, 2, 3)]
    assert [(day["price"], day["isAvailable"]) for day in days] == [(90, 1), (120, 0), (90, 1)]


async def test_one_bad_interval_spoils_the_batch(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    batch = [
        {"startDate": "2027-05-01", "endDate": "2027-05-03", "price": 90},
        {"startDate": "2027-05-02", "endDate": "2027-05-01", "price": 90},
    ]
    assert (await client.put(f"/listings/{LISTING}/calendarIntervals", json=batch)).status_code == 400
    assert not sandbox.effects


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("wrong", [{"minimumStay": 0}, {"maximumStay": -1}, {"price": -5}])
async def test_stays_are_positive_and_prices_not_negative(
    wrong: dict[str, int], strict: bool, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    sandbox.strict = strict
    body = {"startDate": "2027-05-01", "endDate": "2027-05-01"} | wrong
    assert (await client.put(f"/listings/{LISTING}/calendar", json=body)).status_code == 400


async def test_units_to_sell_never_outnumber_those_that_are_free(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    await book(client, listingMapId=MULTI)
    body = {"startDate": "2027-05-03", "endDate": "2027-05-03", "desiredUnitsToSell": 4}
    (day,) = (await client.put(f"/listings/{MULTI}/calendar", json=body)).json()["result"]
    assert (day["availableUnitsToSell"], day["countReservedUnits"], day["status"]) == (3, 1, "available")


# Listings.


async def test_null_keeps_a_value(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    before = dict(sandbox.world.listings[LISTING])
    body = {"wifiPassword": None, "customFieldValues": None, "houseRules": "No shoes"}
    after = (await client.put(f"/listings/{LISTING}", json=body)).json()["result"]
    assert after["wifiPassword"] == before["wifiPassword"] is not None
    assert after["customFieldValues"] == before["customFieldValues"]
    assert after["houseRules"] == "No shoes"
    (effect,) = sandbox.effects
    assert set(effect.changes) == {"houseRules"}


async def test_an_empty_agreement_is_deleted_and_null_is_not(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    path = f"/listings/{LISTING}"
    for text, left in (("Be kind", "Be kind"), (None, "Be kind"), ("", None)):
        await client.put(path, json={"listingAgreementText": text})
        rows = (await client.get(f"/listingAgreement/{LISTING}")).json()["result"]
        assert [row["text"] for row in rows] == ([left] if left else [])


async def test_a_bad_policy_is_refused_and_empty_arrays_beside_it_are_not(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    """Changelog 2026-09-10; strict mode refuses the word before it comes to that."""
    body = {"cancellationPolicy": "lenient", "listingImages": [], "houseRules": "No shoes"}
    assert (await client.put(f"/listings/{LISTING}", json=body)).status_code == 400
    assert sandbox.world.listings[LISTING]["listingImages"]
    sandbox.strict = False
    assert (await client.put(f"/listings/{LISTING}", json=body)).status_code == 400
    after = sandbox.world.listings[LISTING]
    assert (after["listingImages"], after["houseRules"] == "No shoes") == ([], False)


async def test_a_new_listing_can_be_sold(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    """Two names are the minimum; what is not given is null, and ignored fields stay so."""
    names = {"name": "Loft", "externalListingName": "Loft by the sea"}
    assert (await client.post("/listings", json={"name": "Loft"})).status_code == 400
    made = (await client.post("/listings", json=names | {"country": "Spain", "price": 80})).json()["result"]
    assert (made["name"], made["country"], made["currencyCode"]) == ("Loft", None, None)
    stay = await book(client, listingMapId=made["id"])
    assert sandbox.world.day(made["id"], "2027-05-03")["reservations"] == [stay["id"]]


# Reservations.


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("channel", [2018, 2005, 2017, 2013])
async def test_only_three_channels_can_be_booked(
    channel: int, strict: bool, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    sandbox.strict = strict
    assert (await client.post("/reservations", json=STAY | {"channelId": channel})).status_code == 400


async def test_a_provider_has_fifty_characters(client: httpx2.AsyncClient) -> None:
    made = await client.post("/reservations", json=STAY, params={"provider": "p" * 50})
    assert made.json()["result"]["source"] == "p" * 50
    long = await client.post("/reservations", json=STAY, params={"provider": "p" * 51, "forceOverbooking": 1})
    assert long.status_code == 400


async def test_an_owner_stay_carries_no_money(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    owner = {"status": "ownerStay"}
    row = {"type": "accommodation", "name": "baseRate", "value": 10, "total": 10}
    for money in ({"totalPrice": 300}, {"cleaningFee": 10.5}, {"financeField": [row]}):
        assert (await client.post("/reservations", json=STAY | owner | money)).status_code == 400
    made = await book(client, **owner, totalPrice=0)
    assert sandbox.world.day(LISTING, "2027-05-04")["status"] == "reserved"
    priced = await client.put(f"/reservations/{made['id']}", json={"totalPrice": 10})
    assert priced.status_code == 400


async def test_components_become_the_breakdown_of_a_booking(client: httpx2.AsyncClient) -> None:
    """Priced, and booked with the components that the pricing gave ("Create with finance fields")."""
    wish = {"startingDate": "2027-05-03", "endingDate": "2027-05-06", "numberOfGuests": 2, "version": 2}
    priced = (await client.post(f"/listings/{LISTING}/calendar/priceDetails", json=wish)).json()["result"]
    made = await book(client, financeField=priced["components"], totalPrice=priced["totalPrice"])
    rows = made["financeField"]
    assert [row["total"] for row in rows] == [row["total"] for row in priced["components"]]
    assert all(row["id"] for row in rows)
    assert made["totalPrice"] == priced["totalPrice"]


async def test_what_is_null_takes_the_listings_value(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    made = await book(client, currency=None, checkInTime=None)
    listing = sandbox.world.listings[LISTING]
    assert (made["currency"], made["checkInTime"]) == (listing["currencyCode"], listing["checkInTimeStart"])


async def test_a_coupon_named_in_a_booking_is_used_up(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    coupon = next(one for one in sandbox.world.coupons.values() if one["name"] == "AUTUMN10")
    used = coupon["numberOfUsesUsed"]
    made = await book(client, couponName="AUTUMN10", totalPrice=300)
    assert (coupon["numberOfUsesUsed"], made["totalPrice"]) == (used + 1, 300)


@pytest.mark.parametrize(
    ("status", "shown"),
    [("new", "reserved"), ("pending", "pending"), ("inquiry", "available"), ("cancelled", "available")],
)
async def test_the_status_decides_whether_nights_are_taken(
    status: str, shown: str, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    await book(client, status=status)
    assert sandbox.world.day(LISTING, "2027-05-03")["status"] == shown


async def test_moving_a_stay_frees_and_takes_nights(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    made = await book(client)
    moved = {"arrivalDate": "2027-05-05", "departureDate": "2027-05-08"}
    after = (await client.put(f"/reservations/{made['id']}", json=moved)).json()["result"]
    assert (after["status"], after["nights"], after["previousArrivalDate"]) == ("modified", 3, "2027-05-03")
    statuses = [sandbox.world.day(LISTING, f"2027-05-0{day}")["status"] for day in range(3, 9)]
    assert statuses == ["available"] * 2 + ["reserved"] * 3 + ["available"]
    await book(client, departureDate="2027-05-05")
    back = {"arrivalDate": "2027-05-04", "departureDate": "2027-05-07"}
    assert (await client.put(f"/reservations/{made['id']}", json=back)).status_code == 400
    forced = await client.put(f"/reservations/{made['id']}", json=back, params={"forceOverbooking": 1})
    assert forced.status_code == 200


async def test_a_question_becomes_a_booking_only_where_it_is_free(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    asked = await book(client, status="inquiry")
    await book(client)
    path = f"/reservations/{asked['id']}"
    assert (await client.put(path, json={"status": "new"})).status_code == 400
    assert (await client.put(path, json={"guestNote": "Please"})).status_code == 200


async def test_a_stay_stays_at_its_listing(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    made = await book(client)
    after = await client.put(f"/reservations/{made['id']}", json={"listingMapId": OTHER})
    assert after.json()["result"]["listingMapId"] == LISTING


async def test_custom_values_are_replaced_whole(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    both = [{"customFieldId": 167, "value": "Train"}, {"customFieldId": 243, "value": "Cot"}]
    made = await book(client, customFieldValues=both)
    path = f"/reservations/{made['id']}"
    after = (await client.put(path, json={"customFieldValues": both[1:]})).json()["result"]
    assert after["customFieldValues"] == both[1:]


async def test_door_codes_and_notes_are_kept_as_given(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    fields = {
        "doorCode": "0042",
        "doorCodeVendor": "lock",
        "doorCodeInstruction": "Turn left",
        "hostNote": "cot",
        "guestNote": "late",
        "comment": "vip",
    }
    number = coming(sandbox)
    await client.put(f"/reservations/{number}", json=fields)
    after = (await client.get(f"/reservations/{number}")).json()["result"]
    assert {name: after[name] for name in fields} == fields
    assert after["status"] == "new"


async def test_a_deleted_component_counts_nothing(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    number = coming(sandbox)
    rows = sandbox.world.reservations[number]["financeField"]
    given = [{"id": row["id"]} for row in rows[:-1]] + [{"id": rows[-1]["id"], "isDeleted": 1}]
    after = (await client.put(f"/reservations/{number}", json={"financeField": given})).json()["result"]
    assert [row["id"] for row in after["financeField"]] == [row["id"] for row in rows]
    assert [row["total"] for row in after["financeField"][:-1]] == [row["total"] for row in rows[:-1]]
    assert (after["financeField"][-1]["isDeleted"], after["financeField"][-1]["total"]) == (1, 0)
    assert after["totalPrice"] == sandbox.world.reservations[number]["totalPrice"]


async def test_a_change_moves_its_moments_and_tells_the_webhooks(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    await client.post("/webhooks/unifiedWebhooks", json={"url": "https://example.com/hook"})
    row = {"type": "accommodation", "name": "baseRate", "value": 10, "total": 10}
    made = await book(client, financeField=[row])
    clock.step(60)
    path = f"/reservations/{made['id']}"
    after = (await client.put(path, json={"hostNote": "cot"})).json()["result"]
    assert after["updatedOn"] == after["latestActivityOn"] > made["updatedOn"]
    await client.put(f"{path}/statuses/cancelled", json={"cancelledBy": "guest"})
    bodies = [delivery.body for delivery in sandbox.deliveries[1:]]
    assert [one["event"] for one in bodies] == ["reservation.created"] + ["reservation.updated"] * 2
    assert [len(one["data"]["financeField"]) for one in bodies] == [1, 1, 1]
    assert bodies[-1]["data"]["status"] == "cancelled"


async def test_cancelling_names_who_did_it_and_is_final(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    made = await book(client)
    path = f"/reservations/{made['id']}/statuses/cancelled"
    assert (await client.put(path, json={})).status_code == 400
    assert (await client.put(path, json={"cancelledBy": "channel"})).status_code == 400
    after = (await client.put(path, json={"cancelledBy": "host"})).json()["result"]
    assert (after["cancelledBy"], after["cancellationDate"]) == ("host", TODAY.isoformat())
    assert (await client.put(path, json={"cancelledBy": "host"})).status_code == 403
    assert sandbox.world.day(LISTING, "2027-05-03")["status"] == "available"


async def test_a_no_show_is_for_booking_com_and_can_be_told_again(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    """`waivedFees` is false by default, and another call flips it."""
    number = coming(sandbox, channel=2005)
    path = f"/reservations/{number}/statuses/noShow"
    for body, waived in (({}, False), ({"waivedFees": True}, True), ({"waivedFees": False}, False)):
        after = (await client.put(path, json=body)).json()["result"]
        assert after["bookingcomNoShowFeeWaived"] is waived
    wrong = await client.put(f"/reservations/{coming(sandbox)}/statuses/noShow", json={})
    assert wrong.status_code == 400


# What hangs on an archived listing.


async def test_what_hangs_on_an_archived_listing_is_refused(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    made = await book(client)
    number = made["id"]
    sandbox.world.touch_listing(LISTING, specialStatus="archived")
    charge = {
        "title": "Rest",
        "amount": 10,
        "paymentMethod": "cash",
        "status": "paid",
        "scheduledDate": "2027-05-03 10:00:00",
    }
    expense = {"expenseDate": "2027-05-03", "concept": "Paint", "amount": -10, "reservationId": number}
    sandbox.effects.clear()
    answers = [
        await client.put(f"/reservations/{number}", json={"hostNote": "x"}),
        await client.put(f"/reservations/{number}/statuses/cancelled", json={"cancelledBy": "host"}),
        await client.post(f"/conversations/{conversation_id(number)}/messages", json={"body": "hello"}),
        await client.post(f"/guestPayments/charges/{number}", json=charge),
        await client.post("/expenses", json=expense),
        await client.post(f"/listings/{LISTING}/images", json={"images": [{"url": "https://a.example/x"}]}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert not sandbox.effects


# Messages, tasks, expenses, charges.


async def test_a_message_goes_the_way_it_is_told(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    number = coming(sandbox, channel=2018)
    path = f"/conversations/{conversation_id(number)}/messages"
    before = sandbox.world.reservations[number]["latestActivityOn"]
    for kind in ("channel", "sms", "whatsapp"):
        await client.post(path, json={"body": "hello", "communicationType": kind})
    assert [one["communicationType"] for one in sandbox.world.messages_about(number)[-3:]] == [
        "channel",
        "sms",
        "whatsapp",
    ]
    assert sandbox.world.reservations[number]["latestActivityOn"] > before
    assert (await client.post(path, json={"body": "x", "communicationType": "fax"})).status_code == 400
    assert sandbox.effects.tally() == {"message sent": 3}


async def test_a_task_is_made_changed_and_removed(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    """A new listing's zone moves the listing times; a reservation must be there."""
    berlin = 40_160 + 7 * 3
    body = {"title": "Fix tap", "canStartFrom": "2026-06-20 08:00:00", "categoriesMap": [2]}
    task = (await client.post("/tasks", json=body)).json()["result"]
    assert (task["status"], task["canStartFromListingTime"]) == ("pending", "2026-06-20 08:00:00")
    path = f"/tasks/{task['id']}"
    moved = (await client.put(path, json={"listingMapId": berlin})).json()["result"]
    assert (moved["title"], moved["canStartFromListingTime"]) == ("Fix tap", "2026-06-20 10:00:00")
    assert (await client.put(path, json={"reservationId": 1})).status_code == 404
    assert (await client.put(path, json={"listingMapId": ARCHIVED})).status_code == 403
    assert (await client.delete(path)).status_code == 200
    assert (await client.get(path)).status_code == 404
    assert sandbox.effects.tally() == {"task created": 1, "task updated": 1, "task deleted": 1}


async def test_a_new_name_makes_a_category(client: httpx2.AsyncClient) -> None:
    body = {"expenseDate": "2026-06-01", "concept": "Paint", "amount": -10}
    known = (await client.post("/expenses", json=body | {"categories": [2]})).json()["result"]
    assert known["categoriesNames"] == ["Maintenance"]
    names = {"categoriesNames": ["Maintenance", "Painting"]}
    made = (await client.post("/expenses", json=body | names)).json()["result"]
    assert (made["categories"], made["categoriesNames"]) == ([2, 3], ["Maintenance", "Painting"])
    again = (await client.put(f"/expenses/{made['id']}", json=body | {"categories": [3]})).json()["result"]
    assert again["categoriesNames"] == ["Painting"]
    assert (await client.post("/expenses", json=body | {"concept": "x" * 256})).status_code == 400


async def test_only_an_awaiting_charge_can_be_changed(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    number = coming(sandbox)
    body = {"title": "Rest", "description": None, "amount": 10, "paymentMethod": "cash"}
    body |= {"status": "awaiting", "scheduledDate": "2027-05-03 10:00:00"}
    made = (await client.post(f"/guestPayments/charges/{number}", json=body)).json()["result"]
    path = f"/guestPayments/charges/{number}/{made['id']}"
    refund = {"title": "Back", "amount": 4}
    assert (await client.post(f"{path}/refund", json=refund)).status_code == 400
    assert (await client.put(path, json=body | {"status": "paid"})).json()["result"]["status"] == "paid"
    assert (await client.put(path, json=body | {"status": "cancelled"})).status_code == 400
    assert (await client.post(f"{path}/refund", json=refund | {"amount": 11})).status_code == 400
    assert (await client.post(f"{path}/refund", json=refund)).json()["result"]["type"] == "refund"
    assert sandbox.effects.tally() == {"charge created": 2, "charge updated": 1}
