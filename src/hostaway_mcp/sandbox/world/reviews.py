"""Reviews as documents, in both directions."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.stays import Stay
from hostaway_mcp.sandbox.world.words import REVIEWS

CATEGORIES = ("cleanliness", "communication", "checkin", "accuracy", "location", "value")
_FROM_GUEST, _FROM_HOST = 1, 2


def review_ids(stay: Stay, today: date) -> list[int]:
    """The reviews of a stay: after departure, on channels that have them."""
    if stay.status not in ("new", "modified") or stay.departure >= today or stay.channel in (2015, 2000):
        return []
    directions = [_FROM_GUEST] if stay.chance % 100 < 62 else []
    directions += [_FROM_HOST] if stay.channel == 2018 and stay.chance % 100 < 80 else []
    return [stay.id * 10 + direction for direction in directions]


def write_review(review_id: int, stay: Stay, home: Home, *, today: date, account_id: int) -> Json:
    """One review, published or still to be written."""
    random = dice(stay.chance, review_id)
    from_guest = review_id % 10 == _FROM_GUEST
    document = blank("Review") | {
        "id": review_id,
        "accountId": account_id,
        "listingMapId": stay.listing_id,
        "reservationId": stay.id,
        "channelId": stay.channel,
        "type": "guest-to-host" if from_guest else "host-to-guest",
        "status": _status(stay, today, from_guest=from_guest, random=random),
        "externalReservationId": f"R{stay.chance:010d}",
        "isCancelled": 0,
        "departureDate": f"{stay.departure.isoformat()} {home.check_out:02d}:00:00",
        "arrivalDate": f"{stay.arrival.isoformat()} {home.check_in:02d}:00:00",
        "listingName": home.name,
        "guestName": stay.guest.name,
        "reviewCategory": [],
    }
    if document["status"] in ("published", "submitted"):
        document |= _words(stay, random, from_guest=from_guest)
    return document


def _status(stay: Stay, today: date, *, from_guest: bool, random: Random) -> str:
    days = (today - stay.departure).days
    if days <= 14 and random.random() < 0.6:
        return "awaiting" if from_guest else "pending"
    if not from_guest and random.random() < 0.15:
        return "expired" if days > 14 else "scheduled"
    return "published"


def _words(stay: Stay, random: Random, *, from_guest: bool) -> Json:
    submitted = stay.departure + timedelta(days=random.randint(1, 9))
    if not from_guest:
        return {
            "rating": 10,
            "publicReview": f"{stay.guest.first} was a wonderful guest.",
            "isRevieweeRecommended": 1,
            "externalReviewId": f"V{stay.chance:010d}",
        }
    rating = random.choices((10, 9, 8, 6, 4), weights=(48, 26, 15, 7, 4))[0]
    replied = random.random() < 0.4
    return {
        "rating": rating,
        "publicReview": random.choice(REVIEWS[rating]),
        "privateFeedback": "The shower drains slowly." if random.random() < 0.1 else None,
        "revieweeResponse": "Thank you, come back soon!" if replied else None,
        "externalReviewId": f"V{stay.chance:010d}",
        "reviewCategory": [
            {"category": category, "rating": max(2, min(10, rating + random.choice((-2, 0, 0, 1))))}
            for category in CATEGORIES
        ],
        "scheduledDateTime": submitted.isoformat() + " 10:00:00",
    }
