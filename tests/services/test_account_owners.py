"""Whose listings they are, as far as the sandbox's users tell."""

from __future__ import annotations

from hostaway_mcp.services.account_owners import NOBODY, AccountOwners
from tests.support.house import House, house


def _reader(home: House) -> AccountOwners:
    return AccountOwners(home.app.services._hostaway, facts=home.app.services.facts)


def _owners(home: House) -> list[dict[str, object]]:
    return [one for one in home.sandbox.world.users.values() if "Owner" in str(one["userGroupName"])]


async def test_each_listing_is_of_the_owners_that_see_it() -> None:
    """Which is the same as what each owner finds by name."""
    async with house(listings=12) as home:
        reader = _reader(home)
        owned = await reader.of_listings()
        asked = len(home.upstream)
        names: dict[int, list[str]] = {}
        for user in _owners(home):
            for listing_id in (await reader.find(str(user["id"]))).listing_ids:
                names.setdefault(listing_id, []).append(f"{user['firstName']} {user['lastName']}")
        assert len(home.upstream) == asked
        assert names
        for listing_id in home.sandbox.world.listings:
            wanted = " and ".join(sorted(names.get(listing_id, []))) or NOBODY
            assert owned.owner_of(listing_id) == wanted
        assert owned.warning is None


async def test_an_owner_that_cannot_be_read_is_counted() -> None:
    """The others' listings are known all the same."""
    async with house(listings=12) as home:
        lost, *others = _owners(home)
        home.sandbox.faults.add("status", path=f"/v1/user/{lost['id']}", times=None)
        owned = await _reader(home).of_listings()
        assert owned.warning == (
            f"The listings of 1 of {len(others) + 1} owners could not be read: see `{NOBODY}`."
        )
        assert owned.by_listing


async def test_an_account_without_owners_says_so() -> None:
    async with house(listings=2) as home:
        for one in _owners(home):
            one["userGroupName"] = "Cleaners"
        owned = await _reader(home).of_listings()
        assert owned.by_listing == {}
        assert "does not tell who owns which listing" in (owned.warning or "")
