"""What of a guest's message are the guest's own words, and not the name of the listing."""

from __future__ import annotations

from hostaway_mcp.analytics.words import read_name
from hostaway_mcp.models.listings import Listing


def names_in_words(listing: Listing | None) -> frozenset[str]:
    """The listing's names as they are taken out of what guests write."""
    if listing is None:
        return frozenset()
    called = (listing.name, listing.internal_listing_name, listing.external_listing_name)
    return frozenset(filter(None, (read_name(name) for name in called if name)))
