"""The HTTP door of a whole house, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from hostaway_mcp.app import App
from hostaway_mcp.web.web import build_web


@asynccontextmanager
async def http_of(app: App) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the app's HTTP door; the app is the caller's to close."""
    web = build_web(app, host="127.0.0.1")
    transport = httpx2.ASGITransport(app=web, raise_app_exceptions=False)
    async with (
        web.router.lifespan_context(web),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as http,
    ):
        yield http
