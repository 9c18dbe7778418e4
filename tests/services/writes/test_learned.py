"""What was changed is known to the replica at once, without another call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.services.writes.house import Json, Person, WritingHouse
from tests.support.replica import synced


async def done(home: WritingHouse, tool: str, **arguments: Any) -> Json:
    applied = await home.apply(await home.propose(tool, **arguments))
    assert applied["outcome"] == "done", applied
    return applied


async def test_the_replica_learns_what_was_made_changed_and_deleted(tmp_path: Path) -> None:
    """Reading back is a reading like any other."""
    async with synced(tmp_path, listings=2, hostaway_mcp_writes="propose") as built:
        home = WritingHouse(built, Person())
        first = min(built.sandbox.world.listings)
        night = {"from": "+300d"}
        await done(home, "update_calendar", listing=first, ranges=[night], changes={"min_stay": 17})
        await done(home, "update_listings", listing=first, changes={"min_nights": 6})
        task = {"title": "Call the plumber", "listing": first, "due_at": "+2d"}
        made = await done(home, "save_task", action="create", tasks=[task])
        paint = {"concept": "Paint", "amount": -45, "listing": first}
        paid = await done(home, "save_expense", action="add", items=[paint])
        asked = len(built.upstream)

        days = await home.call("get_calendar", listing=first, from_="+300d", to="+300d", show=["rules"])
        assert days.json["calendars"][0]["runs"][0]["min_stay"] == 17
        listing = await home.call("get_listing", listing=first, sections=["rules"])
        assert listing.json["listing"]["rules"]["min_nights"] == 6
        tasks = await home.call("find_tasks", from_="today", to="+3d")
        number = made["items"][0]["result"]["task_id"]
        assert number in [one["task_id"] for one in tasks.json["tasks"]]
        spent = await home.call("find_expenses", from_="today", to="today")
        assert [one["concept"] for one in spent.json["expenses"]] == ["Paint"]
        assert len(built.upstream) == asked

        await done(home, "save_task", action="delete", tasks=[{"task_id": number}])
        expense = paid["items"][0]["result"]["expense_id"]
        await done(home, "save_expense", action="delete", items=[{"expense_id": expense}])
        asked = len(built.upstream)
        tasks = await home.call("find_tasks", from_="today", to="+3d")
        assert number not in [one["task_id"] for one in tasks.json["tasks"]]
        spent = await home.call("find_expenses", from_="today", to="today")
        assert not spent.json["expenses"]
        assert len(built.upstream) == asked
