"""The HTTP door without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from hostaway_mcp.tools.catalogue import Tool
from hostaway_mcp.web.web import build_web
from tests.server.stand import TOOLS, Stand, stand

KEY = "a-long-random-key-for-the-tests"
BEARER = {"authorization": f"Bearer {KEY}"}


@dataclass
class Door:
    """A client, the ASGI application behind it, and what the tools and the audit hold."""

    http: httpx2.AsyncClient
    web: FastAPI
    held: Stand


@asynccontextmanager
async def door(
    *, host: str = "127.0.0.1", tools: tuple[Tool, ...] = TOOLS, **settings: Any
) -> AsyncIterator[Door]:
    """The door of the stand; settings as in the environment, in lower case."""
    held = stand(tools=tools, **settings)
    web = build_web(held.app, host=host)
    transport = httpx2.ASGITransport(app=web, raise_app_exceptions=False)
    async with (
        web.router.lifespan_context(web),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as http,
    ):
        yield Door(http, web, held)
    await held.app.aclose()


def routes_of(web: FastAPI) -> list[tuple[str, str]]:
    """Every method and path that is served, from the route table itself."""
    return [
        (method, route.path)
        for route in web.router.routes
        for method in sorted((getattr(route, "methods", None) or {"GET"}) - {"HEAD"})
        if hasattr(route, "path")
    ]
