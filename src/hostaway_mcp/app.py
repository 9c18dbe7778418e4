"""Builds the house from the settings: the only module that knows every concrete thing."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.governor.governor import LeaseGovernor
from hostaway_mcp.client.governor.records import Limits
from hostaway_mcp.client.redis_state import RedisState
from hostaway_mcp.client.shared import FileState, SharedState
from hostaway_mcp.clock import Clock, SystemClock
from hostaway_mcp.redaction import redact
from hostaway_mcp.services.services import Services
from hostaway_mcp.settings import Settings, WriteMode
from hostaway_mcp.store.journal.chain import JOURNAL_FILE
from hostaway_mcp.sync.feed import Feed
from hostaway_mcp.sync.replica import Replica
from hostaway_mcp.sync.webhooks import WebhookFile
from hostaway_mcp.telemetry.audit import Audit, AuditFile
from hostaway_mcp.telemetry.metrics import Metrics
from hostaway_mcp.tools.runner import Runner
from hostaway_mcp.tools.tools import offered, withheld


@dataclass(frozen=True)
class App:
    """Everything that a door needs; close it when the last door is closed."""

    settings: Settings
    clock: Clock
    hostaway: Hostaway
    services: Services
    replica: Replica
    feed: Feed
    runner: Runner
    metrics: Metrics
    audit: Audit

    def stop(self, seconds: float) -> None:
        """The process is being stopped: calls have ended after `seconds`, and streams end now."""
        self.runner.hurry(seconds)
        self.feed.close()

    async def aclose(self) -> None:
        """Lets go of connections and background reads."""
        await self.feed.aclose()
        await self.services.aclose()
        await self.replica.aclose()
        await self.hostaway.aclose()
        self.audit.close()


def build_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    state: SharedState | None = None,
    audit: Audit | None = None,
    http: httpx2.AsyncBaseTransport | None = None,
) -> App:
    """
    The whole server for one account; nothing is opened or sent before the first call.

    `http` replaces the network, `state` and `audit` the files of the data directory, and Redis.

    Raises:
        SettingsError: a toolset or tool in the settings does not exist, or the package redis is missing.
    """
    clock = clock or SystemClock(fixed_today=settings.hostaway_mcp_today)
    writes = settings.hostaway_mcp_writes is WriteMode.PROPOSE
    tools = offered(
        toolsets=settings.hostaway_mcp_toolsets,
        tools=settings.hostaway_mcp_tools,
        exclude=settings.hostaway_mcp_exclude_tools,
        writes=writes,
    )
    secret = settings.hostaway_client_secret.get_secret_value()
    redact.learn(secret)
    redact.learn(settings.hostaway_mcp_http_key.get_secret_value())
    state = state or _shared_state(settings, clock)
    metrics = Metrics()
    audit = audit or AuditFile(settings.hostaway_mcp_data_dir / "audit.jsonl")
    governor = LeaseGovernor(
        state,
        ip_limit=settings.hostaway_rate_ip,
        account_limit=settings.hostaway_rate_account,
        window_seconds=settings.hostaway_rate_window_seconds,
        clock=clock,
    )
    hostaway = Hostaway(
        account_id=settings.hostaway_account_id,
        client_secret=secret,
        base_url=settings.hostaway_base_url,
        governor=governor,
        state=state,
        clock=clock,
        http=http,
    )
    hostaway.transport.on_call = lambda call: metrics.upstream_called(
        call.operation, call.outcome, call.duration_seconds
    )
    webhook = WebhookFile(settings.hostaway_mcp_data_dir, settings.hostaway_account_id)
    replica = Replica(
        database_url(settings),
        account_id=settings.hostaway_account_id,
        hostaway=hostaway,
        clock=clock,
        keep_messages_days=settings.hostaway_mcp_keep_messages_days,
        keep_contacts_days=settings.hostaway_mcp_keep_contacts_days,
        webhook=webhook,
    )
    services = Services(
        hostaway,
        replica=replica,
        clock=clock,
        reveal=settings.hostaway_mcp_reveal,
        account_id=settings.hostaway_account_id,
        has_credentials=settings.has_credentials,
        webhook=webhook,
        journal_url=journal_url(settings),
        directory=settings.hostaway_mcp_data_dir,
        writes_on=writes,
        metrics=metrics,
    )
    runner = Runner(
        services=services,
        tools=tools,
        withheld=withheld(writes=writes),
        clock=clock,
        audit=audit,
        metrics=metrics,
        account=settings.hostaway_account_id,
        facts_version=lambda: services.facts.version,
        look=services.news.look,
    )
    feed = Feed(replica, clock=clock)
    return App(settings, clock, hostaway, services, replica, feed, runner, metrics, audit)


def database_url(settings: Settings) -> str:
    """Where the replica is."""
    url = settings.hostaway_mcp_database_url.get_secret_value()
    return url or f"sqlite:///{settings.hostaway_mcp_data_dir / 'replica.db'}"


def journal_url(settings: Settings) -> str:
    """Where the journal of writes is: a file of its own, or PostgreSQL beside the replica."""
    url = database_url(settings)
    return f"sqlite:///{settings.hostaway_mcp_data_dir / JOURNAL_FILE}" if url.startswith("sqlite") else url


def _shared_state(settings: Settings, clock: Clock) -> SharedState:
    """What all processes share: in Redis, if the settings name one, else in a file of this machine."""
    url = settings.hostaway_mcp_redis_url.get_secret_value()
    if not url:
        return FileState(settings.hostaway_mcp_data_dir / "shared.db")
    pause = settings.hostaway_rate_window_seconds + Limits().guard_seconds
    return RedisState(url, clock=clock, pause_seconds=pause)
