"""The figures of the process in Prometheus' text form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hostaway_mcp.calls import Lane
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.services.replica_state import Glance
from hostaway_mcp.telemetry.metrics import DURATION_BUCKETS_SECONDS, Durations

if TYPE_CHECKING:
    from collections import Counter

    from hostaway_mcp.app import App

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figures:
    """
    Everything that is counted, read at the moment it is asked for.

    No label ever holds a word from outside: tools, operations and outcomes are ours, and few.
    docs/operations.md says what each figure is.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._ours = _AppCollector(app)
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self._ours)
        ProcessCollector(registry=self._registry)

    async def text(self) -> bytes:
        """The exposition."""
        services = self._app.services
        # What cannot be read must not take the other figures with it; /ready says why.
        try:
            self._ours.replica = await services.replica_state.glance()
        except HostawayMcpError:
            self._ours.replica = None
        try:
            self._ours.open_changes = await services.open_changes()
        except HostawayMcpError:
            self._ours.open_changes = None
        return generate_latest(self._registry)


class _AppCollector(Collector):
    def __init__(self, app: App) -> None:
        self._app = app
        self.replica: Glance | None = None
        self.open_changes: int | None = None

    def collect(self) -> Iterator[Metric]:
        metrics = self._app.metrics
        yield _info()
        yield _counts("tool_calls", "Tool calls", ("tool", "outcome"), metrics.tool_calls)
        yield _durations("tool_duration_seconds", "How long tool calls took", "tool", metrics.tool_seconds)
        yield _counts(
            "upstream_requests", "Requests to Hostaway", ("operation", "outcome"), metrics.upstream_calls
        )
        yield _durations(
            "upstream_duration_seconds", "How long Hostaway took", "operation", metrics.upstream_seconds
        )
        audit = CounterMetricFamily(f"{_PREFIX}_audit_failures", "Audit records that could not be written")
        audit.add_metric([], self._app.audit.failures)
        yield audit
        yield from self._changes()
        yield from self._budget()
        yield from self._token()
        yield from self._replica()

    def _changes(self) -> Iterator[Metric]:
        metrics = self._app.metrics
        proposals = CounterMetricFamily(f"{_PREFIX}_proposals", "Changes proposed", labels=["tool"])
        for tool, count in sorted(metrics.proposals.items()):
            proposals.add_metric([tool], count)
        yield proposals
        yield _counts("changes", "Changes by what became of them", ("kind", "outcome"), metrics.changes)
        failures = CounterMetricFamily(
            f"{_PREFIX}_change_failures", "Changes refused since journal or audit could not be written"
        )
        failures.add_metric([], metrics.change_failures)
        yield failures
        if self.open_changes is not None:
            yield _gauge("open_changes", "Changes that are still being checked", self.open_changes)

    def _replica(self) -> Iterator[Metric]:
        if self.replica is not None:
            ages = self.replica.ages_seconds.items()
            yield _gauges("replica_age_seconds", "How old each noun of the replica is", "noun", ages)
            yield _gauge("deliveries_waiting", "Webhook deliveries not worked off yet", self.replica.waiting)

    def _budget(self) -> Iterator[Metric]:
        try:
            budget = self._app.hostaway.transport.budget()
        except HostawayMcpError:
            # A state that cannot be read must not take the other figures with it; /ready says why.
            return
        scopes = ("ip", "account")
        yield _gauges("budget_limit", "Requests per window that Hostaway allows", "scope",
                      zip(scopes, (budget.ip_limit, budget.account_limit), strict=True))  # fmt: skip
        yield _gauges("budget_used", "Turns at Hostaway in use on this machine", "scope",
                      zip(scopes, (budget.ip_used, budget.account_used), strict=True))  # fmt: skip
        yield _gauge("budget_window_seconds", "Length of the window", budget.window_seconds)
        yield _gauge("budget_reserved", "Turns that background work leaves to persons now", budget.reserved)
        lanes = ((lane.name.lower(), budget.waiting_by_lane.get(lane, 0)) for lane in Lane)
        yield _gauges("queue_waiting", "Requests of this machine that wait for a turn", "lane", lanes)
        yield _gauge("budget_paused_seconds", "How long nothing is sent after a 429", budget.paused_seconds)
        yield _gauge(
            "budget_shared_by_others", "1 if somebody else uses the budget", float(budget.shared_by_others)
        )
        refused = CounterMetricFamily(f"{_PREFIX}_upstream_429", "429s met on this machine")
        refused.add_metric([], budget.refused)
        yield refused

    def _token(self) -> Iterator[Metric]:
        try:
            status = self._app.hostaway.transport.token_status()
        except HostawayMcpError:
            return
        if status is not None:
            now = self._app.clock.now()
            yield _gauge(
                "token_age_seconds", "Age of the access token", (now - status.issued_at).total_seconds()
            )
            left = (status.expires_at - now).total_seconds()
            yield _gauge("token_expires_in_seconds", "Time left until the access token ends", left)


_PREFIX = "hostaway_mcp"


def _info() -> Metric:
    return _gauges("build_info", "Version of the server", "version", [(version("hostaway-mcp"), 1)])


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", said, value=value)


def _gauges(name: str, said: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"{_PREFIX}_{name}", said, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family


def _counts(name: str, said: str, labels: tuple[str, str], counts: Counter[tuple[str, str]]) -> Metric:
    family = CounterMetricFamily(f"{_PREFIX}_{name}", said, labels=labels)
    for key, count in sorted(counts.items()):
        family.add_metric(key, count)
    return family


def _durations(name: str, said: str, label: str, durations: Mapping[str, Durations]) -> Metric:
    family = HistogramMetricFamily(f"{_PREFIX}_{name}", said, labels=[label])
    bounds = [*(str(bound) for bound in DURATION_BUCKETS_SECONDS), "+Inf"]
    for key, seen in sorted(durations.items()):
        buckets = list(zip(bounds, accumulate(seen.counts), strict=True))
        family.add_metric([key], buckets, sum_value=seen.total_seconds)
    return family
