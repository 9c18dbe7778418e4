"""Charges to guests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from hostaway_mcp.models.guest_payments import ChargeStatus, ChargeType, GuestCharge
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import charges


class ChargeRow(NamedTuple):
    """What of a charge balances are made of."""

    id: int
    reservation_id: int | None
    type: ChargeType | None
    status: ChargeStatus | None
    amount: Decimal | None
    currency: str | None
    scheduled_date: datetime | None


class Charges(Rows[GuestCharge]):
    """The charges of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, charges, GuestCharge, columns)

    async def brief(self, stay_ids: Iterable[int]) -> tuple[ChargeRow, ...]:
        """The charges of these stays, in no order, without the objects themselves."""
        one, found = charges.c, list[ChargeRow]()
        columns = (one.id, one.reservation_id, one.type, one.status, one.amount, one.currency)
        async with self._desk.read() as connection:
            for some in portions(sorted(set(stay_ids))):
                mine = (self._desk.mine(charges), one.reservation_id.in_(some))
                for row in (await connection.execute(select(*columns, one.scheduled_on).where(*mine))).all():
                    kind, status = _KINDS.get(row[2]), _STATUSES.get(row[3])
                    found.append(ChargeRow(row[0], row[1], kind, status, row[4], row[5], row[6]))
        return tuple(found)


_KINDS = {one.value: one for one in ChargeType}
_STATUSES = {one.value: one for one in ChargeStatus}


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
