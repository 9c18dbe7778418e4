"""One listing closely, as the replica has it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hostaway_mcp.models.listings import Listing, ListingUnit
from hostaway_mcp.services.copy import LISTINGS, Ages, Copied, Copy, note_copied, whole

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

UNITS = Ages(timedelta(days=2), timedelta(days=7))
"""Sync reads them once a day, of the listings that have several."""


class CopiedListings(Copy):
    """Listings with what only their long form has, and their units."""

    async def listing(self, number: int, ages: Ages = LISTINGS) -> Copied[Listing] | None:
        """One listing with amenities, pictures and custom values."""

        async def read(store: Store) -> Copied[Listing] | None:
            as_of = whole(await store.sync.state("listings", "all"))
            found = await store.listings.get([number])
            if as_of is None or not found or not self._may_use(as_of, ages, "listings", "all"):
                return None
            note_copied()
            return Copied((found[0].row,), as_of)

        return await self._read(read)

    async def units(self, number: int) -> Copied[ListingUnit] | None:
        """The units of a listing that has several; none for one whose calendar shows a single one."""

        async def read(store: Store) -> Copied[ListingUnit] | None:
            several = number in await store.units.several()
            noun = "units" if several else "calendar"
            as_of = whole(await store.sync.state(noun, str(number)))
            if as_of is None or self._clock.now() - as_of > UNITS.usable:
                return None
            note_copied()
            rows = await store.units.of(number) if several else ()
            return Copied(tuple(one.row for one in rows), as_of)

        return await self._read(read)
