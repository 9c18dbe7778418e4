"""Who owns which listing, as far as Hostaway's users tell."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from hostaway_mcp.client import Hostaway
from hostaway_mcp.models.users import User
from hostaway_mcp.services.facts import Facts, Gathering
from hostaway_mcp.services.untrusted import clean_name

FRESH_SECONDS = 900.0
MOST_OWNERS = 100
NOBODY = "no owner known"


@dataclass(frozen=True, slots=True)
class OwnedListings:
    """The owners' names by listing; several who share one are named together."""

    by_listing: Mapping[int, str]
    warning: str | None = None

    def owner_of(self, listing_id: int | None) -> str:
        """Whose listing it is."""
        return self.by_listing.get(listing_id or 0, NOBODY)


async def read_owned_listings(hostaway: Hostaway, facts: Facts) -> OwnedListings:
    """
    The owners: users of a group whose name says so, with the listings that they may see.

    Hostaway's listings do not name an owner. Costs one call, and one for each owner, within 15 minutes none.

    Raises:
        HostawayMcpError: the users could not be read.
    """

    async def load(gathering: Gathering[User]) -> None:
        page = await hostaway.users.find()
        owners = [one for one in page.rows if "owner" in (one.user_group_name or "").casefold()]
        gathering.add([one for one in owners if one.listing_ids], page.received_at)
        lacking = [one for one in owners if not one.listing_ids][:MOST_OWNERS]
        read = [hostaway.users.get(one.id, include_resources=True) for one in lacking]
        for found in await asyncio.gather(*read):
            gathering.add([found.row], found.received_at)

    known = await facts.get("owned listings", load, fresh_seconds=FRESH_SECONDS)
    names: dict[int, list[str]] = {}
    for user in known.rows:
        name = clean_name(" ".join(filter(None, (user.first_name, user.last_name)))) or f"user {user.id}"
        for listing_id in user.listing_ids:
            names.setdefault(listing_id, []).append(name)
    warning = None
    if not names:
        warning = "No user belongs to a group of owners, so Hostaway does not tell who owns which listing."
    return OwnedListings({number: " and ".join(sorted(some)) for number, some in names.items()}, warning)
