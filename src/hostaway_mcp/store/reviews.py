"""Reviews: of which stay, in which direction, and how good."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.reviews import Review
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.ratings import Ratings
from hostaway_mcp.store.rows import Columns, Kept, Rows, Step
from hostaway_mcp.store.schema import reviews


class Reviews(Rows[Review]):
    """The reviews of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, reviews, Review, columns)
        self.ratings = Ratings(desk)

    async def departed(
        self, first: date, last: date, listing_ids: Collection[int] | None = None
    ) -> tuple[Kept[Review], ...]:
        """The reviews of stays that ended from `first` to `last`, both included, by id."""
        conditions = [reviews.c.departure.between(first, last)]
        if listing_ids is None:
            return await self._select(*conditions)
        found: list[Kept[Review]] = []
        for some in portions(sorted(listing_ids)):
            found += await self._select(*conditions, reviews.c.listing_id.in_(some))
        return tuple(found)

    async def _after(self, connection: AsyncConnection, steps: Sequence[Step]) -> None:
        before = [{"id": step.id, **step.before} for step in steps if step.before is not None]
        await self.ratings.put(connection, before, [step.row for step in steps if step.row])


def columns(review: Review) -> Columns:
    """What questions about reviews are answered from."""
    return {
        "listing_id": review.listing_id,
        "reservation_id": review.reservation_id,
        "channel_id": int(review.channel) or None,
        "type": review.type.value if review.type else None,
        "status": review.status.value if review.status else None,
        "rating": review.rating,
        "departure": review.departure_date,
    }
