"""Narrowing the listings down leaves out none that is meant."""

from __future__ import annotations

from random import Random

import pytest

from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.finder import _listing_fit
from hostaway_mcp.services.listing_names import ListingNames
from hostaway_mcp.services.names import Close, Letters
from hostaway_mcp.services.portfolio import fold

WORDS = ("alfama", "loft", "Graça", "patio", "casa", "sea", "view", "12", "aa")
CITIES = ("Lisbon", "Porto", "São Paulo", None)


def listings(dice: Random) -> list[Listing]:
    return [
        Listing.model_validate(
            {
                "id": number,
                "name": " ".join(dice.choices(WORDS, k=dice.randint(1, 3))),
                "internalListingName": dice.choice((None, f"U{number}")),
                "city": dice.choice(CITIES),
            }
        )
        for number in range(1, 80)
    ]


def with_a_typo(dice: Random, words: str) -> str:
    place = dice.randrange(len(words))
    return words[:place] + dice.choice(("", words[place], "x", words[place] * 2)) + words[place + 1 :]


@pytest.mark.parametrize("seed", range(20))
def test_all_that_fit_are_among_those_that_are_looked_at(seed: int) -> None:
    dice = Random(seed)
    rows = listings(dice)
    names = ListingNames(rows)
    for _ in range(20):
        words = " ".join(dice.choices((*WORDS, "lisbon", "porto", "17", "U21"), k=dice.randint(1, 3)))
        words = with_a_typo(dice, words)
        close = Close(fold(words))
        fitting = [one.id for one in rows if _listing_fit(one, words, close)]
        assert set(fitting) <= {one.id for one in names.may_be(words, close)}


@pytest.mark.parametrize(
    ("wanted", "text", "shared"),
    [("alfama", "alffama", True), ("alfama", "aaafml", True), ("alfama", "am", False), ("alfama", "", False)],
)
def test_only_texts_that_share_most_letters_may_be_close(wanted: str, text: str, shared: bool) -> None:
    assert Letters([text]).may_be(Close(wanted)) == [text] * shared


def test_a_number_that_is_no_id_means_no_listing() -> None:
    words = "1" * 5_000
    assert ListingNames(listings(Random(1))).may_be(words, Close(words)) == []
