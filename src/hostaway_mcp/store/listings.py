"""Listings: where they are, how large, in which currency and zone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.listings import Listing
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows, Step
from hostaway_mcp.store.schema import listings
from hostaway_mcp.store.stay_amounts import StayAmounts


class Listings(Rows[Listing]):
    """The listings of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, listings, Listing, columns)

    async def active(self) -> tuple[int, ...]:
        """The ids of those that are not archived, in order."""
        statement = select(listings.c.id).where(self._desk.mine(listings), listings.c.archived.is_not(True))
        async with self._desk.read() as connection:
            return tuple((await connection.execute(statement.order_by(listings.c.id))).scalars())

    async def _after(self, connection: AsyncConnection, steps: Sequence[Step]) -> None:
        zones = {step.id: _zone(step.after) for step in steps if _zone(step.after) != _zone(step.before)}
        await StayAmounts(self._desk).moved(connection, zones)


def _zone(columns: Columns | RowMapping | None) -> str | None:
    return columns["time_zone"] if columns else None


def columns(listing: Listing) -> Columns:
    """What questions about listings are answered from."""
    return {
        "name": listing.name,
        "city": listing.city,
        "country_code": listing.country_code,
        "currency": listing.currency_code,
        "time_zone": listing.time_zone_name,
        "archived": listing.is_archived,
        "bedrooms": listing.bedrooms_number,
        "max_guests": listing.person_capacity,
        "latest_activity_on": listing.latest_activity_on,
    }
