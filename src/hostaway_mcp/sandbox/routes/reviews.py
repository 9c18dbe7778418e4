"""Reviews over HTTP; they can only be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, missing, success
from hostaway_mcp.sandbox.world.world import World

_LISTED: Mapping[str, Callable[[Json], Any]] = {
    "listingMapIds": lambda row: row["listingMapId"],
    "statuses": lambda row: row["status"],
    "channelIds": lambda row: row["channelId"],
    "channelReservationIds": lambda row: row["externalReservationId"],
    "listingExternalNames": lambda row: row["listingName"],
}
_SORTED_BY = {"listingInternalName": "listingName", "listingExternalName": "listingName"}


@serves("listReviews")
def list_reviews(call: Call) -> Reply:
    """A page of reviews that pass every filter, by default those with the highest id first."""
    lists = {name: call.many(name) for name in (*_LISTED, "listingInternalNames")}
    rows = [
        row
        for row in map(call.world.reviews.peek, _likely(call, lists["listingMapIds"]))
        if _fits_lists(lists, row, call.world) and _fits_texts(call, row) and _fits_bounds(call, row)
    ]
    field = call.text("sortBy") or "id"
    field = _SORTED_BY.get(field, field)
    if rows and field not in rows[0]:
        raise RefusalError(400, f"sortBy {field} is not a column")
    rows.sort(
        key=lambda row: (
            row[field] is not None,
            row[field] or 0 if field == "rating" else row[field],
            row["id"],
        )
    )
    if call.text("sortOrder") != "asc":
        rows.reverse()
    return call.page(rows)


def _likely(call: Call, listings: list[str]) -> list[int]:
    """The reviews of the reservation and listings asked for; to write all the others would take minutes."""
    reservation = call.text("reservationId")
    stays = {number: call.world.stays[number // 10] for number in call.world.reviews}
    return [
        number
        for number, stay in stays.items()
        if (reservation is None or str(stay.id) == reservation)
        and (not listings or str(stay.listing_id) in listings)
    ]


def _fits_lists(lists: Mapping[str, list[str]], row: Json, world: World) -> bool:
    for name, value_of in _LISTED.items():
        if lists[name] and str(value_of(row)) not in lists[name]:
            return False
    internal = lists["listingInternalNames"]
    return not internal or world.listings.peek(row["listingMapId"])["internalListingName"] in internal


def _fits_texts(call: Call, row: Json) -> bool:
    for name in ("reservationId", "type"):
        text = call.text(name)
        if text is not None and str(row[name]) != text:
            return False
    guest = call.text("guestName")
    if guest is not None and guest.casefold() not in row["guestName"].casefold():
        return False
    replied = call.text("hasHostReply")
    return replied is None or bool(row["revieweeResponse"]) == (replied in ("1", "true"))


def _fits_bounds(call: Call, row: Json) -> bool:
    bounds = (
        ("departureDateStart", "departureDateEnd", row["departureDate"][:10]),
        ("stayDateStart", "stayDateEnd", row["arrivalDate"][:10]),
        ("submittedAtStart", "submittedAtEnd", str(row["scheduledDateTime"] or "")[:10]),
    )
    for start, end, value in bounds:
        first, last = call.text(start), call.text(end)
        if (first is not None and value < first[:10]) or (last is not None and not "" < value <= last[:10]):
            return False
    low, high = call.text("ratingMin"), call.text("ratingMax")
    rating = row["rating"]
    if (low or high) and rating is None:
        return False
    return not ((low and rating < float(low)) or (high and rating > float(high)))


@serves("getReview")
def get_review(call: Call) -> Reply:
    """One review."""
    number = call.id("reviewId")
    if number not in call.world.reviews:
        raise missing("Review")
    return success(call.world.reviews.peek(number))
