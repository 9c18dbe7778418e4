"""Which listings a question is about, by name or place."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.errors import UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, in_place


async def narrowed(
    portfolio: Portfolio, listing: ListingRef | None, group: str | None, by_id: Mapping[int, Listing]
) -> tuple[frozenset[int] | None, dict[str, str]]:
    """The listings that a question is about, None for all; and how its words were understood."""
    if listing is None and group is None:
        return None, {}
    chosen, understood = tuple(by_id.values()), dict[str, str]()
    if listing is not None:
        meant = await portfolio.choose(listing)
        chosen, understood = meant.listings, dict(meant.understood)
    if group is not None:
        found, warnings = in_place(chosen, group)
        if not found:
            raise UnknownNameError(warnings[0])
        chosen = tuple(found)
    return frozenset(one.id for one in chosen), understood
