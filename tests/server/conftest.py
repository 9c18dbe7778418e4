"""Clients of the official SDK, over each transport and in each era."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation

from hostaway_mcp.server.server import build_server
from tests.server.stand import WAIT_SECONDS, Stand, serving, stand

ROOT = Path(__file__).resolve().parents[2]
ERAS = {"2025-11-25": "legacy", "2026-07-28": "2026-07-28"}
WAYS = ("memory", "stdio", "http")
CLIENT = Implementation(name="test-client", version="1.0")
STDIO = StdioServerParameters(
    command=sys.executable, args=["-m", "tests.server.stdio_stand"], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
)


@asynccontextmanager
async def connected(way: str, era: str, held: Stand, **options: Any) -> AsyncIterator[Client]:
    """A client; over stdio the stand lives in a process of its own."""
    known: dict[str, Any] = {
        "mode": ERAS[era],
        "client_info": CLIENT,
        "read_timeout_seconds": WAIT_SECONDS,
        **options,
    }
    if way == "memory":
        async with Client(build_server(held.app), **known) as client:
            yield client
    elif way == "stdio":
        async with Client(STDIO, **known) as client:
            yield client
    else:
        async with (
            serving(held.app) as address,
            httpx2.AsyncClient(timeout=WAIT_SECONDS, headers={"user-agent": "test-client 1.0"}) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http), **known) as client,
        ):
            yield client


@pytest.fixture
async def held() -> AsyncIterator[Stand]:
    held = stand()
    yield held
    await held.app.aclose()


@pytest.fixture(params=[(way, era) for way in WAYS for era in ERAS], ids=lambda p: "-".join(p))
def line(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A transport and an era."""
    pair: tuple[str, str] = request.param
    return pair
