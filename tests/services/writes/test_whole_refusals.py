"""Refusals in their whole sentences, with what they advise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import HostawayMcpError
from tests.services.writes.examples import EXAMPLES, booked
from tests.services.writes.house import Json, WritingHouse, writing
from tests.services.writes.test_whole_changes import masked


async def refusal(home: WritingHouse, tool: str, **arguments: Any) -> str:
    with pytest.raises(HostawayMcpError) as refused:
        await home.call(tool, **arguments)
    return f"{refused.value.code}: {refused.value.message} | {refused.value.hint}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.tool)
async def test_what_became_of_a_proposal_that_may_not_be_applied(
    example: Any, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """No person, another caller, drift, a no, too late, done already; and what the list says of them."""
    async with writing(tmp_path, listings=6) as home:
        arguments, said = await example.arguments(home), {}

        async def apply(proposal: Json, **how: Any) -> str:
            return await refusal(home, "apply_change", change_id=proposal["change_id"], **how)

        first = await home.propose(example.tool, **arguments)
        said["no person"] = await apply(first, asks=False)
        said["another caller"] = await apply(first, caller="another")
        home.person.agrees = False
        said["no"] = await apply(first)
        said["no, again"] = await apply(first)
        said["undo of nothing"] = await refusal(home, "undo_change", change_id=first["change_id"])
        await home.home.clock.sleep(1)
        late = await home.propose(example.tool, **arguments)
        await home.home.clock.sleep(301)
        said["too late"] = await apply(late)
        home.person.agrees = True
        drifted = await home.propose(example.tool, **arguments)
        example.disturb(home, arguments)
        said["drift"] = await apply(drifted)
        said["drift, again"] = await apply(drifted)
        listed = (await home.call("find_changes")).json["changes"]
        # Those of one instant come in the order of their names, which is another every time.
        listed.sort(key=lambda one: (one["summary"], one["state"]))
        assert masked({"said": said, "listed": listed}) == snapshot


@pytest.mark.parametrize("committed", [True, False], ids=["it was done", "it was not"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.tool)
async def test_what_is_said_of_a_lost_answer(
    example: Any, committed: bool, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """What is told and read at once, of the same again, and in the list once it was looked at again."""
    async with writing(tmp_path, listings=6) as home:
        arguments = await example.arguments(home)
        requests = len(home.home.sandbox.requests)
        proposal = await home.propose(example.tool, **arguments)
        for method in ("POST", "PUT", "DELETE"):
            home.home.sandbox.faults.add("close", method=method, committed=committed)
        applied = await home.call("apply_change", change_id=proposal["change_id"])
        home.home.sandbox.faults.clear()
        read = [
            f"{one.operation} {one.path} {sorted(one.query)}"
            for one in home.home.sandbox.requests[requests:]
            if one.method == "GET"
        ]
        same = "-" if committed else await refusal(home, example.tool, **arguments)
        await home.home.clock.sleep(120)
        again = await refusal(home, "apply_change", change_id=proposal["change_id"])
        changes = (await home.call("find_changes")).json["changes"]
        listed = next(one for one in changes if one["change_id"] == proposal["change_id"])
        assert masked([applied.json, applied.text.split("\n"), read, same, again, listed]) == snapshot


async def test_what_cannot_be_asked_of_a_stay(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with writing(tmp_path, listings=6) as home:
        number = booked(home)
        changes: list[Json] = [
            {}, {"listing": 40160}, {"from": "2027-01-05", "to": "2027-01-05"}, {"from": "2026-07-01"},
            {"custom_fields": {"speshal request": "x"}}, {"custom_fields": {"travels by": "Boat"}},
            {"email": "nobody"}, {"guests": 0}, {"host_note": "a\u202eb"},

        ]  # fmt: skip
        said = [
            await refusal(home, "update_reservation", reservation=number, changes=change)
            for change in changes
        ]
        said.append(await refusal(home, "update_reservation", reservation=7, changes={"pets": 1}))
        said.append(await refusal(home, "cancel_reservation", reservation=number, by="no_show"))
        said.append(await refusal(home, "cancel_reservation", reservation=7, by="host"))
        for status in ("cancelled", "inquiry"):
            home.home.sandbox.world.touch_reservation(number, status=status)
            said.append(await refusal(home, "cancel_reservation", reservation=number, by="guest"))
        assert said == snapshot
