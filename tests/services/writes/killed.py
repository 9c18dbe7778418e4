"""
A process that proposes and applies, and kills itself with SIGKILL at a labelled point of the way.

It is started once and forks for every job that it reads, one JSON object a line: `tool`, `arguments`,
`point` (0: none), `today`. What it prints for a job is how it ended and which points it passed.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from hostaway_mcp.app import build_app
from hostaway_mcp.client.token import TokenManager
from hostaway_mcp.client.transport import Transport
from hostaway_mcp.client.wire import Wire
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.services.writes.applying import Applier
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.settling import Settler
from hostaway_mcp.services.writes.writes import Writes
from hostaway_mcp.settings import Settings
from hostaway_mcp.store.engine import Database
from hostaway_mcp.store.journal.chain import Anchor
from hostaway_mcp.store.journal.journal import Journal
from hostaway_mcp.store.journal.trail import Trail
from hostaway_mcp.telemetry.audit import MemoryAudit
from hostaway_mcp.tools.runner import Asked

WATCHED: tuple[tuple[type, str], ...] = (
    (Writes, "propose"),
    (Applier, "apply"),
    (Applier, "_drift"),
    (Applier, "_send"),
    (Settler, "settle"),
    (Settler, "note"),
    (Settler, "_look"),
    (Learner, "learn"),
    (Journal, "propose"),
    (Journal, "get"),
    (Journal, "sending"),
    (Journal, "settle"),
    (TokenManager, "get"),
    (Transport, "call"),
    (Transport, "_exchange"),
    (Wire, "send"),
    (Wire, "_exchange"),
)
"""Before and after each of these is a point."""


class Points:
    """Counts the points that are passed, and ends the process at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.kill_at = kill_at
        self.passed: list[str] = []
        self._times: Counter[str] = Counter()

    def reach(self, label: str) -> None:
        self._times[label] += 1
        self.passed.append(f"{label} {self._times[label]}")
        if len(self.passed) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Puts points into the code, in this process alone."""
        for kind, name in WATCHED:
            setattr(kind, name, self._around(getattr(kind, name), f"{kind.__name__}.{name}"))
        Trail.append = self._around_plain(Trail.append, "Trail.append")  # type: ignore[method-assign]
        Anchor.note = self._around_plain(Anchor.note, "Anchor.note")  # type: ignore[method-assign]
        Database.write = self._around_write(Database.write)  # type: ignore[method-assign]
        Database.write_at_once = self._around_at_once(Database.write_at_once)  # type: ignore[method-assign]

    def _around(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        @functools.wraps(function)
        async def watched(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"before {label}")
            given = await function(*args, **kwargs)
            self.reach(f"after {label}")
            return given

        return watched

    def _around_plain(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"before {label}")
            given = function(*args, **kwargs)
            self.reach(f"after {label}")
            return given

        return watched

    def _around_write(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @asynccontextmanager
        async def watched(database: Database, whose: str, **how: Any) -> AsyncIterator[Any]:
            async with function(database, whose, **how) as connection:
                self.reach("within a transaction")
                yield connection
                self.reach("before the commit")
            self.reach("after the commit")

        return watched

    def _around_at_once(self, function: Callable[..., Any]) -> Callable[..., Any]:
        async def watched(database: Database, whose: str, work: Callable[[Any], Any]) -> Any:
            def within(connection: Any) -> Any:
                self.reach("within a transaction")
                given = work(connection)
                self.reach("before the commit")
                return given

            given = await function(database, whose, within)
            self.reach("after the commit")
            return given

        return watched


class Agreeing:
    """A person who says yes."""

    async def ask(self, _change_id: str, _question: str) -> bool:
        return True


async def _work(job: dict[str, Any]) -> str:
    settings = Settings(_env_file=None, hostaway_mcp_today=job["today"])
    app = build_app(settings, audit=MemoryAudit())
    asked = Asked(door="stdio", caller="client", ask_person=Agreeing().ask)
    try:
        proposal = (await app.runner.run(job["tool"], job["arguments"], asked)).json
        change_id = proposal["change_id"]
        applied = (await app.runner.run("apply_change", {"change_id": change_id}, asked)).json
        return str(applied["outcome"])
    except HostawayMcpError as error:
        return f"{error.code}: {error.sentence}"
    finally:
        await app.aclose()


def _child(job: dict[str, Any], tell: int) -> None:
    points = Points(job["point"])
    points.watch()
    said = asyncio.run(_work(job))
    os.write(tell, json.dumps({"said": said, "passed": points.passed}).encode())


def main() -> None:
    """Forks for each job until there are no more."""
    for line in sys.stdin:
        job = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            try:
                _child(job, write)
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        ended = {"killed": killed} | (json.loads(told) if told else {})
        print(json.dumps(ended), flush=True)  # noqa: T201 - the answer to the job


if __name__ == "__main__":
    main()
