"""Units: the like homes of a listing that has several."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.models.listings import ListingUnit
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Kept, Put, Rows
from hostaway_mcp.store.schema import calendar_raw, units


class Units(Rows[ListingUnit]):
    """The units of one account. A unit does not say whose it is, so it is put with its listing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, units, ListingUnit, columns)

    async def put_of(
        self,
        listing_id: int,
        rows: Sequence[ListingUnit],
        raw: Sequence[JsonObject],
        *,
        seen_at: datetime,
    ) -> Put:
        """As `put`, for the units of one listing."""
        return await self._put(rows, raw, seen_at=seen_at, also={"listing_id": listing_id})

    async def of(self, listing_id: int) -> tuple[Kept[ListingUnit], ...]:
        """The units of a listing that are kept, by id."""
        return await self.where(listing_id=listing_id)

    async def several(self) -> dict[int, int]:
        """
        The listings whose calendar has days with more than one unit, each with how many it has.

        A month of the calendar adds up to more where a night is overbooked, so the least month counts.
        """
        month, mine = calendar_raw.c, self._desk.mine(calendar_raw)
        # Most listings have one: to group all of them would take three times as long.
        several = select(month.listing_id).where(mine, month.units > 1)
        statement = select(month.listing_id, func.min(month.units)).where(mine, month.listing_id.in_(several))
        async with self._desk.read() as connection:
            found = await connection.execute(statement.group_by(month.listing_id))
            return {row[0]: row[1] for row in found}


def columns(unit: ListingUnit) -> Columns:
    """What questions about units are answered from; the listing is told beside."""
    return {"name": unit.name, "unit_number": unit.unit_number, "listing_unit_id": unit.listing_unit_id}
