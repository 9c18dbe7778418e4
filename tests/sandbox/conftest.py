"""A sandbox with a clock of its own, and a client that is let in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx2
import pytest

from hostaway_mcp.sandbox import Sandbox, SteppedClock
from tests.support.worlds import new_sandbox

TODAY = date(2026, 6, 19)
START = datetime(2026, 6, 19, 9, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
def sandbox(clock: SteppedClock) -> Sandbox:
    """Twelve listings: one multi-unit (index 5), one archived (index 11), no limits."""
    return new_sandbox(listings=12, limits=None, clock=clock)


@pytest.fixture
async def client(sandbox: Sandbox, clock: SteppedClock) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a token that is old enough."""
    async with open_client(sandbox) as client:
        await let_in(client, sandbox, clock)
        yield client


def open_client(sandbox: Sandbox) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=sandbox.app)
    return httpx2.AsyncClient(transport=transport, base_url="http://sandbox/v1")


async def ask_for_token(client: httpx2.AsyncClient, sandbox: Sandbox) -> httpx2.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": sandbox.account_id,
        "client_secret": sandbox.client_secret,
        "scope": "general",
    }
    return await client.post("/accessTokens", data=form)


async def let_in(client: httpx2.AsyncClient, sandbox: Sandbox, clock: SteppedClock) -> None:
    answer = await ask_for_token(client, sandbox)
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    clock.step(1.1)
