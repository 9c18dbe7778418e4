"""Serves the stand over HTTP and tells its port on standard error; run as a process by the tests."""

from __future__ import annotations

import sys

from hostaway_mcp.telemetry.logs import configure_logs
from hostaway_mcp.web.serve import run_http
from tests.server.stand import stand


def _tell(_host: str, port: int) -> None:
    sys.stderr.write(f"port={port}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    configure_logs()
    run_http(stand().app, port=0, on_ready=_tell)
