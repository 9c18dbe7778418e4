"""Nothing that a client sends over MCP or HTTP breaks the server, or keeps others waiting."""

from __future__ import annotations

import pytest

from tests.hostile.attack import Report
from tests.hostile.fuzz import DEFAULT_SEED, fuzz_http, fuzz_stdio


def _assert_unharmed(report: Report, count: int, *, answered: str) -> None:
    assert not report.faults, "\n".join([str(report), *report.faults[:5]])
    assert report.sent == count
    assert report.outcomes[answered] > count / 20, f"too few inputs get as far as an answer: {report}"


@pytest.mark.parametrize("count", [300, pytest.param(9_000, marks=pytest.mark.long)])
async def test_http_survives(count: int) -> None:
    """R4, T21: no 5xx, no traceback anywhere, and none keeps others waiting for more than a second."""
    report = await fuzz_http(range(count), seed=DEFAULT_SEED)
    _assert_unharmed(report, count, answered="200 answered")


@pytest.mark.parametrize("count", [150, pytest.param(4_500, marks=pytest.mark.long)])
@pytest.mark.parametrize("modern", [True, False], ids=["2026-07-28", "handshake"])
async def test_stdio_survives(count: int, modern: bool) -> None:
    """R4: every line on standard output is a message, no internal error, exit code 0 at the end."""
    report = await fuzz_stdio(range(count), seed=DEFAULT_SEED, modern=modern)
    _assert_unharmed(report, count, answered="answered")
