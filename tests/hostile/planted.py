"""Every field of the sandbox's world into which somebody outside may write, and how words get there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.world.world import World

Write = Callable[[str, int], str]
"""The words for a field, and for the how-manieth object."""

_TABLES = {
    "listing": "name internalListingName description houseRules keyPickup specialInstruction city country "
    "address publicAddress wifiUsername cancellationPolicy propertyLicenseNumber airbnbName "
    "homeawayPropertyName bookingcomPropertyName airbnbListingUrl vrboListingUrl "
    "listingAmenities[].amenityName listingImages[].caption listingImages[].url customFieldValues[].value",
    "reservation": "guestName guestFirstName guestLastName guestNote hostNote comment doorCodeInstruction "
    "guestCountry guestLocale channelName source channelReservationId confirmationCode cancelledBy "
    "paymentStatus paymentMethod cancellationPolicy cancellationPolicyDetails.name manualIcalName "
    "customFieldValues[].value financeField[].title financeField[].alias listingName "
    "reservationAgreement",
    "conversation": "recipientName",
    "message": "body subject attachments[].name attachments[].mimeType attachments[].extension "
    "reasonFailed readableReasonFailed communicationName",
    "review": "publicReview privateFeedback revieweeResponse guestName reviewerName listingName "
    "reviewCategory[].category",
    "task": "title description resolutionNote feedbackNote costDescription checklistItems[].title "
    "customFieldValue[].value",
    "user": "firstName lastName",
    "unit": "name unitNumber",
    "expense": "concept categoriesNames[] listingName ownerUserName ownerStatementNames[] guestName",
    "charge": "title description paymentMethod",
    "fee": "feeTitle",
    "template": "name message description",
    "custom_field": "name",
    "coupon": "name",
    "policy": "name",
    "calendar_day": "note",
    "statement": "statementName propertyOwnerName expenses[].concept",
}
FIELDS = tuple(f"{table}.{path}" for table, paths in _TABLES.items() for path in paths.split())
"""`table.path` as Hostaway spells it; `[]` is every entry of a list."""


CANARIES = {
    "91734@4": "access",
    "85025@7": "access",
    "Owl-96136-canary": "access",
    "mail.canary@guest.example": "contact",
    "+15550100199": "contact",
    "hash-canary-5512": "never",
}
"""The secrets of every stay and listing, and what alone may show them."""
_DOOR, _LISTING_DOOR, _WIFI, _MAIL, _PHONE, _HASH = CANARIES


@dataclass(frozen=True, slots=True)
class Ids:
    """Objects of the world that tools can be asked about, one of each."""

    listings: tuple[int, ...]
    stay: int
    """Of somebody who is there, with a conversation."""
    past: int
    """Of somebody who has left and was reviewed."""
    statement: int


def prepare(world: World) -> Ids:
    """Gives the objects of a world the parts that it draws seldom or never, so that words fit there."""
    listings = tuple(world.listings)
    _secrets(world)
    for number, listing in world.listings.items():
        listing["customFieldValues"] = [{"customFieldId": 301, "value": f"AL-{number}"}]
    _units(world, listings[0])
    for reservation in _all(world.reservations):
        reservation["customFieldValues"] = [{"customFieldId": 243, "value": "A cot"}]
    for message in _messages(world):
        message["attachments"] = [{"id": 1, "name": "Plan.pdf", "url": "https://files.example.com/1"}]
    for task in _all(world.tasks):
        task["checklistItems"] = [{"id": 1, "title": "Keys", "isChecked": 0}]
        task["customFieldValue"] = [{"customFieldId": 302, "value": "Box"}]
    for expense in _all(world.expenses):
        expense["ownerStatementNames"] = ["June"]
        expense["reservationId"] = next(iter(world.reservations))
    _blocked_days(world, listings)
    return Ids(listings, _present(world), _past(world), next(iter(world.statements)))


def plant(world: World, write: Write, fields: Iterable[str] = FIELDS) -> None:
    """Writes words into each of these fields of every object."""
    for field in fields:
        table, path = field.split(".", 1)
        steps = path.replace("[]", ".[]").split(".")
        for index, document in enumerate(_documents(world, table)):
            _set(document, steps, write(field, index))
    for number, statement in list(world.statements.items()):
        if "statement.statementName" in fields:
            named = write("statement.statementName", number)
            world.statements[number] = replace(statement, name=named)
    world.version += 1


def _documents(world: World, table: str) -> Iterator[Any]:
    match table:
        case "message":
            return _messages(world)
        case "user":
            return iter(world.users.values())
        case "unit":
            return (unit for units in world.units.values() for unit in units)
        case "policy":
            return iter(world.policies.values())
        case "calendar_day":
            return iter(world.calendar_changes.values())
        case "statement":
            return iter(world.statement_details.values())
    return _all(getattr(world, {"fee": "fees"}.get(table, f"{table}s")))


def _all(table: Any) -> Iterator[Json]:
    return (table[number] for number in list(table))


def _messages(world: World) -> Iterator[Json]:
    for number in list(world.conversations):
        yield from world.keep_thread(number)


def _set(part: Any, steps: list[str], words: str) -> None:
    step, *rest = steps
    if step == "[]":
        for place, inner in enumerate(part or ()):
            if rest:
                _set(inner, rest, words)
            else:
                part[place] = words
    elif not rest:
        part[step] = words
    elif part.get(step):
        _set(part[step], rest, words)


def _secrets(world: World) -> None:
    for listing in _all(world.listings):
        listing |= {"doorSecurityCode": _LISTING_DOOR, "wifiPassword": _WIFI}
    for reservation in _all(world.reservations):
        secret = {"doorCode": _DOOR, "guestEmail": _MAIL, "phone": _PHONE, "guestAuthHash": _HASH}
        reservation |= secret
    for talk in _all(world.conversations):
        talk |= {"recipientEmail": _MAIL, "guestEmail": _MAIL}


def _units(world: World, listing: int) -> None:
    world.units[listing] = [
        {"id": listing * 100 + n, "name": f"Unit {n}", "ground": "1", "unitNumber": str(n)} for n in (1, 2)
    ]


def _blocked_days(world: World, listings: Iterable[int]) -> None:
    for listing in listings:
        for ahead in (40, 41, 44):
            day = world.first_day + timedelta(days=ahead)
            world.calendar_changes[listing, day] = {"isAvailable": 0, "note": "Painter"}


def _present(world: World) -> int:
    today = world.first_day
    near = [one for one in world.stays.values() if one.status in ("new", "modified")]
    talked = [one for one in near if one.departure > today and one.id + 30_000_000 in world.conversations]
    return min(talked, key=lambda one: (abs((one.arrival - today).days), one.id)).id


def _past(world: World) -> int:
    reviewed = [number // 10 for number in world.reviews if number % 10 == 1]
    return max(reviewed, key=lambda number: (world.stays[number].departure, number))
