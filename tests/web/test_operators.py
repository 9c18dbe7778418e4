"""What operators and their probes look at: /health, /ready, /metrics."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hostaway_mcp.client.observed import UpstreamCall
from hostaway_mcp.errors import StorageError
from tests.web.conftest import Door, door


def upstream(at: Door, outcome: str) -> None:
    """As if a request to Hostaway had ended."""
    tell = at.held.app.hostaway.transport.on_call
    assert tell is not None
    tell(UpstreamCall("getListings", "GET", 200, outcome, 0.25, 1))


async def test_health_says_only_that_it_is_alive() -> None:
    """Also without credentials."""
    async with door(hostaway_account_id="") as at:
        response = await at.http.get("/health")
        assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_ready_before_the_first_call() -> None:
    """Nothing speaks against it, and nothing is sent to find out."""
    async with door() as at:
        response = await at.http.get("/ready")
        assert response.status_code == 200
        body = response.json()
        assert (body["ready"], body["reasons"]) == (True, [])
        assert [check["check"] for check in body["checks"]] == [
            "credentials",
            "token",
            "hostaway",
            "budget",
            "audit",
            "replica",
        ]
        assert not at.held.app.metrics.upstream_calls


async def test_not_ready_without_credentials() -> None:
    """503 with the settings that are missing."""
    async with door(hostaway_client_secret="") as at:
        response = await at.http.get("/ready")
        assert response.status_code == 503
        assert "HOSTAWAY_CLIENT_SECRET" in response.json()["reasons"][0]


@pytest.mark.parametrize(
    ("outcome", "ready"),
    [("ok", True), ("not_found", True), ("rate_limited", True), ("abandoned", True), ("unreachable", False),
     ("unavailable", False), ("forbidden", False)],
)  # fmt: skip
async def test_last_outcome_speaks_for_or_against(outcome: str, ready: bool) -> None:
    """Down is down, for a minute; a refusal is an answer."""
    async with door() as at:
        upstream(at, outcome)
        response = await at.http.get("/ready")
        assert (response.status_code == 200) is ready
        upstream(at, "ok")
        assert (await at.http.get("/ready")).status_code == 200


async def test_old_trouble_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a balancer that stops sending questions would never start again."""
    monkeypatch.setattr("hostaway_mcp.web.health.TROUBLE_SECONDS", -1.0)
    async with door() as at:
        upstream(at, "unreachable")
        assert (await at.http.get("/ready")).status_code == 200


async def test_ready_knows_the_token() -> None:
    """How long it is good for, never what it is."""
    async with door() as at:
        await at.held.app.hostaway.transport.renew_token()
        body = (await at.http.get("/ready")).json()
        assert body["checks"][1]["detail"].startswith("Good for 18")


async def test_state_that_cannot_be_read_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """/ready says why, /metrics still answers."""
    async with door() as at:

        def broken(*_: object, **__: object) -> Any:
            raise StorageError("The data directory cannot be read.")

        transport = at.held.app.hostaway.transport
        monkeypatch.setattr(transport, "budget", broken)
        monkeypatch.setattr(transport, "token_status", broken)
        response = await at.http.get("/ready")
        assert response.status_code == 503
        assert set(response.json()["reasons"]) == {"The data directory cannot be read."}
        assert (await at.http.get("/metrics")).status_code == 200


async def test_metrics_are_prometheus_text() -> None:
    """Calls, outcomes, durations, upstream requests, budget, queue, 429s, token age, audit failures."""
    async with door() as at:
        await at.http.get("/api/v1/recall")
        await at.http.get("/api/v1/refuse?kind=busy")
        await at.http.get("/api/v1/nothing")
        await at.held.app.hostaway.transport.renew_token()
        upstream(at, "unavailable")
        response = await at.http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert set(families) >= {
        "hostaway_mcp_build_info",
        "hostaway_mcp_tool_calls",
        "hostaway_mcp_tool_duration_seconds",
        "hostaway_mcp_upstream_requests",
        "hostaway_mcp_upstream_duration_seconds",
        "hostaway_mcp_upstream_429",
        "hostaway_mcp_budget_limit",
        "hostaway_mcp_budget_used",
        "hostaway_mcp_queue_waiting",
        "hostaway_mcp_token_age_seconds",
        "hostaway_mcp_audit_failures",
    }
    assert all(family.documentation for family in families.values())
    calls = {
        (s.labels["tool"], s.labels["outcome"]): s.value for s in families["hostaway_mcp_tool_calls"].samples
    }
    assert calls == {("recall", "done"): 1, ("refuse", "rate_limited"): 1}
    asked = families["hostaway_mcp_upstream_requests"].samples
    assert {(s.labels["operation"], s.labels["outcome"]) for s in asked} >= {("getListings", "unavailable")}
    took = {
        s.labels.get("le"): s.value
        for s in families["hostaway_mcp_upstream_duration_seconds"].samples
        if s.labels["operation"] == "getListings" and s.name.endswith("_bucket")
    }
    assert (took["0.1"], took["0.5"], took["+Inf"]) == (0, 1, 1)
