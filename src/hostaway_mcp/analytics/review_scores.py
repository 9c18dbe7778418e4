"""Scores and themes of reviews: means, low ones, and what is mentioned how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from hostaway_mcp.analytics.review_themes import CATEGORIES, PHRASES, Theme
from hostaway_mcp.analytics.words import read

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Rated:
    """One review as it is counted; ratings are 0 to 10, `texts` all that the guest wrote."""

    group: str
    rating: Decimal | None
    categories: tuple[tuple[str, Decimal], ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """How a group is rated."""

    group: str
    reviews: int
    """Those with a rating."""
    mean: Decimal
    low: int
    """How many are rated at or below the bound."""
    categories: tuple[tuple[str, Decimal], ...]
    """The mean of each category, the weakest first."""


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """What reviews mention or rate; a mention does not say whether it is praised."""

    theme: str
    mentions: int
    """In how many reviews the words of it stand; each review counts once."""
    mentions_low: int
    """In how many of those that are rated at or below the bound."""
    category_mean: Decimal | None
    """The mean of the category of this name, where reviews have one."""


def scores_of(reviews: Iterable[Rated], *, low: Decimal) -> list[Score]:
    """
    The scores of each group, the lowest mean first, then the group with more reviews.

    Means are arithmetic, over reviews that have a rating, rounded to a tenth at the end: ratings 10, 9 and 4
    are a mean of 7.7, of which 1 is low for a bound of 6.
    """
    groups: dict[str, list[Rated]] = {}
    for one in reviews:
        if one.rating is not None:
            groups.setdefault(one.group, []).append(one)
    scores = [_score(group, rated, low) for group, rated in groups.items()]
    return sorted(scores, key=lambda one: (one.mean, -one.reviews, one.group))


def themes_of(reviews: Sequence[Rated], *, low: Decimal) -> list[ThemeCount]:
    """
    What the reviews are about, most low mentions first: themes by the tables of phrases, and the channels'
    own categories.

    "Not clean enough and the heating failed." (4) and "Spotless." (10): cleanliness 2 mentions, 1 low;
    temperature 1 mention, 1 low.
    """
    mentions: dict[str, list[bool]] = {}
    for one in reviews:
        is_low = one.rating is not None and one.rating <= low
        for theme in themes_in(one.texts):
            mentions.setdefault(theme, []).append(is_low)
    means = dict(_category_means(reviews))
    counts = [
        ThemeCount(name, len(mentions.get(name, ())), sum(mentions.get(name, ())), means.get(name))
        for name in dict.fromkeys((*mentions, *means))
    ]
    return sorted(counts, key=lambda one: (-one.mentions_low, -one.mentions, one.theme))


def themes_in(texts: Iterable[str]) -> list[Theme]:
    """The themes that texts mention, in any of the six languages."""
    words = " ".join(read(text) for text in texts)
    return [theme for theme, pattern in _patterns().items() if pattern.search(words)]


@cache
def _patterns() -> dict[Theme, re.Pattern[str]]:
    """One pattern a theme: thousands of reviews are looked through for one answer."""
    return {
        theme: re.compile(
            f" (?:{'|'.join(_pattern(phrase) for table in PHRASES.values() for phrase in table[theme])})"
        )
        for theme in Theme
    }


def _pattern(phrase: str) -> str:
    return re.escape(phrase[:-1]) if phrase.endswith("*") else f"{re.escape(phrase)} "


def _score(group: str, rated: Sequence[Rated], low: Decimal) -> Score:
    ratings = [one.rating for one in rated if one.rating is not None]
    weakest = sorted(_category_means(rated), key=lambda pair: (pair[1], pair[0]))
    return Score(group, len(ratings), _mean(ratings), sum(one <= low for one in ratings), tuple(weakest))


def _category_means(rated: Iterable[Rated]) -> list[tuple[str, Decimal]]:
    by_name: dict[str, list[Decimal]] = {}
    for one in rated:
        for name, rating in one.categories:
            by_name.setdefault(category(name), []).append(rating)
    return [(name, _mean(ratings)) for name, ratings in by_name.items()]


def category(name: str) -> str:
    """A category by the name of its theme, or its own."""
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    return str(CATEGORIES.get(plain, plain))


def _mean(ratings: Sequence[Decimal]) -> Decimal:
    return (sum(ratings, Decimal(0)) / len(ratings)).quantize(_TENTH, rounding=ROUND_HALF_UP)
