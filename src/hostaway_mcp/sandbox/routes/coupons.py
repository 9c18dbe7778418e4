"""Coupons over HTTP."""

from __future__ import annotations

from datetime import date

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.envelope import Reply, everything, refused, success
from hostaway_mcp.sandbox.pricing import cents, plain
from hostaway_mcp.sandbox.routes.calendar import night_prices
from hostaway_mcp.sandbox.routes.listings import writable_listing
from hostaway_mcp.sandbox.world.world import World


@serves("listCoupons")
def list_coupons(call: Call) -> Reply:
    """Every coupon."""
    return everything(list(call.world.coupons.values()))


@serves("listReservationCoupons")
def list_reservation_coupons(call: Call) -> Reply:
    """The coupons that were redeemed for a price."""
    return everything(list(call.world.reservation_coupons.values()))


@serves("createReservationCoupon")
def create_reservation_coupon(call: Call) -> Reply:
    """Redeems a coupon for a stay; the id it gives goes into the price calculation ("Coupons")."""
    world, body = call.world, call.body
    writable_listing(world, body["listingMapId"])
    arrival, departure = _dates(body)
    coupon = _usable(world, body["couponName"], nights=(departure - arrival).days)
    base = sum(night_prices(world, body["listingMapId"], arrival, departure), cents(0))
    number = world.next_number()
    share = (
        cents(base * cents(coupon["amount"]) / 100)
        if coupon["type"] == "percentage"
        else cents(coupon["amount"])
    )
    world.reservation_coupons[number] = blank("ReservationCoupon") | {
        "id": number,
        "listingMapId": body["listingMapId"],
        "couponId": coupon["id"],
        "couponName": coupon["name"],
        "reservationBasePrice": plain(base),
        "couponPrice": plain(min(base, share)),
    }
    coupon["numberOfUsesUsed"] += 1
    call.did("created", "reservationCoupon", number, after=world.reservation_coupons[number])
    return success({"reservationCouponId": number})


def _dates(body: Json) -> tuple[date, date]:
    try:
        arrival, departure = date.fromisoformat(body["startingDate"]), date.fromisoformat(body["endingDate"])
    except (KeyError, TypeError, ValueError):
        raise refused("startingDate and endingDate are required as YYYY-MM-DD.") from None
    if departure <= arrival:
        raise refused("endingDate must be after startingDate.")
    return arrival, departure


def _usable(world: World, name: str, *, nights: int) -> Json:
    coupon = next((one for one in world.coupons.values() if one["name"] == name), None)
    if coupon is None or not coupon["isActive"] or coupon["isExpired"]:
        raise refused("Coupon is not valid")
    unlimited = coupon["numberOfUsesInitial"] == -1
    if not unlimited and coupon["numberOfUsesUsed"] >= coupon["numberOfUsesInitial"]:
        raise refused("Coupon has no uses left")
    if nights < coupon["minimumNights"]:
        raise refused(f"Coupon needs at least {coupon['minimumNights']} nights")
    return coupon
