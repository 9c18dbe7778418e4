"""The processes that are measured: our server as a user starts it, the bare SDK, and a sandbox to ask."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.lines import LIMIT, WAIT_SECONDS, BrokenCallError

ROOT = Path(__file__).parents[1]
OURS = (sys.executable, "-m", "hostaway_mcp")
BARE = (sys.executable, "-m", "benchmarks.floors.bare")


def environment(scratch: Path, **more: str) -> dict[str, str]:
    """
    The environment of every process: compiled modules are kept, as in an installed program.

    Nothing of the user's account is in it, and no network is needed.
    """
    ours = ("HOSTAWAY_", "PYTHONDONTWRITEBYTECODE")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return (
        plain
        | {
            "PYTHONPYCACHEPREFIX": str(scratch / "compiled"),
            "HOSTAWAY_MCP_DATA_DIR": str(scratch / "data"),
            "HOSTAWAY_ACCOUNT_ID": "1",
            "HOSTAWAY_CLIENT_SECRET": "not-a-secret-at-all-000000000000",
        }
        | more
    )


@asynccontextmanager
async def running(command: Sequence[str], env: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process while the block lasts; what it logs goes into a file, as with most clients."""
    log = Path(env["HOSTAWAY_MCP_DATA_DIR"]).parent / "log.txt"
    with log.open("ab") as sink:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env=env,
            limit=LIMIT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=sink,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(WAIT_SECONDS):
            await process.wait()


@asynccontextmanager
async def sandbox(scratch: Path, *, listings: int) -> AsyncIterator[dict[str, str]]:
    """A sandbox Hostaway; gives the environment in which our server asks it."""
    command = (*OURS, "sandbox", "--port", "0", "--listings", str(listings), "--limits", "1000:1000:10")
    async with running(command, environment(scratch) | {"PYTHONUNBUFFERED": "1"}) as process:
        assert process.stdout
        told: dict[str, str] = {}
        async with asyncio.timeout(WAIT_SECONDS):
            while len(told) < 3:
                if not (line := (await process.stdout.readline()).decode()):
                    raise BrokenCallError("The sandbox did not start; log.txt says why.")
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    told[name] = value
        yield environment(scratch, HOSTAWAY_RATE_IP="1000", HOSTAWAY_RATE_ACCOUNT="1000", **told)


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def listening(process: asyncio.subprocess.Process, port: int) -> None:
    """Waits until something accepts connections there."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            if process.returncode is not None:
                raise BrokenCallError("The server did not start; log.txt says why.")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


def resident_megabytes(process: asyncio.subprocess.Process) -> float:
    """What the process holds in memory now. Source: proc(5), VmRSS."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def processor_seconds(process: asyncio.subprocess.Process) -> float:
    """How long the main thread has been running on a processor. Source: kernel documentation, sched-stats."""
    return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9
