"""Guest charges and automatic payments over HTTP; money never moves here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, everything, missing, refused, success
from hostaway_mcp.sandbox.routes.listings import writable_listing
from hostaway_mcp.sandbox.routes.reservations import find_reservation
from hostaway_mcp.sandbox.world.world import World

LONGEST_DAYS = 60


@serves("listGuestCharges")
def list_charges(call: Call) -> Reply:
    """A page of charges that pass every filter (snapshot and 2026-10-02 parameters)."""
    _check_spans(call)
    world = call.world
    ids = call.many("reservationIds")
    one = call.number("reservationId")
    if one is not None:
        ids = [str(one)]
    if any(not text.isdigit() for text in ids):
        raise RefusalError(400, "reservationIds must be whole numbers")
    numbers: list[int] = list(world.charges)
    if ids:
        numbers = [charge["id"] for text in ids for charge in world.charges_of(int(text))]
    rows = [row for row in map(world.charges.peek, numbers) if all(test(row) for test in _tests(call))]
    field = call.text("sortBy") or "id"
    if rows and field not in rows[0]:
        raise RefusalError(400, f"sortBy {field} is not a column")
    rows.sort(key=lambda row: (row[field] is not None, row[field], row["id"]))
    if call.text("sortOrder") == "desc":
        rows.reverse()
    return call.page(rows)


def _check_spans(call: Call) -> None:
    pairs = (
        ("startDate", "endDate"),
        ("arrivalDateFrom", "arrivalDateTo"),
        ("departureDateFrom", "departureDateTo"),
    )
    for start, end in pairs:
        first, last = call.day(start), call.day(end)
        if first and last and (last - first).days > LONGEST_DAYS:
            raise RefusalError(400, f"{start} and {end} may be at most {LONGEST_DAYS} days apart")


def _tests(call: Call) -> list[Callable[[Json], bool]]:
    world = call.world
    tests: list[Callable[[Json], bool]] = []
    fields: tuple[tuple[str, Callable[[Json], Any]], ...] = (
        ("listingMapIds", lambda row: row["listingMapId"]),
        ("statuses", lambda row: row["status"]),
        ("types", lambda row: row["type"]),
        ("paymentMethods", lambda row: row["paymentMethod"]),
        ("channelIds", lambda row: world.stays[row["reservationId"]].channel),
        ("reservationStatuses", lambda row: world.stays[row["reservationId"]].status),
    )
    for name, value_of in fields:
        wanted = set(call.many(name))
        if wanted:
            tests.append(lambda row, value_of=value_of, wanted=wanted: str(value_of(row)) in wanted)  # type: ignore[misc]
    for name in ("listingMapId", "paymentProvider", "paymentMethod"):
        text = call.text(name)
        if text is not None:
            tests.append(lambda row, name=name, text=text: str(row[name]) == text)  # type: ignore[misc]
    return tests + _date_tests(call)


def _date_tests(call: Call) -> list[Callable[[Json], bool]]:
    world = call.world
    tests: list[Callable[[Json], bool]] = []
    fields: tuple[tuple[str, str, Callable[[Json], str]], ...] = (
        ("startDate", "endDate", lambda row: (row["scheduledDate"] or "")[:10]),
        ("chargeDateStart", "chargeDateEnd", lambda row: row["chargeDate"] or ""),
        (
            "arrivalDateFrom",
            "arrivalDateTo",
            lambda row: world.stays[row["reservationId"]].arrival.isoformat(),
        ),
        (
            "departureDateFrom",
            "departureDateTo",
            lambda row: world.stays[row["reservationId"]].departure.isoformat(),
        ),
        (
            "refundDateStart",
            "refundDateEnd",
            lambda row: (row["chargeDate"] or "")[:10] * (row["type"] == "refund"),
        ),
    )
    for start, end, value_of in fields:
        first, last = call.text(start), call.text(end)
        if first is not None:
            tests.append(lambda row, value_of=value_of, first=first: value_of(row) >= first)  # type: ignore[misc]
        if last is not None:
            tests.append(lambda row, value_of=value_of, last=last: "" < value_of(row) <= last)  # type: ignore[misc]
    return tests


@serves("getGuestCharge")
def get_charge(call: Call) -> Reply:
    """One charge, by its own id."""
    return success(_find(call.world, call.id("id")))


def _find(world: World, number: int) -> Json:
    if number not in world.charges:
        raise missing("Charge")
    return world.charges.peek(number)


@serves("createOfflineCharge")
def create_offline_charge(call: Call) -> Reply:
    """Records an offline charge; the id in the path is the reservation's ("Create offline charge")."""
    reservation = _chargeable(call.world, call.id("id"))
    _check_amount(call.body)
    charge = _new_charge(call, reservation, "charge", call.body)
    call.did("created", "charge", charge["id"], after=charge)
    return success(call.world.add_charge(reservation["id"], charge))


def _chargeable(world: World, reservation_id: int) -> Json:
    """The reservation, unless its listing is archived."""
    reservation = find_reservation(world, reservation_id)
    writable_listing(world, reservation["listingMapId"])
    return reservation


def _check_amount(body: Json) -> None:
    if not isinstance(body.get("amount"), (int, float)) or body["amount"] <= 0:
        raise refused("amount must be above 0")


def _new_charge(call: Call, reservation: Json, kind: str, body: Json) -> Json:
    status = body.get("status") or "paid"
    return blank("GuestCharge") | {
        "id": call.world.next_number(),
        "listingMapId": reservation["listingMapId"],
        "reservationId": reservation["id"],
        "type": kind,
        "title": body["title"],
        "description": body.get("description"),
        "currency": reservation["currency"] or "EUR",
        "paymentMethod": body.get("paymentMethod"),
        "amount": body["amount"],
        "status": status,
        "paymentProvider": "offline",
        "scheduledDate": body.get("scheduledDate"),
        "chargeDate": call.world.clock.stamp() if status == "paid" else None,
        "isManual": 1,
        "transactions": [],
    }


@serves("updateOfflineCharge")
def update_offline_charge(call: Call) -> Reply:
    """Settles or cancels a charge that is still awaited and was not made online."""
    _find(call.world, call.id("chargeId"))
    charge = call.world.charges[call.id("chargeId")]
    _chargeable(call.world, call.id("reservationId"))
    if charge["reservationId"] != call.id("reservationId"):
        raise missing("Charge")
    if charge["status"] != "awaiting" or charge["paymentMethod"] == "credit_card_online":
        raise refused("Only awaiting offline charges can be updated")
    before = dict(charge)
    charge |= call.body
    if charge["status"] == "paid":
        charge["chargeDate"] = call.world.clock.stamp()
    call.did("updated", "charge", charge["id"], before=before, after=charge)
    return success(charge)


@serves("refundOfflineCharge")
def refund_offline_charge(call: Call) -> Reply:
    """Records a refund of a paid offline charge (2026-09-23)."""
    charge = _find(call.world, call.id("chargeId"))
    reservation = _chargeable(call.world, call.id("reservationId"))
    if charge["reservationId"] != reservation["id"]:
        raise missing("Charge")
    if charge["status"] != "paid" or charge["paymentProvider"] != "offline":
        raise refused("Only paid offline charges can be refunded")
    _check_amount(call.body)
    if call.body["amount"] > charge["amount"]:
        raise refused("amount is above the charge")
    body = call.body | {"paymentMethod": charge["paymentMethod"], "status": "paid"}
    refund = _new_charge(call, reservation, "refund", body)
    refund["refundInfo"] = {
        "id": call.world.next_number(),
        "chargeId": refund["id"],
        "refundedChargeId": charge["id"],
        "reason": call.body.get("reason", "requested_by_customer"),
        "isIncludeInPriceBreakdown": call.body.get("isIncludeInPriceBreakdown", 0),
    }
    call.did("created", "charge", refund["id"], after=refund)
    return success(call.world.add_charge(reservation["id"], refund))


@serves("listAutoPaymentRules")
def list_auto_payments(call: Call) -> Reply:
    """The rules that charge guests by themselves."""
    return everything(call.world.auto_payments)
