"""A house beside a replica that was filled a moment ago."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from tests.support.clock import FakeClock
from tests.support.house import House, house

REPLICA = "replica.db"
TURN_SECONDS = 600.0
_kept: list[Path] = []


def keep_filled_in(folder: Path) -> None:
    """Where filled replicas lie until the run of tests ends, for all of its processes."""
    _kept[:] = [folder]


@asynccontextmanager
async def synced(folder: Path, *, seed: int = 1, listings: int = 6, **about: Any) -> AsyncIterator[House]:
    """
    A house whose replica lies in `folder` and has all of its sandbox; `about` is what `house` takes.

    Each world is filled once in a run of tests, under the settings of `house`, and copied from then on:
    patch what sync does only behind this. The house has a token, has asked nothing else yet, and its clock
    stands where filling ended.
    """
    seconds = await lay(folder, seed=seed, listings=listings)
    clock = FakeClock()
    async with house(
        seed=seed, listings=listings, clock=clock, hostaway_mcp_data_dir=folder, **about
    ) as home:
        began = clock.monotonic()
        await home.app.hostaway.transport._tokens.get()
        await home.app.replica.store()
        clock.advance(max(0.0, began + seconds - clock.monotonic()))
        yield home


async def lay(folder: Path, *, seed: int = 1, listings: int = 6) -> float:
    """Lays the filled replica of a world into `folder`; gives the seconds that filling took."""
    return _copy(await asyncio.to_thread(_filled, seed, listings), folder)


async def sync(home: House, *, after_seconds: float = 0.0) -> None:
    """Brings what is due, after some time has passed."""
    if after_seconds:
        await home.clock.sleep(after_seconds)
    summary = await (await home.app.replica.sync()).run()
    assert summary.complete, summary.failed


def _copy(filled: Path, folder: Path) -> float:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(filled, folder / REPLICA)
    return float(filled.with_suffix(".seconds").read_text())


def _filled(seed: int, listings: int) -> Path:
    """The replica of a world, filled by whoever needs it first."""
    (kept,) = _kept
    kept.mkdir(exist_ok=True)
    filled = kept / f"{seed}-{listings}.db"
    with _turn(filled.with_suffix(".turn")):
        if not filled.exists():
            # A thread has a tracer of its own, and with the thread it is over; `tests/sync` measures this.
            sys.settrace(None)
            folder = kept / f"{seed}-{listings}"
            seconds = asyncio.run(_fill(folder, seed, listings))
            filled.with_suffix(".seconds").write_text(str(seconds))
            # With its last connection the log was taken in, so that the one file is all.
            (folder / REPLICA).rename(filled)
    return filled


async def _fill(folder: Path, seed: int, listings: int) -> float:
    """Gives the seconds that it took."""
    async with house(seed=seed, listings=listings, hostaway_mcp_data_dir=folder) as home:
        began = home.clock.monotonic()
        await sync(home)
        return home.clock.monotonic() - began


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """One process at a time, whatever the system: by a lock of SQLite's, which ends with its process."""
    with closing(sqlite3.connect(path, timeout=TURN_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
