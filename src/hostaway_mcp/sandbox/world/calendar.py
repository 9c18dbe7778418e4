"""Calendar days, worked out from stays, blocks and changes when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.rates import night_price, rules_of_night
from hostaway_mcp.sandbox.world.stays import HELD, Stay

if TYPE_CHECKING:
    from hostaway_mcp.sandbox.world.world import World

BACK_DAYS, AHEAD_DAYS = 730, 545
_COUNTERS = (
    "countAvailableUnits",
    "availableUnitsToSell",
    "countPendingUnits",
    "countBlockingReservations",
    "countBlockedUnits",
    "desiredUnitsToSell",
    "countReservedUnits",
)


@dataclass(slots=True)
class Night:
    """What takes the units of a listing on one night."""

    stays: list[Stay] = field(default_factory=list)
    blocked: int = 0
    note: str | None = None


class Calendars(Mapping[int, dict[str, Json]]):
    """The calendar of each listing, days by date, worked out on every look."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, listing_id: int) -> dict[str, Json]:
        if listing_id not in self._world.listings:
            raise KeyError(listing_id)
        today = self._world.first_day
        first, last = today - timedelta(days=BACK_DAYS), today + timedelta(days=AHEAD_DAYS)
        return {day["date"]: day for day in days_of(self._world, listing_id, first, last)}

    def __iter__(self) -> Iterator[int]:
        return iter(self._world.listings)

    def __len__(self) -> int:
        return len(self._world.listings)


def days_of(world: World, listing_id: int, first: date, last: date) -> list[Json]:
    """The calendar days of one listing, first and last included; the departure day is free again."""
    units = units_of(world, listing_id)
    nights = nights_of(world, listing_id, first, last)
    return [_day(world, listing_id, day, night, units) for day, night in nights.items()]


def free_units(world: World, listing_id: int, first: date, last: date) -> int:
    """The units that are free on every night from first to last, both included."""
    units = units_of(world, listing_id)
    nights = nights_of(world, listing_id, first, last)
    return min(
        (_shares(world, listing_id, day, night, units)[0] for day, night in nights.items()), default=units
    )


def units_of(world: World, listing_id: int) -> int:
    """How many units a listing sells."""
    return len(world.units.get(listing_id, ())) or 1


def zone_of(world: World, listing_id: int) -> tzinfo:
    """The time zone of a listing."""
    return ZoneInfo(world.listings.peek(listing_id)["timeZoneName"] or "UTC")


def nights_of(world: World, listing_id: int, first: date, last: date) -> dict[date, Night]:
    """What takes the units, night by night."""
    nights = {first + timedelta(days=offset): Night() for offset in range((last - first).days + 1)}
    for stay in world.stays_of.get(listing_id, ()):
        if stay.blocks and stay.arrival <= last and stay.departure > first:
            for offset in range(max(0, (first - stay.arrival).days), stay.nights):
                night = nights.get(stay.arrival + timedelta(days=offset))
                if night is None:
                    break
                night.stays.append(stay)
    for block in world.blocks.get(listing_id, ()):
        for offset in range((block.last - block.first).days + 1):
            night = nights.get(block.first + timedelta(days=offset))
            if night is not None:
                night.blocked += 1
                night.note = block.note
    return nights


def _shares(world: World, listing_id: int, day: date, night: Night, units: int) -> tuple[int, int, int, int]:
    """Units available, reserved, pending and blocked on one night."""
    pending = sum(stay.status in HELD for stay in night.stays)
    reserved = len(night.stays) - pending
    room = max(0, units - reserved - pending)
    change = world.calendar_changes.get((listing_id, day), {})
    blocked = min(room, night.blocked)
    if change.get("desiredUnitsToSell") is not None and units > 1:
        blocked = max(0, room - change["desiredUnitsToSell"])
    elif change.get("isAvailable") is not None and units == 1:
        blocked = room if change["isAvailable"] == 0 else 0
    return room - blocked, reserved, pending, blocked


def _day(world: World, listing_id: int, day: date, night: Night, units: int) -> Json:
    available, reserved, pending, blocked = _shares(world, listing_id, day, night, units)
    change = world.calendar_changes.get((listing_id, day), {})
    document = blank("CalendarDay") | _rules(world, listing_id, day)
    document |= {
        "id": listing_id * 1_000_000 + day.toordinal(),
        "date": day.isoformat(),
        "isAvailable": int(available > 0),
        "isProcessed": 1,
        "status": _status(available, reserved, pending),
        "note": night.note,
        "countAvailableUnits": available,
        "availableUnitsToSell": available,
        "countPendingUnits": pending,
        "countBlockingReservations": reserved,
        "countBlockedUnits": blocked,
        "countReservedUnits": reserved,
        "reservations": sorted(stay.id for stay in night.stays),
    }
    document |= {key: value for key, value in change.items() if key != "isAvailable"}
    if units == 1 and not world.live_counters:
        document |= dict.fromkeys(_COUNTERS)
    return document


def _rules(world: World, listing_id: int, day: date) -> Json:
    """Price and stay rules of a day before anybody changed it."""
    home = world.homes.get(listing_id)
    if home is None:
        listing = world.listings.peek(listing_id)
        return {
            "price": listing["price"],
            "minimumStay": listing["minNights"] or 1,
            "maximumStay": listing["maxNights"] or 365,
        }
    minimum, no_arrival, no_departure = rules_of_night(home, day)
    return {
        "price": night_price(home, day),
        "minimumStay": minimum,
        "maximumStay": 365,
        "closedOnArrival": no_arrival,
        "closedOnDeparture": no_departure,
    }


def _status(available: int, reserved: int, pending: int) -> str:
    if available > 0:
        return "available"
    return "reserved" if reserved else "pending" if pending else "blocked"
