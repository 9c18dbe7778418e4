"""A flood of webhook deliveries from a process of its own, which is told on stdin what to send."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import count, cycle
from statistics import median, quantiles
from typing import Self

from benchmarks.lines import LIMIT, WAIT_SECONDS, BrokenCallError
from benchmarks.processes import running
from hostaway_mcp.sync.webhooks import PATH

COMMAND = (sys.executable, "-m", "benchmarks.flood")
READY = "ready"


@dataclass(frozen=True)
class Flood:
    """Deliveries about these stays over some connections: so many a second, or as fast as they are taken."""

    port: int
    account: str
    secret: str = field(repr=False)
    login: str = field(repr=False)
    password: str = field(repr=False)
    stays: Sequence[int]
    connections: int = 32
    a_second: int | None = None
    seconds: float = 20.0
    status: int = 200
    """With which each is to be answered."""


@dataclass(frozen=True)
class Taken:
    """How many were answered in how many seconds, and how long each took, in seconds."""

    count: int
    seconds: float
    median: float
    p99: float


class Posts:
    """One kept connection over which Hostaway's deliveries come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flood: Flood) -> None:
        self._reader, self._writer = reader, writer
        self._expected = f"HTTP/1.1 {flood.status}".encode()
        login = base64.b64encode(f"{flood.login}:{flood.password}".encode()).decode()
        self._head = (
            f"POST {PATH}{flood.secret} HTTP/1.1\r\nhost: 127.0.0.1:{flood.port}\r\n"
            f"content-type: application/json\r\nauthorization: Basic {login}\r\ncontent-length: "
        ).encode()

    @classmethod
    async def open(cls, flood: Flood) -> Self:
        reader, writer = await asyncio.open_connection("127.0.0.1", flood.port, limit=LIMIT)
        return cls(reader, writer, flood)

    async def send(self, body: bytes) -> float:
        """
        How long the answer took, in seconds.

        Raises:
            BrokenCallError: it had another status than is expected.
        """
        began = time.perf_counter()
        self._writer.write(self._head + f"{len(body)}\r\n\r\n".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        said = await self._reader.readexactly(int(length[1])) if length else b""
        if not head.startswith(self._expected):
            raise BrokenCallError((head + said)[:500].decode(errors="replace"))
        return time.perf_counter() - began

    async def aclose(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


@asynccontextmanager
async def flooding(flood: Flood, env: dict[str, str]) -> AsyncIterator[asyncio.Task[Taken]]:
    """A flood that has begun; the task gives what was taken, once it is over. It ends with the block."""
    async with running(COMMAND, env) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(asdict(flood)).encode() + b"\n")
        async with asyncio.timeout(WAIT_SECONDS):
            if (await process.stdout.readline()).decode().strip() != READY:
                raise BrokenCallError("The flood did not begin; log.txt says why.")
        task = asyncio.create_task(_read(process.stdout))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _read(lines: asyncio.StreamReader) -> Taken:
    line = await lines.readline()
    if not line:
        raise BrokenCallError("The flood broke; log.txt says why.")
    return Taken(**json.loads(line))


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return quantiles(values, n=100, method="inclusive")[-1] if len(values) > 1 else values[0]


async def send(flood: Flood) -> Taken:
    """Sends all of it over its connections, each delivery at its instant or as soon after as one is free."""
    posts = [await Posts.open(flood) for _ in range(flood.connections)]
    print(READY, flush=True)  # noqa: T201 - whoever started it waits for this
    bodies, taken = _bodies(flood), list[float]()
    began = time.perf_counter()
    places = count()

    async def work(one: Posts) -> None:
        while True:
            at = next(places) / flood.a_second if flood.a_second else time.perf_counter() - began
            if at >= flood.seconds:
                return
            if (early := began + at - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            taken.append(await one.send(next(bodies)))

    await asyncio.gather(*map(work, posts))
    seconds = time.perf_counter() - began
    for one in posts:
        await one.aclose()
    return Taken(len(taken), seconds, median(taken), p99(taken))


def _bodies(flood: Flood) -> Iterator[bytes]:
    """Deliveries about these stays, none twice the same; with as much in them as Hostaway sends."""
    filler = {f"field{number}": "some words of it" for number in range(100)}
    new = time.time_ns()
    document = {"object": "reservation", "event": "reservation.updated", "accountId": int(flood.account)}
    for number, stay in enumerate(cycle(flood.stays)):
        data = {"id": stay, "updatedOn": f"2026-07-23 12:00:{number % 60:02d}", "number": new + number}
        yield json.dumps(document | {"data": data | filler}).encode()


def main() -> None:
    """Reads a flood from stdin, sends it, and prints what was taken."""
    flood = Flood(**json.loads(sys.stdin.readline()))
    print(json.dumps(asdict(asyncio.run(send(flood)))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
