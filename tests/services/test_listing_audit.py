"""What is wrong in listings is found through the whole house, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.analytics.listing_checks import Severity
from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.listing_audit import AuditAnswer
from tests.support.house import House, house
from tests.support.replica import sync, synced

SPOILED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no_description", {"description": ""}),
    ("no_images", {"listingImages": []}),
    ("few_images", {"listingImages": [{"id": 1, "url": "https://images.example.com/1.jpg"}]}),
    ("no_amenities", {"listingAmenities": []}),
    ("no_check_out_hour", {"checkOutTime": None}),
    ("little_time_between_stays", {"checkInTimeStart": 12, "checkOutTime": 12}),
    ("max_below_min_stay", {"minNights": 9, "maxNights": 2}),
    ("unknown_time_zone", {"timeZoneName": "Nowhere/Else"}),
    ("time_zone_of_another_country", {"timeZoneName": "Asia/Tokyo"}),
    ("no_channel", {"airbnbListingUrl": None, "vrboListingUrl": None, "bookingcomPropertyName": None,
                    "airbnbName": None, "homeawayPropertyName": None}),
    ("no_coordinates", {"lat": None, "lng": None}),
    ("no_beds", {"bedsNumber": 0}),
)  # fmt: skip


async def audit(home: House, **asked: Any) -> AuditAnswer:
    return await home.app.services.audit.audit(**asked, question=asked)


async def every(home: House, **asked: Any) -> set[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    cursor = None
    while True:
        part = await home.app.services.audit.audit(**asked, cursor=cursor, question=asked)
        found += [(row.listing_id, row.check) for row in part.findings]
        cursor = part.next_cursor
        if cursor is None:
            assert len(found) == len(set(found)) == part.total
            return set(found)


def spoil(home: House) -> set[tuple[int, str]]:
    """One fault in each of twelve listings."""
    active = [n for n, one in home.sandbox.world.listings.items() if one["specialStatus"] != "archived"]
    seeded = set()
    for number, (check, fields) in zip(active, SPOILED, strict=False):
        home.sandbox.world.touch_listing(number, **fields)
        seeded.add((number, check))
    assert len(seeded) == len(SPOILED)
    return seeded


async def test_seeded_faults_are_found_and_nothing_else() -> None:
    async with house(listings=14) as home:
        before = await every(home)
        seeded = spoil(home)
        home.app.services.facts.forget()
        after = await every(home)
        # A zone of another country may also be far from the coordinates, which are the listing's still.
        more = {
            (n, "coordinates_far_from_time_zone")
            for n, check in seeded
            if check == "time_zone_of_another_country"
        }
        assert seeded <= after
        assert after - before - seeded <= more


async def test_the_replica_finds_the_same(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=14) as home:
        seeded = spoil(home)
        await sync(home, after_seconds=7 * 3_600)
        asked = len(home.upstream)
        assert seeded <= await every(home)
        assert len(home.upstream) == asked


async def test_a_living_portfolio_has_no_grave_faults() -> None:
    async with house(listings=60) as home:
        assert not await every(home, severity=Severity.HIGH)
        # Large homes of the sandbox sleep two more than their beds hold.
        assert {check for _, check in await every(home, severity=Severity.MEDIUM)} <= {"too_few_beds"}
        answer = await audit(home)
        assert answer.listings_checked == sum(
            one["specialStatus"] != "archived" for _, one in home.sandbox.world.listings.items()
        )


async def test_the_worst_comes_first_and_the_counts_are_whole() -> None:
    async with house(listings=14) as home:
        spoil(home)
        answer = await audit(home, limit=5)
        order = ["high", "medium", "low"]
        worth = [order.index(row.severity) for row in answer.findings]
        assert worth == sorted(worth)
        assert sum(answer.counts.values()) == answer.total
        with pytest.raises(CursorError):
            await audit(home, severity=Severity.LOW, cursor=answer.next_cursor)


async def test_checks_and_severity_narrow() -> None:
    async with house(listings=14) as home:
        seeded = spoil(home)
        high = await every(home, severity=Severity.HIGH)
        assert {check for _, check in high} >= {"no_images", "no_description", "unknown_time_zone"}
        assert "few_images" not in {check for _, check in high}
        place = await audit(home, checks=["place"])
        assert {row.kind for row in place.findings} == {"place"}
        only = await every(home, checks=["no_beds", "no_channel"])
        assert only == {one for one in seeded if one[1] in ("no_beds", "no_channel")}
        with pytest.raises(InputError, match='no check "no_bedz"') as caught:
            await audit(home, checks=["no_bedz"])
        assert "no_beds" in caught.value.sentence


async def test_one_listing_or_a_place() -> None:
    async with house(listings=14) as home:
        spoil(home)
        rows = (await audit(home, listing=40_160)).findings
        assert {row.listing_id for row in rows} == {40_160}
        there = {n for n, one in home.sandbox.world.listings.items() if one["city"] == "Porto"}
        assert {row.listing_id for row in (await audit(home, group="Porto")).findings} <= there
        with pytest.raises(UnknownNameError):
            await audit(home, listing="Atlantis")


async def test_a_zone_that_is_certain_is_named() -> None:
    async with house(listings=14) as home:
        berlin = next(n for n, one in home.sandbox.world.listings.items() if one["city"] == "Berlin")
        home.sandbox.world.touch_listing(berlin, timeZoneName="Asia/Tokyo")
        rows = (await audit(home, listing=berlin, severity=Severity.HIGH)).findings
        assert {row.set_to for row in rows if row.field == "timeZoneName"} == {"Europe/Berlin"}


async def test_listings_that_did_not_come_are_missing() -> None:
    async with house(listings=150) as home:
        await home.app.services.portfolio.listings()
        home.sandbox.faults.add("status", path="/v1/listings", status=503, times=None, after=1)
        answer = await audit(home)
        assert not answer.complete
        assert answer.total is None
        assert answer.missing[0].what == "some listings"
