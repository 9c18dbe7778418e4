"""Scores and themes of reviews: means, low ones, and what is mentioned how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

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


class Sum(NamedTuple):
    """Ratings added up."""

    total: Decimal
    number: int

    @property
    def mean(self) -> Decimal:
        """Rounded to a tenth; of 0 ratings there is none."""
        return (self.total / self.number).quantize(_TENTH, rounding=ROUND_HALF_UP)


Means = Mapping[str, Sum]
"""Ratings of categories, by name."""


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


def score_of(group: str, ratings: Sum, low: int, categories: Means) -> Score:
    """The score of ratings that are added up already, `low` of them at or below the bound."""
    means = [(name, part.mean) for name, part in categories.items()]
    weakest = sorted(means, key=lambda pair: (pair[1], pair[0]))
    return Score(group, ratings.number, ratings.mean, low, tuple(weakest))


def themes_of(reviews: Sequence[Rated], *, low: Decimal) -> list[ThemeCount]:
    """
    What the reviews are about, most low mentions first: themes by the tables of phrases, and the channels'
    own categories.

    "Not clean enough and the heating failed." (4) and "Spotless." (10): cleanliness 2 mentions, 1 low;
    temperature 1 mention, 1 low.
    """
    mentions: list[tuple[Theme, int, int]] = []
    for one in reviews:
        is_low = one.rating is not None and one.rating <= low
        mentions += [(theme, 1, int(is_low)) for theme in themes_in(one.texts)]
    return theme_counts(mentions, categories_of(reviews))


def theme_counts(mentions: Iterable[tuple[Theme, int, int]], categories: Means) -> list[ThemeCount]:
    """The same of themes with how many reviews mention them, and how many of these are low."""
    found: dict[str, tuple[int, int]] = {}
    for theme, times, low in mentions:
        before = found.get(theme, (0, 0))
        found[theme] = (before[0] + times, before[1] + low)
    counts = [
        ThemeCount(name, *found.get(name, (0, 0)), categories[name].mean if name in categories else None)
        for name in dict.fromkeys((*found, *categories))
    ]
    return sorted(counts, key=lambda one: (-one.mentions_low, -one.mentions, one.theme))


def themes_in(texts: Iterable[str]) -> list[Theme]:
    """The themes that texts mention, in any of the six languages."""
    words = " ".join(read(text) for text in texts)
    return [theme for theme, pattern in _patterns().items() if pattern.search(words)]


def bits_of(themes: Iterable[Theme]) -> int:
    """The themes as one number; databases keep it, so a new theme is added behind the others."""
    return sum(1 << _PLACES[theme] for theme in themes)


def themes_by(bits: int) -> list[Theme]:
    """The themes of such a number."""
    return [theme for theme, place in _PLACES.items() if bits >> place & 1]


_PLACES = {theme: place for place, theme in enumerate(Theme)}


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
    total = Sum(sum(ratings, Decimal(0)), len(ratings))
    return score_of(group, total, sum(one <= low for one in ratings), categories_of(rated))


def categories_of(reviews: Iterable[Rated]) -> Means:
    """What reviews rate besides the whole."""
    return add_up({category(name): Sum(rating, 1)} for one in reviews for name, rating in one.categories)


def add_up(parts: Iterable[Means]) -> Means:
    """Ratings of categories together, by their names as they are."""
    found: dict[str, Sum] = {}
    for means in parts:
        for name, part in means.items():
            before = found.get(name)
            found[name] = Sum(before.total + part.total, before.number + part.number) if before else part
    return found


def category(name: str) -> str:
    """A category by the name of its theme, or its own."""
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    return str(CATEGORIES.get(plain, plain))
