"""The figures at /metrics: what they count, proved by what the sandbox and the clock saw."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hostaway_mcp import calls, errors
from hostaway_mcp.app import build_app
from hostaway_mcp.calls import Call, Lane
from hostaway_mcp.client import operations
from hostaway_mcp.client.protocol import Operation
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.settings import Settings
from hostaway_mcp.tools.tools import CATALOGUE
from tests.operations.exposition import door_of, key, watched
from tests.telemetry.canaries import CANARIES

MACHINE_LABELS = {"le", "version"}


async def test_calls_are_counted_by_tool_and_outcome() -> None:
    """Each once, with how long it took."""
    async with watched() as at:
        await at.call("find_listings")
        await at.call("find_listings", city="Lisbon")
        await at.call("find_listings", min_guests="-4")
        at.home.sandbox.faults.add("status", path="/v1/reservations*", times=None, status=404)
        await at.call("get_reservation", reservation="1")
        counted = {
            (dict(labels)["tool"], dict(labels)["outcome"]): value
            for (name, labels), value in (await at.samples()).items()
            if name == "hostaway_mcp_tool_calls_total"
        }
        assert counted == {
            ("find_listings", "done"): 2,
            ("find_listings", "invalid_input"): 1,
            ("get_reservation", "not_found"): 1,
        }
        assert await at.figure("tool_duration_seconds_count", tool="find_listings") == 3
        assert await at.figure("tool_duration_seconds_bucket", tool="find_listings", le="+Inf") == 3


async def test_requests_are_those_that_the_sandbox_saw() -> None:
    """By operation and outcome; the time is that of the virtual clock."""
    async with watched() as at:
        at.home.sandbox.faults.add("slow", path="/v1/listings*", seconds=0.3)
        await at.call("find_listings")
        at.home.sandbox.faults.add("status", path="/v1/reservations*", times=1, status=503)
        await at.call("find_reservations", by="arrival", **{"from": "today", "to": "+3d"})
        seen = Counter((one.method, one.path) for one in at.home.sandbox.requests)
        shown = await at.samples()
    name = "hostaway_mcp_upstream_requests_total"
    assert shown[key(name, operation="createAccessToken", outcome="ok")] == seen["POST", "/v1/accessTokens"]
    assert shown[key(name, operation="listListings", outcome="ok")] == seen["GET", "/v1/listings"]
    assert shown[key(name, operation="listReservations", outcome="unavailable")] == 1
    assert shown[key(name, operation="listReservations", outcome="ok")] == seen["GET", "/v1/reservations"] - 1
    took = {
        dict(labels)["le"]: value
        for (one, labels), value in shown.items()
        if one == "hostaway_mcp_upstream_duration_seconds_bucket" and ("operation", "listListings") in labels
    }
    assert (took["0.1"], took["0.5"]) == (0, 1)


async def test_the_budget_is_in_use_for_a_window() -> None:
    """Every request of the last ten seconds counts for both scopes; then the turns come back."""
    async with watched(limits=(15, 20, 10.0)) as at:
        await at.call("find_listings")
        sent = len(at.home.sandbox.requests)
        assert await at.figure("budget_used", scope="ip") == sent
        assert await at.figure("budget_used", scope="account") == sent
        assert await at.figure("budget_limit", scope="ip") == 15
        assert await at.figure("budget_limit", scope="account") == 20
        assert await at.figure("budget_window_seconds") == 10
        at.home.clock.advance(11)
        assert await at.figure("budget_used", scope="ip") == 0


async def test_who_waits_is_shown_by_lane() -> None:
    """Questions of people and work in the background stand in lines of their own."""
    async with watched(limits=(3, 20, 10.0)) as at:
        transport = at.home.app.hostaway.transport
        for _ in range(2):
            await at.home.ask("check_connection")
        assert await at.figure("queue_waiting", lane="interactive") == 0
        waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(at.home.ask("check_connection"))]
        with calls.answering(Call("background", lane=Lane.BACKGROUND)):
            waiting += [asyncio.ensure_future(at.home.app.hostaway.listings.get(i)) for i in (1, 2)]
        await _until(lambda: transport.budget().waiting == 3)
        assert await at.figure("queue_waiting", lane="interactive") == 1
        assert await at.figure("queue_waiting", lane="background") == 2
        assert await at.figure("budget_reserved") == 1
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await at.figure("queue_waiting", lane="background") == 0


async def _until(come: Callable[[], bool]) -> None:
    """Lets the others go on, without any time passing."""
    for _ in range(1_000):
        if come():
            return
        await asyncio.sleep(0)
    raise AssertionError("It did not come.")


async def test_a_429_is_counted_and_its_pause_is_shown() -> None:
    """Nothing is sent for as long as Hostaway said; the pause runs out by itself."""
    async with watched() as at:
        await at.call("find_listings")
        assert await at.figure("upstream_429_total") == 0
        at.home.sandbox.faults.add(
            "rate_limited", path="/v1/reservations*", times=None, headers={"Retry-After": "60"}
        )
        answer = await at.call("get_reservation", reservation="1")
        assert answer.status_code == 429
        assert await at.figure("upstream_429_total") == 1
        assert await at.figure("budget_paused_seconds") == 60
        assert await at.figure("budget_shared_by_others") == 1
        at.home.clock.advance(61)
        assert await at.figure("budget_paused_seconds") == 0


async def test_the_token_grows_older() -> None:
    """Nothing is shown before the first one; its age and what is left add up to its life."""
    async with watched() as at:
        assert await at.figure("token_age_seconds") is None
        await at.call("find_listings")
        issued = await at.figure("token_age_seconds")
        left = await at.figure("token_expires_in_seconds")
        at.home.clock.advance(3_600)
        assert issued is not None
        assert left is not None
        assert await at.figure("token_age_seconds") == issued + 3_600
        assert await at.figure("token_expires_in_seconds") == left - 3_600
        assert (issued + left) / 86_400 > 700


async def test_records_that_the_audit_lost_are_counted(tmp_path: Path) -> None:
    """The data directory is a file; the call is answered all the same."""
    (tmp_path / "data").write_text("in the way")
    sandbox = Sandbox(seed=1, listings=3, limits=None)
    settings = Settings(
        _env_file=None,
        hostaway_account_id=sandbox.account_id,
        hostaway_client_secret=sandbox.client_secret,
        hostaway_base_url="http://localhost/v1",
        hostaway_mcp_data_dir=tmp_path / "data",
    )
    app = build_app(settings, state=MemoryState(), http=httpx2.ASGITransport(app=sandbox.app))
    async with door_of(app) as http:
        assert (await http.get("/api/v1/find_listings")).status_code == 200
        assert "\nhostaway_mcp_audit_failures_total 1.0\n" in (await http.get("/metrics")).text
    await app.aclose()


async def test_credentials_that_are_refused_are_an_outcome() -> None:
    """Of the call and of the request."""
    async with watched() as at:
        at.home.sandbox.delete_credentials()
        await at.call("find_listings")
        assert await at.figure("tool_calls_total", tool="find_listings", outcome="credentials") == 1
        refused = await at.figure(
            "upstream_requests_total", operation="createAccessToken", outcome="forbidden"
        )
        assert refused == len(at.home.sandbox.requests)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell")
async def test_the_process_and_its_version_are_shown() -> None:
    """As every exporter names them."""
    async with watched() as at:
        families = await at.families()
    assert families["hostaway_mcp_build_info"].samples[0].value == 1
    assert {"process_resident_memory_bytes", "process_cpu_seconds", "process_open_fds"} <= set(families)


async def test_names_keep_to_the_conventions() -> None:
    """One prefix, counters that end in _total, durations in seconds, a sentence for each."""
    async with watched() as at:
        await at.call("find_listings")
        for name, family in (await at.families()).items():
            assert name.startswith(("hostaway_mcp_", "process_"))
            assert family.documentation
            if family.type == "counter":
                assert all(sample.name == f"{name}_total" for sample in family.samples)
            if family.type == "histogram":
                assert name.endswith("_seconds")


async def test_labels_hold_only_words_of_ours() -> None:
    """Tools, operations and codes that the source names, whatever is asked and whoever asks."""
    async with watched() as at:
        for canary in CANARIES[:40]:
            await at.http.get("/api/v1/find", params={"query": canary.text, canary.text: canary.text})
            await at.http.get(f"/api/v1/{canary.text}", headers={"user-agent": "a client"})
        for kind in ("html", "invalid_json", "close", "status"):
            at.home.sandbox.faults.add(kind, path="/v1/reservations*", times=3)
            await at.call("get_reservation", reservation="1")
        samples = await at.samples()
    codes = {error.code for error in _tree(HostawayMcpError)}
    known = {
        "tool": {tool.name for tool in CATALOGUE} | {"unknown"},
        "operation": {one.name for one in vars(operations).values() if isinstance(one, Operation)},
        "outcome": codes | {"done", "partial", "cancelled", "ok", "abandoned"},
        "scope": {"ip", "account"},
        "lane": {"interactive", "background", "filling"},
    }
    assert len(samples) > 20
    for _, labels in samples:
        for label, value in labels:
            assert label in MACHINE_LABELS or value in known[label]


def _tree(kind: type[HostawayMcpError]) -> set[type[HostawayMcpError]]:
    assert kind.__module__ == errors.__name__
    return {kind}.union(*(_tree(child) for child in kind.__subclasses__()))
