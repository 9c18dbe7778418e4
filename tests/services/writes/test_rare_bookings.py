"""New stays and cancellations of which something is unusual, and what became of those that were sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.writes.bookings import BookingKind, _is_it
from hostaway_mcp.services.writes.kinds import Landed, Verdict
from hostaway_mcp.store.journal.records import Step, StepBody
from tests.services.writes.house import Json, WritingHouse, proposed, writing

ALFAMA = 40160
FIRST = date(2027, 8, 2)
"""Behind all bookings."""
SENT_AT = datetime(2026, 7, 23, 12, tzinfo=UTC)
MARK = "hostaway-mcp 0123456789ab"


def day(number: int) -> str:
    return f"{FIRST + timedelta(days=number)}"


def marked(said: Any) -> Any:
    """Without the mark, which is another one every time."""
    if isinstance(said, dict):
        return {key: "…" if key == "source" else marked(value) for key, value in said.items()}
    return [marked(one) for one in said] if isinstance(said, list) else said


async def booked(home: WritingHouse, *stays: Json) -> Any:
    asked = {"listing": ALFAMA, "from": day(0), "to": day(3), "guest": {"name": "Ana Silva"}}
    return marked(await proposed(home, "create_reservation", *(asked | one for one in stays)))


async def test_new_stays(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Names, guests and nights at their borders, and what the calendar asks."""
    async with writing(tmp_path, listings=6) as home:
        world = home.home.sandbox.world
        most = world.listings[ALFAMA]["personCapacity"]
        said = await booked(
            home, {}, {"guests": most}, {"guests": most + 1}, {"guest": {"name": "Zoë"}, "to": day(1)},
            {"guest": {"name": "Ana Maria da Silva", "email": "a@b", "phone": "+351911222333"}},
            {"guest": {"email": "a@b"}}, {"guest": {"name": "Ana", "email": "ab"}}, {"to": day(0)},
            {"from": "2026-07-22", "to": "2026-07-24"}, {"status": "ownerStay", "guest": {}, "guests": 2},
            {"status": "ownerStay", "price": 5}, {"status": "ownerStay", "price": 0},
        )  # fmt: skip
        for number in range(4):
            world.calendar_changes[ALFAMA, FIRST + timedelta(days=number)] = {"minimumStay": 3}
        said += await booked(home, {}, {"to": day(2)})
        world.calendar_changes[ALFAMA, FIRST] = {"closedOnArrival": 1}
        world.calendar_changes[ALFAMA, FIRST + timedelta(days=1)] = {"isAvailable": 0}
        said += await booked(home, {"to": day(1)}, {"to": day(2)}, {"from": day(1)})
        assert said == snapshot


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
async def test_prices_of_new_stays(tmp_path: Path, currency: str, snapshot: SnapshotAssertion) -> None:
    """Hostaway's own as a number, a little more, just not far off, far off, and far less."""
    (tmp_path / "policy.toml").write_text("[limits]\nprice_factor = 20\n")
    async with writing(tmp_path, listings=6) as home:
        world = home.home.sandbox.world
        world.touch_listing(ALFAMA, currencyCode=currency)
        for number in range(3):
            world.calendar_changes[ALFAMA, FIRST + timedelta(days=number)] = {"price": 300}
        own = float(
            (await home.call("quote_stay", listing=ALFAMA, from_=day(0), to=day(3), guests=2)).json["total"][
                "amount"
            ]
        )
        prices = [own, own + 0.01, own * 1.3, own * 1.3 + 0.01, own * 0.7, own * 0.7 - 0.01, own / 5, 0]
        said = await booked(home, *({"guests": 2, "price": round(price, 2)} for price in prices))
        assert said == snapshot


async def test_a_calendar_that_did_not_come_whole(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with writing(tmp_path, listings=6) as home:
        home.home.sandbox.faults.add("bad_row", path=f"/v1/listings/{ALFAMA}/calendar", row=1, times=None)
        assert await booked(home, {}) == snapshot


def made(**values: Any) -> Reservation:
    """A stay as it was sent, without its mark."""
    given = {"id": 9, "listingMapId": ALFAMA, "arrivalDate": day(0), "departureDate": day(3), "status": "new"}
    given |= {"guestName": "Ana  SILVA", "insertedOn": "2026-07-23 12:00:30", "totalPrice": 800}
    return Reservation.model_validate(given | values)


def step(**body: Any) -> Step:
    given = {"arrivalDate": day(0), "departureDate": day(3), "guestName": "Ana Silva", "status": "new"}
    sent = StepBody(
        what="Alfama", before={}, after={}, operation="createReservation", path={}, body=given | body,
        rests_on={}, wanted={}, query={"provider": MARK},
    )  # fmt: skip
    return Step(n=1, kind="new_reservation", body=sent, listing_id=ALFAMA, sent_at=SENT_AT)


@pytest.mark.parametrize(
    ("stay", "is_it"),
    [
        (made(), True),
        (made(source=MARK, guestName="Zoë", departureDate=day(2), insertedOn=None), True),
        (made(insertedOn="2026-07-23 11:59:00"), True),
        (made(insertedOn="2026-07-23 11:58:59"), False),
        (made(insertedOn=None, reservationDate="2026-07-23 12:00:30"), True),
        (made(insertedOn=None), False),
        (made(departureDate=day(2)), False),
        (made(guestName="Zoë"), False),
        (made(guestName=None), False),
        (made(status="modified"), False),
    ],
)
def test_a_stay_is_found_again(stay: Reservation, is_it: bool) -> None:
    """By its mark, or by guest, dates and status among those made since; Hostaway's clock is not ours."""
    assert _is_it(stay, step()) is is_it
    assert not _is_it(made(guestName="Zoë"), step(guestName=None))


def test_an_owners_stay_is_found_without_a_name() -> None:
    assert _is_it(made(guestName=None, status="ownerStay"), step(guestName=None, status="ownerStay"))


@pytest.mark.parametrize(
    ("stays", "total", "verdict"),
    [
        ((), 800, Verdict(Landed.ABSENT)),
        (({},), 800, Verdict(Landed.APPLIED, "It is reservation 9.", {"reservation_id": 9, "status": "new"})),
        (({}, {"id": 10}), None,
         Verdict(Landed.APPLIED, "It is reservation 9.", {"reservation_id": 9, "status": "new"})),
        (({"totalPrice": 750},), 800,
         Verdict(Landed.APPLIED, "It is reservation 9. Hostaway shows a total of 750 for it.",
                 {"reservation_id": 9, "status": "new"})),
        (({"departureDate": day(2)},), 800,
         Verdict(Landed.OTHER, "Reservation 9 was made with other dates.",
         {"reservation_id": 9, "status": "new"})),
        (({"arrivalDate": day(1)},), 800,
         Verdict(Landed.OTHER, "Reservation 9 was made with other dates.",
         {"reservation_id": 9, "status": "new"})),
    ],
)  # fmt: skip
def test_what_became_of_a_stay(stays: tuple[Json, ...], total: int | None, verdict: Verdict) -> None:
    as_it_is = {"id": 9, "status": "new", "arrivalDate": day(0), "departureDate": day(3), "totalPrice": 800}
    present = {"made": [as_it_is | one for one in stays]}
    sent = step(totalPrice=total) if total else step()
    assert BookingKind.verdict(None, sent, present) == verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reply", "kept"),
    [({"id": 9}, {"reservation_id": 9}), ({"id": "9"}, {}), ([9], {}), (None, {}), ({}, {})],
)
def test_what_is_kept_of_an_answer(reply: Any, kept: Json) -> None:
    assert BookingKind.result_of(None, step(), reply) == kept  # type: ignore[arg-type]


async def test_a_stay_that_went_before_it_was_read_back(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Hostaway said that it made it, and knows it no more: that is a person's to look at."""
    async with writing(tmp_path, listings=6) as home:
        asked = {"listing": ALFAMA, "from": day(0), "to": day(3), "guest": {"name": "Ana Silva"}}
        proposal = await home.propose("create_reservation", **asked)
        home.home.sandbox.faults.add("status", operation="getReservation", status=404, times=None)
        applied = await home.apply(proposal)
        found = [one["says"] for one in applied["items"]]
        assert [applied["outcome"], *found] == snapshot


# Cancellations.


def terms(*items: Json, **more: Any) -> Json:
    """What a stay was booked under."""
    return {"channelId": 2000, "cancellationPolicyItem": list(items)} | more


def back(amount: float, days: float, **more: Any) -> Json:
    """So much is given back until so many days before the arrival."""
    given = {
        "refundAmount": amount,
        "refundType": "percentage",
        "refundField": "totalPrice",
        "event": "arrival",
    }
    return given | {"timeDelta": -int(days * 86_400)} | more


NOW_DAYS = 10 + (15 - 13) / 24
"""From now, which is one o'clock in Lisbon, to the check-in at three in ten days."""


CANCELLED: tuple[Json, ...] = (
    {"cancellationPolicyDetails": terms(back(100, 14), back(50, 7), back(70, 8), name="Ours")},
    {"cancellationPolicyDetails": terms(back(100, NOW_DAYS - 0.01), name=None)},
    {"cancellationPolicyDetails": terms(back(100, NOW_DAYS + 0.01), name="Ours")},
    {"cancellationPolicyDetails": terms(back(12.5, 7, refundType="flat"), name="Ours")},
    {"cancellationPolicyDetails": terms(back(50, 7, refundField="cleaningFee"), name="Ours")},
    {"cancellationPolicyDetails": terms(back(50, 7, refundField=""), name="Ours")},
    {"cancellationPolicyDetails": terms(back(50, 7, refundField=None), name="Ours")},
    {"cancellationPolicyDetails": terms(back(50, 7), name="Ours"), "totalPrice": None},
    {"cancellationPolicyDetails": terms(back(0, 7), back(0, 8), name="Ours")},
    {"cancellationPolicyDetails": terms(name="Ours ⟦x⟧")},
    {"cancellationPolicyDetails": terms(back(50, -1, event="booking"), name="Ours"),
     "reservationDate": "2026-07-22 12:10:00"},
    {"cancellationPolicyDetails": terms(back(50, -1, event="booking"), name="Ours"),
     "reservationDate": "2026-07-22 11:59:00"},
    {"cancellationPolicyDetails": terms(back(50, -1, event="booking"), name="Ours"),
    "reservationDate": None},
    {"cancellationPolicyDetails": terms(back(50, 7), name="Ours"), "isDatesUnspecified": 1},
    {"cancellationPolicyDetails": terms(back(50, 10 - 12 / 24, timeDelta=None), name="Ours"),
    "checkInTime": 0},
    {"cancellationPolicyDetails": terms(back(50, 7), name="Ours"), "status": "ownerStay"},
    {"cancellationPolicyDetails": terms(back(50, 7), name="Ours"), "status": "awaitingPayment"},
    {"cancellationPolicyDetails": None}, {"cancellationPolicyDetails": None, "status": "pending"},
    {"cancellationPolicyDetails": None, "totalPrice": None}, {"status": "inquiryPreapproved"},
    {"cancellationPolicyDetails": None, "channelId": 2018}, {"isDatesUnspecified": 1},
)  # fmt: skip


async def test_what_a_cancellation_means(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """For money and nights, by a guest and by the host, of stays that begin in ten days."""
    async with writing(tmp_path, listings=6) as home:
        first = home.home.clock.today("Europe/Lisbon") + timedelta(days=10)
        world, said = home.home.sandbox.world, []
        world.touch_listing(ALFAMA, checkInTimeStart=15)
        given: Json = {"channelId": 2000, "status": "new", "totalPrice": 301.5, "currency": "EUR"}
        by: list[Json] = [{"by": "guest", "reason": "Ill"}, {"by": "host"}]
        for values in CANCELLED:
            stay = world.add_reservation(ALFAMA, first, first + timedelta(days=2), **given, checkInTime=None)
            world.touch_reservation(stay["id"], **values)
            said += await proposed(home, "cancel_reservation", *by, reservation=stay["id"])
        assert said == snapshot


async def test_charges_that_cannot_be_read(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with writing(tmp_path, listings=6) as home:
        world = home.home.sandbox.world
        number = world.add_reservation(
            ALFAMA, FIRST, FIRST + timedelta(days=2), channelId=2000, status="new"
        )["id"]
        home.home.sandbox.faults.add("status", path="/v1/guestPayments/charges", status=500, times=None)
        assert await proposed(home, "cancel_reservation", {"by": "host"}, reservation=number) == snapshot


async def test_no_shows(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Of today, of tomorrow, without a total, of no known dates, and a lost answer."""
    async with writing(tmp_path, listings=6) as home:
        world, today = home.home.sandbox.world, home.home.clock.today("Europe/Lisbon")
        said: list[Any] = []
        numbers: list[int] = []
        for begins, values in ((0, {}), (1, {}), (0, {"totalPrice": None}), (0, {"isDatesUnspecified": 1}),
                               (0, {"channelId": 2000}),
                               (-1, {"bookingcomNoShowReportedAt": "2026-07-23 09:00:00"}),
                               (0, {"status": "cancelled"})):  # fmt: skip
            first = today + timedelta(days=begins)
            given = {"channelId": 2005, "status": "new", "totalPrice": 300, "currency": "EUR"}
            number = world.add_reservation(ALFAMA, first, first + timedelta(days=2), **given)["id"]
            world.touch_reservation(number, **values)
            said += await proposed(
                home, "cancel_reservation", {"by": "no_show", "reason": "Ill"}, reservation=number
            )
            numbers.append(number)
        proposal = await home.propose("cancel_reservation", by="no_show", reservation=numbers[0])
        home.home.sandbox.faults.add("close", operation="reportNoShow", committed=True)
        applied = await home.apply(proposal)
        (request,) = [one for one in home.home.sandbox.requests if one.operation == "reportNoShow"]
        assert [*said, applied["outcome"], request.body.decode()] == snapshot
