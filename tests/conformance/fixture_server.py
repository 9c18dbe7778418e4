"""Serves the fixture profile on a free loopback port, behind our guards, and prints its address."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPDeprecationWarning
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from hostaway_mcp.app import App
from hostaway_mcp.web.guards import KnownHosts, Sized, Trailed
from hostaway_mcp.web.hosts import allowed_hosts
from hostaway_mcp.web.serve import HOST, bind
from tests.conformance.fixture import fixture_server
from tests.conformance.fixture_tools import CATALOGUE
from tests.server.stand import stand


def fixture_web(app: App) -> Starlette:
    """
    The guards of our door and a session manager with sessions.

    The product's door has none: only a client of the handshake era needs them, and only where the server
    asks it something or tells it of changes, which the suite wants to see.
    """
    manager = StreamableHTTPSessionManager(
        fixture_server(app),
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with manager.run():
            yield

    guards = [
        Middleware(Trailed),
        Middleware(KnownHosts, allowed=allowed_hosts(app.settings, host=HOST)),
        Middleware(Sized),
    ]
    routes = [Route("/mcp", endpoint=StreamableHTTPASGIApp(manager))]
    return Starlette(routes=routes, middleware=guards, lifespan=lifespan)


async def main() -> None:
    """Until a signal comes."""
    # The suite asks for what the protocol deprecates: logging and sampling.
    warnings.simplefilter("ignore", MCPDeprecationWarning)
    app = stand(tools=CATALOGUE).app
    with bind(HOST, 0) as listener:
        sys.stdout.write(f"http://{HOST}:{listener.getsockname()[1]}/mcp\n")
        sys.stdout.flush()
        config = uvicorn.Config(fixture_web(app), log_level="warning", ws="none", timeout_graceful_shutdown=2)
        await uvicorn.Server(config).serve(sockets=[listener])
    await app.aclose()


if __name__ == "__main__":
    asyncio.run(main())
