"""What a flood of webhook deliveries does to questions, and how soon each delivery is acknowledged."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from benchmarks.lines import LIMIT, WAIT_SECONDS, BrokenCallError, HttpLine, result_of
from benchmarks.measure import Figure, Scale, ratio, take_turns
from benchmarks.processes import OURS, free_port, listening, running, sandbox
from hostaway_mcp.sync.webhooks import PATH, Registration, WebhookFile

LISTINGS = 5
CROWD = 32
A_SECOND = 100
"""Deliveries of a flood: Hostaway sends one for each change, so a large account has a few a second."""
FLOOD = 20
"""Deliveries for each question that is asked meanwhile."""
MOST_MOVED = 2.0
MOST_SECONDS = 0.05
LIMITS = {"HOSTAWAY_RATE_IP": "15", "HOSTAWAY_RATE_ACCOUNT": "20"}
"""Hostaway's own, within which what deliveries are about is read behind them."""
QUESTIONS = [{"from": "today", "to": f"+{days}d", "limit": 10} for days in range(3, 60)]


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """Questions alone and during a flood in turn; then deliveries alone, as fast as they are taken."""
    async with AsyncExitStack() as stack:
        env = await stack.enter_async_context(sandbox(scratch, listings=LISTINGS))
        async with running((*OURS, "sync", "--once"), env) as filling, asyncio.timeout(2 * WAIT_SECONDS):
            await filling.wait()
        ours = Registration(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        WebhookFile(scratch / "data", env["HOSTAWAY_ACCOUNT_ID"]).keep(ours)
        port = free_port()
        process = await stack.enter_async_context(
            running((*OURS, "serve", "--http", "--port", str(port)), env | LIMITS)
        )
        await listening(process, port)
        line = await HttpLine.open(port)
        stack.push_async_callback(line.aclose)
        bodies = _bodies(env["HOSTAWAY_ACCOUNT_ID"], await _stays(line))
        posts = [await Posts.open(port, ours) for _ in range(CROWD)]
        for one in posts:
            stack.push_async_callback(one.aclose)
        count = scale.calls

        async def floor() -> float:
            return p99(await _asked(line, count))

        async def subject() -> float:
            flood = asyncio.create_task(_flooded(posts, bodies))
            try:
                return p99(await _asked(line, count))
            finally:
                flood.cancel()
                await asyncio.gather(flood, return_exceptions=True)

        pairs = await take_turns(floor, subject, repeats=scale.repeats)
        calm = f"without deliveries, {1000 * median(pairs.floor):.1f} ms"
        began = time.perf_counter()
        taken = await _as_fast_as_taken(posts, bodies, count=FLOOD * scale.calls)
        seconds = time.perf_counter() - began
        return [
            ratio(
                f"a question's p99 beside {A_SECOND} deliveries a second",
                pairs,
                floor=calm,
                target=MOST_MOVED,
            ),
            Figure(f"deliveries acknowledged, {CROWD} at a time", len(taken) / seconds, "a second"),
            Figure("acknowledgement, median", 1000 * median(taken), "ms"),
            Figure("acknowledgement, p99", 1000 * p99(taken), "ms", target=1000 * MOST_SECONDS),
        ]


class Posts:
    """One kept connection over which Hostaway's deliveries come."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, ours: Registration
    ) -> None:
        self._reader, self._writer = reader, writer
        login = base64.b64encode(f"{ours.login}:{ours.password}".encode()).decode()
        self._head = (
            f"POST {PATH}{ours.secret} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
            f"content-type: application/json\r\nauthorization: Basic {login}\r\ncontent-length: "
        ).encode()

    @classmethod
    async def open(cls, port: int, ours: Registration) -> Posts:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LIMIT)
        return cls(reader, writer, port, ours)

    async def send(self, body: bytes) -> float:
        """
        How long the acknowledgement took, in seconds.

        Raises:
            BrokenCallError: it was refused.
        """
        began = time.perf_counter()
        self._writer.write(self._head + f"{len(body)}\r\n\r\n".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        said = await self._reader.readexactly(int(length[1])) if length else b""
        if not head.startswith(b"HTTP/1.1 200"):
            raise BrokenCallError((head + said)[:500].decode(errors="replace"))
        return time.perf_counter() - began

    async def aclose(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def p99(values: list[float]) -> float:
    """The value that one in a hundred exceeds."""
    return quantiles(values, n=100, method="inclusive")[-1] if len(values) > 1 else values[0]


async def _asked(line: HttpLine, count: int) -> list[float]:
    questions = cycle(QUESTIONS)
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        await line.ask("tools/call", name="find_reservations", arguments=next(questions))
        taken.append(time.perf_counter() - began)
    return taken


async def _flooded(posts: list[Posts], bodies: Iterator[bytes]) -> None:
    """Each connection in its turn, so many a second in all, for as long as it is let."""

    async def work(place: int, one: Posts) -> None:
        await asyncio.sleep(place / A_SECOND)
        while True:
            spent = await one.send(next(bodies))
            await asyncio.sleep(max(0.0, len(posts) / A_SECOND - spent))

    await asyncio.gather(*(work(place, one) for place, one in enumerate(posts)))


async def _as_fast_as_taken(posts: list[Posts], bodies: Iterator[bytes], *, count: int) -> list[float]:
    async def work(one: Posts) -> list[float]:
        return [await one.send(next(bodies)) for _ in range(max(1, count // len(posts)))]

    async with asyncio.timeout(WAIT_SECONDS):
        return [one for taken in await asyncio.gather(*map(work, posts)) for one in taken]


async def _stays(line: HttpLine) -> list[int]:
    """
    The numbers of some stays.

    Raises:
        BrokenCallError: they are not the replica's.
    """
    arguments = {"from": "today", "to": "+60d", "limit": 100, "detail": "brief"}
    answer = result_of(await line.ask("tools/call", name="find_reservations", arguments=arguments))
    found = answer["structuredContent"]
    if found["source"] != "replica":
        raise BrokenCallError(f"The replica was not filled: {found}"[:500])
    return [one["reservation_id"] for one in found["reservations"]]


def _bodies(account: str, stays: list[int]) -> Iterator[bytes]:
    """Deliveries about these stays, none twice the same; with as much in them as Hostaway sends."""
    filler = {f"field{number}": "some words of it" for number in range(100)}
    for number, stay in enumerate(cycle(stays)):
        data = {"id": stay, "updatedOn": f"2026-07-23 12:00:{number % 60:02d}", "number": number, **filler}
        document = {"object": "reservation", "event": "reservation.updated", "accountId": int(account)}
        yield json.dumps(document | {"data": data}).encode()
