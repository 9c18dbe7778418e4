"""Tasks as Hostaway has them, by what people ask for, the first that are due first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostaway_mcp.errors import AmbiguousNameError, CursorError, InputError, UnknownNameError
from hostaway_mcp.models.tasks import TaskCategory, TaskStatus
from hostaway_mcp.services.tasks import TasksAnswer
from tests.support.house import House, house
from tests.support.replica import synced

OPEN = {"pending", "confirmed", "inProgress"}


async def find(home: House, **asked: Any) -> TasksAnswer:
    return await home.app.services.tasks.find(**asked, question=asked)


def ids(answer: TasksAnswer) -> set[int]:
    return {row.task_id for row in answer.tasks}


def truth(home: House, **wanted: Any) -> set[int]:
    """From the sandbox's own documents."""
    return {
        number
        for number, task in home.sandbox.world.tasks.items()
        if task["status"] in wanted.get("status", OPEN)
        and wanted.get("category") in (None, *task["categoriesMap"])
        and wanted.get("assignee", task["assigneeUserId"]) == task["assigneeUserId"]
        and wanted.get("listing", task["listingMapId"]) == task["listingMapId"]
    }


CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"status": [TaskStatus.COMPLETED]}, {"status": {"completed"}}),
    ({"category": [TaskCategory.MAINTENANCE]}, {"category": 2}),
    ({"assignee": "Clara Nunes"}, {"assignee": 1_012}),
    ({"assignee": 1_010}, {"assignee": 1_010}),
    ({"assignee": "nobody"}, {"assignee": None}),
    ({"listing": 40_160}, {"listing": 40_160}),
    ({"category": [TaskCategory.CLEANING], "assignee": "clara"}, {"category": 1, "assignee": 1_012}),
]


@pytest.mark.parametrize(("asked", "wanted"), CASES)
async def test_what_is_asked_for_is_found(asked: dict[str, Any], wanted: dict[str, Any]) -> None:
    async with house(listings=12) as home:
        found = await find(home, **asked, limit=100)
        expected = truth(home, **wanted)
        assert found.total == len(expected)
        assert ids(found) <= expected
        assert found.next_cursor or ids(found) == expected


async def test_the_replica_finds_the_same(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=12) as home:
        upstream = len(home.upstream)
        for asked, wanted in CASES:
            found = await find(home, **asked, limit=100)
            expected = truth(home, **wanted)
            assert found.total == len(expected), asked
            assert ids(found) <= expected
            assert found.next_cursor or ids(found) == expected
        assert len(home.upstream) == upstream


@pytest.mark.parametrize("kept", [False, True])
async def test_due_days_are_the_listings_own(tmp_path: Path, kept: bool) -> None:
    """Due at 03:30Z on the 2nd is the evening of the 1st in Denver, and the 2nd in Lisbon."""
    async with synced(tmp_path, listings=8) if kept else house(listings=8) as home:
        world = home.sandbox.world
        by_zone = {one["timeZoneName"]: number for number, one in world.listings.items()}
        task = next(iter(world.tasks.values())) | {"status": "pending", "shouldEndBy": "2027-03-02 03:30:00"}
        world.tasks[1] = task | {"id": 1, "listingMapId": by_zone["America/Denver"]}
        world.tasks[2] = task | {"id": 2, "listingMapId": by_zone["Europe/Lisbon"]}
        if kept:
            await home.clock.sleep(3_600)
            await (await home.app.replica.sync()).run()
        assert ids(await find(home, first="2027-03-01")) == {1}
        assert ids(await find(home, first="2027-03-02")) == {2}
        found = await find(home, first="2027-03-01", last="2027-03-02")
        assert ids(found) == {1, 2}
        assert found.understood["due"] == "2027-03-01 to 2027-03-02, both included"


async def test_until_a_day_means_also_what_is_overdue() -> None:
    async with house(listings=12) as home:
        today = home.clock.today("Europe/Lisbon")
        found = await find(home, last="today", limit=100)
        zones = {n: ZoneInfo(one["timeZoneName"]) for n, one in home.sandbox.world.listings.items()}
        expected = set()
        for number in truth(home):
            task = home.sandbox.world.tasks[number]
            due = datetime.fromisoformat(task["shouldEndBy"]).replace(tzinfo=UTC)
            if due.astimezone(zones[task["listingMapId"]]).date() <= today:
                expected.add(number)
        assert ids(found) == expected
        assert {row.task_id for row in found.tasks if row.overdue} == {
            row.task_id for row in found.tasks if row.due_at and row.due_at < home.clock.now()
        }


async def test_the_first_due_comes_first_and_the_list_goes_on() -> None:
    async with house(listings=40) as home:
        asked: dict[str, Any] = {"limit": 15}
        seen: list[tuple[datetime, int]] = []
        cursor = None
        while True:
            part = await home.app.services.tasks.find(**asked, cursor=cursor, question=asked)
            seen += [(row.due_at or datetime.max.replace(tzinfo=UTC), row.task_id) for row in part.tasks]
            cursor = part.next_cursor
            if cursor is None:
                break
        assert len(seen) == part.total == len(truth(home))
        assert seen == sorted(seen)
        first = await find(home, limit=15)
        with pytest.raises(CursorError):
            await find(home, assignee=1_010, cursor=first.next_cursor)


async def test_a_group_is_a_place() -> None:
    async with house(listings=12) as home:
        found = await find(home, group="Porto", limit=100)
        there = {n for n, one in home.sandbox.world.listings.items() if one["city"] == "Porto"}
        assert {row.listing_id for row in found.tasks} <= there
        assert found.tasks


async def test_names_that_fit_none_or_several_are_refused() -> None:
    async with house(listings=2) as home:
        with pytest.raises(UnknownNameError, match='no user "Zoe"') as caught:
            await find(home, assignee="Zoe")
        assert "⟦Anna Prado⟧ (1010)" in caught.value.sentence
        with pytest.raises(AmbiguousNameError, match="fits"):
            await find(home, assignee="an")
        with pytest.raises(InputError):
            await find(home, first="someday")


async def test_what_could_not_be_read_is_missing() -> None:
    async with house(listings=40) as home:
        whole = await find(home, limit=100)
        assert whole.total
        assert whole.total > 100
        home.app.services.facts.forget()
        home.sandbox.faults.add("status", path="/v1/tasks", status=503, times=None, after=1)
        found = await find(home)
        assert not found.complete
        assert found.total is None
        assert found.missing
        assert found.tasks


async def test_without_users_tasks_are_shown_by_number() -> None:
    async with house(listings=4) as home:
        home.sandbox.faults.add("status", path="/v1/users", status=503, times=None)
        found = await find(home)
        assert any("shown by number" in warning for warning in found.warnings)
        assert {row.assignee for row in found.tasks if row.assignee_user_id} >= {"user 1010"}


async def test_more_detail_brings_words_and_cost() -> None:
    async with house(listings=4) as home:
        brief, full = await find(home, limit=5), await find(home, limit=5, detail="full")
        assert not any(row.description or row.cost for row in brief.tasks)
        assert all(row.description for row in full.tasks)
        assert any(row.cost and row.cost.currency for row in full.tasks)
        assert timedelta(0) <= home.clock.now() - full.as_of < timedelta(minutes=1)
