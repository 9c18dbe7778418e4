"""Ratings that the database adds up are those of the reviews that are kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hostaway_mcp.analytics.review_scores import Sum, themes_by
from hostaway_mcp.models.lenient import JsonObject, read_row
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.store.ratings import Counts, Ended, Mentions
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN

JUNE = Ended(date(2026, 6, 1), date(2026, 6, 30))
LATER = SEEN + timedelta(hours=1)
SIX = Decimal(6)


def review(number: int, **other: Any) -> JsonObject:
    return {
        "id": number,
        "listingMapId": 1,
        "channelId": 2018,
        "type": "guest-to-host",
        "status": "published",
        "rating": 9,
        "departureDate": "2026-06-10 10:00:00",
        "reviewCategory": [{"category": "cleanliness", "rating": 8}],
        "publicReview": "Spotless.",
        **other,
    }


async def put(store: Store, *sent: JsonObject, at: Any = SEEN) -> None:
    rows = [row for one in sent if (row := read_row(Review, one))]
    await store.reviews.put(rows, sent, seen_at=at)


async def counts(store: Store, which: Ended = JUNE, key: str = "listing_id") -> Counts:
    return await store.reviews.ratings.counts(which, key, SIX)


async def test_ratings_are_added_up_by_listing(store: Store) -> None:
    """10 and 4.333 of one listing, 6 of another; what has no rating is only mentioned."""
    await put(
        store,
        review(1, rating=10),
        review(2, rating=4.333, publicReview="Dirty, and a cold shower."),
        review(3, rating=6, listingMapId=2, departureDate="2026-06-30"),
        review(4, rating=None),
    )
    found = await counts(store)
    assert sorted(found.groups) == [(1, Sum(Decimal("14.333"), 2), 1), (2, Sum(Decimal(6), 1), 1)]
    assert found.low == ((date(2026, 6, 30), 3), (date(2026, 6, 10), 2))
    assert found.rated == {"cleanliness": Sum(Decimal(24), 3)}
    assert found.every == {"cleanliness": Sum(Decimal(32), 4)}
    mentioned = {tuple(themes_by(one.bits)): (one.reviews, one.low) for one in found.mentions}
    assert mentioned == {("cleanliness",): (3, 1), ("cleanliness", "bathroom", "temperature"): (1, 1)}
    one = Ended(JUNE.first, JUNE.last, [2, 3])
    assert [group.key for group in (await counts(store, one)).groups] == [2]


async def test_categories_that_few_channels_have_are_added_up_too(store: Store) -> None:
    """A second category of one theme, and categories that have no theme."""
    parts = [
        {"category": "staff", "rating": 8},
        {"category": "communication", "rating": 10},
        {"category": "Free WiFi", "rating": 7.5},
        {"category": "comfort", "rating": None},
    ]
    await put(store, review(1, reviewCategory=parts), review(2, reviewCategory=parts))
    means = await store.reviews.ratings.means(JUNE, "channel")
    expected = {"communication": Sum(Decimal(36), 4), "Free WiFi": Sum(Decimal(15), 2)}
    assert means == {2018: expected}


async def test_only_what_a_guest_wrote_and_did_not_take_back_counts(store: Store) -> None:
    await put(
        store,
        review(1, status="awaiting"),
        review(2, type="host-to-guest"),
        review(3, isCancelled=1),
        review(4, departureDate=None),
        review(5, departureDate="2026-07-01"),
    )
    assert (await counts(store)).groups == ()


async def test_a_review_that_changes_counts_once(store: Store) -> None:
    """Other rating, other date, taken back, gone."""
    await put(store, review(1), review(2))
    await put(store, review(1, rating=2, departureDate="2026-06-12"), at=LATER)
    assert (await counts(store)).groups == ((1, Sum(Decimal(11), 2), 1),)
    await put(store, review(1, isCancelled=1), at=LATER + timedelta(hours=1))
    await store.reviews.gone([2], at=LATER)
    assert (await counts(store)).groups == ()


async def test_numbers_that_are_no_ratings_are_none(store: Store) -> None:
    await put(store, review(1, rating=1e30, reviewCategory=[{"category": "value", "rating": -1e30}]))
    assert await counts(store) == Counts((), {}, {}, (Mentions(1, 1, 0),), ())


async def test_the_last_review_of_a_listing_is_known(store: Store) -> None:
    await put(store, review(1), review(5), review(7, listingMapId=2), review(8, listingMapId=3))
    some = Ended(JUNE.first, JUNE.last, [1, 2])
    assert sorted(await store.reviews.ratings.latest_of(some)) == [5, 7]
