"""Scores and themes, by worked examples and rules that hold for all reviews."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.review_scores import Rated, scores_of, themes_in, themes_of
from hostaway_mcp.analytics.review_themes import PHRASES, Theme
from hostaway_mcp.models.names import plain

SIX = Decimal(6)


def rated(rating: int | None, *texts: str, group: str = "a", **categories: int) -> Rated:
    return Rated(
        group,
        None if rating is None else Decimal(rating),
        tuple((name, Decimal(value)) for name, value in categories.items()),
        texts,
    )


def test_the_worked_example_of_scores() -> None:
    (score,) = scores_of([rated(10), rated(9), rated(4), rated(None)], low=SIX)
    assert (score.reviews, score.mean, score.low) == (3, Decimal("7.7"), 1)


def test_the_lowest_group_comes_first_with_its_weakest_category() -> None:
    reviews = [
        rated(10, group="a"),
        rated(8, group="b", cleanliness=6, checkin=9),
        rated(6, group="b", cleanliness=5, checkin=8),
    ]
    first, second = scores_of(reviews, low=SIX)
    assert (first.group, first.mean, first.low) == ("b", Decimal("7.0"), 1)
    assert first.categories == (("cleanliness", Decimal("5.5")), ("check_in", Decimal("8.5")))
    assert second.group == "a"


def test_the_worked_example_of_themes() -> None:
    reviews = [rated(4, "Not clean enough and the heating failed.", cleanliness=4), rated(10, "Spotless.")]
    counts = {one.theme: (one.mentions, one.mentions_low) for one in themes_of(reviews, low=SIX)}
    assert counts == {"cleanliness": (2, 1), "temperature": (1, 1)}
    assert themes_of(reviews, low=SIX)[0].category_mean == Decimal("4.0")


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("The street was noisy and the Wi-Fi slow.", {Theme.NOISE, Theme.WIFI}),
        ("Die Wohnung war sehr sauber, die Lage zentral.", {Theme.CLEANLINESS, Theme.LOCATION}),
        ("El colchón incómodo y mucho ruido", {Theme.BEDS, Theme.NOISE}),
        ("Douche froide, sinon logement conforme aux photos", {Theme.BATHROOM, Theme.ACCURACY}),
        ("Parcheggio comodo e bagno nuovo", {Theme.PARKING, Theme.BEDS, Theme.BATHROOM}),
        ("Cozinha bem equipada, preço justo", {Theme.KITCHEN, Theme.VALUE}),
        ("Nothing to say.", set()),
    ],
)
def test_themes_are_found_in_six_languages(text: str, themes: set[Theme]) -> None:
    assert set(themes_in([text])) == themes


def test_the_table_is_written_as_texts_are_read() -> None:
    for name, table in PHRASES.items():
        assert set(table) == set(Theme), name
        phrases = [phrase.removesuffix("*") for some in table.values() for phrase in some]
        assert [phrase for phrase in phrases if plain(phrase) != phrase] == []


ANY = st.builds(
    rated,
    st.none() | st.integers(0, 10),
    st.sampled_from(["dirty", "quiet", "", "sehr sauber"]),
    group=st.sampled_from("abc"),
    cleanliness=st.integers(0, 10),
)


@given(st.lists(ANY, max_size=20))
def test_groups_are_parts_of_the_whole(reviews: list[Rated]) -> None:
    scores = scores_of(reviews, low=SIX)
    assert sum(one.reviews for one in scores) == sum(one.rating is not None for one in reviews)
    assert sum(one.low for one in scores) == sum(
        one.rating is not None and one.rating <= SIX for one in reviews
    )
    assert [one.mean for one in scores] == sorted(one.mean for one in scores)
    for theme in themes_of(reviews, low=SIX):
        assert theme.mentions_low <= theme.mentions <= len(reviews)
