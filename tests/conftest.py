"""
Leaves the process after each test as it was before it: what is logged, and which secrets are known; and says
where filled replicas are kept.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest

from hostaway_mcp.redaction import redact
from tests.support.replica import keep_filled_in

SERVERS = ("HOSTAWAY_MCP_TEST_POSTGRES_URL", "HOSTAWAY_MCP_TEST_REDIS_URL")
LOGGERS = ("", "hostaway_mcp", "httpx2", "httpcore2", "mcp", "uvicorn", "uvicorn.error", "uvicorn.access")
"""Those that `configure_logs` sets up, as every command does."""


@pytest.fixture(scope="session", autouse=True)
def _filled_replicas(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    own = tmp_path_factory.getbasetemp()
    # Workers have their folders side by side in that of the run.
    keep_filled_in((own if worker_id == "master" else own.parent) / "filled")


@pytest.fixture(autouse=True)
def _process_as_it_was() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(one, one.level, one.propagate, list(one.handlers)) for one in loggers]
    known = redact._known
    yield
    for one, level, propagate, handlers in before:
        one.setLevel(level)
        one.propagate = propagate
        for handler in list(one.handlers):
            if handler not in handlers:
                one.removeHandler(handler)
    redact._known = known
    redact._short.cache_clear()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """On the last line, which servers were not there to be tested with."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = {str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)}
    lacking = [name for name in SERVERS if any(name in reason for reason in reasons)]
    if lacking:
        os.environ["HOSTAWAY_MCP_TEST_LACKING"] = " ".join(lacking)


def pytest_unconfigure() -> None:
    lacking = os.environ.pop("HOSTAWAY_MCP_TEST_LACKING", "")
    if lacking:
        print(f"NOT TESTED, since no server answers: {lacking}")  # noqa: T201 - after pytest's own last line
