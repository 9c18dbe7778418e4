"""What the start of the program does not pay for."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("library", ["sqlalchemy", "alembic"])
def test_the_app_is_imported_without_the_database(library: str) -> None:
    """It takes as long as a third of the start, and most questions need none."""
    program = f"import hostaway_mcp.app, sys; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
