"""The reviews of stays that ended in a period: from the replica, or live."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import Page
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.copied_ledgers import REVIEWS
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copy import Ages, Copied, Copy, copied_or_live, whole
from hostaway_mcp.services.facts import Facts, Gathering, Known

if TYPE_CHECKING:
    from hostaway_mcp.analytics.review_scores import Means
    from hostaway_mcp.store.ratings import Counts, Ended
    from hostaway_mcp.store.store import Store

FRESH_SECONDS = 120.0
PAGE = 500
MAX_PAGES = 12
ONE_DAY = timedelta(days=1)
MOST_LISTINGS_ASKED = 50
"""Of more listings all reviews are read: their ids would not fit into an address."""


class CopiedReviews(Copy):
    """Reviews in the replica."""

    async def departed(
        self, first: date, last: date, listing_ids: Collection[int] | None, ages: Ages = REVIEWS
    ) -> Copied[Review] | None:
        """Those of stays that ended from `first` to `last`, both included."""

        async def read(store: Store) -> Copied[Review] | None:
            as_of = whole(await store.sync.state("reviews", "all"))
            if as_of is None or not self._may_use(as_of, ages, "reviews", "all"):
                return None
            kept = await store.reviews.departed(first, last, listing_ids)
            return Copied(tuple(one.row for one in kept), as_of)

        return await self._read(read)

    async def counts(
        self, first: date, last: date, listing_ids: Collection[int] | None, key: str, low: Decimal
    ) -> Copied[Counts] | None:
        """What those by guests add up to, as `Ratings.counts` says."""

        async def read(store: Store) -> Copied[Counts] | None:
            as_of = whole(await store.sync.state("reviews", "all"))
            if as_of is None or not self._may_use(as_of, REVIEWS, "reviews", "all"):
                return None
            counts = await store.reviews.ratings.counts(_ended(first, last, listing_ids), key, low)
            return Copied((counts,), as_of)

        found = await self._read(read)
        if found is not None:
            rests_on_the_replica()
        return found

    async def means(
        self, first: date, last: date, listing_ids: Collection[int] | None, key: str
    ) -> Mapping[int | None, Means]:
        """The categories of the same reviews by `key`."""

        async def read(store: Store) -> Copied[Mapping[int | None, Means]]:
            means = await store.reviews.ratings.means(_ended(first, last, listing_ids), key)
            return Copied((means,), self._clock.now())

        found = await self._read(read)
        return found.rows[0] if found else {}

    async def called(
        self, first: date, last: date, listing_ids: Collection[int]
    ) -> dict[int | None, str | None]:
        """What the last of the same reviews calls these listings."""

        async def read(store: Store) -> Copied[Review]:
            ids = await store.reviews.ratings.latest_of(_ended(first, last, listing_ids))
            return Copied(tuple(one.row for one in await store.reviews.get(ids)), self._clock.now())

        found = await self._read(read)
        return {one.listing_id: one.listing_name for one in found.rows} if found else {}

    async def by_id(self, ids: Collection[int]) -> dict[int, Review]:
        """These reviews whole; one that has just gone is left out."""

        async def read(store: Store) -> Copied[Review]:
            return Copied(tuple(one.row for one in await store.reviews.get(ids)), self._clock.now())

        found = await self._read(read) if ids else None
        return {one.id: one for one in found.rows} if found else {}


class ReviewBook:
    """
    Reads reviews in both directions.

    A period costs nothing from the replica, live one call for each 500 reviews (at most 12), none within two
    minutes of the same period.
    """

    def __init__(self, hostaway: Hostaway, *, facts: Facts, copy: CopiedReviews) -> None:
        self._hostaway = hostaway
        self._facts = facts
        self.copy = copy

    async def departed(
        self, first: date, last: date, listing_ids: Collection[int] | None = None
    ) -> Known[Review]:
        """
        The reviews of stays that ended from `first` to `last`, both included, cancelled ones left out.

        If some pages cannot be had, what was had comes back as incomplete.

        Raises:
            HostawayMcpError: nothing at all could be had.
        """
        asked = None if listing_ids is None else tuple(sorted(listing_ids))
        if asked is not None and len(asked) > MOST_LISTINGS_ASKED:
            asked = None
        known = await self._facts.get(
            ("reviews", first, last, asked),
            partial(self._load, first, last, asked),
            fresh_seconds=FRESH_SECONDS,
        )
        rows = {one.id: one for one in known.rows if _fits(one, first, last, listing_ids)}
        return Known(tuple(rows.values()), known.as_of, known.complete, known.why)

    async def _load(
        self, first: date, last: date, asked: tuple[int, ...] | None, gathering: Gathering[Review]
    ) -> None:
        await copied_or_live(
            gathering,
            lambda ages: self.copy.departed(first, last, asked, ages),
            partial(self._load_live, first, last, asked),
            ages=REVIEWS,
        )

    async def _load_live(
        self, first: date, last: date, asked: tuple[int, ...] | None, gathering: Gathering[Review]
    ) -> None:
        offset = 0
        for _ in range(MAX_PAGES):
            page = await self._page(first, last, asked, offset)
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)
            offset += page.received
            more = offset < page.count if page.count is not None else page.received >= PAGE
            if not page.received or not more:
                return
        gathering.lacks = f"only the first {offset} reviews were read"

    async def _page(
        self, first: date, last: date, asked: tuple[int, ...] | None, offset: int
    ) -> Page[Review]:
        # Whether Hostaway's bounds are included is not documented: a day wider, and narrowed afterwards.
        query: dict[str, Any] = {"listing_ids": asked} if asked else {}
        return await self._hostaway.reviews.find(
            limit=PAGE,
            offset=offset or None,
            departure_date_start=first - ONE_DAY,
            departure_date_end=last + ONE_DAY,
            **query,
        )


def some_reviews(known: Known[Review]) -> tuple[Missing, ...]:
    """What an answer says when not all reviews could be read."""
    if known.complete:
        return ()
    return (
        Missing(
            what=f"Some reviews; {len(known.rows)} were read",
            why=known.why or "Not known.",
            resume="Ask again in a minute, or for a shorter period or fewer listings.",
        ),
    )


def _fits(one: Review, first: date, last: date, listing_ids: Collection[int] | None) -> bool:
    if one.is_cancelled or one.departure_date is None or not first <= one.departure_date <= last:
        return False
    return listing_ids is None or one.listing_id in listing_ids


def _ended(first: date, last: date, listing_ids: Collection[int] | None) -> Ended:
    from hostaway_mcp.store.ratings import Ended

    return Ended(first, last, listing_ids)
