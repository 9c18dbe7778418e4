"""A change that a sync brings reaches whoever watches: every transport, both eras, another process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import ResourceUpdatedNotification

from hostaway_mcp.app import App, build_app
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.server.server import build_server
from hostaway_mcp.settings import Settings
from tests.journeys.test_doors import environment
from tests.server.stand import WAIT_SECONDS, serving
from tests.support.clock import DEFAULT_NOW, FakeClock
from tests.support.house import house
from tests.support.replica import lay, sync

WAYS = ("memory", "http", "stdio")
NOWHERE = "http://127.0.0.1:9/v1"
WORLD = Sandbox(seed=1, listings=2, limits=None, strict=True)
LISTING, OTHER = WORLD.world.listings
URI = f"hostaway://listing/{LISTING}"

pytestmark = pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed")
"""The client warns of what older servers still need."""


async def synced_elsewhere(folder: Path, *, days: int, touched: tuple[int, ...] = ()) -> None:
    """A sync of that day into the replica in `folder`, by a house on a loop of its own."""

    async def brought() -> None:
        clock = FakeClock(DEFAULT_NOW + timedelta(days=days))
        async with house(listings=2, clock=clock, hostaway_mcp_data_dir=folder) as home:
            for number in touched:
                home.sandbox.world.touch_listing(number, name=f"Day {days}")
            await sync(home)

    await asyncio.to_thread(asyncio.run, brought())


@asynccontextmanager
async def watcher(folder: Path, way: str, mode: str, **options: Any) -> AsyncIterator[Client]:
    """A client of a server over that replica, which never reaches Hostaway."""
    known: dict[str, Any] = {"mode": mode, "read_timeout_seconds": WAIT_SECONDS, **options}
    settings: dict[str, Any] = {
        "HOSTAWAY_ACCOUNT_ID": WORLD.account_id,
        "HOSTAWAY_CLIENT_SECRET": WORLD.client_secret,
        "HOSTAWAY_BASE_URL": NOWHERE,
        "HOSTAWAY_MCP_DATA_DIR": str(folder),
    }
    if way == "stdio":
        args = ["-m", "hostaway_mcp", "serve"]
        command = StdioServerParameters(command=sys.executable, args=args, env=environment(**settings))
        async with Client(command, **known) as client:
            yield client
        return
    app = build_app(Settings(_env_file=None, **{name.lower(): value for name, value in settings.items()}))
    try:
        async with _over_http(app, known) if way == "http" else Client(build_server(app), **known) as client:
            yield client
    finally:
        await app.aclose()


@asynccontextmanager
async def _over_http(app: App, known: dict[str, Any]) -> AsyncIterator[Client]:
    async with (
        serving(app) as address,
        httpx2.AsyncClient(timeout=WAIT_SECONDS) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), **known) as client,
    ):
        yield client


@pytest.mark.parametrize("way", WAYS)
async def test_since_2026_a_stream_tells_of_it(tmp_path: Path, way: str) -> None:
    """Once for each sync that found something; what was not asked for is not told."""
    await lay(tmp_path, listings=2)
    async with (
        watcher(tmp_path, way, "2026-07-28") as client,
        asyncio.timeout(WAIT_SECONDS),
        client.listen(resource_subscriptions=[URI]) as stream,
    ):
        for day in (1, 2):
            await synced_elsewhere(tmp_path, days=day, touched=(OTHER, LISTING))
            assert await anext(stream) == ResourceUpdated(URI)


@pytest.mark.parametrize("way", WAYS)
async def test_before_2026_the_session_tells_of_it(tmp_path: Path, way: str) -> None:
    """Until the client unsubscribes."""
    told = asyncio.Queue[str]()
    await lay(tmp_path, listings=2)
    async with (
        watcher(tmp_path, way, "legacy", message_handler=_into(told.put_nowait)) as client,
        asyncio.timeout(WAIT_SECONDS),
    ):
        await client.subscribe_resource(URI)
        await synced_elsewhere(tmp_path, days=1, touched=(OTHER, LISTING))
        assert await told.get() == URI
        await client.unsubscribe_resource(URI)
        await client.subscribe_resource(f"hostaway://listing/{OTHER}")
        await synced_elsewhere(tmp_path, days=2, touched=(OTHER, LISTING))
        assert await told.get() == f"hostaway://listing/{OTHER}"


def _into(put: Callable[[str], None]) -> Callable[[Any], Any]:
    async def hear(message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            put(str(message.params.uri))

    return hear


async def test_nobody_watching_opens_no_database(tmp_path: Path) -> None:
    """Nor does anybody go on looking once the last one has gone."""
    await lay(tmp_path, listings=2)
    settings = Settings(
        _env_file=None,
        hostaway_account_id=WORLD.account_id,
        hostaway_client_secret=WORLD.client_secret,
        hostaway_base_url=NOWHERE,
        hostaway_mcp_data_dir=tmp_path,
    )
    app = build_app(settings)
    async with Client(build_server(app), mode="legacy") as client:
        assert app.replica._store is None
        await client.subscribe_resource(URI)
        assert app.replica._store is not None
        await client.unsubscribe_resource(URI)
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(*(one for one in [app.feed._looking] if one))
    await app.aclose()
