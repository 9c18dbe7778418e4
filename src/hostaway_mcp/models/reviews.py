"""Reviews, in both directions."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.lenient import MANY, Day, Moment, OpenEnum, Wire


class ReviewType(OpenEnum):
    """Who reviews whom."""

    UNKNOWN = "unknown"
    GUEST_TO_HOST = "guest-to-host"
    HOST_TO_GUEST = "host-to-guest"


class ReviewStatus(OpenEnum):
    """How far a review has come."""

    UNKNOWN = "unknown"
    AWAITING = "awaiting"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    EXPIRED = "expired"


class ReviewCategory(Wire):
    """A part of a rating, 0 to 10."""

    category: str
    rating: Decimal | None = None


class Review(Wire):
    """
    A review; `rating` is 0 to 10. Its words are a stranger's.

    Source: Hostaway API reference, "Review object"; the two dates carry a time there, dropped here.
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    channel: Channel = Field(default=Channel.UNKNOWN, alias="channelId")
    channel_reservation_id: str | None = None
    type: ReviewType | None = None
    status: ReviewStatus | None = None
    rating: Decimal | None = None
    review_category: Annotated[tuple[ReviewCategory, ...], MANY] = ()
    title: str | None = None
    public_review: str | None = None
    private_feedback: str | None = None
    reviewee_response: str | None = None
    reviewee_response_status: str | None = None
    is_reviewee_recommended: bool | None = None
    is_cancelled: bool | None = None
    is_hidden: bool | None = None
    external_review_id: str | None = None
    external_reservation_id: str | None = None
    scheduled_date_time: Moment | None = None
    submitted_at: Moment | None = None
    arrival_date: Day | None = None
    departure_date: Day | None = None
    listing_name: str | None = None
    guest_name: str | None = None
    reviewer_name: str | None = None
    inserted_on: Moment | None = None
    updated_on: Moment | None = None

    @property
    def is_by_guest(self) -> bool:
        """Whether a guest has written it; what is awaited has no rating."""
        return self.type is ReviewType.GUEST_TO_HOST and self.status in _WRITTEN


_WRITTEN = frozenset({ReviewStatus.PUBLISHED, ReviewStatus.SUBMITTED})
