"""The figures of a real server, read as Prometheus reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.app import App
from hostaway_mcp.web.web import build_web
from tests.support.house import House, house


@dataclass(frozen=True)
class Watched:
    """A house with its HTTP door."""

    home: House
    http: httpx2.AsyncClient

    async def call(self, tool: str, **arguments: str) -> httpx2.Response:
        """A tool call through the HTTP API."""
        return await self.http.get(f"/api/v1/{tool}", params=arguments)

    async def change(self) -> None:
        """A change that somebody agrees to, through the HTTP API."""
        listing_id = next(iter(self.home.sandbox.world.listings))
        wanted = {"listing": listing_id, "ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}
        proposal = (await self.http.post("/api/v1/update_calendar", json=wanted)).json()
        await self.home.app.services.writes.approve(proposal["change_id"], by="a test")
        call = {"change_id": proposal["change_id"]}
        assert (await self.http.post("/api/v1/apply_change", json=call)).json()["outcome"] == "done"

    async def families(self) -> dict[str, Metric]:
        """What /metrics shows, by name."""
        text = (await self.http.get("/metrics")).text
        return {family.name: family for family in text_string_to_metric_families(text)}

    async def figure(self, name: str, **labels: str) -> float | None:
        """One sample of ours; None if it is not shown."""
        return (await self.samples()).get(key(f"hostaway_mcp_{name}", **labels))

    async def samples(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """Every sample, by its name and labels."""
        families = (await self.families()).values()
        return {key(one.name, **one.labels): one.value for family in families for one in family.samples}


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """What tells one sample from all others."""
    return name, frozenset(labels.items())


@asynccontextmanager
async def door_of(app: App) -> AsyncIterator[httpx2.AsyncClient]:
    """The HTTP door of an app, without a socket."""
    transport = httpx2.ASGITransport(app=build_web(app, host="127.0.0.1"))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as http:
        yield http


@asynccontextmanager
async def watched(**options: Any) -> AsyncIterator[Watched]:
    """A house over its sandbox, and its door."""
    async with house(**options) as home, door_of(home.app) as http:
        yield Watched(home, http)


async def shown() -> dict[str, set[str]]:
    """Every sample name that a server shows once it has worked, with the labels it has."""
    with TemporaryDirectory() as folder:
        async with watched(hostaway_mcp_data_dir=folder, hostaway_mcp_writes="propose") as at:
            await at.call("find_listings")
            await at.change()
            store = await at.home.app.replica.store()
            await store.sync.save("listings", "all", {}, as_of=at.home.clock.now())
            return await _names(at)


async def _names(at: Watched) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for name, labels in await at.samples():
        names.setdefault(name, set()).update(label for label, _ in labels)
    return names
