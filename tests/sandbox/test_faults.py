"""Faults: each kind does what it says, as often as it should, to whom it should."""

from __future__ import annotations

import gzip
import json

import httpx2
import pytest

from hostaway_mcp.sandbox import Cut, Sandbox, SteppedClock
from hostaway_mcp.sandbox.faults import wire_instead

from .conftest import TODAY


async def test_fault_meets_method_path_and_count(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.faults.add("status", method="GET", path="/v1/user*", status=503, times=2, after=1)
    paths = ("/users", "/countries", "/users", "/userGroups", "/users")
    statuses = [(await client.get(path)).status_code for path in paths]
    assert statuses == [200, 200, 503, 503, 200]
    assert [request.fault for request in sandbox.requests[-5:]] == [None, None, "status", "status", None]


async def test_answers_instead_of_the_work(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.faults.add("fail_200", text="Bad policy")
    sandbox.faults.add("html")
    sandbox.faults.add("redirect", location="http://169.254.169.254/")
    sandbox.faults.add("rate_limited", headers={"retry-after": "3"})
    failed, page, moved, limited = [await client.get("/users") for _ in range(4)]
    assert (failed.status_code, failed.json()) == (200, {"status": "fail", "message": "Bad policy"})
    assert page.headers["content-type"].startswith("text/html")
    assert (moved.status_code, moved.headers["location"]) == (302, "http://169.254.169.254/")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")


@pytest.mark.parametrize("variant", ["garbage", "utf8", "deep"])
async def test_unreadable_json_cannot_be_read(
    variant: str, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    sandbox.faults.add("invalid_json", variant=variant)
    answer = await client.get("/users")
    with pytest.raises((ValueError, RecursionError)):
        json.loads(answer.content)


async def test_nan_is_sent_as_nan(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.faults.add("invalid_json", variant="nan")
    assert b"NaN" in (await client.get("/users")).content


@pytest.mark.parametrize("kind", ["close", "hang", "truncate"])
async def test_cuts_reach_the_caller(
    kind: str, sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    before = clock.seconds
    sandbox.faults.add(kind, seconds=45.0)  # type: ignore[arg-type]
    with pytest.raises(Cut):
        await client.get("/users")
    assert clock.seconds - before == (45.0 if kind == "hang" else 0.0)
    assert (await client.get("/users")).status_code == 200


async def test_a_committed_fault_does_the_work(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.faults.add("close", method="POST", path="/v1/tasks", committed=True)
    before = len(sandbox.world.tasks)
    with pytest.raises(Cut):
        await client.post("/tasks", json={"title": "Once"})
    assert len(sandbox.world.tasks) == before + 1


async def test_slow_and_drip_take_time_and_arrive_whole(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    sandbox.faults.add("slow", seconds=7.0)
    before = clock.seconds
    whole = (await client.get("/userGroups")).content
    assert clock.seconds - before == 7.0
    sandbox.faults.add("drip", interval=0.5, chunk=100)
    before = clock.seconds
    assert (await client.get("/userGroups")).content == whole
    assert clock.seconds - before == 0.5 * -(-len(whole) // 100)


async def test_rows_can_be_spoilt_without_spoiling_the_world(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    sandbox.faults.add("bad_row", path="/v1/reservations*", row=2)
    rows = (await client.get("/reservations", params={"limit": 5})).json()["result"]
    assert rows[2]["id"] == "not a number"
    sandbox.faults.add("unknown_value", path="/v1/reservations*", field="status", value="teleported")
    first = (await client.get("/reservations", params={"limit": 5})).json()["result"][0]
    assert first["status"] == "teleported"
    assert sandbox.world.reservations[first["id"]]["status"] != "teleported"


def test_gzip_bomb_inflates_to_its_size(sandbox: Sandbox) -> None:
    wire = wire_instead(sandbox.faults.add("gzip_bomb", size=1_000_000))
    assert wire.headers["content-encoding"] == "gzip"
    assert len(wire.body) < 10_000
    assert len(gzip.decompress(wire.body)) == 1_000_000


def test_unknown_fault_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="No fault 'sulk'"):
        sandbox.faults.add("sulk")  # type: ignore[arg-type]


async def test_revocation_in_the_middle_is_a_403(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    assert (await client.get("/users")).status_code == 200
    sandbox.revoke_all_tokens()
    assert (await client.get("/users")).status_code == 403
    assert sandbox.world.first_day == TODAY
