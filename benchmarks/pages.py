"""What an upstream page of 100 reservations costs us: turn, decoding, records; the network costs nothing."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx2

from benchmarks.measure import Figure, Scale, quartiles, ratio, take_turns
from hostaway_mcp.calls import Lane
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.governor.governor import LeaseGovernor
from hostaway_mcp.client.shared import FileState
from hostaway_mcp.client.strict_json import loads
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.models.lenient import read_rows
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.sandbox import Sandbox

ROWS = 100
SLOT_MILLISECONDS = 10_000 / 15
"""How often one request may be sent: 15 in 10 seconds."""
MOST_MILLISECONDS = SLOT_MILLISECONDS / 100
ACCOUNT = "1"


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """
    Processor time, so that neighbours on the machine count less; the floor is the standard library's JSON.

    The governor keeps its book in the file that processes share, as in use.
    """
    body = await page_of_reservations()
    # As a server does at its start: what other benches left is not ours to look through.
    gc.collect()
    gc.freeze()
    client = _Canned(body, scratch)
    await client.page()
    cost = _Cost(scale.pages)
    pairs = await take_turns(
        lambda: cost.of(lambda: json.loads(body)), lambda: cost.of_async(client.page), repeats=scale.repeats
    )
    turn = [await cost.of_async(client.turn) for _ in range(scale.repeats)]
    decoded = [await cost.of(lambda: loads(body)) for _ in range(scale.repeats)]
    result = loads(body)["result"]
    read = [await cost.of(lambda: read_rows(Reservation, result)) for _ in range(scale.repeats)]
    await client.hostaway.aclose()
    whole = median(pairs.subject)
    parts = ", ".join(
        f"{name} {median(taken):.2f}"
        for name, taken in (("turn", turn), ("JSON", decoded), ("records", read))
    )
    return [
        Figure(
            f"page of {ROWS} reservations",
            whole,
            "ms",
            spread=quartiles(pairs.subject),
            target=MOST_MILLISECONDS,
            void=pairs.void,
            floor=f"a slot of {SLOT_MILLISECONDS:.0f} ms, of which it takes {whole / SLOT_MILLISECONDS:.1%}",
            note=f"processor time; {parts}; {len(body):,} bytes",
        ),
        ratio("page against json.loads alone", pairs, floor=f"json.loads, {median(pairs.floor):.2f} ms"),
    ]


async def page_of_reservations() -> bytes:
    """A page as the sandbox sends it, with all its resources."""
    sandbox = Sandbox(seed=1, listings=40, limits=None)
    async with Hostaway(
        account_id=sandbox.account_id,
        client_secret=sandbox.client_secret,
        base_url="http://localhost/v1",
        http=httpx2.ASGITransport(app=sandbox.app),
    ) as hostaway:
        page = await hostaway.reservations.find(limit=ROWS)
    assert page.received == ROWS
    envelope = {"status": "success", "result": page.raw, "limit": ROWS, "offset": 0, "count": ROWS}
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()


class _Canned:
    """A client whose Hostaway answers at once with the same page."""

    def __init__(self, body: bytes, scratch: Path) -> None:
        state, clock = FileState(scratch / "pages.db"), SystemClock()
        self.governor = LeaseGovernor(
            state, ip_limit=1000, account_limit=1000, window_seconds=0.01, clock=clock
        )
        self.hostaway = Hostaway(
            account_id=ACCOUNT,
            client_secret="not-a-secret",  # noqa: S106
            base_url="http://localhost/v1",
            governor=self.governor,
            state=state,
            clock=clock,
            http=_AtOnce(body),
        )

    async def page(self) -> None:
        assert (await self.hostaway.reservations.find(limit=ROWS)).received == ROWS

    async def turn(self) -> None:
        async with self.governor.turn(account=ACCOUNT, lane=Lane.INTERACTIVE, timeout_seconds=10):
            pass


class _AtOnce(httpx2.AsyncBaseTransport):
    """A network and a Hostaway that take no time: a token, or else always the same page."""

    def __init__(self, page: bytes) -> None:
        self._page = page

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        token = {"token_type": "Bearer", "expires_in": 15_897_600, "access_token": "a.stand-in.token"}
        body = json.dumps(token).encode() if request.url.path.endswith("/accessTokens") else self._page
        return httpx2.Response(200, headers={"content-type": "application/json"}, stream=_Stream(body))


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


@dataclass(frozen=True)
class _Cost:
    """Milliseconds of processor time for one of something, all threads of the process counted."""

    times: int

    async def of(self, work: Callable[[], object]) -> float:
        began = time.process_time()
        for _ in range(self.times):
            work()
        return 1000 * (time.process_time() - began) / self.times

    async def of_async(self, work: Callable[[], Coroutine[None, None, None]]) -> float:
        began = time.process_time()
        for _ in range(self.times):
            await work()
        return 1000 * (time.process_time() - began) / self.times
