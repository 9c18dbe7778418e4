"""Saving tasks, from the proposal to the sandbox's own documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import ChangeError, DriftError, HostawayMcpError, InputError, PolicyError
from tests.services.writes.house import Json, WritingHouse, masked, writing

ALFAMA, DENVER, ARCHIVED = 40160, 40209, 40237
FILTER = {
    "title": "Change the filter",
    "listing": "Mile High Suite",
    "starts_at": "2026-08-03 noon",
    "due_at": "2026-08-03 2:30 pm",
    "categories": ["maintenance"],
}


def tasks_of(home: WritingHouse) -> dict[int, Json]:
    """The sandbox's own documents."""
    found: dict[int, Json] = home.home.sandbox.world.tasks
    return found


def open_task(home: WritingHouse) -> Json:
    """A cleaning that is still to be done."""
    return next(
        one for one in tasks_of(home).values() if one["status"] == "pending" and one["assigneeUserId"]
    )


async def propose(home: WritingHouse, action: str, *tasks: Json) -> Json:
    return await home.propose("save_task", action=action, tasks=list(tasks))


async def done(home: WritingHouse, action: str, *tasks: Json) -> tuple[Json, Json]:
    """Proposes it and has it done."""
    proposal = await propose(home, action, *tasks)
    applied = await home.apply(proposal)
    assert applied["outcome"] == "done", applied
    return proposal, applied


async def undone(home: WritingHouse, proposal: Json) -> Json:
    back = await home.propose("undo_change", change_id=proposal["change_id"])
    applied = await home.apply(back)
    assert applied["outcome"] == "done", applied
    return back


async def test_a_whole_proposal(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What a caller is shown, in both forms."""
    async with writing(tmp_path) as home:
        asked = await home.call(
            "save_task", action="create", tasks=[FILTER, {"title": "Call", "listing": ARCHIVED}]
        )
        assert masked(asked) == snapshot


async def test_a_task_is_made_in_the_time_of_its_listing(tmp_path: Path) -> None:
    """Noon in Denver is 18:00 UTC in summer; Hostaway takes UTC."""
    async with writing(tmp_path) as home:
        before = set(tasks_of(home))
        person = next(iter(home.home.sandbox.world.users.values()))
        name = f"{person['firstName']} {person['lastName']}"
        proposal, applied = await done(home, "create", FILTER | {"assignee": name, "cost": "45.5"})
        number = applied["items"][0]["result"]["task_id"]
        assert set(tasks_of(home)) - before == {number}
        task = tasks_of(home)[number]
        assert (task["canStartFrom"], task["shouldEndBy"]) == ("2026-08-03 18:00:00", "2026-08-03 20:30:00")
        assert (task["listingMapId"], task["assigneeUserId"]) == (DENVER, person["id"])
        assert (task["categoriesMap"], task["cost"], task["costCurrency"]) == ([2], 45.5, "USD")
        assert proposal["items"][0]["after"]["start"] == "2026-08-03 12:00 America/Denver"
        await undone(home, proposal)
        assert set(tasks_of(home)) == before


async def test_a_task_like_it_is_warned_of_and_another_in_between_is_drift(tmp_path: Path) -> None:
    """Hostaway has no key to make something only once by: title, listing, stay and times tell."""
    async with writing(tmp_path) as home:
        _, applied = await done(home, "create", FILTER)
        number = applied["items"][0]["result"]["task_id"]
        proposal = await propose(home, "create", FILTER)
        assert f"there is one like it already, task {number}" in proposal["warnings"][0]
        world = home.home.sandbox.world
        world.tasks[number + 1] = world.tasks[number] | {"id": number + 1}
        with pytest.raises(DriftError, match="like it"):
            await home.apply(proposal)


async def test_a_lost_answer_is_settled_by_looking_for_the_task(tmp_path: Path) -> None:
    """It was made: it is found by what it says, and not made twice."""
    async with writing(tmp_path) as home:
        proposal = await propose(home, "create", FILTER)
        home.home.sandbox.faults.add("close", operation="createTask", committed=True)
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert tasks_of(home)[applied["items"][0]["result"]["task_id"]]["title"] == FILTER["title"]
        await undone(home, proposal)


async def test_tasks_are_changed_given_and_completed_and_taken_back(tmp_path: Path) -> None:
    """Only what differs is sent; undo gives back what was."""
    async with writing(tmp_path) as home:
        task = dict(open_task(home))
        number = task["id"]
        wishes = {"task_id": number, "title": "Deep clean", "due_at": "+2d 18:00", "description": "Twice"}
        changed, _ = await done(home, "update", wishes)
        assert tasks_of(home)[number]["title"] == "Deep clean"
        assert any("Hostaway may move it again" in said for said in changed["warnings"])
        given, _ = await done(home, "assign", {"task_id": number, "assignee": "nobody"})
        assert tasks_of(home)[number]["assigneeUserId"] is None
        completed, _ = await done(home, "complete", {"task_id": number, "resolution": "All good"})
        assert tasks_of(home)[number]["status"] == "completed"
        with pytest.raises(InputError, match="There is nothing to change"):
            await propose(home, "complete", {"task_id": number})
        for proposal in (completed, given, changed):
            await undone(home, proposal)
        after = tasks_of(home)[number]
        keys = ("title", "status", "assigneeUserId", "shouldEndBy", "description", "resolutionNote")
        assert [after[key] for key in keys] == [task[key] for key in keys]


async def test_a_deleted_task_is_shown_whole_and_made_again(tmp_path: Path) -> None:
    """It gets another number, which is said."""
    async with writing(tmp_path) as home:
        task = dict(open_task(home))
        proposal, _ = await done(home, "delete", {"task_id": task["id"]})
        assert proposal["items"][0]["before"]["description"] == "⟦Change linen, restock essentials.⟧"
        assert task["id"] not in tasks_of(home)
        back = await undone(home, proposal)
        assert "is made anew, with another number" in back["warnings"][0]
        again = next(one for one in tasks_of(home).values() if one["title"] == task["title"]
                     and one["reservationId"] == task["reservationId"])  # fmt: skip
        kept = ("listingMapId", "assigneeUserId", "canStartFrom", "shouldEndBy", "categoriesMap", "status")
        assert [again[key] for key in kept] == [task[key] for key in kept]


async def test_undo_is_refused_where_later_changes_would_be_lost(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        made, applied = await done(home, "create", FILTER)
        number = applied["items"][0]["result"]["task_id"]
        changed, _ = await done(home, "update", {"task_id": number, "description": "First floor"})
        await done(home, "update", {"task_id": number, "description": "Second floor"})
        with pytest.raises(DriftError, match="was changed again since"):
            await home.propose("undo_change", change_id=changed["change_id"])
        await done(home, "update", {"task_id": number, "title": "Another"})
        with pytest.raises(DriftError, match="was changed since; that would be lost"):
            await home.propose("undo_change", change_id=made["change_id"])
        del tasks_of(home)[number]
        with pytest.raises(ChangeError, match="is not there any more"):
            await home.propose("undo_change", change_id=made["change_id"])


async def test_drift_of_a_task(tmp_path: Path) -> None:
    """Somebody has begun with it since."""
    async with writing(tmp_path) as home:
        number = open_task(home)["id"]
        proposal = await propose(home, "update", {"task_id": number, "title": "Deep clean"})
        tasks_of(home)[number] = tasks_of(home)[number] | {"status": "inProgress"}
        with pytest.raises(DriftError, match=r"\(status\)"):
            await home.apply(proposal)


async def test_many_tasks_have_an_outcome_each(tmp_path: Path) -> None:
    """What cannot be read is missing; what fails does not hold up the others."""
    async with writing(tmp_path) as home:
        numbers = [one["id"] for one in tasks_of(home).values() if one["status"] == "pending"][:3]
        wishes = [{"task_id": number, "priority": 1} for number in (*numbers, 7)]
        proposal = await propose(home, "update", *wishes)
        assert proposal["missing"] == [{"what": "task 7", "why": "There is no task 7 in this account."}]
        home.home.sandbox.faults.add("fail_200", path=f"/v1/tasks/{numbers[0]}", method="PUT", text="No")
        applied = await home.apply(proposal)
        assert [one["outcome"] for one in applied["items"]] == ["not_done", "done", "done"]


async def test_archived_listings_and_the_policy(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        with pytest.raises(InputError, match="is archived; Hostaway refuses changes of its tasks"):
            await propose(home, "create", {"title": "Paint", "listing": ARCHIVED})
        (tmp_path / "policy.toml").write_text("[limits.amount]\nUSD = 20\n")
        with pytest.raises(PolicyError, match=r"limits\.amount is 20.00 USD"):
            await propose(home, "create", FILTER | {"cost": 45})


async def test_a_task_of_a_stay_gets_its_listing(tmp_path: Path) -> None:
    """Its times are then that listing's too."""
    async with writing(tmp_path) as home:
        stay = next(iter(home.home.sandbox.world.reservations.values()))
        proposal = await propose(home, "create", {"title": "Call", "reservation": stay["id"]})
        assert f"({stay['listingMapId']}" in proposal["items"][0]["after"]["listing"]


@pytest.mark.parametrize(
    ("action", "task", "says"),
    [
        ("create", {"description": "x"}, "To create a task, `title` is needed."),
        ("create", {"title": "x", "task_id": 5}, "A task that is made has no `task_id` yet."),
        ("update", {"title": "x"}, "To update a task, `task_id` is needed."),
        ("update", {"task_id": 5}, "Nothing is said of task 5."),
        ("assign", {"task_id": 5}, "To assign a task, `assignee` is needed."),
        ("delete", {"task_id": 5, "title": "x"}, "To delete a task does not take `title`."),
        ("delete", {"task_id": 5}, "There is no task 5 in this account."),
        ("create", {"title": "x", "assignee": "Nemo"}, 'There is no user "Nemo" in this account.'),
        ("create", {"title": "x", "listing": "Nowhere"}, 'There is no listing "Nowhere"'),
        ("create", {"title": "x", "due_at": "soonish"}, '"soonish" is not a date.'),
        ("create", {"title": "x", "due_at": "today 25:00"}, '"25:00" is no time of day.'),
        ("create", {"title": "x", "starts_at": "+3d", "due_at": "+1d"}, "It is due (+1d) before it can"),
        ("create", {"title": "x", "cost": 5}, "`cost` needs a `listing`, whose currency it is in."),
        ("create", {"title": "x", "categories": ["gardening"]}, "`tasks[0].categories` must be one of"),
        ("create", {"title": "a\u2066b"}, "`tasks[0].title` holds control or invisible characters"),
        ("close", {"task_id": 5}, "`action` must be one of"),
    ],
)
async def test_what_cannot_be_asked(
    tmp_path: Path, action: str, task: Json, says: str, snapshot: SnapshotAssertion
) -> None:
    async with writing(tmp_path, listings=2) as home:
        with pytest.raises(HostawayMcpError) as caught:
            await propose(home, action, task)
        assert says in caught.value.sentence
        assert caught.value.sentence == snapshot


async def test_the_same_task_twice(tmp_path: Path) -> None:
    async with writing(tmp_path, listings=2) as home:
        with pytest.raises(InputError, match="The same task is there twice"):
            await propose(home, "delete", {"task_id": 5}, {"task_id": 5})
