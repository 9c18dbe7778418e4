"""`hostaway-mcp serve --http --sandbox` as a process, as an operator runs it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hostaway_mcp.settings import Settings

WAIT_SECONDS = 60.0
"""The bound of every wait for the process."""


@dataclass
class Server:
    """A running server: where it is, and what it has written to standard error."""

    process: asyncio.subprocess.Process
    host: str = ""
    port: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    """Lines that are no log lines."""

    def tell(self, signum: int) -> None:
        """Sends a signal."""
        self.process.send_signal(signum)

    async def gone(self) -> tuple[int, bytes]:
        """Its exit code, and all that it wrote to standard output."""
        assert self.process.stdout
        out = await self.process.stdout.read()
        code = await self.process.wait()
        await self._reading
        return code, out

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines of one event."""
        return [line for line in self.lines if line.get("event") == event]

    async def started(self) -> None:
        """Reads standard error, from now on, and waits until the server says where it listens."""
        self._where: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read())
        await asyncio.wait({self._where, self._reading}, return_when=asyncio.FIRST_COMPLETED)
        assert self.port, f"It did not start: {self.strays}"

    async def _read(self) -> None:
        assert self.process.stderr
        async for raw in self.process.stderr:
            try:
                line = json.loads(raw)
            except ValueError:
                self.strays.append(raw.decode(errors="replace"))
                continue
            self.lines.append(line)
            if line["event"] == "http_started":
                self.host, self.port = line["host"], line["port"]
                self._where.set_result(None)


def environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, without our settings but with `variables`."""
    ours = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in ours}
    kept = {name: value for name, value in kept.items() if not name.startswith("OTEL_")}
    return kept | {"HOSTAWAY_MCP_DATA_DIR": str(home / "data")} | dict(variables)


@asynccontextmanager
async def server(
    home: Path, variables: Mapping[str, str] | None = None, *, listings: int = 12
) -> AsyncIterator[Server]:
    """
    A server of its own, over its own sandbox, on a free port of loopback; ended by force at the end.

    `variables` are settings as in the environment.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hostaway_mcp",
        "serve", "--http", "--sandbox", "--port", "0", "--listings", str(listings),
        cwd=home,
        env=environment(home, variables or {}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**20,
    )  # fmt: skip
    running = Server(process)
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await running.started()
        yield running
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            async with asyncio.timeout(WAIT_SECONDS):
                await running.gone()
