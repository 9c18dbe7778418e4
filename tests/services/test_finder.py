"""What is meant by some words, looked for in all places."""

from __future__ import annotations

from typing import Any

import pytest

from hostaway_mcp.errors import InputError, UpstreamError
from hostaway_mcp.services.finder import Found, Kind
from tests.support.house import House, house


async def find(home: House, query: str, *kinds: Kind, limit: int = 10) -> Found:
    return await home.app.services.finder.find(query, kinds=kinds or None, limit=limit)


def pairs(found: Found) -> list[tuple[str, int]]:
    return [(match.kind, match.id) for match in found.matches]


def reservations(home: House) -> list[dict[str, Any]]:
    world = home.sandbox.world
    return [world.reservations.peek(number) for number in world.reservations]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("40160", "its id"),
        ("Alfama Loft", "its name"),
        ("  alfama   LOFT ", "its name"),
        ("lis-100", "its nickname"),
        ("alfama", "part of its name"),
        ("Alfma Loft", "a name like it"),
        ("alffama", "a name like it"),
    ],
)
async def test_a_listing_by_whatever_it_is_called(query: str, why: str) -> None:
    async with house() as home:
        found = await find(home, query, "listing")
        assert [(m.kind, m.id, m.why) for m in found.matches] == [("listing", 40160, why)]


async def test_accents_are_forgiven() -> None:
    async with house() as home:
        assert pairs(await find(home, "gracia patio", "listing")) == [("listing", 40230)]


@pytest.mark.parametrize(("query", "why"), [("lisbon", "its city"), ("Lisbn", "a city like it")])
async def test_a_city_means_its_listings(query: str, why: str) -> None:
    async with house() as home:
        listings = home.sandbox.world.listings
        expected = sorted(number for number in listings if listings.peek(number)["city"] == "Lisbon")
        found = await find(home, query, "listing")
        assert sorted(match.id for match in found.matches) == expected
        assert {match.why for match in found.matches} == {why}


async def test_name_and_city_together() -> None:
    async with house() as home:
        assert pairs(await find(home, "blue cottage london"))[0] == ("listing", 40188)


async def test_a_guest_is_named_once_with_their_stays() -> None:
    async with house() as home:
        world = home.sandbox.world
        named = [row for row in reservations(home) if row["guestName"] == "Sara Clark"]
        assert named, "the seeded world has this guest"
        found = await find(home, "sara clark", "guest")
        assert found.matches[0].label == "Sara Clark"
        assert found.matches[0].why.startswith(f"{len(named)} reservation")
        assert found.matches[0].id in {row["id"] for row in named}
        assert world.reservations.peek(found.matches[0].id)["status"] != "cancelled"


async def test_reservations_of_a_name_are_nearest_to_today_first() -> None:
    async with house() as home:
        found = await find(home, "sara clark", "reservation", limit=50)
        named = {row["id"]: row for row in reservations(home) if row["guestName"] == "Sara Clark"}
        whole = found.matches[: len(named)]
        assert {match.id for match in whole} == set(named), "whole names before those that go on"
        today = home.clock.today("Europe/Lisbon").isoformat()
        alive = [m.id for m in whole if named[m.id]["status"] in ("new", "modified")]
        past = [named[i]["departureDate"] for i in alive if named[i]["departureDate"] < today]
        assert past == sorted(past, reverse=True)


async def test_a_number_is_looked_up_as_all_it_may_be() -> None:
    async with house() as home:
        row = next(row for row in reservations(home) if row["channelId"] == 2000 and row["status"] == "new")
        found = await find(home, str(row["id"]))
        assert ("reservation", row["id"]) in pairs(found)
        assert ("conversation", row["id"] + 30_000_000) in pairs(found)
        assert not found.missing, "that there is no such conversation is no failure"
        assert sorted(home.upstream)[:2] == [
            f"/v1/conversations/{row['id']}",
            "/v1/listings",
        ]


async def test_a_conversation_by_its_number() -> None:
    async with house() as home:
        number = next(iter(home.sandbox.world.conversations))
        assert pairs(await find(home, str(number), "conversation")) == [("conversation", number)]


async def test_a_channels_code_near_today() -> None:
    """Hostaway cannot search for codes, so the stays around today are read."""
    async with house() as home:
        today = home.clock.today("UTC").isoformat()
        row = next(
            row
            for row in reservations(home)
            if row["channelReservationId"] and row["arrivalDate"] <= today < row["departureDate"]
        )
        found = await find(home, row["channelReservationId"])
        assert found.matches[0].id == row["id"]
        assert {match.why for match in found.matches if match.kind == "reservation"} == {"its code"}


async def test_an_address_finds_its_guest_and_is_not_repeated() -> None:
    async with house() as home:
        row = next(row for row in reservations(home) if row["guestEmail"])
        found = await find(home, row["guestEmail"].upper().replace("GUEST.EXAMPLE", "guest.example"))
        assert ("reservation", row["id"]) in pairs(found) or not found.matches
        found = await find(home, row["guestEmail"])
        assert ("reservation", row["id"]) in pairs(found)
        assert row["guestEmail"] not in found.model_dump_json()


async def test_a_typo_in_a_name_is_forgiven_around_today() -> None:
    async with house() as home:
        today = home.clock.today("UTC").isoformat()
        row = next(
            row
            for row in reservations(home)
            if row["arrivalDate"] <= today < row["departureDate"] and len(row["guestLastName"] or "") > 5
        )
        name = row["guestName"]
        found = await find(home, name[:3] + "q" + name[3:], "reservation", limit=50)
        assert row["id"] in {match.id for match in found.matches}


async def test_nothing_found_says_where_it_was_looked_for() -> None:
    async with house() as home:
        found = await find(home, "zzyzx qwkp")
        assert found.matches == ()
        assert found.complete
        assert found.warnings[0].startswith("Nothing fits. Looked through: 12 listings, the names of guests")


async def test_more_than_fit_are_counted() -> None:
    async with house() as home:
        everything = await find(home, "sara", "reservation", limit=1000)
        few = await find(home, "sara", "reservation", limit=3)
        assert few.matches == everything.matches[:3]
        assert few.warnings[0].startswith(f"{len(everything.matches) - 3} more fit")


async def test_one_kind_that_fails_leaves_the_others() -> None:
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/reservations", times=None, status=500)
        found = await find(home, "alfama")
        assert pairs(found) == [("listing", 40160)]
        assert not found.complete
        assert [one.what for one in found.missing] == ["guests"]


async def test_when_nothing_can_be_read_the_failure_itself_comes_out() -> None:
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/*", times=None, status=500)
        with pytest.raises(UpstreamError):
            await find(home, "alfama")


@pytest.mark.parametrize("query", ["x", "?", "…"])
async def test_too_few_letters_are_refused(query: str) -> None:
    async with house() as home:
        with pytest.raises(InputError, match="at least 2 letters"):
            await find(home, query)
        assert not home.upstream


async def test_listings_alone_cost_nothing_more() -> None:
    async with house() as home:
        await find(home, "alfama", "listing")
        await find(home, "nothing like it", "listing")
        assert home.upstream == ["/v1/listings"]
