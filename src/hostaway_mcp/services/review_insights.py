"""What guests' reviews say: scores and themes by listing, month or channel, and the low ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer

from hostaway_mcp.analytics.review_scores import Rated, Score, category, scores_of, themes_of
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reviews import Review, ReviewStatus, ReviewType
from hostaway_mcp.services.answers import ListAnswer, Record
from hostaway_mcp.services.conversations import DATA_NOT_ORDERS, secrets_of
from hostaway_mcp.services.cursors import SortKey, cut, descending
from hostaway_mcp.services.dates import Span, read_period, read_span
from hostaway_mcp.services.narrowed import narrowed
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, name_of
from hostaway_mcp.services.review_book import ReviewBook, some_reviews
from hostaway_mcp.services.stays import named_listings
from hostaway_mcp.services.untrusted import clean, clean_name

Group = Literal["listing", "month", "channel"]
Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]
"""A rating; 0 to 10."""

DEFAULT_DAYS = 90
MAX_SCORE = Decimal(6)
SHOWN_GROUPS = 25
SHOWN_CATEGORIES = 3
EXCERPT_CHARS = 300
ROOM_BYTES = 6_500
"""For the low reviews; scores and themes take the rest."""
_WRITTEN = frozenset({ReviewStatus.PUBLISHED, ReviewStatus.SUBMITTED})


class ScoreRow(Record):
    """How one listing, month or channel is rated, 0 to 10."""

    group: str
    listing_id: int | None = None
    reviews: int
    mean: Number
    low: int | None = None
    """How many are at or below `max_score`."""
    weakest: dict[str, Number] | None = None
    """The categories with the lowest means."""


class ThemeRow(Record):
    """What reviews mention; a mention says not whether it is praised."""

    theme: str
    mentions: int
    mentions_low: int | None = None
    """In how many of the low reviews."""
    category_mean: Number | None = None
    """The mean of the channels' own category of this name."""


class LowReview(Record):
    """A review at or below `max_score`; the texts are the guest's words."""

    review_id: int
    reservation_id: int | None = None
    listing_id: int | None = None
    listing: str | None = None
    channel: str
    departure: date | None = None
    rating: Number
    weak: dict[str, Number] | None = None
    """Categories at or below `max_score`."""
    text: str | None = None
    private: str | None = None
    replied: bool


class ReviewInsights(ListAnswer):
    """Scores, themes, and the low reviews, the newest first; `total` counts these."""

    overall: ScoreRow | None = None
    """Absent if there is no rated review in the period."""
    scores: tuple[ScoreRow, ...]
    scores_left_out: int | None = None
    themes: tuple[ThemeRow, ...]
    low: tuple[LowReview, ...]


class ReviewInsight:
    """Counts what guests wrote; costs what reading the reviews of the period costs."""

    def __init__(self, *, book: ReviewBook, portfolio: Portfolio) -> None:
        self._book = book
        self._portfolio = portfolio

    async def insights(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        max_score: float = float(MAX_SCORE),
        by: Group = "listing",
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 10,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> ReviewInsights:
        """
        The reviews by guests of stays that ended from `from_` to `to`, both included; default 90 days back.

        Raises:
            InputError: a date, listing, group or cursor that is wrong.
            HostawayMcpError: no review at all could be had.
        """
        named = await named_listings(self._portfolio)
        ids, understood = await narrowed(self._portfolio, listing, group, named.by_id)
        today = self._portfolio.today(tuple(named.by_id.values()))
        span = past_period(from_, to, today)
        known = await self._book.departed(span.first, span.last, ids)
        reviews = [one for one in known.rows if _is_guests(one)]
        bound = Decimal(str(max_score))
        rated = [_rated(one, _group_of(one, by, named.by_id)) for one in reviews]
        scores = scores_of(rated, low=bound)
        overall = scores_of([replace(one, group="all") for one in rated], low=bound)
        missing = some_reviews(known)
        part = cut(
            [one for one in reviews if one.rating is not None and one.rating <= bound],
            key=_newest_first,
            show=lambda one: _low(one, bound, named.by_id),
            question=dict(question or {}),
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        listing_ids = {_group_of(one, by, named.by_id): one.listing_id for one in reviews}
        warnings = (
            named.warning,
            None if overall or missing else f"No rated review of a stay that ended {_in_words(span)}.",
            DATA_NOT_ORDERS if part.rows else None,
        )
        return ReviewInsights(
            as_of=min(known.as_of, named.as_of or known.as_of),
            complete=not missing,
            missing=missing,
            warnings=tuple(filter(None, warnings)),
            understood=understood | {"stays that ended": _in_words(span), "low": f"at most {bound:f} of 10"},
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            overall=_score_row(overall[0], None) if overall else None,
            scores=tuple(
                _score_row(one, listing_ids.get(one.group) if by == "listing" else None)
                for one in _ordered(scores, by)[:SHOWN_GROUPS]
            ),
            scores_left_out=max(0, len(scores) - SHOWN_GROUPS) or None,
            themes=tuple(
                ThemeRow(
                    theme=one.theme,
                    mentions=one.mentions,
                    mentions_low=one.mentions_low or None,
                    category_mean=one.category_mean,
                )
                for one in themes_of(rated, low=bound)
            ),
            low=part.rows,
        )


def past_period(from_: str | None, to: str | None, today: date, days: int = DEFAULT_DAYS) -> Span:
    """The days asked for, both included; without `from_` so many days up to the last, without `to` today."""
    if from_ is None:
        last = read_span(to, today).last if to else today
        return Span(last - timedelta(days=days - 1), last)
    if to is None:
        start = read_span(from_, today)
        return (
            start
            if start.days > 1
            else read_period(from_, max(start.first, today).isoformat(), today, exclusive=False)
        )
    return read_period(from_, to, today, exclusive=False)


def listing_of(review: Review, by_id: Mapping[int, Listing]) -> str | None:
    """What the reviewed listing is called, as far as known."""
    listing = by_id.get(review.listing_id or 0)
    return name_of(listing) if listing else clean_name(review.listing_name)


def words_of(review: Review, text: str | None, by_id: Mapping[int, Listing], max_chars: int) -> str | None:
    """Words of a review, cleaned, with the listing's codes masked."""
    return clean(text, secrets=secrets_of(None, by_id.get(review.listing_id or 0)), max_chars=max_chars)


def _is_guests(review: Review) -> bool:
    """Whether a guest has written it; what is awaited has no rating."""
    return review.type is ReviewType.GUEST_TO_HOST and review.status in _WRITTEN


def _rated(review: Review, group: str) -> Rated:
    texts = (review.title, review.public_review, review.private_feedback)
    return Rated(
        group=group,
        rating=review.rating,
        categories=tuple(
            (name, one.rating)
            for one in review.review_category
            if one.rating is not None and (name := _category_name(one.category))
        ),
        texts=tuple(filter(None, (clean(text, mask=False, max_chars=4_000) for text in texts))),
    )


@lru_cache(maxsize=500)
def _category_name(name: str) -> str | None:
    """Cleaned; the channels have a few, and thousands of reviews name them."""
    return clean_name(name)


def _group_of(review: Review, by: Group, by_id: Mapping[int, Listing]) -> str:
    if by == "month":
        return f"{review.departure_date:%Y-%m}" if review.departure_date else "no date"
    if by == "channel":
        return review.channel.label
    return f"{listing_of(review, by_id) or 'unknown'} ({review.listing_id})"


def _ordered(scores: Sequence[Score], by: Group) -> list[Score]:
    """Months in the order of time; the others as they come, the lowest mean first."""
    return sorted(scores, key=lambda one: one.group) if by == "month" else list(scores)


def _score_row(one: Score, listing_id: int | None) -> ScoreRow:
    return ScoreRow(
        group=one.group,
        listing_id=listing_id,
        reviews=one.reviews,
        mean=one.mean,
        low=one.low or None,
        weakest=dict(one.categories[:SHOWN_CATEGORIES]) or None,
    )


def _newest_first(review: Review) -> SortKey:
    return (descending(f"{review.departure_date}"), -review.id)


def _low(review: Review, bound: Decimal, by_id: Mapping[int, Listing]) -> LowReview:
    assert review.rating is not None  # Only rated ones are low.
    weak = {
        category(name): one.rating
        for one in review.review_category
        if one.rating is not None and one.rating <= bound and (name := clean_name(one.category))
    }
    return LowReview(
        review_id=review.id,
        reservation_id=review.reservation_id,
        listing_id=review.listing_id,
        listing=listing_of(review, by_id),
        channel=review.channel.label,
        departure=review.departure_date,
        rating=review.rating,
        weak=weak or None,
        text=words_of(review, review.public_review, by_id, EXCERPT_CHARS),
        private=words_of(review, review.private_feedback, by_id, EXCERPT_CHARS),
        replied=bool((review.reviewee_response or "").strip()),
    )


def _in_words(span: Span) -> str:
    return f"from {span.first} to {span.last}, both included"
