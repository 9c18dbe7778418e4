"""What the reviews of a period add up to, counted by the replica's database or from themselves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from hostaway_mcp.analytics.review_scores import (
    Means,
    Rated,
    Score,
    Sum,
    ThemeCount,
    add_up,
    category,
    score_of,
    scores_of,
    theme_counts,
    themes_by,
    themes_of,
)
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.portfolio import name_of
from hostaway_mcp.services.review_book import CopiedReviews, some_reviews
from hostaway_mcp.services.untrusted import clean, clean_name

if TYPE_CHECKING:
    from hostaway_mcp.store.ratings import Group

By = Literal["listing", "month", "channel"]

SHOWN_GROUPS = 25
_KEYS: Mapping[By, str] = {"listing": "listing_id", "month": "departure", "channel": "channel"}


@dataclass(frozen=True, slots=True)
class ReviewSums:
    """Scores of all and of the groups that are shown, in their order; themes; and which reviews are low."""

    as_of: datetime
    overall: Score | None
    scores: tuple[Score, ...]
    left_out: int
    """Groups that are not shown."""
    listing_ids: Mapping[str, int | None]
    """Of groups that are listings."""
    themes: Sequence[ThemeCount]
    low: Sequence[tuple[date | None, int]]
    """Departure and id, the newest first."""
    missing: tuple[Missing, ...] = ()
    read: Mapping[int, Review] | None = None
    """The reviews themselves, where they were read."""


@dataclass(frozen=True, slots=True)
class Summing:
    """
    Adds reviews up by listing, month or channel; `bound` is the highest rating that is low.

    A listing that is no more in the account goes by the name that its last review gives it.
    """

    by: By
    bound: Decimal
    by_id: Mapping[int, Listing]

    def of_rows(self, known: Known[Review]) -> ReviewSums:
        """The sums of reviews that were read."""
        reviews = {one.id: one for one in sorted(known.rows, key=lambda one: one.id) if one.is_by_guest}
        called = {one.listing_id: one.listing_name for one in reviews.values()}
        rated = [_rated(one, self._label(self._key_of(one), called)) for one in reviews.values()]
        overall = scores_of([replace(one, group="all") for one in rated], low=self.bound)
        scores = scores_of(rated, low=self.bound)
        if self.by == "month":
            scores.sort(key=lambda one: one.group)
        low = [one for one in reviews.values() if one.rating is not None and one.rating <= self.bound]
        low.sort(key=lambda one: (str(one.departure_date), one.id), reverse=True)
        return ReviewSums(
            as_of=known.as_of,
            overall=overall[0] if overall else None,
            scores=tuple(scores[:SHOWN_GROUPS]),
            left_out=max(0, len(scores) - SHOWN_GROUPS),
            listing_ids=self._listing_ids(called, called),
            themes=themes_of(rated, low=self.bound),
            low=[(one.departure_date, one.id) for one in low],
            missing=some_reviews(known),
            read=reviews,
        )

    async def of_copy(
        self, copy: CopiedReviews, span: Span, listing_ids: frozenset[int] | None
    ) -> ReviewSums | None:
        """The sums of the replica's reviews; None where it will not do."""
        key = _KEYS[self.by]
        found = await copy.counts(span.first, span.last, listing_ids, key, self.bound)
        if found is None:
            return None
        counts = found.rows[0]
        tallies = self._together(counts.groups)
        called: Mapping[int | None, str | None] = {}
        if self.by == "listing":
            gone = [one.key for one in counts.groups if one.key is not None and one.key not in self.by_id]
            called = await copy.called(span.first, span.last, gone) if gone else {}
        shown = self._shown(tallies, called)
        some = listing_ids
        if self.by == "listing" and None not in shown.values():
            some = frozenset(number for number in shown.values() if isinstance(number, int))
        means: dict[Hashable, list[Means]] = {}
        for number, parts in (await copy.means(span.first, span.last, some, key)).items():
            means.setdefault(self._key(number), []).append(parts)
        scores = [
            score_of(label, *tallies[one], _cleaned(means.get(one, ()))) for label, one in shown.items()
        ]
        total, low = _sum(counts.groups)
        mentions = [(theme, one.reviews, one.low) for one in counts.mentions for theme in themes_by(one.bits)]
        return ReviewSums(
            as_of=found.as_of,
            overall=score_of("all", total, low, _cleaned([counts.rated])) if total.number else None,
            scores=tuple(scores),
            left_out=len(tallies) - len(scores),
            listing_ids=self._listing_ids(shown.values(), called),
            themes=theme_counts(mentions, _cleaned([counts.every])),
            low=counts.low,
        )

    def _together(self, groups: Iterable[Group]) -> dict[Hashable, tuple[Sum, int]]:
        """The ratings of each group that is told, and how many of them are low."""
        if self.by == "listing":
            return {one.key: (one.ratings, one.low) for one in groups}
        parts: dict[Hashable, list[Group]] = {}
        for one in groups:
            parts.setdefault(self._key(one.key), []).append(one)
        return {key: _sum(some) for key, some in parts.items()}

    def _shown(
        self, tallies: Mapping[Hashable, tuple[Sum, int]], called: Mapping[int | None, str | None]
    ) -> dict[str, Hashable]:
        """The groups that are shown in their order, by what they are called."""
        if self.by == "month":
            return {str(key): key for key in sorted(tallies, key=str)[:SHOWN_GROUPS]}
        ranks = [(total.mean, -total.number, key) for key, (total, _) in tallies.items()]
        ranks.sort(key=lambda one: one[:2])
        # Thousands of names are not needed to put a few groups in order.
        last = ranks[:SHOWN_GROUPS][-1][:2] if ranks else ()
        near = [(*one[:2], self._label(one[2], called), one[2]) for one in ranks if one[:2] <= last]
        return {name: key for _, _, name, key in sorted(near, key=lambda one: one[:3])[:SHOWN_GROUPS]}

    def _key_of(self, review: Review) -> Hashable:
        if self.by == "listing":
            return review.listing_id
        if self.by == "channel":
            return review.channel.label
        return f"{review.departure_date:%Y-%m}" if review.departure_date else "no date"

    def _key(self, kept: int | None) -> Hashable:
        """The group of a row of the replica's."""
        if self.by == "month":
            return f"{date.fromordinal(kept or 1):%Y-%m}"
        return Channel(kept or 0).label if self.by == "channel" else kept

    def _label(self, key: Hashable, called: Mapping[int | None, str | None]) -> str:
        if self.by != "listing" or not isinstance(key, int | None):
            return str(key)
        listing = self.by_id.get(key or 0)
        name = name_of(listing) if listing else clean_name(called.get(key))
        return f"{name or 'unknown'} ({key})"

    def _listing_ids(
        self, keys: Iterable[Hashable], called: Mapping[int | None, str | None]
    ) -> dict[str, int | None]:
        if self.by != "listing":
            return {}
        return {self._label(key, called): key for key in keys if isinstance(key, int | None)}


def _sum(groups: Iterable[Group]) -> tuple[Sum, int]:
    groups = tuple(groups)
    total = sum((one.ratings.total for one in groups), Decimal(0))
    return Sum(total, sum(one.ratings.number for one in groups)), sum(one.low for one in groups)


def _cleaned(parts: Iterable[Means]) -> Means:
    """
    Together, each by the name of its theme where it has one.

    What the channels call their categories is an outsider's word: it is cleaned as it was written, for in
    other letters no mask would know a number.
    """
    return add_up(
        {category(name): part}
        for means in parts
        for raw, part in means.items()
        if (name := _category_name(raw))
    )


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
