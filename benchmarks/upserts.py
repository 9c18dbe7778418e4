"""How fast pages of stays are kept, beside SQLite that is only handed the same objects."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

from benchmarks.measure import Figure, Scale, ratio, take_turns
from benchmarks.world import ACCOUNT, World, templates
from hostaway_mcp.models.lenient import JsonObject, read_rows
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.store.store import Store

ROWS = 100
UPSERT = (
    "INSERT INTO stays (account_id, id, raw) VALUES (?, ?, ?)"
    " ON CONFLICT (account_id, id) DO UPDATE SET raw = excluded.raw"
)


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """
    A page that Hostaway sends for the first time, and the same page again with every stay changed.

    The floor keeps the objects as JSON in one table with nothing but its key, a transaction a page.
    """
    world = World(await templates(), listings=10**9, today=datetime.now(UTC).date())
    bare = sqlite3.connect(scratch / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = NORMAL")
    bare.execute("CREATE TABLE stays (account_id TEXT, id INTEGER, raw TEXT, PRIMARY KEY (account_id, id))")
    numbers = count()
    async with await Store.open(f"sqlite:///{scratch / 'store.db'}", account_id=ACCOUNT) as store:
        pages: list[Sequence[JsonObject]] = []

        async def floor() -> float:
            pages.append(_page(world, numbers))
            began = time.perf_counter()
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(UPSERT, [(ACCOUNT, one["id"], json.dumps(one)) for one in pages[-1]])
            bare.execute("COMMIT")
            return time.perf_counter() - began

        async def new() -> float:
            return await _put(store, pages[-1])

        async def changed() -> float:
            moved = {"updatedOn": "2100-01-01 00:00:00", "totalPrice": next(numbers)}
            return await _put(store, [{**one, **moved} for one in pages[-1]])

        await floor()
        await new()
        first = await take_turns(floor, new, repeats=scale.repeats)
        again = [await changed() for _ in range(scale.repeats)]
    bare.close()
    said = f"bare SQLite, {ROWS / median(first.floor):,.0f} a second"
    return [
        ratio(f"{ROWS} new stays", first, floor=said),
        Figure("new stays kept", ROWS / median(first.subject), "a second",
               note="with their nights, the log of changes and all indices"),
        Figure("changed stays kept", ROWS / median(again), "a second"),
    ]  # fmt: skip


def _page(world: World, numbers: count[int]) -> list[JsonObject]:
    """Stays of as many listings, as a page of the latest changes has them."""
    return [next(world.stays(next(numbers))) for _ in range(ROWS)]


async def _put(store: Store, sent: Sequence[JsonObject]) -> float:
    rows, raw, _ = read_rows(Reservation, list(sent))
    began = time.perf_counter()
    await store.reservations.put(rows, raw, seen_at=datetime.now(UTC))
    return time.perf_counter() - began
