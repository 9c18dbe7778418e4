"""A process that fills a replica for a while and says what it holds in memory; run by `benchmarks.sync`."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from hostaway_mcp.app import build_app
from hostaway_mcp.settings import Settings

STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def megabytes(field: str) -> float:
    """What the process holds now (VmRSS) or held at most (VmHWM). Source: proc(5)."""
    return int(STATUS.read_text().partition(f"{field}:")[2].split()[0]) / 1024


async def main(seconds: float) -> None:
    """Opens everything, waits for nothing, then syncs for so many seconds or until all is there."""
    app = build_app(Settings())
    try:
        sync = await app.replica.sync()
        await (await app.replica.store()).reservations.count()
        idle = megabytes("VmRSS")
        await asyncio.to_thread(PEAK.write_text, "5")
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await sync.run()
        store = await app.replica.store()
        count = {noun: await getattr(store, noun).count() for noun in ("listings", "reservations")}
        count["calendars"] = (await store.sync.calendars()).read
        print(json.dumps({"idle": idle, "peak": megabytes("VmHWM"), "count": count}))  # noqa: T201
    finally:
        await app.aclose()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
