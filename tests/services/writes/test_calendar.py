"""Changing calendars, from the proposal to the sandbox's own days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.services.writes.examples import free_days
from tests.services.writes.house import writing


async def test_nights_are_blocked_after_a_person_agreed(tmp_path: Path) -> None:
    """Nothing happens until apply_change; then exactly what was shown."""
    async with writing(tmp_path) as home:
        listing_id, days = free_days(home, 3)
        proposal = await home.propose(
            "update_calendar",
            listing=listing_id,
            ranges=[{"from": days[0], "to": days[-1]}],
            changes={"block": True},
        )
        world = home.home.sandbox.world
        assert proposal["items"][0]["before"] == {"nights": "open"}
        first = home.home.clock.today("UTC")
        before = world.calendar(listing_id, first, first + timedelta(days=120))
        assert {d["status"] for d in before if d["date"] in days} == {"available"}

        applied = await home.apply(proposal)

        assert applied["outcome"] == "done"
        after = world.calendar(listing_id, first, first + timedelta(days=120))
        assert {d["status"] for d in after if d["date"] in days} == {"blocked"}
        assert [d for d in after if d["date"] not in days] == [d for d in before if d["date"] not in days]
        assert "Block nights" in home.person.asked[0][1]


async def test_what_was_blocked_can_be_opened_again(tmp_path: Path) -> None:
    """Undo proposes the days as they were."""
    async with writing(tmp_path) as home:
        listing_id, days = free_days(home, 2)
        proposal = await home.propose(
            "update_calendar",
            listing=listing_id,
            ranges=[{"from": days[0], "to": days[1]}],
            changes={"block": True},
        )
        await home.apply(proposal)
        back = await home.propose("undo_change", change_id=proposal["change_id"])
        assert (await home.apply(back))["outcome"] == "done"
        world, first = home.home.sandbox.world, home.home.clock.today("UTC")
        after = world.calendar(listing_id, first, first + timedelta(days=120))
        assert {d["status"] for d in after if d["date"] in days} == {"available"}
