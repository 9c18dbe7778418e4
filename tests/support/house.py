"""The whole house over an embedded sandbox: real client, services and tools; only the network is false."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from hostaway_mcp.app import App, build_app
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.sandbox.app import App as Doors
from hostaway_mcp.sandbox.app import Recorded
from hostaway_mcp.sandbox.envelope import Reply
from hostaway_mcp.sandbox.faults import Fault
from hostaway_mcp.settings import Settings
from hostaway_mcp.telemetry.audit import MemoryAudit
from hostaway_mcp.tools.runner import Asked, Outcome
from tests.support.clock import FakeClock
from tests.support.untraced import untraced
from tests.support.worlds import new_sandbox


@dataclass(frozen=True)
class House:
    """An app, the sandbox that it asks, the clock that both live by, and what was audited."""

    app: App
    sandbox: Sandbox
    clock: FakeClock
    audit: MemoryAudit

    async def ask(self, tool: str, **arguments: Any) -> Outcome:
        """Calls a tool as a door would; `from_` is the parameter `from`."""
        named = {name.removesuffix("_"): value for name, value in arguments.items()}
        return await self.app.runner.run(tool, named, Asked(door="test"))

    @property
    def upstream(self) -> list[str]:
        """The paths that were asked of the sandbox, tokens left out."""
        return [r.path for r in self.sandbox.requests if not r.path.endswith("/accessTokens")]


class Unmeasured(Doors):
    """The sandbox's doors for those whose subject it is not; `tests/sandbox` measures what is behind them."""

    def _answer(self, request: Recorded, fault: Fault | None) -> Reply:
        with untraced():
            return super()._answer(request, fault)


@asynccontextmanager
async def house(
    *,
    seed: int = 1,
    listings: int = 12,
    limits: tuple[int, int, float] | None = None,
    clock: FakeClock | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """
    A house for one test. Without `limits` the sandbox does not count requests and the governor lets 1,000
    through, so that what a test looks at is not mixed with waiting.
    """
    clock = clock or FakeClock()
    with untraced():
        sandbox = new_sandbox(seed=seed, listings=listings, limits=limits, clock=clock, strict=True)
    sandbox.app = Unmeasured(sandbox)
    ip, account, window = limits or (1000, 1000, 10.0)
    values: dict[str, Any] = {
        "hostaway_account_id": sandbox.account_id,
        "hostaway_client_secret": sandbox.client_secret,
        "hostaway_base_url": "http://localhost/v1",
        "hostaway_rate_ip": ip,
        "hostaway_rate_account": account,
        "hostaway_rate_window_seconds": window,
    }
    if "hostaway_mcp_data_dir" not in settings:
        # Not the replica of whoever runs the tests.
        values["hostaway_mcp_database_url"] = "sqlite:////nowhere/replica.db"
    audit = MemoryAudit()
    app = build_app(
        Settings(_env_file=None, **(values | settings)),
        clock=clock,
        state=MemoryState(),
        audit=audit,
        http=httpx2.ASGITransport(app=sandbox.app),
    )
    try:
        yield House(app, sandbox, clock, audit)
    finally:
        await app.aclose()
