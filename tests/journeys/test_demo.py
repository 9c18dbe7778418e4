"""The README's first command, as a stranger runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_the_demo_answers_its_questions_and_leaves(tmp_path: Path) -> None:
    """Real answers travel from tool to HTTP and back, over MCP; no account and no data directory are used."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOSTAWAY_")}
    done = subprocess.run(
        [sys.executable, "-m", "hostaway_mcp", "demo", "--once", "--listings", "12", "--port", "0"],
        cwd=tmp_path,
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every question was answered" in done.stdout
    for tool in (
        "check_connection", "find_listings", "find_reservations", "check_availability", "get_calendar",
        "get_reservation", "get_guest", "get_conversation", "get_financial_report",
    ):  # fmt: skip
        assert f"{tool}(" in done.stdout
    assert done.stdout.count("▸ ") == 9
    assert "NOT COMPLETE" not in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []
