"""Two hundred clients at once, for a minute."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

import pytest

from tests.operations.load import Client, ask_until, get, mcp_call
from tests.operations.server import server

CLIENTS = 200
SECONDS = 60.0

QUESTIONS = (
    get("/api/v1/find_listings?min_guests=2"),
    mcp_call("find_listings"),
    get("/api/v1/find_reservations?by=arrival&from=today&to=%2B7d"),
    mcp_call("find_reservations", by="arrival", **{"from": "today", "to": "+7d"}),
    get("/ready"),
)


@pytest.mark.long
async def test_two_hundred_clients_for_a_minute(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every call is answered, through both doors; nothing is refused, cut off or logged as a fault."""
    async with server(tmp_path, listings=40) as running:
        clients = [Client(running.host, running.port) for _ in range(CLIENTS)]
        began = time.monotonic()
        over = began + SECONDS
        await asyncio.gather(
            *(
                ask_until(client, QUESTIONS[i % 5 :] + QUESTIONS[: i % 5], lambda: time.monotonic() > over)
                for i, client in enumerate(clients)
            )
        )
        took = time.monotonic() - began
        calls = [call for client in clients for call in client.calls]
        assert [(call.path, call.status, call.body[:300]) for call in calls if not call.done][:5] == []
        assert all(client.calls for client in clients)
        assert [line for line in running.lines if line["level"] in ("warning", "error")] == []
        assert running.strays == []
    waits = statistics.quantiles((call.seconds for call in calls), n=100)
    request.node.user_properties += [
        ("calls", len(calls)),
        ("calls_per_second", round(len(calls) / took)),
        ("p50_ms", round(1000 * waits[49], 1)),
        ("p99_ms", round(1000 * waits[98], 1)),
    ]
