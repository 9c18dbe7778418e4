"""Serves the app over the sandbox, as a process: `http` (tells its port on standard error) or `stdio`."""

from __future__ import annotations

import asyncio
import sys

from hostaway_mcp.server.stdio import serve_stdio
from hostaway_mcp.telemetry.logs import configure_logs
from hostaway_mcp.web.serve import run_http
from tests.hostile.house import hostile_app


def _tell(_host: str, port: int) -> None:
    sys.stderr.write(f"port={port}\n")
    sys.stderr.flush()


async def _stdio() -> None:
    app = hostile_app()
    try:
        await serve_stdio(app)
    finally:
        await app.aclose()


if __name__ == "__main__":
    configure_logs()
    if sys.argv[1:] == ["http"]:
        run_http(hostile_app(), port=0, on_ready=_tell)
    else:
        asyncio.run(_stdio())
