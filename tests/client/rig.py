"""The real client over a false network: the sandbox behind ASGI, or a few bytes on a real socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor import Budget
from hostaway_mcp.client.governor.governor import LeaseGovernor
from hostaway_mcp.client.operations import GET_LISTING, LIST_LISTINGS, UPDATE_LISTING
from hostaway_mcp.client.protocol import Request
from hostaway_mcp.client.shared import MemoryState, SharedState
from hostaway_mcp.client.transport import Transport
from hostaway_mcp.clock import Clock, SystemClock
from hostaway_mcp.sandbox.sandbox import Sandbox
from tests.support.clock import FakeClock
from tests.support.worlds import new_sandbox

BASE = "http://hostaway.test/v1"
LISTINGS = Request(LIST_LISTINGS, query={"limit": 2})
TOKEN_PATH = "/v1/accessTokens"


class OpenGovernor:
    """Gives every turn at once, and writes down what it was told."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, Lane]] = []
        self.refusals: list[tuple[float | None, str | None]] = []

    def turn(
        self, *, account: str, lane: Lane, timeout_seconds: float
    ) -> contextlib.AbstractAsyncContextManager[None]:
        self.turns.append((account, lane))
        return contextlib.nullcontext()

    def refused(self, *, account: str, retry_after_seconds: float | None, applied: str | None) -> None:
        self.refusals.append((retry_after_seconds, applied))

    def budget(self, *, account: str) -> Budget:
        return Budget(15, 20, 10.0, 0, 0, 0, 0.0, len(self.refusals), False)

    def predicted_wait(self, *, account: str, lane: Lane, requests: int = 1) -> float:
        return 0.0


@dataclass
class Rig:
    """A sandbox, and a client before it."""

    sandbox: Sandbox
    transport: Transport
    clock: FakeClock
    state: SharedState

    def hits(self, path: str = "", *, method: str | None = None) -> int:
        """How many requests other than token requests reached the sandbox."""
        return sum(
            one.path != TOKEN_PATH and one.path.startswith(f"/v1{path}") and method in (None, one.method)
            for one in self.sandbox.requests
        )

    def listing(self, index: int = 0) -> Request:
        """A request for one of the sandbox's listings."""
        return Request(GET_LISTING, path={"listingId": self.listing_id(index)})

    def listing_id(self, index: int = 0) -> int:
        return list(self.sandbox.world.homes)[index]

    def rename(self, name: str = "New name") -> Request:
        """A write."""
        return Request(UPDATE_LISTING, path={"listingId": self.listing_id()}, body={"name": name})


def transport_for(
    sandbox: Sandbox,
    clock: Clock,
    *,
    state: SharedState | None = None,
    governed: bool = False,
    client_secret: str | None = None,
    wrap: Callable[[Any], Any] = lambda app: app,
    **options: Any,
) -> Transport:
    """A client of the sandbox over ASGI; governed by leases, or let through at once."""
    state = state or MemoryState()
    return Transport(
        base_url=BASE,
        account_id=sandbox.account_id,
        client_secret=client_secret or sandbox.client_secret,
        governor=LeaseGovernor(state, clock=clock) if governed else OpenGovernor(),
        state=state,
        clock=clock,
        http=httpx2.ASGITransport(app=wrap(sandbox.app)),
        **options,
    )


@contextlib.asynccontextmanager
async def rigged(*, governed: bool = False, warm: bool = True, **options: Any) -> AsyncIterator[Rig]:
    """A sandbox in virtual time without limits (with them if governed), and a client that has its token."""
    clock = FakeClock()
    sandbox = new_sandbox(listings=3, clock=clock, limits=(15, 20, 10.0) if governed else None)
    state = MemoryState()
    async with transport_for(sandbox, clock, state=state, governed=governed, **options) as transport:
        if warm:
            await transport.renew_token()
            await clock.sleep(10)
        yield Rig(sandbox, transport, clock, state)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """A server on loopback whose every byte the test decides."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def hits(self) -> int:
        """How many requests came, other than for a token."""
        return sum(b"/accessTokens" not in request for request in self.requests)


TOKEN_BODY = b'{"token_type":"Bearer","expires_in":63158400,"access_token":"raw-token"}'


def http_answer(body: bytes, *, head: str = "", status: str = "200 OK") -> bytes:
    """An answer with its length."""
    lines = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{head}content-length: {len(body)}\r\n\r\n"
    )
    return lines.encode() + body


SUCCESS = http_answer(b'{"status":"success","result":[{"id":1}]}')


@contextlib.asynccontextmanager
async def raw_server(serve: Serve) -> AsyncIterator[RawServer]:
    """Answers token requests as Hostaway does, and leaves every other request to `serve`."""
    tasks: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while request := await _request(reader):
                found.requests.append(request)
                if b"/accessTokens" in request:
                    writer.write(http_answer(TOKEN_BODY))
                    await writer.drain()
                    continue
                await serve(reader, writer)
                if writer.is_closing():
                    break
        writer.close()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    found = RawServer(server.sockets[0].getsockname()[1])
    try:
        yield found
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.partition(b":")[2]))
    return head


@contextlib.contextmanager
def closing_port() -> Iterator[int]:
    """A port on which nobody listens."""
    import socket

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


def raw_transport(port: int, *, clock: Clock | None = None, **options: Any) -> Transport:
    """A client of a raw server, over a real socket."""
    return Transport(
        base_url=f"http://127.0.0.1:{port}/v1",
        account_id="10000",
        client_secret="raw-secret",
        governor=OpenGovernor(),
        state=MemoryState(),
        clock=clock or SystemClock(),
        **options,
    )
