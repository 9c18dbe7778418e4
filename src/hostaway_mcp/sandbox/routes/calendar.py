"""The calendar over HTTP: days, blocks, prices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, everything, refused, success
from hostaway_mcp.sandbox.pricing import Wish, cents, components_of, plain, terms_of, total_of
from hostaway_mcp.sandbox.routes.listings import find_listing, writable_listing
from hostaway_mcp.sandbox.routes.reservations import shown
from hostaway_mcp.sandbox.world.calendar import units_of
from hostaway_mcp.sandbox.world.world import World, span

LONGEST_DAYS = 1_100
DEFAULT_DAYS = 365
_UNIT_FIELDS = ("isAvailable", "desiredUnitsToSell")


@serves("getCalendar")
def get_calendar(call: Call) -> Reply:
    """The days from `startDate` to `endDate`, both included; a year from today by default."""
    listing_id = call.id("listingId")
    find_listing(call.world, listing_id)
    first = call.day("startDate") or call.world.clock.today()
    last = call.day("endDate") or first + timedelta(days=DEFAULT_DAYS)
    days = _days(call.world, listing_id, first, last)
    for day in days:
        ids = day["reservations"] if call.flag("includeResources") else []
        day["reservations"] = [shown(call.world, number) for number in ids]
    return everything(days)


def _days(world: World, listing_id: int, first: date, last: date) -> list[Json]:
    if last < first:
        raise RefusalError(400, "endDate is before startDate")
    if (last - first).days > LONGEST_DAYS:
        raise RefusalError(400, f"A calendar window has at most {LONGEST_DAYS} days")
    return world.calendar(listing_id, first, last)


@serves("updateCalendar")
def update_calendar(call: Call) -> Reply:
    """Changes one interval, last day included, and gives back the days it touched."""
    listing_id = call.id("listingId")
    _check_interval(call, listing_id, call.body)
    days = _apply(call, listing_id, call.body)
    return everything([day | {"reservations": []} for day in days])


@serves("updateCalendarIntervals")
def update_calendar_intervals(call: Call) -> Reply:
    """Changes up to 200 intervals; says nothing about the days ("Batch calendar update")."""
    listing_id = call.id("listingId")
    if not isinstance(call.body, list) or len(call.body) > 200:
        raise refused("At most 200 calendar intervals are allowed in one request.")
    for interval in call.body:
        _check_interval(call, listing_id, interval)
    for interval in call.body:
        _apply(call, listing_id, interval)
    return success([])


def _check_interval(call: Call, listing_id: int, interval: Json) -> None:
    writable_listing(call.world, listing_id)
    multi = units_of(call.world, listing_id) > 1
    if multi and interval.get("isAvailable") is not None:
        _violate(call, "isAvailable is for single-unit listings; send desiredUnitsToSell")
    if not multi and interval.get("desiredUnitsToSell") is not None:
        _violate(call, "desiredUnitsToSell is for multi-unit listings; send isAvailable")
    price = interval.get("price")
    if price is not None and price < 0:
        raise refused("Price must not be negative.")
    for name in ("minimumStay", "maximumStay"):
        if interval.get(name) is not None and interval[name] < 1:
            raise refused(f"{name} must be positive.")
    first, last = _interval_dates(interval)
    if last < first:
        raise refused("endDate must not be before startDate.")


def _violate(call: Call, text: str) -> None:
    call.sandbox.violations.append(text)
    if call.sandbox.strict:
        raise RefusalError(400, f"Strict mode: {text}")


def _interval_dates(interval: Json) -> tuple[date, date]:
    try:
        return date.fromisoformat(interval["startDate"]), date.fromisoformat(interval["endDate"])
    except (KeyError, TypeError, ValueError):
        raise refused("startDate and endDate are required as YYYY-MM-DD.") from None


def _apply(call: Call, listing_id: int, interval: Json) -> list[Json]:
    """Changes the days of an interval, and gives them as they are then."""
    world = call.world
    first, last = _interval_dates(interval)
    before = world.calendar(listing_id, first, last)
    fields = {
        key: value for key, value in interval.items() if key not in ("startDate", "endDate", "isProcessed")
    }
    multi = units_of(world, listing_id) > 1
    fields.pop("isAvailable" if multi else "desiredUnitsToSell", None)
    kept = {
        key: value for key, value in fields.items() if value is not None or key.startswith(("closed", "note"))
    }
    for day in span(first, last):
        world.calendar_changes.setdefault((listing_id, day), {}).update(kept)
    world.version += 1
    after = world.calendar(listing_id, first, last)
    for old, new in zip(before, after, strict=True):
        call.did("updated", "calendarDay", listing_id, before=old, after=new, day=new["date"])
    return after


@serves("calculatePriceDetails")
def calculate_price_details(call: Call) -> Reply:
    """The price of a stay by the calendar's nights and the listing's terms; books nothing."""
    listing_id = call.id("listingId")
    find_listing(call.world, listing_id)
    first, end = _stay_dates(call.body)
    listing = call.world.listings.peek(listing_id)
    fees = _fees(call.world, listing_id)
    wish = Wish(
        nights=night_prices(call.world, listing_id, first, end),
        guests=max(1, int(call.body.get("numberOfGuests") or 1)),
        markup=_markup(call.body),
        extras=tuple(call.body.get("components") or ()),
        coupon=_coupon(call.world, call.body),
    )
    rows = components_of(terms_of(listing, call.world.taxes[listing_id], fees), wish)
    return success(
        {
            "totalPrice": plain(total_of(rows)),
            "originalTotalPrice": 0,
            "selectedComponentsAmount": 0,
            "components": rows,
            "extraComponents": [],
            "selectedComponents": [],
        }
    )


def night_prices(world: World, listing_id: int, arrival: date, departure: date) -> list[Decimal]:
    """The calendar's prices from arrival to the night before departure."""
    days = world.calendar(listing_id, arrival, departure - timedelta(days=1))
    return [cents(day["price"] or 0) for day in days]


def _stay_dates(body: Json) -> tuple[date, date]:
    try:
        first, end = date.fromisoformat(body["startingDate"]), date.fromisoformat(body["endingDate"])
    except (KeyError, TypeError, ValueError):
        raise refused("startingDate and endingDate are required as YYYY-MM-DD.") from None
    if end <= first or (end - first).days > LONGEST_DAYS:
        raise refused("endingDate must be after startingDate.")
    return first, end


def _fees(world: World, listing_id: int) -> list[Json]:
    return [
        fee for fee in map(world.fees.peek, world.fees_of(listing_id)) if fee["listingMapId"] == listing_id
    ]


def _markup(body: Json) -> Decimal:
    markup = Decimal(str(body.get("markup") or 1))
    return max(Decimal(1), markup)


def _coupon(world: World, body: Json) -> Json | None:
    used = world.reservation_coupons.get(body.get("reservationCouponId") or 0)
    return world.coupons.get(used["couponId"]) if used else None
