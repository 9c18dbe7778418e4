"""Proposals of many steps: each goes by itself, and what is left can be gone on with."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import UsedError
from tests.services.writes.house import WritingHouse, writing

PRICED = {"price": 333}


def open_night(home: WritingHouse) -> tuple[list[int], str]:
    """Listings with one unit that are open on the same night, and that night."""
    world = home.home.sandbox.world
    today = home.home.clock.today("UTC")
    for ahead in range(10, 200):
        night = today + timedelta(days=ahead)
        free = [
            number
            for number in world.listings
            if (day := world.calendar(number, night, night)[0])["status"] == "available"
            and day["countAvailableUnits"] in (None, 1)
            and 120 <= day["price"] <= 900
        ]
        if len(free) >= 5:
            return free[:5], night.isoformat()
    raise AssertionError("no such night")


async def priced(home: WritingHouse) -> tuple[dict[str, Any], list[int], str]:
    """A proposal of a new price for five listings."""
    listings, night = open_night(home)
    proposal = await home.propose(
        "update_calendar", listing=listings, ranges=[{"from": night}], changes=PRICED
    )
    assert len(proposal["items"]) == 5
    return proposal, listings, night


def prices(home: WritingHouse, listings: list[int], night: str) -> list[bool]:
    """Which of the listings have the new price."""
    world, day = home.home.sandbox.world, date.fromisoformat(night)
    return [world.calendar(number, day, day)[0]["price"] == PRICED["price"] for number in listings]


async def _until_sent(home: WritingHouse) -> None:
    for _ in range(1_000):
        if any(one.operation == "updateCalendar" for one in home.home.sandbox.requests):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was sent")


async def test_every_part_is_done_and_said(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        proposal, listings, night = await priced(home)
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert [item["outcome"] for item in applied["items"]] == ["done"] * 5
        assert prices(home, listings, night) == [True] * 5


async def test_a_part_that_has_changed_does_not_stop_the_others(tmp_path: Path) -> None:
    """Somebody else prices the third meanwhile; the others are done, and no word says all or nothing."""
    async with writing(tmp_path) as home:
        proposal, listings, night = await priced(home)
        another = {"startDate": night, "endDate": night, "price": 150}
        await home.home.app.hostaway.calendar.update(listings[2], another)
        applied = await home.apply(proposal)
        assert applied["outcome"] == "needs_you"
        assert applied["says"].endswith(f"5 listings, {night}: 4 done, 1 not done.")
        first = applied["items"][0]
        assert first["outcome"] == "not_done"
        assert "has changed since it was shown" in first["says"]
        assert prices(home, listings, night) == [True, True, False, True, True]


async def test_a_part_that_hostaway_refuses_does_not_stop_the_others(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        proposal, listings, night = await priced(home)
        home.home.sandbox.faults.add("status", operation="updateCalendar", status=422, after=1)
        applied = await home.apply(proposal)
        assert sorted(item["outcome"] for item in applied["items"]) == ["done"] * 4 + ["not_done"]
        assert prices(home, listings, night).count(True) == 4


async def test_what_time_did_not_allow_is_gone_on_with(tmp_path: Path) -> None:
    """Hostaway is slow; the same change_id goes on where it stopped, and sends nothing twice."""
    async with writing(tmp_path) as home:
        proposal, listings, night = await priced(home)
        home.home.sandbox.faults.add("slow", times=None, seconds=3.0)
        first = await home.apply(proposal)
        assert first["outcome"] == "needs_you"
        assert "Call apply_change again with the same change_id to go on" in first["says"]
        done = prices(home, listings, night).count(True)
        assert 0 < done < 5
        home.home.sandbox.faults.clear()
        second = await home.apply(proposal)
        assert second["outcome"] == "done"
        assert prices(home, listings, night) == [True] * 5
        assert len(home.home.sandbox.effects.of("calendarDay")) == 5
        # A person is asked once.
        assert len(home.person.asked) == 1
        with pytest.raises(UsedError):
            await home.apply(proposal)


async def test_a_caller_who_leaves_stops_it_before_the_next_part(tmp_path: Path) -> None:
    """What is on its way is finished and noted; the rest is not begun."""
    async with writing(tmp_path) as home:
        proposal, listings, night = await priced(home)
        home.home.sandbox.faults.add("slow", operation="updateCalendar", times=None, seconds=2.0)
        call = asyncio.ensure_future(home.apply(proposal))
        await _until_sent(home)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await home.home.clock.sleep(20)
        assert prices(home, listings, night) == [True, False, False, False, False]
        (found,) = (await home.call("find_changes")).json["changes"]
        assert found["items"] == {"done": 1, "not begun": 4}
        home.home.sandbox.faults.clear()
        assert (await home.apply(proposal))["outcome"] == "done"
        assert len(home.home.sandbox.effects.of("calendarDay")) == 5


async def test_the_caller_is_told_how_far_it_is(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        proposal, _, _ = await priced(home)
        told: list[tuple[float, float | None]] = []

        async def progress(done: float, total: float | None, _message: str) -> None:
            told.append((done, total))

        await home.call("apply_change", change_id=proposal["change_id"], progress=progress)
        assert [(round(done), total) for done, total in told][-1] == (4, 5)
        assert sorted(told) == told
