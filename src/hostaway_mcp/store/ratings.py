"""Ratings by guests, beside their reviews: of thousands the database gives no more than sums."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, cast, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.analytics.review_scores import Means, Sum, add_up, bits_of, category, themes_in
from hostaway_mcp.models.plain_text import as_text, tidy
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.store import spans
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import CATEGORIES_RATED, ratings

SCALE = 1_000_000
MOST = Decimal(1_000)
"""Ratings are 0 to 10; what is beyond this is none."""
READ_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Ended:
    """Which reviews are meant: of stays that ended from `first` to `last`, both included."""

    first: date
    last: date
    listing_ids: Collection[int] | None = None


class Group(NamedTuple):
    """The ratings of a listing, a channel, or a day of departure (its ordinal)."""

    key: int | None
    ratings: Sum
    low: int


class Mentions(NamedTuple):
    """How many reviews mention the same themes, and how many of them are low."""

    bits: int
    reviews: int
    low: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What the reviews that are meant add up to."""

    groups: tuple[Group, ...]
    rated: Means
    """The categories of reviews with a rating; names without a column are an outsider's words."""
    every: Means
    mentions: tuple[Mentions, ...]
    low: tuple[tuple[date, int], ...]
    """Departure and id of the low ones, the newest first."""


class Ratings:
    """The reviews of one account that guests have written, without cancelled ones."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def counts(self, which: Ended, key: str, low: Decimal) -> Counts:
        """The reviews that are meant, those with a rating by `key`; `low` is the highest that is low."""
        of, bound = ratings.c, int(low * SCALE // 1)
        lows = func.sum(cast(func.coalesce(of.rating <= bound, False), Integer))
        async with self._desk.read() as connection:
            mine = self._mine(connection, which)
            is_rated = of.rating.is_not(None)
            grouped = select(of[key], _sum(of.rating), func.count(), lows).where(*mine, is_rated)
            groups = (await connection.execute(grouped.group_by(of[key]))).all()
            means = await _means(connection, mine, is_rated)
            said = select(of.themes, func.count(), lows).where(*mine, of.themes != 0).group_by(of.themes)
            mentions = (await connection.execute(said)).all()
            newest = select(of.departure, of.id).where(*mine, of.rating <= bound)
            found = (await connection.execute(newest.order_by(of.departure.desc(), of.id.desc()))).all()
        rated = means.get(True, {})
        return Counts(
            tuple([Group(row[0], Sum(_rating(row[1]), row[2]), row[3]) for row in groups]),
            rated,
            add_up((rated, means.get(False, {}))),
            tuple([Mentions._make(row) for row in mentions]),
            tuple([(date.fromordinal(row[0]), row[1]) for row in found]),
        )

    async def means(self, which: Ended, key: str) -> dict[Any, Means]:
        """The categories of the reviews with a rating that are meant, by `key`."""
        async with self._desk.read() as connection:
            mine = (*self._mine(connection, which), ratings.c.rating.is_not(None))
            return await _means(connection, mine, ratings.c[key])

    async def latest_of(self, which: Ended) -> Sequence[int]:
        """The id of the last review that is meant of each listing."""
        async with self._desk.read() as connection:
            mine = self._mine(connection, which)
            statement = select(func.max(ratings.c.id)).where(*mine).group_by(ratings.c.listing_id)
            return list((await connection.execute(statement)).scalars())

    async def put(self, connection: AsyncConnection, before: Iterable[Any], rows: Iterable[Review]) -> None:
        """Keeps the ratings of these reviews, and no more those of the ones that were `before`."""
        old = [
            {"of_departure": one["departure"].toordinal(), "of_id": one["id"]}
            for one in before
            if one["departure"]
        ]
        if old:
            await connection.execute(delete(ratings).where(self._desk.mine(ratings), *_SAME), old)
        account = {"account_id": self._desk.account_id}
        new = [
            {**account, **_columns(one, one.departure_date)}
            for one in rows
            if one.departure_date is not None and one.is_by_guest and not one.is_cancelled
        ]
        if new:
            await connection.execute(insert(ratings), new)

    def _mine(self, connection: AsyncConnection, which: Ended) -> tuple[ColumnElement[bool], ...]:
        days = ratings.c.departure.between(which.first.toordinal(), which.last.toordinal())
        if which.listing_ids is None:
            return (self._desk.mine(ratings), days)
        ids = spans.numbers(connection, which.listing_ids)
        return (self._desk.mine(ratings), days, ratings.c.listing_id.in_(select(ids.c.id)))


_SAME = (
    ratings.c.departure == bindparam("of_departure", type_=Integer),
    ratings.c.id == bindparam("of_id", type_=BigInteger),
)


async def _means(
    connection: AsyncConnection, mine: Sequence[ColumnElement[bool]], key: ColumnElement[Any]
) -> dict[Any, Means]:
    parts = [ratings.c[name] for name in CATEGORIES_RATED]
    sums = [column for part in parts for column in (_sum(part), func.count(part))]
    found = (await connection.execute(select(key, *sums).where(*mine).group_by(key))).all()
    means: dict[Any, list[Means]] = {
        row[0]: [
            {
                name: Sum(_rating(row[2 * place + 1]), row[2 * place + 2])
                for place, name in enumerate(CATEGORIES_RATED)
                if row[2 * place + 2]
            }
        ]
        for row in found
    }
    others = ratings.c.others
    rest = select(key, others, func.count()).where(*mine, others.is_not(None)).group_by(key, others)
    for of, written, times in (await connection.execute(rest)).all():
        for name, rating in json.loads(written):
            means[of].append({name: Sum(_rating(rating) * times, times)})
    return {of: add_up(some) for of, some in means.items()}


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger)


def _columns(review: Review, departure: date) -> Mapping[str, Any]:
    texts = (review.title, review.public_review, review.private_feedback)
    read = [tidy(as_text(text), max_chars=READ_CHARS) for text in texts if text]
    parts: dict[str, int] = {}
    others = []
    for one in review.review_category:
        rating = _kept(one.rating)
        name = category(one.category)
        if rating is None:
            continue
        if name in CATEGORIES_RATED and name not in parts:
            parts[name] = rating
        else:
            others.append((one.category.replace("\0", ""), rating))
    return {
        "departure": departure.toordinal(),
        "id": review.id,
        "listing_id": review.listing_id,
        "channel": int(review.channel),
        "rating": _kept(review.rating),
        "themes": bits_of(themes_in(read)),
        "others": json.dumps(others) if others else None,
        **{name: parts.get(name) for name in CATEGORIES_RATED},
    }


def _kept(rating: Decimal | None) -> int | None:
    return int((rating * SCALE).to_integral_value()) if rating is not None and abs(rating) <= MOST else None


def _rating(kept: int) -> Decimal:
    return Decimal(kept) / SCALE
