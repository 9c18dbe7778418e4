"""Charges to guests."""

from __future__ import annotations

from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import charges


class Charges(Rows[GuestCharge]):
    """The charges of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, charges, GuestCharge, columns)


def columns(charge: GuestCharge) -> Columns:
    """What questions about charges are answered from."""
    return {
        "listing_id": charge.listing_id,
        "reservation_id": charge.reservation_id,
        "type": charge.type.value if charge.type else None,
        "status": charge.status.value if charge.status else None,
        "amount": charge.amount,
        "currency": charge.currency,
        "scheduled_on": charge.scheduled_date,
        "charged_on": charge.charge_date,
    }
