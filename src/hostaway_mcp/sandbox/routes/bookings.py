"""Reservations over HTTP: booking, changing, cancelling."""

from __future__ import annotations

from datetime import date
from typing import Any

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.effects import Action
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, refused, success
from hostaway_mcp.sandbox.pricing import cents, component
from hostaway_mcp.sandbox.routes.listings import is_free, writable_listing
from hostaway_mcp.sandbox.routes.reservations import find_reservation, shown
from hostaway_mcp.sandbox.world.reservations import number_rows
from hostaway_mcp.sandbox.world.stays import BLOCKING, CHANNELS
from hostaway_mcp.sandbox.world.world import World

LOCKED = ("cancelled", "declined", "expired", "inquiryDenied", "inquiryTimedout", "inquiryNotPossible")
_NOT_STORED = (
    "isPaid",
    "couponName",
    "ccNumber",
    "ccName",
    "ccExpirationYear",
    "ccExpirationMonth",
    "cvc",
    "financeField",
    "listingMapId",
)
_CARD_FIELDS = ("ccNumber", "ccExpirationYear", "ccExpirationMonth")
SOURCE_LENGTH = 50


@serves("createReservation")
def create_reservation(call: Call) -> Reply:
    """
    Books a stay, if its nights are free or `forceOverbooking` is given.

    Source: Hostaway API reference, "Create a reservation"; `provider` becomes `source` (2026-09-01).
    """
    world, body = call.world, call.body
    listing_id = body.get("listingMapId")
    writable_listing(world, listing_id if isinstance(listing_id, int) else 0)
    arrival, departure = _dates(body)
    status = body.get("status") or "new"
    _check_provider(call)
    if call.flag("validatePaymentMethod") and not all(body.get(name) for name in _CARD_FIELDS):
        raise refused("no credit card")
    if (
        status in BLOCKING
        and not call.flag("forceOverbooking")
        and not is_free(world, listing_id, arrival, departure)
    ):
        raise refused("Listing is not available for the selected dates")
    fields = {name: value for name, value in body.items() if name not in _NOT_STORED}
    for name in ("arrivalDate", "departureDate"):
        fields.pop(name)
    channel = body.get("channelId", 2000)
    fields |= {
        "channelName": CHANNELS.get(channel, ("partner", 0))[0],
        "source": call.text("provider") or "reservation",
        "status": status,
        "guestName": body.get("guestName") or _full_name(body),
        "customFieldValues": body.get("customFieldValues") or [],
    }
    document = world.add_reservation(listing_id, arrival, departure, **fields)
    document["financeField"] = number_rows(
        document["id"], [_row(row) for row in body.get("financeField") or []]
    )
    call.did("created", "reservation", document["id"], after=document)
    return success(shown(world, document["id"], resources=True))


def _check_provider(call: Call) -> None:
    if len(call.text("provider") or "") > SOURCE_LENGTH:
        raise refused(f"provider must have at most {SOURCE_LENGTH} characters")


def _full_name(body: Json) -> str | None:
    parts = (body.get("guestFirstName"), body.get("guestLastName"))
    return " ".join(part for part in parts if part) or None


def _dates(body: Json) -> tuple[date, date]:
    try:
        arrival, departure = (
            date.fromisoformat(body["arrivalDate"]),
            date.fromisoformat(body["departureDate"]),
        )
    except (KeyError, TypeError, ValueError):
        raise refused("arrivalDate and departureDate are required as YYYY-MM-DD.") from None
    if departure <= arrival:
        raise refused("departureDate must be after arrivalDate.")
    return arrival, departure


def _row(given: Json) -> Json:
    """A finance field from what a caller sent, completed."""
    row = component(given["name"], given["type"], cents(given.get("total") or 0), title=given.get("title"))
    return row | given | {"id": None}


@serves("updateReservation")
def update_reservation(call: Call) -> Reply:
    """
    Changes the given fields; the listing stays, finance rows are matched by id.

    A change of dates, guests or price turns `new` into `modified` ("Reservation statuses").
    """
    world, number = call.world, call.id("reservationId")
    document = find_reservation(world, number)
    writable_listing(world, document["listingMapId"])
    if document["status"] in LOCKED:
        raise RefusalError(403, "Reservation cannot be modified", key="message")
    fields = {name: value for name, value in call.body.items() if name not in _NOT_STORED}
    _check_new_dates(call, document, fields)
    if _is_modification(document, fields) and document["status"] == "new" and "status" not in fields:
        fields["status"] = "modified"
    if "financeField" in call.body:
        fields["financeField"] = _merged(document["financeField"], call.body["financeField"])
    if "customFieldValues" in fields:
        fields["customFieldValues"] = fields["customFieldValues"] or []
    _log_changes(world, document, fields)
    _change(call, number, "updated", fields)
    return success(shown(world, number, resources=True))


def _change(call: Call, number: int, action: Action, fields: Json) -> None:
    before = dict(call.world.reservations.peek(number))
    after = call.world.touch_reservation(number, **fields)
    call.did(action, "reservation", number, before=before, after=after)


def _check_new_dates(call: Call, document: Json, fields: Json) -> None:
    """Moves the dates if the nights beside the stay's own are free."""
    if "arrivalDate" not in fields and "departureDate" not in fields:
        return
    arrival, departure = _dates(document | fields)
    same = (arrival.isoformat(), departure.isoformat()) == (
        document["arrivalDate"],
        document["departureDate"],
    )
    if same:
        return
    stay = call.world.stays[document["id"]]
    kept, stay.status = stay.status, "cancelled"
    free = is_free(call.world, stay.listing_id, arrival, departure)
    stay.status = kept
    if not free and not call.flag("forceOverbooking") and stay.blocks:
        raise refused("Listing is not available for the selected dates")
    fields |= {
        "nights": (departure - arrival).days,
        "previousArrivalDate": document["arrivalDate"],
        "previousDepartureDate": document["departureDate"],
    }


def _is_modification(document: Json, fields: Json) -> bool:
    names = ("arrivalDate", "departureDate", "numberOfGuests", "totalPrice")
    return any(name in fields and fields[name] != document[name] for name in names)


def _merged(rows: list[Json], given: list[Json]) -> list[Json]:
    """Components left out are removed, `isDeleted` empties one, the rest take the new values."""
    changes = {row["id"]: row for row in given}
    merged = []
    for row in rows:
        if row["id"] not in changes:
            continue
        change = changes[row["id"]]
        row = row | change
        if "value" in change:
            row["total"] = change["value"]
        if row["isDeleted"]:
            row["total"] = 0
        merged.append(row)
    return merged


def _log_changes(world: World, document: Json, fields: Json) -> None:
    logs = world.reservation_logs.setdefault(document["id"], [])
    for name, value in fields.items():
        if not isinstance(value, (list, dict)) and document.get(name) != value:
            logs.append(_log(world, document, name, value))


def _log(world: World, document: Json, name: str, value: Any) -> Json:
    now = world.clock.stamp()
    before = document.get(name)
    return {
        "id": world.next_number(),
        "reservationId": document["id"],
        "listingMapId": document["listingMapId"],
        "channelId": document["channelId"],
        "source": "reservation",
        "updatedField": name,
        "updatedFieldLabel": name,
        "previousValue": "" if before is None else str(before),
        "newValue": "" if value is None else str(value),
        "updatedByUserId": None,
        "updatedByUserName": None,
        "insertedOn": now,
        "updatedOn": now,
    }


@serves("cancelReservation")
def cancel_reservation(call: Call) -> Reply:
    """Cancels a stay; its nights are free again."""
    world, number = call.world, call.id("reservationId")
    document = find_reservation(world, number)
    writable_listing(world, document["listingMapId"])
    if document["status"] in LOCKED:
        raise RefusalError(403, "Reservation cannot be modified", key="message")
    fields = {
        "status": "cancelled",
        "cancelledBy": call.body.get("cancelledBy"),
        "cancellationDate": world.clock.stamp()[:10],
    }
    _log_changes(world, document, fields)
    _change(call, number, "cancelled", fields)
    return success(shown(world, number, resources=True))


@serves("deleteReservation")
def delete_reservation(call: Call) -> Reply:
    """Removes the record for good, which is not a cancellation."""
    number = call.id("reservationId")
    document = find_reservation(call.world, number)
    call.world.remove_reservation(number)
    call.did("deleted", "reservation", number, before=document)
    return success([])


@serves("reportNoShow")
def report_no_show(call: Call) -> Reply:
    """Reports a no-show of a Booking.com stay; others fail ("Report no-show")."""
    world, number = call.world, call.id("reservationId")
    document = find_reservation(world, number)
    if document["channelId"] != 2005 or document["status"] in LOCKED:
        raise refused("No-show can only be reported for modifiable Booking.com reservations.")
    fields = {
        "bookingcomNoShowReportedAt": world.clock.stamp(),
        "bookingcomNoShowFeeWaived": bool(call.body.get("waivedFees", False)),
    }
    _change(call, number, "updated", fields)
    return success(shown(world, number, resources=True))
