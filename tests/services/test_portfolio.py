"""Which listing a name means, what is told apart and what is forgiven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.errors import AmbiguousNameError, UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.portfolio import cities, fold, in_city, in_place, label, name_of
from tests.support.clock import FakeClock
from tests.support.house import house


def _listing(number: int, name: str = "Home", **fields: object) -> Listing:
    return Listing.model_validate({"id": number, "name": name, **fields})


async def test_the_portfolio_is_read_once_and_holds_every_listing() -> None:
    """Archived ones too, in the order of their names; then nothing is asked for five minutes."""
    async with house(listings=250) as home:
        known = await home.app.services.portfolio.listings()
        await home.app.services.portfolio.listings()
        assert home.upstream == ["/v1/listings"] * 3
        assert {one.id for one in known.rows} == set(home.sandbox.world.listings)
        assert any(one.is_archived for one in known.rows)
        home.clock.advance(301)
        await home.app.services.portfolio.listings()
        assert len(home.upstream) == 6


@pytest.mark.parametrize("changes", [{"count": None}, {"count": 100}])
async def test_a_list_without_a_count_is_walked_to_its_end(changes: dict[str, Any]) -> None:
    """The envelope's keys are all optional, and `count` might mean the page."""
    async with house(listings=250) as home:
        found = home.app.hostaway.listings.find

        async def uncounted(**how: Any) -> Any:
            return replace(await found(**how), **changes)

        home.app.hostaway.listings.find = uncounted  # type: ignore[method-assign]
        known = await home.app.services.portfolio.listings()
        assert {one.id for one in known.rows} == set(home.sandbox.world.listings)


async def test_pages_shorter_than_asked_for_are_no_end() -> None:
    """How long a page may be at most is not documented; the count knows better."""
    async with house(listings=90) as home:
        found = home.app.hostaway.listings.find

        async def short(**how: Any) -> Any:
            return await found(**(how | {"limit": 40}))

        home.app.hostaway.listings.find = short  # type: ignore[method-assign]
        known = await home.app.services.portfolio.listings()
        assert len(known.rows) == 90


async def test_a_listing_lost_between_two_pages_is_said_to_be_lacking() -> None:
    """Another row took its place and came twice."""
    async with house(listings=150) as home:
        found = home.app.hostaway.listings.find

        async def doubled(**how: Any) -> Any:
            page = await found(**how)
            return page if how["offset"] == 0 else replace(page, rows=(page.rows[0], *page.rows[:-1]))

        home.app.hostaway.listings.find = doubled  # type: ignore[method-assign]
        known = await home.app.services.portfolio.listings()
        assert (len(known.rows), known.complete) == (149, False)
        assert known.why == "The list changed while it was read; 1 listings did not come."


async def test_a_page_that_fails_leaves_the_rest_and_says_so() -> None:
    """Page 2 of 3."""
    async with house(listings=250) as home:
        home.sandbox.faults.add("status", path="/v1/listings", after=1, times=None)
        known = await home.app.services.portfolio.listings()
        assert (len(known.rows), known.complete) == (100, False)
        assert known.why


@pytest.mark.parametrize(
    "reference", [40160, "40160", " 40160 ", "Alfama Loft", "alfama  LOFT", "LIS-100", "lis-100", "alfama"]
)
async def test_a_listing_is_known_by_id_name_nickname_and_part(reference: int | str) -> None:
    """Case and blanks do not matter."""
    async with house() as home:
        chosen = await home.app.services.portfolio.choose(reference)
        assert [one.id for one in chosen.listings] == [40160]
        assert chosen.understood == (
            {"listing": '"alfama" = ⟦Alfama Loft⟧ (40160, Lisbon)'} if reference == "alfama" else {}
        )


async def test_accents_are_forgiven() -> None:
    """Nobody types the cedilla."""
    async with house(listings=40) as home:
        found = await home.app.services.portfolio.one("graca terrace")
        assert found.name == "Graça Terrace"


async def test_without_a_reference_all_active_listings_are_meant() -> None:
    """Archived listings are outside every portfolio figure."""
    async with house(listings=40) as home:
        chosen = await home.app.services.portfolio.choose(None)
        world = home.sandbox.world
        archived = {n for n in world.listings if world.listings[n]["specialStatus"] == "archived"}
        assert archived
        assert {one.id for one in chosen.listings} == set(world.listings) - archived


async def test_a_name_that_fits_several_is_answered_with_the_choices() -> None:
    """Never a guess."""
    async with house() as home:
        home.sandbox.world.touch_listing(40167, name="Alfama Loft")
        with pytest.raises(AmbiguousNameError, match='"Alfama Loft" fits 2 listings') as refused:
            await home.app.services.portfolio.choose("Alfama Loft")
        assert set(refused.value.choices) == {"⟦Alfama Loft⟧ (40160, Lisbon)", "⟦Alfama Loft⟧ (40167, Porto)"}


@pytest.mark.parametrize("reference", ["Alfma Lofft", "99999999", 99999999, "9" * 150, "zzzz", " "])
async def test_an_unknown_listing_is_refused_with_what_there_is(reference: int | str) -> None:
    """With the nearest names, where one is near."""
    async with house() as home:
        with pytest.raises(UnknownNameError) as refused:
            await home.app.services.portfolio.choose(reference)
        sentence = refused.value.sentence
        assert "Alfama Loft" in sentence if "Lofft" in str(reference) else "find_listings shows" in sentence
        assert len(sentence) < 400


async def test_a_name_of_digits_is_found() -> None:
    """Some call their rooms 101."""
    async with house() as home:
        home.sandbox.world.touch_listing(40167, internalListingName="101")
        assert (await home.app.services.portfolio.one("101")).id == 40167


async def test_a_listing_made_a_moment_ago_is_found_by_its_id() -> None:
    """Although the portfolio in memory does not have it yet."""
    async with house() as home:
        await home.app.services.portfolio.listings()
        added = home.sandbox.world.add_listing({"name": "Brand New", "externalListingName": "x"})
        assert (await home.app.services.portfolio.one(added["id"])).name == "Brand New"


async def test_several_are_echoed_one_by_one_and_doubles_count_once() -> None:
    """A list of references."""
    async with house() as home:
        chosen = await home.app.services.portfolio.choose(["alfama", 40160, "ribeira"])
        assert [one.id for one in chosen.listings] == [40160, 40167]
        assert chosen.understood["listing"].count(" = ") == 2


async def test_names_are_offered_for_completion() -> None:
    """Those that begin so first."""
    async with house(listings=40) as home:
        offered = await home.app.services.portfolio.suggest("gra")
        assert offered[:2] == ["Graça Terrace", "Gràcia Patio"]


@pytest.mark.parametrize(
    ("zones", "day"),
    [
        (["Asia/Tokyo", "Asia/Tokyo", "America/New_York"], "2026-07-24"),
        (["America/New_York"], "2026-07-23"),
        (["Not/AZone", "../etc", "Europe"], "2026-07-23"),
        ([], "2026-07-23"),
    ],
)
async def test_today_is_the_day_where_most_of_them_are(zones: Sequence[str], day: str) -> None:
    """At 18:00 UTC it is tomorrow in Tokyo; what is no zone counts as UTC."""
    clock = FakeClock()
    clock.advance(6 * 3600)
    async with house(clock=clock) as home:
        listings = [_listing(i, timeZoneName=zone) for i, zone in enumerate(zones)]
        assert home.app.services.portfolio.today(listings) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Lisbon", [1, 2]),
        ("LISBON", [1, 2]),
        ("lisbn", [1, 2]),
        ("sao paulo", [3]),
        ("paulo", [3]),
        ("PT", [1, 2]),
        ("portugal", [1, 2]),
        ("Atlantis", []),
        ("", []),
    ],
)
def test_places_are_matched_as_people_write_them(words: str, found: list[int]) -> None:
    """Case, accents, a part, a slip; else the country."""
    listings = [
        _listing(1, city="Lisbon", countryCode="PT", country="Portugal"),
        _listing(2, city="Lisbon", countryCode="PT", country="Portugal"),
        _listing(3, city="São Paulo", countryCode="BR", country="Brazil"),
        _listing(4),
    ]
    there, warnings = in_place(listings, words)
    assert [one.id for one in there] == found
    assert bool(warnings) is not bool(found)
    if not found:
        assert "There are: Lisbon 2, ⟦São Paulo⟧ 1." in warnings[0]


def test_many_cities_are_counted_not_listed() -> None:
    """Twenty are enough to choose from."""
    listed = cities(_listing(i, city=f"Town {i:02d}") for i in range(30))
    assert listed.endswith("⟦Town 19⟧ 1 and 10 more")


@given(name=st.text(max_size=300))
def test_every_listing_has_a_name_that_can_be_shown(name: str) -> None:
    """One line or more, never empty, never long, without what nobody sees."""
    listing = _listing(7, name)
    shown = name_of(listing)
    assert shown
    assert len(shown) <= 110
    assert "\u200b" not in shown
    assert label(listing).endswith("(7)")


@given(name=st.text(max_size=40))
def test_folding_is_stable(name: str) -> None:
    """Folded once or twice, upper or lower case."""
    assert fold(fold(name)) == fold(name)
    assert in_city([_listing(1, city=name)], name) or not fold(name)
