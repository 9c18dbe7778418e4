"""A house beside a replica that was filled a moment ago."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from tests.support.house import House, house


@asynccontextmanager
async def synced(folder: Path, *, listings: int = 6) -> AsyncIterator[House]:
    """A house whose replica lies in `folder` and has all of its sandbox."""
    async with house(listings=listings, hostaway_mcp_data_dir=folder) as home:
        await sync(home)
        yield home


async def sync(home: House, *, after_seconds: float = 0.0) -> None:
    """Brings what is due, after some time has passed."""
    if after_seconds:
        await home.clock.sleep(after_seconds)
    summary = await (await home.app.replica.sync()).run()
    assert summary.complete, summary.failed
