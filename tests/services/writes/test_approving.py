"""A person's yes and no elsewhere than at the client, who may see a proposal, and what was taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import ChangeError, CursorError, HostawayMcpError, StorageError, UnknownNameError
from hostaway_mcp.services.cursors import write_cursor
from hostaway_mcp.store.journal.journal import Journal
from hostaway_mcp.store.journal.records import Entry
from tests.services.writes.house import Json, WritingHouse, said, writing

HALF_PAST = datetime(2026, 7, 23, 12, 30, tzinfo=UTC)


async def make(home: WritingHouse, *titles: str) -> Json:
    return await home.propose("save_task", action="create", tasks=[{"title": title} for title in titles])


async def refused(home: WritingHouse, tool: str, **arguments: Any) -> list[Any]:
    with pytest.raises(HostawayMcpError) as caught:
        await home.call(tool, **arguments)
    return said(caught.value)


async def test_a_yes_beforehand_is_enough(tmp_path: Path) -> None:
    """Whoever made it applies it without being asked again; it is noted who agreed."""
    async with writing(tmp_path, listings=2) as home:
        writes, proposal = home.home.app.services.writes, await make(home, "Paint")
        entry = await writes.waiting(proposal["change_id"])
        assert (entry.change_id, entry.summary) == (proposal["change_id"], "Make 1 task")
        await writes.approve(proposal["change_id"], by="Ana, at a terminal")
        applied = await home.call("apply_change", change_id=proposal["change_id"], asks=False)
        assert applied.json["outcome"] == "done"
        assert home.person.asked == []
        (listed,) = (await home.call("find_changes")).json["changes"]
        assert listed["approved_by"] == "Ana, at a terminal"


async def test_a_no_ends_it(tmp_path: Path) -> None:
    """What is told of proposals is another thing then; it can neither be agreed to nor declined again."""
    async with writing(tmp_path, listings=2) as home:
        services, proposal = home.home.app.services, await make(home, "Paint")
        changes = home.home.app.metrics.proposals.copy()
        await services.writes.decline(proposal["change_id"])
        assert (await refused(home, "apply_change", change_id=proposal["change_id"]))[0] == "declined"
        (listed,) = (await home.call("find_changes")).json["changes"]
        assert (listed["state"], listed["says"]) == ("declined", "A person said no.")
        assert home.home.app.metrics.proposals == changes
        for again in (services.writes.approve(proposal["change_id"], by="Ana"),
                      services.writes.decline(proposal["change_id"])):  # fmt: skip
            with pytest.raises(ChangeError) as caught:
                await again
            assert caught.value.message == f"{proposal['change_id']} does not wait to be agreed to any more."


async def test_what_nobody_can_agree_to(tmp_path: Path) -> None:
    """What is not there, before and after there is a journal; what is too old to the second; what is done."""
    async with writing(tmp_path, listings=2) as home:
        writes, name = home.home.app.services.writes, "chg_" + "0" * 60
        for _ in range(2):
            with pytest.raises(UnknownNameError) as unknown:
                await writes.waiting(name)
            assert unknown.value.sentence == (
                f"There is no proposal {name[:40]} of yours. find_changes shows the ones there are."
            )
            proposal = await make(home, "Paint")
        await home.home.clock.sleep(299)
        await writes.waiting(proposal["change_id"])
        await home.home.clock.sleep(1)
        for attempt in (writes.waiting(proposal["change_id"]), writes.approve(proposal["change_id"], by="A")):
            with pytest.raises(ChangeError, match="does not wait to be agreed to any more"):
                await attempt
        (listed, _) = (await home.call("find_changes")).json["changes"]
        assert (listed["state"], "expires_at" in listed) == ("expired", True)


@pytest.mark.parametrize("what", ["approve", "decline"])
async def test_who_was_quicker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """It waited when it was looked at, and not any more when it was to be noted."""
    async with writing(tmp_path, listings=2) as home:
        writes, name = home.home.app.services.writes, (await make(home, "Paint"))["change_id"]
        waiting = await writes.waiting(name)
        await writes.decline(name)

        async def seen(_: str) -> Entry:
            return waiting

        monkeypatch.setattr(writes, "waiting", seen)
        with pytest.raises(ChangeError, match="does not wait to be agreed to any more"):
            await (writes.approve(name, by="Ana") if what == "approve" else writes.decline(name))


async def test_what_was_taken_back_is_told_and_not_taken_back_twice(tmp_path: Path) -> None:
    """Once all of it was done; a proposal to take back is not enough, nor a half of it."""
    async with writing(tmp_path, listings=2) as home:
        kept, done = await make(home, "Soap"), await make(home, "Paint", "Brush")
        for one in (kept, done):
            await home.apply(one)
        back = await home.propose("undo_change", change_id=done["change_id"])
        assert (await home.call("find_changes", state="undone")).json["changes"] == []
        task = max(home.home.sandbox.world.tasks)
        home.home.sandbox.faults.add("fail_200", path=f"/v1/tasks/{task}", method="DELETE", text="No")
        assert (await home.apply(back))["outcome"] == "needs_you"
        assert (await home.call("find_changes", state="undone")).json["changes"] == []

        again = await home.propose("undo_change", change_id=kept["change_id"])
        assert (await home.apply(again))["outcome"] == "done"

        (undone,) = (await home.call("find_changes", state="undone")).json["changes"]
        assert undone["change_id"] == kept["change_id"]
        assert (undone["state"], undone["undone_by"]) == ("undone", again["change_id"])
        twice = await refused(home, "undo_change", change_id=kept["change_id"])
        assert twice == [
            "change", f"{kept['change_id']} was taken back already, by {again['change_id']}.", None,
        ]  # fmt: skip
        assert await refused(home, "undo_change", change_id="chg_" + "0" * 16) == [
            "not_found",
            "There is no proposal chg_0000000000000000 of yours.",
            "find_changes shows the ones there are.",
        ]


async def test_a_list_before_there_is_a_journal(tmp_path: Path) -> None:
    """It is empty, and no file is made to look into."""
    async with writing(tmp_path, listings=2) as home:
        found = (await home.call("find_changes")).json
        assert (found["changes"], found["total"]) == ([], 0)
        assert not home.home.app.services.writes.ledger.is_there


async def test_a_cursor_of_no_list(tmp_path: Path) -> None:
    """Another question's, and one that holds no place."""
    async with writing(tmp_path, listings=2) as home:
        question: Json = {"tool": "find_changes", "state": None, "since": None}
        for key in (("soon", "chg_1"), ("2026-07-23T12:00:00+00:00",)):
            with pytest.raises(CursorError) as caught:
                await home.call("find_changes", cursor=write_cursor(question, key))
            assert caught.value.message == "This cursor cannot be read."
        for other in (question | {"state": "pending"}, question | {"since": HALF_PAST.isoformat()}):
            with pytest.raises(CursorError):
                await home.call("find_changes", cursor=write_cursor(other, (HALF_PAST.isoformat(), "chg_1")))


async def test_what_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposals by tool, steps by how they ended, and journals that could not be written."""
    async with writing(tmp_path, listings=2) as home:
        metrics = home.home.app.metrics
        for titles in (("Paint", "Brush"), ("Soap",)):
            await home.apply(await make(home, *titles))
        await make(home, "Towels")
        assert dict(metrics.proposals) == {"save_task": 3}
        assert dict(metrics.changes) == {("task", "done"): 3}
        assert metrics.change_failures == 0

        async def full(*_: object) -> None:
            raise StorageError("The disk is full.")

        monkeypatch.setattr(Journal, "propose", full)
        for failures in (1, 2):
            with pytest.raises(StorageError):
                await make(home, "Rake")
            assert metrics.change_failures == failures
        assert dict(metrics.proposals) == {"save_task": 3}
