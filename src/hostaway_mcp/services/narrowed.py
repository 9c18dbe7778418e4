"""Which listings a question is about, by name or place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hostaway_mcp.errors import UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, in_place
from hostaway_mcp.services.stays import NamedListings


def of_group(
    listings: Sequence[Listing], group: str | None, *, otherwise: str | None = None
) -> Sequence[Listing]:
    """
    Those of the listings that are in the group; all of them without one.

    Raises:
        UnknownNameError: none is, with the places where there are some, or else `otherwise`.
    """
    if group is None:
        return listings
    found, warnings = in_place(listings, group)
    if not found:
        raise UnknownNameError(otherwise or warnings[0])
    return found


def ids_of_group(named: NamedListings, group: str | None) -> frozenset[int] | None:
    """
    The listings of a group, None for all; listings that could not be read are why there are none.

    Raises:
        UnknownNameError: none is in the group.
    """
    if group is None:
        return None
    found = of_group(tuple(named.by_id.values()), group, otherwise=named.warning)
    return frozenset(one.id for one in found)


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
    return frozenset(one.id for one in of_group(chosen, group)), understood
