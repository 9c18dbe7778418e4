"""Serves the fixture profile on a free loopback port, behind our guards, and prints its address."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from mcp.shared.exceptions import MCPDeprecationWarning
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from hostaway_mcp.app import App
from hostaway_mcp.web.guards import KnownHosts, Sized, Trailed
from hostaway_mcp.web.hosts import allowed_hosts
from hostaway_mcp.web.serve import HOST, bind
from hostaway_mcp.web.sessions import METHODS, Sessions
from hostaway_mcp.web.streams import Streams
from hostaway_mcp.web.web import MCP_PATH
from tests.conformance.fixture import fixture_server
from tests.conformance.fixture_tools import CATALOGUE
from tests.server.stand import stand


def fixture_web(app: App) -> Starlette:
    """The guards of our door, and behind them its endpoint for MCP."""
    endpoint = Sessions(fixture_server(app), Streams())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with endpoint.run():
            yield

    guards = [
        Middleware(Trailed),
        Middleware(KnownHosts, allowed=allowed_hosts(app.settings, host=HOST)),
        Middleware(Sized),
    ]
    routes = [Route(MCP_PATH, endpoint=endpoint, methods=METHODS)]
    return Starlette(routes=routes, middleware=guards, lifespan=lifespan)


async def main() -> None:
    """Until a signal comes."""
    # The suite asks for what the protocol deprecates: sampling, and log messages past our own.
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
