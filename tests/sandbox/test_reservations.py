"""Reservations: paging under change, what is left empty, booking, moving, cancelling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2

from hostaway_mcp.sandbox import Sandbox, SteppedClock

from .conftest import TODAY


async def walk(client: httpx2.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        after = {"afterId": rows[-1]["id"]} if rows else {}
        page = (await client.get("/reservations", params=query | after)).json()["result"]
        if not page:
            return rows
        rows += page


async def test_cursor_walks_the_whole_list_in_its_order(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    rows = await walk(client, limit=100)
    assert len(rows) == len(sandbox.world.reservations)
    order = [(row["updatedOn"], row["id"]) for row in rows]
    assert order == sorted(order, reverse=True)
    ids = [row["id"] for row in rows]
    assert ids != sorted(ids)
    assert ids != sorted(ids, reverse=True)


async def test_cursor_is_a_place_in_an_order_that_moves(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    """A row that changes moves to the front; the walk goes on behind the cursor."""
    first = (await client.get("/reservations", params={"limit": 10})).json()["result"]
    second = (await client.get("/reservations", params={"limit": 10, "afterId": first[-1]["id"]})).json()[
        "result"
    ]
    clock.step(60)
    sandbox.world.touch_reservation(second[3]["id"], hostNote="changed")
    again = (await client.get("/reservations", params={"limit": 10, "afterId": first[-1]["id"]})).json()[
        "result"
    ]
    assert second[3]["id"] not in {row["id"] for row in again}
    top = (await client.get("/reservations", params={"limit": 1})).json()["result"][0]
    assert (top["id"], top["hostNote"]) == (second[3]["id"], "changed")


async def test_cursor_beats_offset_and_an_unknown_one_gives_nothing(client: httpx2.AsyncClient) -> None:
    first = (await client.get("/reservations", params={"limit": 5})).json()["result"]
    query = {"limit": 5, "afterId": first[0]["id"], "offset": 3}
    assert (await client.get("/reservations", params=query)).json()["result"][0]["id"] == first[1]["id"]
    assert (await client.get("/reservations", params={"afterId": 1})).json()["result"] == []


async def test_updated_on_ascends(client: httpx2.AsyncClient) -> None:
    rows = (await client.get("/reservations", params={"sortOrder": "updatedOn"})).json()["result"]
    moments = [row["updatedOn"] for row in rows]
    assert moments == sorted(moments)


async def test_filters_narrow_the_list(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    listing_id = next(iter(sandbox.world.listings))
    rows = await walk(client, limit=100, listingId=listing_id, arrivalStartDate="2026-06-01", channelId=2018)
    expected = {
        stay.id
        for stay in sandbox.world.stays_of[listing_id]
        if stay.channel == 2018 and stay.arrival.isoformat() >= "2026-06-01"
    }
    assert {row["id"] for row in rows} == expected
    name = rows[0]["guestName"]
    found = await walk(client, limit=100, match=name.lower())
    assert rows[0]["id"] in {row["id"] for row in found}
    assert {row["guestName"] for row in found} == {name}


async def test_nested_objects_are_empty_unless_asked_for(client: httpx2.AsyncClient) -> None:
    plain = (await client.get("/reservations", params={"limit": 30})).json()["result"]
    full = (await client.get("/reservations", params={"limit": 30, "includeResources": 1})).json()["result"]
    for row in plain:
        assert [row[name] for name in ("customFieldValues", "reservationFees", "reservationUnit")] == [
            [],
            [],
            [],
        ]
        assert row["hostProxyEmail"] is None
        assert row["cancellationPolicyDetails"] is None
        assert row["remainingBalance"] is None
    assert any(row["financeField"] for row in full)
    assert any(row["hostProxyEmail"] for row in full)


async def test_balance_needs_include_payments(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    """The balance is the price less what is paid, for a stay the host collects."""
    query: dict[str, str | int] = {
        "channelId": 2000,
        "includePayments": 1,
        "arrivalStartDate": TODAY.isoformat(),
    }
    row = (await client.get("/reservations", params=query)).json()["result"][0]
    charges = sandbox.world.charges_of(row["id"])
    paid = sum(charge["amount"] for charge in charges if charge["status"] == "paid")
    assert row["remainingBalance"] == round((row["totalPrice"] or 0) - paid, 2)


async def test_booking_takes_the_nights_and_cancelling_frees_them(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    listing_id = next(iter(sandbox.world.listings))
    body = {
        "channelId": 2000,
        "listingMapId": listing_id,
        "arrivalDate": "2027-05-03",
        "departureDate": "2027-05-06",
        "guestName": "Nora Vale",
        "isPaid": 1,
    }
    made = (await client.post("/reservations", json=body, params={"provider": "shop"})).json()["result"]
    assert (made["status"], made["source"], made["nights"], made["isPaid"]) == ("new", "shop", 3, None)
    window = {"startDate": "2027-05-02", "endDate": "2027-05-06"}
    days = (await client.get(f"/listings/{listing_id}/calendar", params=window)).json()["result"]
    assert [day["status"] for day in days] == ["available", "reserved", "reserved", "reserved", "available"]
    refused = await client.post("/reservations", json=body)
    assert refused.json() == {"status": "fail", "result": "Listing is not available for the selected dates"}
    forced = await client.post("/reservations", json=body, params={"forceOverbooking": 1})
    assert forced.status_code == 200
    for number in (made["id"], forced.json()["result"]["id"]):
        answer = await client.put(f"/reservations/{number}/statuses/cancelled", json={"cancelledBy": "guest"})
        assert answer.json()["result"]["status"] == "cancelled"
    days = (await client.get(f"/listings/{listing_id}/calendar", params=window)).json()["result"]
    assert {day["status"] for day in days} == {"available"}
    locked = await client.put(f"/reservations/{made['id']}", json={"hostNote": "x"})
    assert locked.status_code == 403


async def test_update_keeps_what_it_is_not_given_and_logs_it(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    stay = next(
        stay for stay in sandbox.world.stays.values() if stay.status == "new" and stay.arrival > TODAY
    )
    before = (await client.get(f"/reservations/{stay.id}")).json()["result"]
    clock.step(5)
    after = (await client.put(f"/reservations/{stay.id}", json={"hostNote": "cot"})).json()["result"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"hostNote", "updatedOn", "latestActivityOn"} | {
        n for n in after if n.startswith("bookingcom")
    }
    logs = (await client.get(f"/reservations/{stay.id}/logs")).json()["result"]
    assert (logs[0]["updatedField"], logs[0]["newValue"]) == ("hostNote", "cot")


async def test_finance_rows_left_out_of_an_update_are_removed(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    stay = next(
        stay
        for stay in sandbox.world.stays.values()
        if stay.status == "new" and stay.channel == 2000 and stay.arrival > TODAY
    )
    rows = (await client.get(f"/financeField/{stay.id}")).json()["result"]
    body = {
        "financeField": [{"id": rows[0]["id"], "value": 91.5, "isOverriddenByUser": 1}],
        "totalPrice": 91.5,
    }
    after = (await client.put(f"/reservations/{stay.id}", json=body)).json()["result"]
    assert [(row["id"], row["total"]) for row in after["financeField"]] == [(rows[0]["id"], 91.5)]
    assert (after["totalPrice"], after["status"]) == (91.5, "modified")


async def test_writes_reach_webhooks(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    body = {"url": "https://example.com/hook", "login": "me", "password": "word", "isEnabled": 1}
    await client.post("/webhooks/unifiedWebhooks", json=body)
    stay = next(
        stay for stay in sandbox.world.stays.values() if stay.arrival > TODAY and stay.channel == 2018
    )
    sandbox.world.touch_reservation(stay.id, guestNote="late")
    sandbox.world.receive_message(stay.id, "Hello?")
    bodies = [delivery.body for delivery in sandbox.deliveries]
    assert bodies[0] == {"data": "test"}
    assert [one.get("event") for one in bodies[1:]] == ["reservation.updated", "message.received"]
    assert bodies[1]["data"]["guestNote"] == "late"
    assert bodies[1]["accountId"] == int(sandbox.account_id)
    unread = await client.get("/reservations", params={"hasUnreadConversationMessages": 1, "limit": 500})
    assert stay.id in {row["id"] for row in unread.json()["result"]}


def test_a_conflict_can_be_seeded(sandbox: Sandbox) -> None:
    listing_id = next(iter(sandbox.world.listings))
    arrival = TODAY + timedelta(days=330)
    for _ in range(2):
        sandbox.world.add_reservation(listing_id, arrival, arrival + timedelta(days=2), guestName="Twice")
    day = sandbox.world.calendar(listing_id, arrival, arrival)[0]
    assert (day["status"], len(day["reservations"])) == ("reserved", 2)
