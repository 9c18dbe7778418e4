"""The server under attack, as a process of its own, and what it said when it was over."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 60.0
"""The bound of every wait: an input that is not over by then hangs."""
_MAX_LINE_BYTES = 64 * 1024 * 1024


@dataclass
class Server:
    """A process that serves the app; its standard error is read all the time, so that it never waits."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)
    _port: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def port(self) -> int:
        """Where it listens."""
        async with asyncio.timeout(WAIT_SECONDS):
            return await self._port

    async def listen(self) -> None:
        """Keeps what stands on standard error until it ends."""
        assert self.process.stderr
        async for line in self.process.stderr:
            text = line.decode("utf-8", "replace").rstrip("\n")
            self.log.append(text)
            if text.startswith("port="):
                self._port.set_result(int(text.removeprefix("port=")))


@contextlib.asynccontextmanager
async def served(how: str) -> AsyncIterator[Server]:
    """The app over the sandbox, served over `http` or `stdio`; ended when the block is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.hostile.served",
        how,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_MAX_LINE_BYTES,
    )
    server = Server(process)
    listening = asyncio.ensure_future(server.listen())
    try:
        yield server
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await listening
