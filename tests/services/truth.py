"""What is true in the sandbox's world, worked out from its documents and by none of the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hostaway_mcp.sandbox.world.world import World

DAY = timedelta(days=1)
TAKING = {
    "new", "modified", "confirmed", "ownerStay", "pending", "unconfirmed", "awaitingPayment",
    "awaitingGuestVerification",
}  # fmt: skip
"""Statuses that take nights. Source: Hostaway API reference, "Reservation statuses"."""


def active(world: World) -> list[int]:
    """The ids of the listings in use."""
    return [number for number in world.listings if world.listings.peek(number)["specialStatus"] != "archived"]


def nights(arrival: date, departure: date) -> Iterator[date]:
    """From the arrival to the night before the departure."""
    while arrival < departure:
        yield arrival
        arrival += DAY


def days(world: World, listing_id: int, first: date, last: date) -> dict[date, dict[str, Any]]:
    """The calendar's documents by date."""
    return {date.fromisoformat(day["date"]): day for day in world.calendar(listing_id, first, last)}


def can_be_booked(world: World, listing_id: int, arrival: date, departure: date) -> bool:
    """By every rule of the calendar."""
    found = days(world, listing_id, arrival, departure)
    first, length = found[arrival], (departure - arrival).days
    return (
        all(found[night]["isAvailable"] == 1 for night in nights(arrival, departure))
        and first["minimumStay"] <= length <= first["maximumStay"]
        and not first["closedOnArrival"]
        and not found[departure]["closedOnDeparture"]
    )


def price_of_nights(world: World, listing_id: int, arrival: date, departure: date) -> Decimal:
    """The sum of the nights' prices."""
    found = days(world, listing_id, arrival, departure)
    return sum((Decimal(str(found[night]["price"])) for night in nights(arrival, departure)), Decimal(0))


def stays_over(world: World, listing_id: int, arrival: date, departure: date) -> set[int]:
    """The ids of the stays that take nights between."""
    return {
        number
        for number in world.reservations
        for stay in [world.reservations[number]]  # keeps the document, which `peek` would write anew
        if stay["listingMapId"] == listing_id
        and stay["status"] in TAKING
        and not stay["isDatesUnspecified"]
        and date.fromisoformat(stay["arrivalDate"]) < departure
        and date.fromisoformat(stay["departureDate"]) > arrival
    }
