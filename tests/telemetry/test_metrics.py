"""Figures of the process: counted by few, known words, so that nobody's words become labels."""

from __future__ import annotations

import pytest

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.telemetry.metrics import DURATION_BUCKETS_SECONDS, Durations, Metrics
from hostaway_mcp.tools.runner import Asked
from tests.support.house import house
from tests.telemetry.canaries import CANARIES


@pytest.mark.parametrize(
    ("seconds", "bucket"), [(0.0, 0), (0.005, 0), (0.006, 1), (0.1, 2), (29.9, 9), (30.0, 9), (31.0, 10)]
)
def test_a_duration_falls_into_the_first_bucket_that_holds_it(seconds: float, bucket: int) -> None:
    durations = Durations()
    durations.observe(seconds)
    assert [i for i, count in enumerate(durations.counts) if count] == [bucket]
    assert len(durations.counts) == len(DURATION_BUCKETS_SECONDS) + 1
    assert durations.total_seconds == seconds


def test_calls_are_counted_by_name_and_outcome() -> None:
    metrics = Metrics()
    metrics.tool_called("find", "done", 0.2)
    metrics.tool_called("find", "done", 0.3)
    metrics.tool_called("find", "invalid_input", 0.0)
    metrics.upstream_called("listListings", "ok", 0.1)
    assert metrics.tool_calls == {("find", "done"): 2, ("find", "invalid_input"): 1}
    assert metrics.tool_seconds["find"].total_seconds == 0.5
    assert metrics.upstream_calls == {("listListings", "ok"): 1}
    assert sum(metrics.upstream_seconds["listListings"].counts) == 1


async def test_no_word_of_a_caller_becomes_a_label() -> None:
    async with house() as home:
        for canary in CANARIES:
            with pytest.raises(HostawayMcpError):
                await home.app.runner.run(
                    canary.text, {canary.text: 1}, Asked(door="test", caller=canary.text)
                )
        assert set(home.app.metrics.tool_calls) == {("unknown", "not_found")}
        assert home.app.metrics.tool_calls["unknown", "not_found"] == len(CANARIES)


async def test_requests_to_hostaway_are_counted_by_operation() -> None:
    async with house() as home:
        await home.ask("check_connection")
        counted = home.app.metrics.upstream_calls
        assert counted == {("createAccessToken", "ok"): 1, ("listListings", "ok"): 1}
