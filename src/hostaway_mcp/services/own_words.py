"""What of a guest's message are the guest's own words, and not the name of the listing."""

from __future__ import annotations

from functools import lru_cache

from hostaway_mcp.analytics.phrases import Intent
from hostaway_mcp.analytics.words import intents_in, read_name
from hostaway_mcp.models.listings import Listing


def names_in_words(listing: Listing | None) -> frozenset[str]:
    """The listing's names as they are taken out of what guests write."""
    if listing is None:
        return frozenset()
    return frozenset(filter(None, (read_name(name) for name in _called(listing) if name)))


def intents_of_names(listing: Listing | None) -> frozenset[Intent]:
    """What a message could be taken to be about for the listing's names alone."""
    if listing is None:
        return frozenset()
    name, internal, external = _called(listing)
    return _intents_of(name) | _intents_of(internal) | _intents_of(external)


def _called(listing: Listing) -> tuple[str | None, ...]:
    return (listing.name, listing.internal_listing_name, listing.external_listing_name)


@lru_cache(maxsize=20_000)
def _intents_of(name: str | None) -> frozenset[Intent]:
    """Kept for a portfolio's names: who waits in thousands of threads is looked through for one answer."""
    plain = read_name(name) if name else None
    return intents_in(plain) if plain else frozenset()
