"""Tasks as documents: cleanings around the departures near today, and a few repairs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hostaway_mcp.sandbox.clock import MOMENT
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.stays import Stay

CLEANERS = (1_010, 1_011, 1_012, 1_013)
BACK_DAYS, AHEAD_DAYS = 14, 21


def needs_cleaning(stay: Stay, today: date) -> bool:
    """Whether a cleaning of this departure is planned or just done."""
    days = (stay.departure - today).days
    return stay.status in ("new", "modified", "ownerStay") and -BACK_DAYS <= days <= AHEAD_DAYS


def write_cleaning(task_id: int, stay: Stay, home: Home, today: date) -> Json:
    """The cleaning after one departure, from check-out to the next check-in hour."""
    days = (stay.departure - today).days
    status = "completed" if days < 0 else "pending" if days > 3 else ("confirmed", "pending")[stay.chance % 2]
    unassigned = stay.chance % 9 == 0 and days >= 0
    start = _listing_moment(home, stay.departure, home.check_out)
    end = _listing_moment(home, stay.departure, home.check_in)
    return (
        blank("Task")
        | {
            "id": task_id,
            "listingMapId": home.id,
            "channelId": stay.channel,
            "reservationId": stay.id,
            "autoTaskId": 71,
            "assigneeUserId": None if unassigned else CLEANERS[home.index % len(CLEANERS)],
            "supervisorUserId": 1_002,
            "createdByUserId": 1_001,
            "isUpdatedManually": 0,
            "title": f"Cleaning {home.nickname}",
            "description": "Change linen, restock essentials.",
            "canStartFromEvent": "departure",
            "canStartFromEventDelta": 0,
            "shouldEndByEvent": "departure",
            "shouldEndByEventDelta": (home.check_in - home.check_out) * 3_600,
            "status": status,
            "completedAt": _utc(end) if status == "completed" else None,
            "startedAt": _utc(start) if status == "completed" else None,
            "cost": 18 + 9 * home.bedrooms,
            "costCurrency": home.place.currency,
            "rank": 0,
            "checklistItems": [],
            "customFieldValue": [],
            "categoriesMap": [1],
        }
        | moments(start, end)
    )


def write_repair(task_id: int, home: Home, today: date) -> Json:
    """One open repair."""
    random = dice("repair", home.id)
    start = _listing_moment(home, today + timedelta(days=random.randint(-4, 8)), 9)
    return (
        blank("Task")
        | {
            "id": task_id,
            "listingMapId": home.id,
            "createdByUserId": 1_001,
            "isUpdatedManually": 1,
            "title": random.choice(("Fix dripping tap", "Replace smoke detector battery", "Repair blinds")),
            "description": f"At {home.nickname}.",
            "status": "pending",
            "priority": random.randint(1, 3),
            "assigneeUserId": None,
            "rank": 0,
            "checklistItems": [],
            "customFieldValue": [],
            "categoriesMap": [2],
        }
        | moments(start, start + timedelta(hours=6))
    )


def moments(start: datetime, end: datetime) -> Json:
    """The four moments of a task: in UTC, and in the listing's zone ("Task object")."""
    return {
        "canStartFrom": _utc(start),
        "canStartFromListingTime": start.strftime(MOMENT),
        "shouldEndBy": _utc(end),
        "shouldEndByListingTime": end.strftime(MOMENT),
    }


def _listing_moment(home: Home, day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(home.place.time_zone))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime(MOMENT)
