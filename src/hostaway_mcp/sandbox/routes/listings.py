"""Listings over HTTP: reading, creating, changing, images, units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json, body_shape
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, everything, missing, refused, success
from hostaway_mcp.sandbox.world.calendar import free_units
from hostaway_mcp.sandbox.world.world import World

POLICIES = (None, "flexible", "moderate", "firm", "strict", "no_refund")
NESTED = ("listingAmenities", "listingBedTypes", "listingImages", "customFieldValues")

_ORDERS: dict[str, tuple[Callable[[Json], Any], bool]] = {
    "name": (lambda row: row["name"].casefold(), False),
    "nameReversed": (lambda row: row["name"].casefold(), True),
    "order": (lambda row: row["id"], False),
    "orderReversed": (lambda row: row["id"], True),
    "contactName": (lambda row: row["contactName"] or "", False),
    "contactNameReversed": (lambda row: row["contactName"] or "", True),
    "latestActivity": (lambda row: row["latestActivityOn"], False),
    "latestActivityDesc": (lambda row: row["latestActivityOn"], True),
}


def find_listing(world: World, listing_id: int) -> Json:
    """The listing, or 404."""
    if listing_id not in world.listings:
        raise missing("Listing")
    return world.listings.peek(listing_id)


def writable_listing(world: World, listing_id: int) -> Json:
    """The listing, unless it is archived: then every write is refused (changelog 2025-11-15)."""
    listing = find_listing(world, listing_id)
    if listing["specialStatus"] == "archived":
        raise RefusalError(403, "Listing is archived and cannot be changed", key="message")
    return listing


@serves("listListings")
def list_listings(call: Call) -> Reply:
    """A page of the listings that pass every filter."""
    rows = [row for row in _candidates(call) if _fits(call, row) and _is_free(call, row)]
    key, backwards = _ORDERS[call.text("sortOrder") or "order"]
    rows.sort(key=key, reverse=backwards)
    reply = call.page(rows)
    reply.payload["result"] = [_shown(call, row) for row in reply.payload["result"]]
    return reply


def _candidates(call: Call) -> Iterator[Json]:
    world = call.world
    user_id = call.number("userId")
    allowed = set(world.listings)
    if user_id is not None:
        allowed = set(world.users[user_id]["listingMapIds"]) if user_id in world.users else set()
    return (world.listings.peek(number) for number in world.listings if number in allowed)


def _fits(call: Call, row: Json) -> bool:
    checks: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("city", lambda text: text.casefold() == (row["city"] or "").casefold()),
        ("country", lambda text: text.casefold() in _countries(row)),
        ("contactName", lambda text: text.casefold() in (row["contactName"] or "").casefold()),
        ("match", lambda text: any(text.casefold() in name for name in _names(row))),
        ("propertyTypeId", lambda text: row["propertyTypeId"] == int(text)),
        ("isBookingEngineActive", lambda text: text == ("0" if row["specialStatus"] else "1")),
        ("latestActivityStart", lambda text: row["latestActivityOn"][:10] >= text),
        ("latestActivityEnd", lambda text: row["latestActivityOn"][:10] <= text),
        ("availabilityGuestNumber", lambda text: (row["personCapacity"] or 0) >= int(text)),
    )
    for name, passes in checks:
        text = call.text(name)
        if text is not None and not passes(text):
            return False
    wanted = call.many("specialStatus")
    return not wanted or (row["specialStatus"] or "active") in wanted


def _countries(row: Json) -> tuple[str, str]:
    return (row["country"] or "").casefold(), (row["countryCode"] or "").casefold()


def _names(row: Json) -> list[str]:
    fields = ("name", "internalListingName", "externalListingName")
    return [(row[field] or "").casefold() for field in fields]


def _is_free(call: Call, row: Json) -> bool:
    """Every night of the wanted stay must be free on some unit."""
    first, end = call.day("availabilityDateStart"), call.day("availabilityDateEnd")
    if first is None or end is None:
        return True
    return row["specialStatus"] != "archived" and is_free(call.world, row["id"], first, end)


def is_free(world: World, listing_id: int, arrival: date, departure: date) -> bool:
    """Whether the nights from arrival to the one before departure are free."""
    if departure <= arrival:
        return False
    return free_units(world, listing_id, arrival, departure - timedelta(days=1)) > 0


def _shown(call: Call, row: Json) -> Json:
    """The listing with its nested objects, or with empty ones without `includeResources`."""
    shown = dict(row)
    if not call.flag("includeResources"):
        shown |= {name: [] for name in NESTED}
    else:
        shown["customFieldValues"] = list(row["customFieldValues"])
    if "bookingEngineUrls" in call.many("attachObjects"):
        shown["bookingEngineUrls"] = [f"https://stay.example.com/listings/{row['id']}"]
    return shown


@serves("getListing")
def get_listing(call: Call) -> Reply:
    """One listing."""
    row = find_listing(call.world, call.id("listingId"))
    return success(_shown(call, row))


@serves("createListing")
def create_listing(call: Call) -> Reply:
    """A new listing; only its two names are required, and what is not given is null ("Create a listing")."""
    for name in ("name", "externalListingName"):
        if not call.body.get(name):
            raise refused(f"{name} is required")
    _check_policy(call, None)
    listing = call.world.add_listing(_stored("ListingCreateInput", call.body))
    _number_parts(call.world, listing)
    _agree(call, listing["id"])
    call.did("created", "listing", listing["id"], after=listing)
    return success(listing)


@serves("updateListing")
def update_listing(call: Call) -> Reply:
    """
    Changes the given fields; arrays are replaced whole, ignored fields and those given as null stay.

    Source: Hostaway API reference, "Update a listing"; changelog 2020-12-18, 2026-09-10 and 2026-10-05.
    """
    listing_id = call.id("listingId")
    before = dict(writable_listing(call.world, listing_id))
    _check_policy(call, listing_id)
    given = {name: value for name, value in call.body.items() if value is not None}
    listing = call.world.touch_listing(listing_id, **_stored("ListingUpdateInput", given))
    _number_parts(call.world, listing)
    _agree(call, listing_id)
    call.did("updated", "listing", listing_id, before=before, after=listing)
    return success(listing)


def _stored(body: str, fields: Json) -> Json:
    ignored = {
        "bedType",
        *body_shape(body).get("ignored", ()),
        *body_shape("ListingUpdateInput").get("ignored", ()),
    }
    return {name: value for name, value in fields.items() if name not in ignored}


def _check_policy(call: Call, listing_id: int | None) -> None:
    """
    A policy word that is not listed is refused, and yet the empty arrays beside it are applied first.

    Source: changelog 2026-09-10. Strict mode refuses the word before anything is applied.
    """
    if call.body.get("cancellationPolicy") in POLICIES:
        return
    emptied: Json = {name: [] for name in NESTED if call.body.get(name) == []}
    if listing_id is not None and emptied:
        before = dict(call.world.listings[listing_id])
        after = call.world.touch_listing(listing_id, **emptied)
        call.did("updated", "listing", listing_id, before=before, after=after)
    raise refused(f"cancellationPolicy must be one of {', '.join(filter(None, POLICIES))}")


def _agree(call: Call, listing_id: int) -> None:
    """The agreement that came with a listing: a text replaces it, an empty one deletes it."""
    text = call.body.get("listingAgreementText")
    if text:
        call.world.agreements[listing_id] = text
    elif text == "":
        call.world.agreements.pop(listing_id, None)


def _number_parts(world: World, listing: Json) -> None:
    """Gives ids to nested objects that came without one."""
    for name in ("listingAmenities", "listingBedTypes", "listingImages"):
        for part in listing[name]:
            part.setdefault("id", world.next_number())


@serves("deleteListing")
def delete_listing(call: Call) -> Reply:
    """Removes a listing and what hangs on it."""
    listing_id = call.id("listingId")
    listing = writable_listing(call.world, listing_id)
    call.world.remove_listing(listing_id)
    call.did("deleted", "listing", listing_id, before=listing)
    return success([])


@serves("addListingImages")
def add_listing_images(call: Call) -> Reply:
    """Queues images by address; they are there at once here ("Add images by URL")."""
    listing_id = call.id("listingId")
    writable_listing(call.world, listing_id)
    images = call.body.get("images")
    if not isinstance(images, list) or not images:
        raise refused("The images array is required and must not be empty.")
    for index, image in enumerate(images):
        _check_image(index, image)
    listing = call.world.touch_listing(listing_id)
    before = dict(listing)
    listing["listingImages"] = listing["listingImages"] + [
        {"id": call.world.next_number(), "sortOrder": None, "caption": None} | image for image in images
    ]
    call.did("updated", "listing", listing_id, before=before, after=listing)
    return success({"message": "Images are being processed.", "imagesCount": len(images)})


def _check_image(index: int, image: Any) -> None:
    if not isinstance(image, dict):
        raise refused(f"Image at index {index} must be an object.")
    if not image.get("url"):
        raise refused(f'Image at index {index} is missing the required "url" field.')
    if not str(image["url"]).startswith(("http://", "https://")):
        raise refused(f'Image at index {index} has an invalid "url".')


@serves("exportListingToAirbnb")
def export_listing(call: Call) -> Reply:
    """Queues an export that nothing comes of."""
    listing_id = call.id("listingId")
    writable_listing(call.world, listing_id)
    call.did("exported", "listing", listing_id)
    return success([])


@serves("listListingUnits")
def list_units(call: Call) -> Reply:
    """The units of a listing; none for a single-unit one."""
    listing_id = call.id("listingMapId")
    find_listing(call.world, listing_id)
    return everything(call.world.units[listing_id])
