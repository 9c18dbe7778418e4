"""
SIGKILL at every labelled point of a write: afterwards it ends in one word, and the word is true.

Another process settles what the killed one left, as every server does at its start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

import httpx2
import pytest

from hostaway_mcp.app import build_app
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.settings import Settings
from hostaway_mcp.store.journal.records import Entry, ProposalState, StepState
from hostaway_mcp.telemetry.audit import MemoryAudit
from tests.services.writes.examples import EXAMPLES, Example
from tests.services.writes.house import Person, WritingHouse
from tests.support import servers
from tests.support.clock import FakeClock
from tests.support.house import House
from tests.support.postgres import new_database
from tests.sync.processes import Served, served

FEWEST_POINTS = 60
LATE = timedelta(minutes=10)
QUICK = tuple(one for one in EXAMPLES if one.tool in ("update_calendar", "send_message"))


class LaterClock(SystemClock):
    """Time goes on by itself, and by as much as a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.late = timedelta()

    def now(self) -> datetime:
        return super().now() + self.late


@dataclass
class Killed:
    """A sandbox, the process that is killed again and again, and the house that settles after it."""

    there: Served
    home: WritingHouse
    clock: LaterClock
    process: subprocess.Popen[str]

    def run(self, tool: str, arguments: dict[str, Any], *, point: int) -> dict[str, Any]:
        """What became of a process that kills itself at a point."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        job = {"tool": tool, "arguments": arguments, "point": point}
        job["today"] = self.clock.today("UTC").isoformat()
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        ended: dict[str, Any] = json.loads(self.process.stdout.readline())
        return ended

    async def settle(self, since: datetime) -> list[Entry]:
        """Settles what is open, ten minutes later, and gives what was proposed since."""
        self.clock.late += LATE
        writes = self.home.home.app.services.writes
        assert await writes.settler.settle_open() == 0
        # What the house itself proposes is of a later time, and so comes first.
        return await (await writes.ledger.journal()).find(since=since, limit=1_000)


@contextmanager
def _killer(there: Served) -> Iterator[subprocess.Popen[str]]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("HOSTAWAY")}
    settings = {
        "HOSTAWAY_ACCOUNT_ID": there.sandbox.account_id,
        "HOSTAWAY_CLIENT_SECRET": there.sandbox.client_secret,
        "HOSTAWAY_BASE_URL": f"{there.address}/v1",
        "HOSTAWAY_RATE_IP": "1000",
        "HOSTAWAY_RATE_ACCOUNT": "1000",
        "HOSTAWAY_MCP_DATA_DIR": str(there.folder),
        "HOSTAWAY_MCP_DATABASE_URL": there.url,
        "HOSTAWAY_MCP_WRITES": "propose",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.services.writes.killed"],
        env=ours | settings,
        cwd=Path(__file__).parents[3],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@asynccontextmanager
async def _killed(url: str, folder: Path) -> AsyncIterator[Killed]:
    with served(url, folder, listings=6, rate=100_000) as there, _killer(there) as process:
        clock = LaterClock()
        settings = Settings(
            _env_file=None,
            hostaway_account_id=there.sandbox.account_id,
            hostaway_client_secret=there.sandbox.client_secret,
            hostaway_base_url="http://localhost/v1",
            hostaway_rate_ip=1000,
            hostaway_rate_account=1000,
            hostaway_mcp_data_dir=folder,
            hostaway_mcp_database_url=url,
            hostaway_mcp_writes="propose",
        )
        http, audit = httpx2.ASGITransport(app=there.sandbox.app), MemoryAudit()
        app = build_app(settings, clock=clock, state=MemoryState(), audit=audit, http=http)
        home = House(app, there.sandbox, cast("FakeClock", clock), audit)
        try:
            yield Killed(there, WritingHouse(home, Person()), clock, process)
        finally:
            await app.aclose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the journal is: a file, or PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/replica.db"
        return
    with new_database(servers.postgres_server()) as url:
        yield url


def _word(entries: list[Entry]) -> StepState:
    """What the newest proposal of a killed process has come to."""
    if not entries:
        return StepState.NOT_DONE
    (step,) = entries[0].steps
    if entries[0].state is ProposalState.PENDING:
        assert step.state is StepState.WAITING
        return StepState.NOT_DONE
    assert entries[0].state is ProposalState.FINISHED
    return step.state


async def _kill_at(there: Killed, example: Example, points: list[int]) -> list[StepState]:
    """Kills at each of the points; what was sent and what is said of it must agree."""
    words: list[StepState] = []
    for point in points:
        arguments = await example.arguments(there.home)
        since = there.clock.now() - there.clock.late - timedelta(milliseconds=1)
        effects = there.there.sandbox.effects
        before = len(effects)
        ended = there.run(example.tool, arguments, point=point)
        if not ended["killed"]:
            # The first run made what later ones find, such as the tables: their way is shorter.
            assert len(ended["passed"]) < point, ended
            assert len(words) >= FEWEST_POINTS
            break
        entries = [one for one in await there.settle(since) if one.tool == example.tool]
        word = _word(entries)
        done = effects[before:]
        assert len({one.operation for one in done}) <= 1
        if word is not StepState.NEEDS_YOU:
            assert (word is StepState.DONE) == bool(done), f"point {point}: {word}, {len(done)} effects"
        words.append(word)
    assert (await (await there.home.home.app.services.writes.ledger.journal()).trail.verify()).breaks == ()
    return words


async def _points(there: Killed, example: Example) -> list[str]:
    ended = there.run(example.tool, await example.arguments(there.home), point=0)
    assert ended["said"] == "done", ended
    there.clock.late += LATE
    passed: list[str] = ended["passed"]
    assert len(passed) >= FEWEST_POINTS
    return passed


@pytest.mark.parametrize("example", QUICK, ids=lambda one: one.tool)
async def test_a_write_that_is_killed_ends_in_a_true_word(
    database: str, tmp_path: Path, example: Example
) -> None:
    """At a few points, those around the sending always among them; the long form has every tool."""
    async with _killed(database, tmp_path) as there:
        passed = await _points(there, example)
        sending = passed.index("before Journal.sending 1") + 1
        near = [n for n, label in enumerate(passed, start=1) if n > sending and "Wire.send" in label][:2]
        words = await _kill_at(
            there, example, [sending, *near, Random(example.tool).randrange(len(passed)) + 1]
        )
        assert StepState.NEEDS_YOU not in words


@pytest.mark.long
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.tool)
async def test_a_write_that_is_killed_at_every_point(database: str, tmp_path: Path, example: Example) -> None:
    """At each of the 60 points and more; at most one of a hundred needs a person."""
    async with _killed(database, tmp_path) as there:
        passed = await _points(there, example)
        words = await _kill_at(there, example, list(range(1, len(passed) + 1)))
        assert words.count(StepState.NEEDS_YOU) <= 0.01 * len(words)
        assert {StepState.DONE, StepState.NOT_DONE} <= set(words)
