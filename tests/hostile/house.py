"""The real app over a sandbox without limits: what hostile input meets."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2

from hostaway_mcp.app import App, build_app
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.settings import Settings
from hostaway_mcp.telemetry.audit import MemoryAudit

TODAY = date(2026, 7, 23)
LISTINGS = 3
"""Few: the sandbox writes every page anew, and it is not what is tested here."""


def hostile_app(**settings: Any) -> App:
    """An app that is never short of turns, so that no answer may be 5xx; settings in lower case."""
    sandbox = Sandbox(seed=1, listings=LISTINGS, today=TODAY, strict=True, limits=None)
    values: dict[str, Any] = {
        "hostaway_account_id": sandbox.account_id,
        "hostaway_client_secret": sandbox.client_secret,
        "hostaway_base_url": "http://localhost/v1",
        "hostaway_rate_ip": 1000,
        "hostaway_rate_account": 1000,
        "hostaway_rate_window_seconds": 1.0,
        "hostaway_mcp_today": TODAY,
    }
    return build_app(
        Settings(_env_file=None, **(values | settings)),
        clock=SystemClock(fixed_today=TODAY),
        state=MemoryState(),
        audit=MemoryAudit(),
        http=httpx2.ASGITransport(app=sandbox.app),
    )
