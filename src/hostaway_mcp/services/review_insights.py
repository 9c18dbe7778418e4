"""What guests' reviews say: scores and themes by listing, month or channel, and the low ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer

from hostaway_mcp.analytics.review_scores import Score, category
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.services.answers import ListAnswer, Record
from hostaway_mcp.services.conversations import DATA_NOT_ORDERS, secrets_of
from hostaway_mcp.services.cursors import SortKey, cut_ordered, rows_after
from hostaway_mcp.services.dates import Span, read_period, read_span
from hostaway_mcp.services.narrowed import narrowed
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, name_of
from hostaway_mcp.services.review_book import ReviewBook
from hostaway_mcp.services.review_sums import By, Summing
from hostaway_mcp.services.stays import named_listings
from hostaway_mcp.services.untrusted import clean, clean_name

Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]
"""A rating; 0 to 10."""

DEFAULT_DAYS = 90
MAX_SCORE = Decimal(6)
SHOWN_CATEGORIES = 3
EXCERPT_CHARS = 300
ROOM_BYTES = 6_500
"""For the low reviews; scores and themes take the rest."""


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
        by: By = "listing",
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
        summing = Summing(by, Decimal(str(max_score)), named.by_id)
        sums = await summing.of_copy(self._book.copy, span, ids)
        if sums is None:
            sums = summing.of_rows(await self._book.departed(span.first, span.last, ids))
        asked = dict(question or {})
        ordered = rows_after(sums.low, key=_newest_first, question=asked, cursor=cursor, in_order=True)
        first = [number for _, number in ordered[:limit]]
        read = sums.read if sums.read is not None else await self._book.copy.by_id(first)
        ordered = [*(one for one in ordered[:limit] if one[1] in read), *ordered[limit:]]
        part = cut_ordered(
            ordered,
            total=len(sums.low),
            key=_newest_first,
            show=lambda one: _low(read[one[1]], summing.bound, named.by_id),
            question=asked,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        nothing = (
            None
            if sums.overall or sums.missing
            else f"No rated review of a stay that ended {_in_words(span)}."
        )
        warnings = (named.warning, nothing, DATA_NOT_ORDERS if part.rows else None)
        return ReviewInsights(
            as_of=min(sums.as_of, named.as_of or sums.as_of),
            complete=not sums.missing,
            missing=sums.missing,
            warnings=tuple(filter(None, warnings)),
            understood=understood
            | {"stays that ended": _in_words(span), "low": f"at most {summing.bound:f} of 10"},
            total=None if sums.missing else part.total,
            next_cursor=part.next_cursor,
            overall=_score_row(sums.overall, None) if sums.overall else None,
            scores=tuple(_score_row(one, sums.listing_ids.get(one.group)) for one in sums.scores),
            scores_left_out=sums.left_out or None,
            themes=tuple(
                ThemeRow(
                    theme=one.theme,
                    mentions=one.mentions,
                    mentions_low=one.mentions_low or None,
                    category_mean=one.category_mean,
                )
                for one in sums.themes
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


def _score_row(one: Score, listing_id: int | None) -> ScoreRow:
    return ScoreRow(
        group=one.group,
        listing_id=listing_id,
        reviews=one.reviews,
        mean=one.mean,
        low=one.low or None,
        weakest=dict(one.categories[:SHOWN_CATEGORIES]) or None,
    )


def _newest_first(low: tuple[date | None, int]) -> SortKey:
    departure, number = low
    return (-(departure or date.min).toordinal(), -number)


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
