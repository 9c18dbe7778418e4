"""Serves the stand over stdio; run as a process by the tests."""

from __future__ import annotations

import asyncio

from hostaway_mcp.server.stdio import serve_stdio
from hostaway_mcp.telemetry.logs import configure_logs
from tests.server.stand import stand


async def main() -> None:
    configure_logs()
    app = stand().app
    try:
        await serve_stdio(app)
    finally:
        await app.aclose()


if __name__ == "__main__":
    asyncio.run(main())
