"""Listings through the real client and the sandbox."""

from __future__ import annotations

import pytest

from hostaway_mcp.errors import InputError, NotFoundError
from tests.client.world import world


async def test_listings_with_their_parts() -> None:
    async with world() as w:
        page = await w.hostaway.listings.find(include_resources=True)
        assert (len(page.rows), page.set_aside) == (4, 0)
        for listing, sent in zip(page.rows, page.raw, strict=True):
            assert listing.id == sent["id"]
            assert listing.name == sent["name"]
            assert listing.price is not None
            assert listing.currency_code
            assert listing.time_zone_name
            assert len(listing.listing_amenities) == len(sent["listingAmenities"])


async def test_nested_parts_come_only_when_asked_for() -> None:
    """`includeResources` is 0 by default since 2023-10-02. Source: index.html.md."""
    async with world() as w:
        plain = await w.hostaway.listings.get(w.listing_id)
        whole = await w.hostaway.listings.get(w.listing_id, include_resources=True)
        assert plain.row.listing_images == ()
        assert whole.row.listing_images


async def test_update_changes_one_field() -> None:
    async with world() as w:
        before = await w.hostaway.listings.get(w.listing_id)
        written = await w.hostaway.listings.update(w.listing_id, {"name": "Blue Cottage"})
        after = await w.hostaway.listings.get(w.listing_id)
        assert written.row is not None
        assert written.row.name == after.row.name == "Blue Cottage"
        assert after.row.price == before.row.price


async def test_no_such_listing() -> None:
    async with world() as w:
        with pytest.raises(NotFoundError):
            await w.hostaway.listings.get(1)


async def test_slip_in_a_key_is_refused_before_anything_is_sent() -> None:
    async with world() as w:
        with pytest.raises(InputError, match="no 'titel'"):
            await w.hostaway.listings.update(w.listing_id, {"titel": "x"})
        assert w.sandbox.requests == []
