"""The way down under load: every call whose answer has begun is answered whole, and the process is gone."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.operations.load import Call, Client, ask_until, get, mcp_call
from tests.operations.server import Server, server

STOP_SECONDS = 10.0
"""What is promised: after the signal, the process is gone within this."""

CLIENTS = 20
STOPPING = "The server is being stopped"

QUESTIONS = (
    get("/api/v1/find_listings"),
    mcp_call("check_connection"),
    get("/api/v1/check_connection"),
    mcp_call("find_listings"),
)
"""Answered from memory and, in between, after waiting for a turn at Hostaway; through both doors."""


@dataclass(frozen=True)
class Stop:
    """One way down: how long it took, and what became of the calls."""

    seconds: float
    calls: list[Call]
    under_way: int
    """Calls that had been sent and not yet answered when the signal was sent."""


async def stopped(running: Server, clients: list[Client], asking: Awaitable[object]) -> Stop:
    """Tells the server to stop while the clients ask, and checks what everyone is owed."""
    under_way = sum(call.sent and not call.whole for client in clients for call in client.calls)
    began = time.monotonic()
    running.tell(signal.SIGTERM)
    async with asyncio.timeout(STOP_SECONDS):
        code, out = await running.gone()
    seconds = time.monotonic() - began
    await asking
    assert (code, out, running.strays) == (0, b"", [])
    assert running.logged("http_stopped")
    assert [line for line in running.lines if line["level"] in ("warning", "error")] == []
    calls = [call for client in clients for call in client.calls]
    assert [call for call in calls if call.status is not None and not call.whole] == []
    assert {call.words[: len(STOPPING)] for call in calls if call.whole and not call.done} <= {STOPPING}
    # The other side of it: what the server holds to be done has arrived.
    told = {line["correlation_id"] for line in running.logged("tool_called") if line["outcome"] == "done"}
    assert told == {call.request_id for call in calls if call.done}
    return Stop(seconds, calls, under_way)


async def cut_off(asking: Awaitable[None]) -> None:
    """Clients that go on asking until the server ends their connection."""
    with contextlib.suppress(OSError, EOFError):
        await asking


async def until(come: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Waits, within bounds."""
    async with asyncio.timeout(seconds):
        while not come():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.005)


async def test_a_stream_that_has_begun_is_finished(tmp_path: Path) -> None:
    """Its call waits for a turn at Hostaway while the process is told to stop, gets it, and is answered."""
    turns = {"HOSTAWAY_RATE_IP": "3", "HOSTAWAY_RATE_WINDOW_SECONDS": "4"}
    async with server(tmp_path, turns) as running:
        client = Client(running.host, running.port)
        asking = asyncio.ensure_future(cut_off(ask_until(client, QUESTIONS[1:2], lambda: False)))
        await until(lambda: any(call.status and not call.whole for call in client.calls[1:]))
        stop = await stopped(running, [client], asking)
    assert stop.calls[-1].done or stop.calls[-2].done


async def both_wait(watcher: Client) -> None:
    """Waits until two requests stand in line for Hostaway."""
    async with asyncio.timeout(30):
        while b'queue_waiting{lane="interactive"} 2.0' not in (await watcher.ask(get("/metrics"))).body:
            pass


async def test_a_call_without_the_time_is_refused_in_words(tmp_path: Path) -> None:
    """Its next turn at Hostaway is further off than the way down may take, through either door."""
    turns = {"HOSTAWAY_RATE_IP": "3", "HOSTAWAY_RATE_WINDOW_SECONDS": "20"}
    questions = (QUESTIONS[1], get("/api/v1/find_reservations?by=arrival&from=today&to=%2B1d"))
    async with server(tmp_path, turns) as running:
        first, watcher, *late = clients = [Client(running.host, running.port) for _ in range(4)]
        async with first.connected(), watcher.connected():
            for _ in range(2):
                await first.ask(QUESTIONS[2])
            asking = asyncio.gather(
                *(
                    cut_off(ask_until(client, [question], lambda: False))
                    for client, question in zip(late, questions, strict=True)
                )
            )
            await both_wait(watcher)
        clients.remove(watcher)
        stop = await stopped(running, clients, asking)
    refused = [call for call in stop.calls if call.whole and not call.done]
    assert [(call.path, call.status) for call in refused] == [("/mcp", 200), (questions[1].path, 503)]


async def stop_under_load(home: Path, random: Random) -> Stop:
    """A server of its own, with clients in full swing, stopped at a moment taken by chance."""
    turns = {"HOSTAWAY_RATE_IP": str(random.choice((4, 8, 15)))}
    async with server(home, turns) as running:
        clients = [Client(running.host, running.port) for _ in range(CLIENTS)]
        rounds = [QUESTIONS[i % 4 :] + QUESTIONS[: i % 4] for i in range(CLIENTS)]
        asking = asyncio.gather(
            *(
                cut_off(ask_until(client, questions, lambda: False))
                for client, questions in zip(clients, rounds, strict=True)
            )
        )
        enough = random.randint(CLIENTS, 3 * CLIENTS)
        await until(lambda: sum(call.whole for client in clients for call in client.calls) >= enough)
        return await stopped(running, clients, asking)


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
async def test_a_hundred_stops_lose_no_call(
    block: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """SIGTERM under load, ten times each: gone within 10 s, and no acknowledged call is lost."""
    random = Random(block)
    stops = [await stop_under_load(tmp_path, random) for _ in range(10)]
    assert sum(stop.under_way for stop in stops) > 0
    request.node.user_properties += [
        ("slowest_stop_seconds", round(max(stop.seconds for stop in stops), 2)),
        ("calls_answered", sum(call.whole for stop in stops for call in stop.calls)),
        ("calls_under_way", sum(stop.under_way for stop in stops)),
    ]
