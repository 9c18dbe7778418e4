"""Applying and settling where something is in the way: what is said, what is logged, when it is given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.calls import Call, answering
from hostaway_mcp.errors import BusyError, HostawayMcpError, RefusedError, StorageError
from hostaway_mcp.services.writes.applying import _changed
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.reading import NO_TIME, SECONDS_LEFT, read_many
from hostaway_mcp.store.journal.forgetting import Forgetting
from hostaway_mcp.store.journal.journal import Journal
from hostaway_mcp.store.journal.records import Step
from tests.services.writes.house import Json, WritingHouse, masked, said, writing
from tests.support.clock import FakeClock

ALFAMA, RIBEIRA, DENVER = 40160, 40167, 40209


async def rules(home: WritingHouse, *listings: int) -> Json:
    """A proposal of one step for each listing."""
    changes = {"ranges": [{"from": "+200d"}], "changes": {"min_stay": 17}}
    return await home.propose("update_calendar", listing=list(listings), **changes)


async def refused(home: WritingHouse, proposal: Json) -> list[Any]:
    with pytest.raises(HostawayMcpError) as caught:
        await home.apply(proposal)
    whole = [*said(caught.value), caught.value.retry_after_seconds]
    return [f"{one}".replace(proposal["change_id"], "chg_…") for one in whole]


def logged(caplog: pytest.LogCaptureFixture, event: str) -> list[Json]:
    """What was said with it, each time."""
    names = ("change_id", "says", "noun", "kind", "code", "count")
    return [
        {name: getattr(one, name) for name in names if hasattr(one, name)} | {"level": one.levelname}
        for one in caplog.records
        if one.message == event
    ]


def full(*_: Any, **__: Any) -> Any:
    raise StorageError("The disk is full.")


async def test_two_who_apply_the_same(tmp_path: Path) -> None:
    """The second is told that it is under way, of one step and of several."""
    async with writing(tmp_path) as home:
        for listings in ((ALFAMA,), (ALFAMA, RIBEIRA)):
            proposal = await rules(home, *listings)
            home.home.sandbox.faults.add("slow", operation="updateCalendar", seconds=3)
            first = asyncio.create_task(home.apply(proposal))
            await home.home.clock.sleep(2.5)
            assert await refused(home, proposal) == [
                "already_applied", "chg_… is being applied; nothing is sent twice.",
                "find_changes tells what came of it.", "{'outcome': 'checking'}", "None",
            ]  # fmt: skip
            assert (await first)["outcome"] == "done"
            await home.apply(await home.propose("undo_change", change_id=proposal["change_id"]))


async def test_what_was_agreed_to_holds_for_an_hour(tmp_path: Path) -> None:
    """A second less than that it goes on; after it, it is told what came of it."""
    async with writing(tmp_path) as home:
        for seconds, goes_on in ((3_590, True), (3_601, False)):
            proposal = await rules(home, ALFAMA, RIBEIRA, DENVER)
            home.home.sandbox.faults.add("slow", times=None, seconds=4)
            begun = home.home.clock.monotonic()
            assert "not begun" in [one["outcome"] for one in (await home.apply(proposal))["items"]]
            home.home.sandbox.faults.clear()
            await home.home.clock.sleep(seconds - (home.home.clock.monotonic() - begun))
            if goes_on:
                assert (await home.apply(proposal))["outcome"] == "done"
                await home.apply(await home.propose("undo_change", change_id=proposal["change_id"]))
            else:
                assert await refused(home, proposal) == [
                    "already_applied", "chg_… was applied already: needs you. Nothing was sent again.",
                    "None",
                    "{'outcome': 'needs_you'}", "None",
                ]  # fmt: skip


async def test_more_of_a_kind_than_hostaway_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a minute; the first of them says how long it takes until there is room."""
    monkeypatch.setattr("hostaway_mcp.services.writes.applying.PACE", {"calendar": (2, timedelta(minutes=1))})
    async with writing(tmp_path) as home:
        for listing in (ALFAMA, RIBEIRA):
            await home.apply(await rules(home, listing))
            await home.home.clock.sleep(10)
        code, says, hint, after = await refused(home, await rules(home, DENVER))
        assert [code, says, hint] == [
            "busy",
            "2 of the kind calendar were sent within a minute, and Hostaway takes no more; nothing was sent.",
            "Call apply_change again in a minute, while chg_… holds.",
        ]  # fmt: skip
        assert 35 < float(after) <= 40


async def test_parts_that_cannot_be_looked_at_first(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """And those that are not let in: nothing of them was sent, the others are done."""
    async with writing(tmp_path) as home:
        proposal = await rules(home, ALFAMA, RIBEIRA, DENVER)
        faults = home.home.sandbox.faults
        faults.add(
            "fail_200", path=f"/v1/listings/{RIBEIRA}/calendar", method="GET", text="Not now", times=None
        )
        faults.add("refuse", path=f"/v1/listings/{DENVER}/calendar", method="PUT", times=None)
        told: list[Any] = []

        async def progress(done: float, total: float | None, message: str) -> None:
            told.append([round(done), total, message])

        applied = await home.call("apply_change", change_id=proposal["change_id"], progress=progress)
        assert [masked(applied), told] == snapshot


async def test_a_word_that_cannot_be_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was sent, so it is settled later; what was left of several is not done once the lease is over."""
    async with writing(tmp_path) as home:
        proposal = await rules(home, ALFAMA, RIBEIRA)
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "settle", full)
            patch.setattr(Journal, "pause", full)
            patch.setattr("hostaway_mcp.services.writes.applying.STEP_SECONDS", 1_000.0)
            applied = await home.apply(proposal)
        assert [one["outcome"] for one in applied["items"]] == ["checking", "not begun"]
        name = {"change_id": proposal["change_id"], "says": "The disk is full.", "level": "ERROR"}
        assert logged(caplog, "write_not_noted") == [name]
        assert logged(caplog, "write_not_paused") == [name]
        await home.home.clock.sleep(121)
        (listed,) = (await home.call("find_changes")).json["changes"]
        assert (listed["state"], listed["items"]) == ("applied", {"done": 1, "not_done": 1})
        assert listed["says"] == "The server was stopped before it was sent."


async def test_what_could_not_be_found_out_for_a_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is looked at behind the doors until then, and is a person's after it."""
    caplog.set_level(logging.INFO, "hostaway_mcp.writes")
    async with writing(tmp_path) as home:
        proposal = await rules(home, ALFAMA)
        faults = home.home.sandbox.faults
        faults.add("close", operation="updateCalendar")
        faults.add("fail_200", operation="getCalendar", after=1, text="Not now", times=None)
        applied = await home.apply(proposal)
        checking = "Hostaway's answer was lost; whether it was done is being checked."
        assert (applied["outcome"], applied["items"][0]["says"]) == ("checking", checking)
        seen = logged(caplog, "write_not_read_back")
        assert seen
        assert seen[0] == {"kind": "calendar", "code": "refused", "level": "INFO"}
        await home.home.clock.sleep(timedelta(hours=23, minutes=59).total_seconds())
        assert (await home.call("find_changes")).json["changes"][0]["outcome"] == "checking"
        await home.home.clock.sleep(120)
        (listed,) = (await home.call("find_changes")).json["changes"]
        assert (listed["outcome"], listed["says"]) == (
            "needs_you", "It could not be found out for a day: look at it in Hostaway.",
        )  # fmt: skip
        assert await home.home.app.services.writes.settler.settle_open() == 0


async def test_settling_goes_on_behind_the_doors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Also after the journal could not be read; what there is to forget waits for another day."""
    caplog.set_level(logging.INFO, "hostaway_mcp.writes")
    async with writing(tmp_path) as home:
        proposal = await rules(home, ALFAMA)
        home.home.sandbox.faults.add("close", operation="updateCalendar", committed=False)
        await home.apply(proposal)
        reads = AsyncMock(side_effect=[StorageError("The disk is full."), []])
        monkeypatch.setattr(Journal, "open_entries", reads)
        monkeypatch.setattr(Forgetting, "older", AsyncMock(side_effect=[StorageError("No room."), 2]))
        monkeypatch.setattr(Forgetting, "messages", AsyncMock(return_value=3))
        keeping = asyncio.create_task(home.home.app.services.writes.keep())
        await home.home.clock.sleep(9)
        assert reads.await_count == 1
        await home.home.clock.sleep(2)
        assert reads.await_count == 2
        await home.home.clock.sleep(86_400)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert reads.await_count == 2
        assert logged(caplog, "writes_not_settled") == [{"code": "storage", "level": "WARNING"}]
        assert logged(caplog, "changes_not_forgotten") == [{"says": "No room.", "level": "WARNING"}]
        assert logged(caplog, "changes_forgotten") == [{"count": 5, "level": "INFO"}]


def test_names_of_what_has_changed() -> None:
    """Eight of them; never what they say."""
    was: Json = {f"day {n}": {"price": n} for n in range(10)} | {"note": "x"}
    assert _changed(was, was | {"note": "y"}) == "note"
    assert _changed(was, was | {"day 3": {"price": 0}, "day 5": {}}) == "day 3, day 5"
    eight = ", ".join(f"day {n}" for n in range(8))
    assert _changed({name: was[name] for name in was if name < "day 8"}, {}) == eight
    assert _changed(was, {}) == f"{eight} and 3 more"


async def test_what_rests_on_what_was_forgotten(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        applier = home.home.app.services.writes._applier
        assert await applier._drift(Step(1, "task", None)) == "What this rests on was forgotten."


# Reading many things.


async def gathered(call: Call | None, clock: Any, each: Sequence[int]) -> list[Any]:
    async def read(one: int) -> int:
        if one == 3:
            raise RefusedError("No.")
        return one * 2

    if call is None:
        return list(await read_many(each, read, clock=clock))
    with answering(call):
        return list(await read_many(each, read, clock=clock))


async def test_many_things_are_read_side_by_side() -> None:
    """Fourteen at once, told how far it is; in the order in which they were asked for."""
    told: list[Any] = []

    async def progress(done: float, total: float | None, message: str) -> None:
        told.append((done, total, message))

    clock = FakeClock()
    found = await gathered(Call("c", progress=progress), clock, range(30))
    assert [f"{one}" for one in found] == [f"{n * 2}" if n != 3 else "No." for n in range(30)]
    assert told == [(14, 30, "14 of 30 read"), (28, 30, "28 of 30 read")]
    assert await gathered(None, clock, [1]) == [2]
    assert await gathered(Call("c"), clock, []) == []


@pytest.mark.parametrize(("left", "read"), [(SECONDS_LEFT, 0), (SECONDS_LEFT + 0.1, 20)])
async def test_no_more_is_read_than_there_is_time_for(left: float, read: int) -> None:
    clock = Mock(monotonic=lambda: 1_000.0)
    found = await gathered(Call("c", deadline=1_000.0 + left), clock, [1] * 20)
    assert [one for one in found if one == 2] == [2] * read
    late = found[read:]
    assert all(isinstance(one, BusyError) and one.message == NO_TIME for one in late)
    assert len(found) == 20


async def test_trouble_with_the_replica_is_none_of_a_change(caplog: pytest.LogCaptureFixture) -> None:
    """What is remembered is dropped all the same, where it may have changed."""
    facts, keep = Mock(version=4), AsyncMock()
    replica = Mock(is_there=True, store=AsyncMock(side_effect=[StorageError("The disk is full."), "store"]))
    learner = Learner(replica, facts=facts, clock=FakeClock())
    await learner.learn("tasks", keep)
    assert logged(caplog, "write_not_learned") == [
        {"noun": "tasks", "says": "The disk is full.", "level": "WARNING"}
    ]
    assert facts.version == 5
    ((news,),) = facts.outdate.call_args.args
    assert (news.noun, news.known) == ("tasks", True)
    keep.assert_not_awaited()
    await learner.learn("tasks", keep, changed=False)
    keep.assert_awaited_once_with("store")
    replica.is_there = False
    await learner.learn("tasks", keep)
    keep.assert_awaited_once()
    assert (facts.outdate.call_count, facts.version) == (2, 6)
