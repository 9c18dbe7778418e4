"""Guest charges as documents: what guests who pay the host have paid."""

from __future__ import annotations

from decimal import Decimal

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.pricing import cents, plain
from hostaway_mcp.sandbox.world.reservations import COLLECTED_BY_HOST, moment
from hostaway_mcp.sandbox.world.stays import Stay

_DEPOSIT, _REST = 1, 2


def charge_ids(stay: Stay) -> list[int]:
    """The charges of a stay: a deposit when booked, the rest before arrival; a few never pay the rest."""
    if stay.channel not in COLLECTED_BY_HOST or stay.status not in ("new", "modified"):
        return []
    return [stay.id * 10 + _DEPOSIT, stay.id * 10 + _REST]


def write_charge(charge_id: int, stay: Stay, reservation: Json, *, now: int) -> Json:
    """One charge; the two of a stay add up to its total price."""
    total = cents(reservation["totalPrice"] or 0)
    deposit = cents(total * 3 / 10)
    is_deposit = charge_id % 10 == _DEPOSIT
    due = stay.booked if is_deposit else max(stay.booked, _arrival_seconds(stay) - 14 * 86_400)
    status = "paid" if is_deposit else _rest_status(stay, due, now)
    online = stay.chance % 3 > 0
    return blank("GuestCharge") | {
        "id": charge_id,
        "listingMapId": stay.listing_id,
        "reservationId": stay.id,
        "type": "charge",
        "title": "Deposit" if is_deposit else "Balance",
        "description": None,
        "currency": reservation["currency"],
        "paymentMethod": "credit_card_online" if online else "bank_transfer",
        "amount": plain(deposit if is_deposit else total - deposit),
        "status": status,
        "paymentProvider": "stripe" if online else "offline",
        "scheduledDate": moment(due),
        "chargeDate": moment(due) if status in ("paid", "failed") else None,
        "isManual": 0 if online else 1,
        "triggerEvent": "reservation" if is_deposit else "arrival",
        "triggerTimeDelta": 0 if is_deposit else -336,
        "percentageFee": 30 if is_deposit else None,
        "transactions": [],
    }


def _rest_status(stay: Stay, due: int, now: int) -> str:
    if due > now:
        return "awaiting"
    return "failed" if stay.chance % 11 == 0 else "paid"


def _arrival_seconds(stay: Stay) -> int:
    return (stay.arrival.toordinal() - 719_163) * 86_400


def paid_of(charges: list[Json]) -> Decimal:
    """What was paid less what was given back."""
    sums = {"charge": Decimal(0), "refund": Decimal(0)}
    for charge in charges:
        if charge["status"] in ("paid", "succeeded", "captureSuccess") and charge["type"] in sums:
            sums[charge["type"]] += cents(charge["amount"])
    return sums["charge"] - sums["refund"]
