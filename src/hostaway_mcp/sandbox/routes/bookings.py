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
_MONEY_FIELDS = ("totalPrice", "taxAmount", "channelCommissionAmount", "cleaningFee", "securityDepositFee")
BOOKABLE_CHANNELS = (2000, 2002, 2020)
SOURCE_LENGTH = 50


@serves("createReservation")
def create_reservation(call: Call) -> Reply:
    """
    Books a stay, if its nights are free or `forceOverbooking` is given.

    Source: Hostaway API reference, "Create a reservation"; only three channels (2026-08-24); `provider`
    becomes `source` (2026-09-01); a coupon named here is used up and changes no price ("Coupons").
    """
    # A field without a value is as good as left out.
    world = call.world
    body: Json = {name: value for name, value in call.body.items() if value is not None}
    listing_id: int = body.get("listingMapId") or 0
    writable_listing(world, listing_id)
    arrival, departure = _dates(body)
    status = body.get("status") or "new"
    _check_source(call)
    _check_money(status, body)
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
    channel = body["channelId"]
    fields |= {
        "channelName": CHANNELS.get(channel, ("partner", 0))[0],
        "source": call.text("provider") or "reservation",
        "status": status,
        "guestName": body.get("guestName") or _full_name(body),
        "financeField": [_row(row) for row in body.get("financeField") or []],
    }
    document = world.add_reservation(listing_id, arrival, departure, **fields)
    call.did("created", "reservation", document["id"], after=document)
    _use_coupon(call)
    return success(shown(world, document["id"], resources=True))


def _use_coupon(call: Call) -> None:
    """One use less of the coupon that the booking names; an unknown one means nothing."""
    for coupon in call.world.coupons.values():
        if coupon["name"] == call.body.get("couponName"):
            before = dict(coupon)
            coupon["numberOfUsesUsed"] += 1
            call.did("updated", "coupon", coupon["id"], before=before, after=coupon)


def _check_money(status: str, fields: Json) -> None:
    """An owner's stay must carry no money ("Reservation statuses")."""
    amounts = [fields.get(name) for name in _MONEY_FIELDS]
    amounts += [row.get("total", row.get("value")) for row in fields.get("financeField") or ()]
    if status == "ownerStay" and any(amounts):
        raise refused("An owner stay must carry no money.")


def _check_source(call: Call) -> None:
    if call.body.get("channelId") not in BOOKABLE_CHANNELS:
        raise refused(f"channelId must be one of {', '.join(map(str, BOOKABLE_CHANNELS))}")
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
    row |= given | {"id": None}
    return row | {"total": 0} if row["isDeleted"] else row


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
    _check_money(str(fields.get("status", document["status"])), call.body)
    _check_nights(call, document, fields)
    if _is_modification(document, fields) and document["status"] == "new" and "status" not in fields:
        fields["status"] = "modified"
    if "financeField" in call.body:
        fields["financeField"] = _merged(document["financeField"], call.body["financeField"])
    if "customFieldValues" in fields:
        fields["customFieldValues"] = fields["customFieldValues"] or []
    if fields.get("status") == "cancelled":
        fields["cancellationDate"] = world.clock.stamp()[:10]
    _log_changes(world, document, fields)
    _change(call, number, "updated", fields)
    return success(shown(world, number, resources=True))


def _change(call: Call, number: int, action: Action, fields: Json) -> None:
    before = dict(call.world.reservations.peek(number))
    after = call.world.touch_reservation(number, **fields)
    call.did(action, "reservation", number, before=before, after=after)


def _check_nights(call: Call, document: Json, fields: Json) -> None:
    """The nights that a change takes anew, by its dates or its status, must be free beside the stay's own."""
    arrival, departure = _dates(document | fields)
    moved = (arrival.isoformat(), departure.isoformat()) != (
        document["arrivalDate"],
        document["departureDate"],
    )
    stay = call.world.stays[document["id"]]
    takes = fields.get("status", stay.status) in BLOCKING and (moved or not stay.blocks)
    if takes and not call.flag("forceOverbooking"):
        kept, stay.status = stay.status, "cancelled"
        free = is_free(call.world, stay.listing_id, arrival, departure)
        stay.status = kept
        if not free:
            raise refused("Listing is not available for the selected dates")
    if moved:
        fields |= {
            "nights": (departure - arrival).days,
            "isDatesUnspecified": 0,
            "previousArrivalDate": document["arrivalDate"],
            "previousDepartureDate": document["departureDate"],
        }


def _is_modification(document: Json, fields: Json) -> bool:
    names = ("arrivalDate", "departureDate", "numberOfGuests", "totalPrice")
    return any(name in fields and fields[name] != document[name] for name in names)


def _merged(rows: list[Json], given: list[Json]) -> list[Json]:
    """Components left out are removed, `isDeleted` empties one, the rest take the new values."""
    changes = {row.get("id"): row for row in given}
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
    writable_listing(world, document["listingMapId"])
    if document["channelId"] != 2005 or document["status"] in LOCKED:
        raise refused("No-show can only be reported for modifiable Booking.com reservations.")
    fields = {
        "bookingcomNoShowReportedAt": world.clock.stamp(),
        "bookingcomNoShowFeeWaived": bool(call.body.get("waivedFees", False)),
    }
    _change(call, number, "updated", fields)
    return success(shown(world, number, resources=True))
