"""Reviews that somebody should write: replies to guests' reviews, and reviews of guests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hostaway_mcp.analytics.review_scores import category
from hostaway_mcp.analytics.words import language_of
from hostaway_mcp.clock import Clock
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reviews import Review, ReviewStatus, ReviewType
from hostaway_mcp.services.answers import Instant, ListAnswer, Record
from hostaway_mcp.services.conversations import DATA_NOT_ORDERS
from hostaway_mcp.services.cursors import SortKey, cut
from hostaway_mcp.services.narrowed import narrowed
from hostaway_mcp.services.portfolio import ListingRef, Portfolio
from hostaway_mcp.services.review_book import ReviewBook, some_reviews
from hostaway_mcp.services.review_insights import Number, listing_of, words_of
from hostaway_mcp.services.stays import named_listings
from hostaway_mcp.services.untrusted import clean_name

LOOK_BACK = timedelta(days=60)
"""Older stays are not looked at."""
TEXT_CHARS = 500
SHOWN_WEAK = 4
ROOM_BYTES = 11_500
POSTING = "Reviews and replies are posted in Hostaway: its API only reads them."
NO_DEADLINES = (
    "Hostaway does not document until when a channel takes a reply or a review, so only moments scheduled "
    "in Hostaway are shown as due. Guests to review come in the order of departure, replies with the "
    "lowest rating first."
)

_KINDS = ("review_guest", "reply", "scheduled")


class QueueRow(Record):
    """One thing to write, with the facts for a draft; texts of guests are their own words."""

    what: str
    """reply (to the guest's review), review_guest, or scheduled (Hostaway will send it by itself)."""
    review_id: int
    reservation_id: int | None = None
    listing_id: int | None = None
    listing: str | None = None
    guest: str | None = None
    channel: str
    arrival: date | None = None
    departure: date | None = None
    nights: int | None = None
    days_since_departure: int | None = None
    due: Instant | None = None
    """When Hostaway is scheduled to send it; absent where no deadline is known."""
    status: str | None = None
    rating: Number | None = None
    """By the guest, 0 to 10."""
    weak: dict[str, Number] | None = None
    """The guest's lowest categories, below 8."""
    text: str | None = None
    private: str | None = None
    language: str | None = None
    """Two letters: of the guest's review."""
    draft: str | None = None
    """What stands in Hostaway to be sent."""


class QueueCounts(Record):
    """How much there is of each, also what did not fit into the answer."""

    reply: int
    review_guest: int
    scheduled: int


class ReviewQueue(ListAnswer):
    """What is to be written: what is scheduled soonest first, then guests to review, then replies."""

    queue: tuple[QueueRow, ...]
    counts: QueueCounts
    posting: str
    deadlines: str


@dataclass(frozen=True, slots=True)
class _Due:
    what: str
    review: Review
    due: datetime | None

    @property
    def key(self) -> SortKey:
        at = self.due.isoformat() if self.due else "~"
        rating = self.review.rating if self.what == "reply" else None
        place = float(rating) if rating is not None else 0.0
        return (at, _KINDS.index(self.what), place, f"{self.review.departure_date}", self.review.id)


class ReviewQueues:
    """Finds reviews to be written; costs what reading the reviews of two months costs."""

    def __init__(self, *, book: ReviewBook, portfolio: Portfolio, clock: Clock) -> None:
        self._book = book
        self._portfolio = portfolio
        self._clock = clock

    async def queue(
        self,
        *,
        due_within: int | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> ReviewQueue:
        """
        What is to be written about stays that ended in the last 60 days.

        `due_within` leaves out what is scheduled for later than in so many days; what has no known moment
        stays, for it may be due any day.

        Raises:
            InputError: a listing, group or cursor that is wrong.
            HostawayMcpError: no review at all could be had.
        """
        named = await named_listings(self._portfolio)
        ids, understood = await narrowed(self._portfolio, listing, group, named.by_id)
        today, now = self._portfolio.today(tuple(named.by_id.values())), self._clock.now()
        first = today - LOOK_BACK
        known = await self._book.departed(first, today, ids)
        until = None if due_within is None else now + timedelta(days=due_within)
        found = [due for one in known.rows if (due := _due(one)) and _is_soon(due, until)]
        missing = some_reviews(known)
        part = cut(
            found,
            key=lambda one: one.key,
            show=lambda one: _row(one, today, named.by_id),
            question=dict(question or {}),
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        return ReviewQueue(
            as_of=min(known.as_of, named.as_of or known.as_of),
            complete=not missing,
            missing=missing,
            warnings=tuple(filter(None, (named.warning, DATA_NOT_ORDERS if part.rows else None))),
            understood=understood | {"stays that ended": f"from {first} to {today}, both included"},
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            queue=part.rows,
            counts=QueueCounts(**{kind: sum(one.what == kind for one in found) for kind in _KINDS}),
            posting=POSTING,
            deadlines=NO_DEADLINES,
        )


def _due(review: Review) -> _Due | None:
    """What somebody has to write about this review, if anything."""
    if review.type is ReviewType.GUEST_TO_HOST:
        replied = (review.reviewee_response or "").strip()
        if review.status is ReviewStatus.PUBLISHED and not replied:
            return _Due("reply", review, None)
        return None
    if review.type is not ReviewType.HOST_TO_GUEST:
        return None
    if review.status in (ReviewStatus.AWAITING, ReviewStatus.PENDING):
        return _Due("review_guest", review, review.scheduled_date_time)
    if review.status is ReviewStatus.SCHEDULED:
        return _Due("scheduled", review, review.scheduled_date_time)
    return None


def _is_soon(one: _Due, until: datetime | None) -> bool:
    return until is None or one.due is None or one.due <= until


def _row(one: _Due, today: date, by_id: Mapping[int, Listing]) -> QueueRow:
    review, replies = one.review, one.what == "reply"
    arrival, departure = review.arrival_date, review.departure_date
    text = words_of(review, review.public_review, by_id, TEXT_CHARS)
    return QueueRow(
        what=one.what,
        review_id=review.id,
        reservation_id=review.reservation_id,
        listing_id=review.listing_id,
        listing=listing_of(review, by_id),
        guest=clean_name(review.guest_name) or clean_name(review.reviewer_name),
        channel=review.channel.label,
        arrival=arrival,
        departure=departure,
        nights=(departure - arrival).days if arrival and departure else None,
        days_since_departure=(today - departure).days if departure else None,
        due=one.due,
        status=str(review.status),
        rating=review.rating if replies else None,
        weak=_weak(review) if replies else None,
        text=text if replies else None,
        private=words_of(review, review.private_feedback, by_id, TEXT_CHARS) if replies else None,
        language=language_of([text]) if replies and text else None,
        draft=None if replies else text,
    )


def _weak(review: Review) -> dict[str, Number] | None:
    rated = sorted(
        (one.rating, category(name))
        for one in review.review_category
        if one.rating is not None and one.rating < 8 and (name := clean_name(one.category))
    )
    return {name: rating for rating, name in rated[:SHOWN_WEAK]} or None
