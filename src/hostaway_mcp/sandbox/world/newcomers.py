"""Reservations that come while the world runs."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hostaway_mcp.sandbox.clock import MOMENT
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.people import Guest
from hostaway_mcp.sandbox.world.stays import CHANNELS, Stay


def new_reservation(number: int, listing: Json, *, account_id: int, now: str) -> Json:
    """A direct booking of a listing with nothing but its identity, made now."""
    code = f"{account_id}-{listing['id']}-2000-{number}"
    return blank("Reservation") | {
        "id": number,
        "hostawayReservationId": number,
        "listingMapId": listing["id"],
        "channelId": 2000,
        "channelName": CHANNELS[2000][0],
        "source": "reservation",
        "reservationId": code,
        "channelReservationId": code,
        "status": "new",
        "currency": listing["currencyCode"],
        "reservationDate": now,
        "insertedOn": now,
        "updatedOn": now,
        "latestActivityOn": now,
        "checkInTime": listing["checkInTimeStart"],
        "checkOutTime": listing["checkOutTime"],
        "isDatesUnspecified": 0,
        "isStarred": 0,
        "isArchived": 0,
        "isPinned": 0,
        "numberOfGuests": 1,
        "reservationAgreement": "not_required",
        "customFieldValues": [],
        "reservationFees": [],
        "reservationUnit": [],
        "financeField": [],
    }


def stay_of(document: Json) -> Stay:
    """The short record of a reservation that was not drawn."""
    number, now = document["id"], seconds(document["reservationDate"])
    names = (document.get("guestName") or "Guest").split(" ", 1)
    return Stay(
        id=number,
        listing_id=document["listingMapId"],
        unit=0,
        channel=document["channelId"],
        status=document["status"],
        arrival=date.fromisoformat(document["arrivalDate"]),
        departure=date.fromisoformat(document["departureDate"]),
        booked=now,
        updated=now,
        activity=now,
        guest=Guest(names[0], names[-1], document.get("guestLocale") or "en", "US", number),
        guests=document.get("numberOfGuests") or 1,
        chance=number,
    )


def seconds(text: str) -> int:
    """A moment as Hostaway writes it, in seconds since 1970."""
    return int(datetime.strptime(text, MOMENT).replace(tzinfo=UTC).timestamp())
