"""Reviews; they can only be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from hostaway_mcp.client.operations import GET_REVIEW, LIST_REVIEWS
from hostaway_mcp.client.rows import PAGE_LIMIT, Noun, One, Page, true_or_false
from hostaway_mcp.models.reviews import Review


class Reviews(Noun):
    """Source: Hostaway API reference, "Reviews"; most filters are of 2026-08-20."""

    async def find(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        sort_by: str | None = None,
        sort_order: Literal["asc", "desc"] | None = None,
        listing_ids: Sequence[int] | None = None,
        reservation_id: int | None = None,
        type: Literal["guest-to-host", "host-to-guest"] | None = None,
        statuses: Sequence[str] | None = None,
        departure_date_start: date | None = None,
        departure_date_end: date | None = None,
        channel_ids: Sequence[int] | None = None,
        channel_reservation_ids: Sequence[str] | None = None,
        guest_name: str | None = None,
        listing_internal_names: Sequence[str] | None = None,
        listing_external_names: Sequence[str] | None = None,
        tags: Sequence[int] | None = None,
        rating_min: float | None = None,
        rating_max: float | None = None,
        submitted_at_start: datetime | None = None,
        submitted_at_end: datetime | None = None,
        stay_date_start: date | None = None,
        stay_date_end: date | None = None,
        has_host_reply: bool | None = None,
        preview: bool | None = None,
    ) -> Page[Review]:
        """
        Reviews in both directions that fit all that is asked. Ratings are 0 to 10. At most 500 a page.

        `tags` are ids of listing tags; `preview` fills the variables of templates.
        """
        query = {
            "limit": limit,
            "offset": offset,
            "sortBy": sort_by,
            "sortOrder": sort_order,
            "listingMapIds[]": listing_ids,
            "reservationId": reservation_id,
            "type": type,
            "statuses[]": statuses,
            "departureDateStart": departure_date_start,
            "departureDateEnd": departure_date_end,
            "channelIds[]": channel_ids,
            "channelReservationIds[]": channel_reservation_ids,
            "guestName": guest_name,
            "listingInternalNames[]": listing_internal_names,
            "listingExternalNames[]": listing_external_names,
            "tags[]": tags,
            "ratingMin": rating_min,
            "ratingMax": rating_max,
            "submittedAtStart": submitted_at_start,
            "submittedAtEnd": submitted_at_end,
            "stayDateStart": stay_date_start,
            "stayDateEnd": stay_date_end,
            "hasHostReply": true_or_false(has_host_reply),
            "preview": true_or_false(preview),
        }
        return await self._page(LIST_REVIEWS, Review, query=query)

    async def get(self, review_id: int, *, preview: bool | None = None) -> One[Review]:
        """
        One review.

        Raises:
            NotFoundError: no such review in this account.
        """
        return await self._one(
            GET_REVIEW, Review, path={"reviewId": review_id}, query={"preview": true_or_false(preview)}
        )
