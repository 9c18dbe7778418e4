"""Making listings, from the proposal to the sandbox's own documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import ChangeError, DriftError, HostawayMcpError, InputError, PolicyError
from tests.services.writes.house import Json, WritingHouse, masked, writing

ALFAMA = 40160
NEST: Json = {
    "name": "Graça Nest",
    "city": "Lisbon",
    "country_code": "PT",
    "address": "Rua da Graça 1, Lisbon",
    "base_price": "120.5",
    "guests_included": 2,
    "extra_person_fee": 15,
    "currency_code": "EUR",
}


async def propose(home: WritingHouse, copy_from: Any = None, **fields: Any) -> Json:
    arguments = {"fields": fields} | ({"copy_from": copy_from} if copy_from else {})
    return await home.propose("create_listing", **arguments)


async def made(home: WritingHouse, copy_from: Any = None, **fields: Any) -> Json:
    """The sandbox's own document of what was proposed and made."""
    applied = await home.apply(await propose(home, copy_from, **fields))
    assert applied["outcome"] == "done", applied
    document: Json = home.home.sandbox.world.listings[applied["items"][0]["result"]["listing_id"]]
    return document


async def test_a_whole_proposal(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What a caller is shown, in both forms: what is given first, then what is copied."""
    async with writing(tmp_path) as home:
        fields = {"name": "Graça Nest", "door_code": "4711#", "amenities": {"add": ["Crib"]}}
        asked = await home.call("create_listing", fields=fields, copy_from="Alfama Loft")
        assert masked(asked) == snapshot


async def test_a_listing_is_made_once_and_known_at_once(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        await home.home.ask("find_listings")
        document = await made(home, **NEST, images=["https://images.example.com/n.jpg"])
        assert document["externalListingName"] == "Graça Nest"
        assert (document["price"], document["currencyCode"]) == (120.5, "EUR")
        assert [one["url"] for one in document["listingImages"]] == ["https://images.example.com/n.jpg"]
        assert home.home.sandbox.effects.tally() == {"listing created": 1}
        told = await home.home.ask("get_listing", listing="Graça Nest")
        assert told.json["listing"]["listing_id"] == document["id"]


async def test_what_is_a_homes_own_is_not_copied(tmp_path: Path) -> None:
    """Pictures go by their links; names, exact place, licence and codes do not go."""
    async with writing(tmp_path) as home:
        source = home.home.sandbox.world.listings[ALFAMA]
        proposal = await propose(home, ALFAMA, name="Graça Nest", minNights=3)
        said = json.dumps(proposal)
        assert source["doorSecurityCode"] not in said
        assert source["wifiPassword"] not in said
        document = await made(home, ALFAMA, name="Graça Nest", minNights=3)
        for key in ("houseRules", "currencyCode", "price", "cleaningFee", "timeZoneName", "roomType"):
            assert document[key] == source[key]
        assert document["minNights"] == 3
        own = ("street", "address", "lat", "propertyLicenseNumber", "doorSecurityCode", "wifiPassword")
        assert [document[key] for key in own] == [None] * len(own)
        assert document["airbnbName"] is None
        assert not document["customFieldValues"]
        pictures = [(one["url"], one["caption"]) for one in document["listingImages"]]
        assert pictures == [(one["url"], one["caption"]) for one in source["listingImages"]]
        assert not {one["id"] for one in document["listingImages"]} & {
            one["id"] for one in source["listingImages"]
        }


async def test_what_it_lacks_to_be_activated_is_said(tmp_path: Path) -> None:
    """Source: Hostaway API reference, "Listing object"."""
    async with writing(tmp_path) as home:
        proposal = await propose(home, name="Graça Nest", base_price=100)
        said = (
            "It cannot be activated without address, guests_included, price_for_extra_person, currency_code."
        )
        assert said in proposal["warnings"]
        proposal = await propose(home, **NEST)
        assert not any("activated" in one for one in proposal["warnings"])


async def test_it_cannot_be_taken_back(tmp_path: Path) -> None:
    """Deleting takes all that hangs on a listing with it, so a person does that in Hostaway."""
    async with writing(tmp_path) as home:
        proposal = await propose(home, **NEST)
        assert proposal["warnings"][0].startswith("A listing that was made cannot be taken back here")
        await home.apply(proposal)
        with pytest.raises(ChangeError, match="A new listing cannot be taken back"):
            await home.propose("undo_change", change_id=proposal["change_id"])


async def test_a_lost_answer_is_settled_by_looking_for_the_name(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        proposal = await propose(home, **NEST)
        home.home.sandbox.faults.add("close", operation="createListing", committed=True)
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert home.home.sandbox.effects.tally() == {"listing created": 1}


async def test_a_name_that_is_there_is_warned_of_and_in_between_is_drift(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        document = await made(home, **NEST)
        proposal = await propose(home, **NEST)
        assert f"There is a listing of this name already: {document['id']}." in proposal["warnings"]
        home.home.sandbox.world.add_listing({"name": "Graça Nest", "externalListingName": "Graça Nest"})
        with pytest.raises(DriftError, match="like it"):
            await home.apply(proposal)


async def test_what_hostaway_keeps_otherwise_is_named(tmp_path: Path) -> None:
    """An answer that says done does not say that every field was kept."""
    async with writing(tmp_path) as home:
        proposal = await propose(home, **NEST)
        add_listing = home.home.sandbox.world.add_listing
        home.home.sandbox.world.add_listing = lambda fields: add_listing(fields | {"price": 99})  # type: ignore[method-assign]
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert applied["items"][0]["says"].endswith("Hostaway keeps otherwise: price.")


async def test_the_policy_looks_at_place_and_price(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        (tmp_path / "policy.toml").write_text('[allow]\nplaces = ["Porto"]\n')
        with pytest.raises(PolicyError, match=r"allow\.places"):
            await propose(home, **NEST)
        (tmp_path / "policy.toml").write_text("[limits.price_floor]\nEUR = 150\n")
        with pytest.raises(PolicyError, match=r"limits\.price_floor is 150 EUR"):
            await propose(home, **NEST)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"city": "Lisbon"}, "A new listing needs a `name`."),
        ({}, "`fields` must not be empty"),
        ({"name": "X", "currency_code": "euro"}, "`currency_code` takes three letters, such as EUR."),
        ({"name": "X", "country": "PT"}, "Hostaway accepts `country` without an error and does not keep it."),
        ({"name": "X", "nmae": "Y"}, 'A listing has no field "nmae". Near to it: name'),
        ({"name": "X", "images": ["x.jpg"]}, "A picture is a link that begins with https://"),
        ({"name": "X", "check_out_hour": 25}, "`check_out_time` must be 0 to 23."),
    ],
)
async def test_what_cannot_be_asked(
    tmp_path: Path, fields: Json, says: str, snapshot: SnapshotAssertion
) -> None:
    async with writing(tmp_path, listings=2) as home:
        with pytest.raises(HostawayMcpError) as caught:
            await propose(home, **fields)
        assert says in caught.value.sentence
        assert caught.value.sentence == snapshot
        with pytest.raises(InputError, match='There is no listing "Nowhere"'):
            await propose(home, "Nowhere", name="X")
