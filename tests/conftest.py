"""Leaves the process after each test as it was before it: what is logged, and which secrets are known."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from hostaway_mcp.redaction import redact

LOGGERS = ("", "hostaway_mcp", "httpx2", "httpcore2", "mcp", "uvicorn", "uvicorn.error", "uvicorn.access")
"""Those that `configure_logs` sets up, as every command does."""


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
