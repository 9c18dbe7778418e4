"""Reviews: of which stay, in which direction, and how good."""

from __future__ import annotations

from hostaway_mcp.models.reviews import Review
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import reviews


class Reviews(Rows[Review]):
    """The reviews of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, reviews, Review, columns)


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
