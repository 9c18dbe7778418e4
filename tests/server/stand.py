"""A small house for the doors' tests: the real app and runner with tools of its own and no Hostaway."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast

import httpx2
from pydantic import Field
from starlette.responses import JSONResponse

from hostaway_mcp import calls
from hostaway_mcp.app import App
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.errors import (
    AmbiguousNameError,
    CredentialsError,
    HostawayMcpError,
    RateLimitedError,
    UnknownNameError,
)
from hostaway_mcp.services.answers import Answer
from hostaway_mcp.services.replica_state import ReplicaState
from hostaway_mcp.services.services import Services
from hostaway_mcp.settings import Settings
from hostaway_mcp.sync.feed import Feed
from hostaway_mcp.sync.replica import Replica
from hostaway_mcp.telemetry.audit import MemoryAudit
from hostaway_mcp.telemetry.metrics import Metrics
from hostaway_mcp.tools.catalogue import Listed, Question, Text, Tool, Toolset, tool
from hostaway_mcp.tools.runner import Runner
from hostaway_mcp.web.serve import serve_http

NAMES = [f"Beach House {n}" for n in range(1, 151)]
UPSTREAM_TOKEN = "eyJ0eXAiOiJKV1QifQ.stand-in-upstream-token.c2ln"
SECRET = "stand-in-client-secret-0123456789"
AS_OF = datetime(2026, 7, 23, 12, tzinfo=UTC)
WAIT_SECONDS = 60.0
"""The bound of every wait in these tests; nothing is asserted about how long things take."""


@dataclass
class Desk:
    """The stand-in for the services: names to complete, and what the tools did."""

    log: list[str] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None
    replica_state: ReplicaState | None = None

    @property
    def portfolio(self) -> Desk:
        return self

    async def suggest(self, prefix: str) -> list[str]:
        if self.failure:
            raise self.failure
        return [name for name in NAMES if name.lower().startswith(prefix.lower())]

    async def open_changes(self) -> int | None:
        """Writes are off."""
        return None

    async def aclose(self) -> None:
        """Nothing to let go."""


def desk_of(services: Services) -> Desk:
    return cast("Desk", services)


Ref = int | Text | Annotated[list[int | Text], Field(max_length=50)]


class EchoQuestion(Question):
    text: Annotated[Text, Field(description="what to say back")]
    listing: Ref | None = None
    kinds: Annotated[Listed[Literal["red", "blue"]], Field(description="which kinds")] = Field(
        default_factory=list
    )
    limit: Annotated[int, Field(ge=1, le=100, description="how many")] = 10
    loud: bool = False


class EchoAnswer(Answer):
    said: str
    asked: dict[str, Any]
    correlation_id: str


class Nothing(Question):
    pass


class Told(Answer):
    log: list[str]


class Kind(Question):
    kind: Literal["ambiguous", "unknown", "busy", "credentials", "defect", "long"]


def _said(answer: EchoAnswer) -> str:
    return answer.said


def _log(answer: Told) -> str:
    return ", ".join(answer.log) or "nothing"


@tool(title="Say it back", toolset=Toolset.CORE, text=_said)
async def echo_words(services: Services, question: EchoQuestion) -> EchoAnswer:
    """Says the words back, with what was understood."""
    await asyncio.sleep(0)
    call = calls.current()
    assert call is not None
    return EchoAnswer(
        as_of=AS_OF, said=question.text, asked=question.asked(), correlation_id=call.correlation_id
    )


@tool(title="Take long", toolset=Toolset.OPS, text=lambda a: "done")
async def take_long(services: Services, question: Nothing) -> Told:
    """Reports progress three times, then waits until somebody opens the gate."""
    desk, call = desk_of(services), calls.current()
    assert call is not None
    try:
        # The first of these may bring the client's cancel.
        for step in range(1, 4):
            if call.progress:
                await call.progress(step, 3, f"step {step}")
                await call.progress(step - 1, 3, "not told: it goes back")
        desk.started.set()
        await desk.gate.wait()
    except asyncio.CancelledError:
        desk.log.append("cancelled")
        raise
    finally:
        desk.ended.set()
    return Told(as_of=AS_OF, log=desk.log)


@tool(title="What happened", toolset=Toolset.CORE, text=_log)
async def recall(services: Services, question: Nothing) -> Told:
    """Tells what the other tools did, and whether one is running."""
    desk = desk_of(services)
    running = desk.started.is_set() and not desk.ended.is_set()
    return Told(as_of=AS_OF, log=[*desk.log, "running"] if running else desk.log)


@tool(title="Print", toolset=Toolset.CORE, text=lambda a: "printed")
async def print_noise(services: Services, question: Nothing) -> Told:
    """Prints, as careless code does."""
    sys.stdout.write("this must not reach the protocol\n")
    sys.stdout.flush()
    return Told(as_of=AS_OF, log=[])


@tool(title="Take a moment", toolset=Toolset.OPS, text=lambda a: "done")
async def take_a_moment(services: Services, question: Nothing) -> Told:
    """Takes a second, whatever happens meanwhile."""
    desk_of(services).started.set()
    await asyncio.sleep(1)
    return Told(as_of=AS_OF, log=[])


@tool(title="Open the gate", toolset=Toolset.CORE, text=lambda a: "open")
async def open_gate(services: Services, question: Nothing) -> Told:
    """Lets take_long end."""
    desk_of(services).gate.set()
    return Told(as_of=AS_OF, log=[])


@tool(title="Refuse", toolset=Toolset.ADMIN, text=lambda a: "never")
async def refuse(services: Services, question: Kind) -> Told:
    """Refuses in one of several ways."""
    raise _refusals()[question.kind]


def _refusals() -> dict[str, Exception]:
    refusals: dict[str, HostawayMcpError] = {
        "ambiguous": AmbiguousNameError("Two listings are called Anna.", choices=["Anna 1", "Anna 2"]),
        "unknown": UnknownNameError("No listing Anne.", nearest=["Anna"], hint="Did you mean Anna?"),
        "busy": RateLimitedError("Hostaway asks to wait.", retry_after_seconds=11.2),
        "credentials": CredentialsError("Hostaway does not accept the account id and secret."),
        "long": AmbiguousNameError("ß" * 5_000, choices=["ü" * 500] * 20),
    }
    return {**refusals, "defect": RuntimeError("a guest's words: door code 4711")}


class ListingQuestion(Question):
    listing: Ref


@tool(title="One listing", toolset=Toolset.LISTINGS, text=_said)
async def get_listing(services: Services, question: ListingQuestion) -> EchoAnswer:
    """One listing."""
    if question.listing == "nowhere":
        raise UnknownNameError("No listing nowhere.")
    return EchoAnswer(
        as_of=AS_OF, said=f"listing {question.listing}", asked=question.asked(), correlation_id="-"
    )


TOOLS: tuple[Tool, ...] = (
    echo_words, take_long, take_a_moment, recall, open_gate, print_noise, refuse, get_listing,
)  # fmt: skip


@dataclass
class Stand:
    """The app, and what its tools and its audit hold."""

    app: App
    desk: Desk
    audit: MemoryAudit


def stand(*, tools: tuple[Tool, ...] = TOOLS, **settings: Any) -> Stand:
    """An app whose tools are those of this page; settings as in the environment, in lower case."""
    values = {"hostaway_account_id": "61148", "hostaway_client_secret": SECRET}
    held = Settings(_env_file=None, **(values | settings))
    clock, desk, audit, metrics = SystemClock(), Desk(), MemoryAudit(), Metrics()
    hostaway = Hostaway(
        account_id=held.hostaway_account_id,
        client_secret=held.hostaway_client_secret.get_secret_value(),
        state=MemoryState(),
        clock=clock,
        http=httpx2.ASGITransport(app=_hostaway),
    )
    hostaway.transport.on_call = lambda call: metrics.upstream_called(
        call.operation, call.outcome, call.duration_seconds
    )
    services = cast("Services", desk)
    replica = Replica("sqlite:///not-used.db", account_id="61148", hostaway=hostaway, clock=clock)
    desk.replica_state = ReplicaState(replica, clock=clock)
    runner = Runner(
        services=services, tools=tools, clock=clock, audit=audit, metrics=metrics, account="61148"
    )
    feed = Feed(replica, clock=clock)
    return Stand(App(held, clock, hostaway, services, replica, feed, runner, metrics, audit), desk, audit)


async def _hostaway(scope: Any, receive: Any, send: Any) -> None:
    token = {"token_type": "Bearer", "expires_in": 15_897_600, "access_token": UPSTREAM_TOKEN}
    await JSONResponse(token)(scope, receive, send)


@asynccontextmanager
async def serving(app: App, *, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The HTTP door of this app on a free port of a real socket; gives its address."""
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waited: set[asyncio.Future[Any]] = {ready}
    door = asyncio.ensure_future(
        serve_http(app, host=host, port=0, on_ready=lambda _, port: ready.set_result(port))
    )
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.wait(waited | {door}, return_when=asyncio.FIRST_COMPLETED)
        if door.done():
            door.result()
        yield f"http://127.0.0.1:{ready.result()}"
    finally:
        door.cancel()
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(door, return_exceptions=True)
