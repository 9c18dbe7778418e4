"""What the start of the program does not pay for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hostaway_mcp.tools.cards import PLACES


@pytest.mark.parametrize("library", ["sqlalchemy", "alembic"])
def test_the_app_is_imported_without_the_database(library: str) -> None:
    """It takes as long as a third of the start, and most questions need none."""
    program = f"import hostaway_mcp.app, sys; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


def test_no_tool_is_loaded_before_it_is_called() -> None:
    """Neither the tools nor what answers them: a client is told of them from their cards."""
    program = (
        "import sys, hostaway_mcp.app, hostaway_mcp.server.stdio\n"
        "from hostaway_mcp.settings import Settings\n"
        "app = hostaway_mcp.app.build_app(Settings(_env_file=None))\n"
        "listed = hostaway_mcp.server.server.build_server(app)\n"
        "print(*sorted(name.removeprefix('hostaway_mcp.') for name in sys.modules))"
    )
    loaded = set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                                timeout=60).stdout.split())  # fmt: skip
    tools = {f"tools.{place.rpartition('.')[0]}" for place in PLACES}
    assert tools.isdisjoint(loaded)
    assert {"analytics", "services.portfolio", "models.reservations", "client.listings"}.isdisjoint(loaded)
