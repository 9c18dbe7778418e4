"""Where a call can fail: before it is sent, after the work, in the middle of the answer, after it."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from hostaway_mcp.cli.serve import serving
from hostaway_mcp.sandbox import Refused, Sandbox, SteppedClock
from hostaway_mcp.sandbox.faults import INSTEAD

from .conftest import let_in

TASK = {"title": "Once"}
CREATE: dict[str, Any] = {"operation": "createTask"}
INSTEAD_OF_ANSWER = sorted(INSTEAD - {"gzip_bomb"})


async def outcome(client: httpx2.AsyncClient) -> str:
    """What the caller of a write sees: an exception's name, or the status and whether it says success."""
    try:
        answer = await client.post("/tasks", json=TASK)
        return f"{answer.status_code} {answer.json().get('status')}"
    except (httpx2.HTTPError, ConnectionError, ValueError) as error:
        return type(error).__name__


SEEN = {
    "close": "Cut",
    "fail_200": "200 fail",
    "hang": "Cut",
    "html": "JSONDecodeError",
    "invalid_json": "JSONDecodeError",
    "rate_limited": "429 fail",
    "redirect": "JSONDecodeError",
    "status": "500 fail",
}


@pytest.mark.parametrize("committed", [False, True], ids=["instead", "committed"])
@pytest.mark.parametrize("kind", INSTEAD_OF_ANSWER)
async def test_before_the_work_and_after_it_look_alike(
    kind: Any, committed: bool, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    """The caller cannot tell whether the work was done; the journal can."""
    sandbox.faults.add(kind, **CREATE, committed=committed)
    assert await outcome(client) == SEEN[kind]
    assert sandbox.effects.tally() == ({"task created": 1} if committed else {})
    assert sandbox.requests[-1].fault == kind
    assert await outcome(client) == "200 success"


async def test_refused_is_never_received(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.faults.add("refuse", **CREATE)
    before = len(sandbox.requests)
    with pytest.raises(Refused):
        await client.post("/tasks", json=TASK)
    assert (len(sandbox.requests), list(sandbox.effects)) == (before, [])


@pytest.mark.parametrize(
    ("kind", "options", "seen"),
    [
        ("truncate", {"at": 20}, "Cut"),
        ("short_gzip", {}, "EOFError"),
        ("wrong_type", {}, "200 success"),
        ("drip", {"chunk": 50}, "200 success"),
        ("answer_then_cut", {}, "200 success"),
    ],
)
async def test_in_the_middle_and_after_the_answer_the_work_is_done(
    kind: Any, options: dict[str, Any], seen: str, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    sandbox.faults.add(kind, **CREATE, **options)
    if kind == "short_gzip":
        async with client.stream("POST", "/tasks", json=TASK) as answer:
            raw = b"".join([piece async for piece in answer.aiter_raw()])
        with pytest.raises(EOFError, match="before the end-of-stream"):
            gzip.decompress(raw)
    else:
        assert await outcome(client) == seen
    assert sandbox.effects.tally() == {"task created": 1}


async def test_the_wrong_type_is_that_of_a_web_page(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    sandbox.faults.add("wrong_type", operation="listUsers")
    answer = await client.get("/users")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert json.loads(answer.content)["status"] == "success"


async def test_work_goes_on_when_the_caller_has_left(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    """A late commit: nothing is there when the caller gives up, and later it is."""
    asleep, gate = asyncio.Event(), asyncio.Event()

    async def sleep(_seconds: float) -> None:
        asleep.set()
        await gate.wait()

    clock.sleep = sleep  # type: ignore[assignment, method-assign]
    sandbox.faults.add("slow", **CREATE)
    asked = asyncio.create_task(client.post("/tasks", json=TASK))
    await asleep.wait()
    asked.cancel()
    await asyncio.wait([asked])
    assert not sandbox.effects
    gate.set()
    await asyncio.wait(sandbox.app._late)
    assert sandbox.effects.tally() == {"task created": 1}


async def test_slow_and_committed_works_first(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    sandbox.faults.add("slow", **CREATE, seconds=7, committed=True)
    before = clock.now()
    assert await outcome(client) == "200 success"
    assert (sandbox.effects[0].at, (clock.now() - before).seconds) == (before, 7)


async def test_webhooks_may_come_twice(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    await client.post("/webhooks/unifiedWebhooks", json={"url": "https://example.com/hook"})
    stay = next(stay for stay in sandbox.world.stays.values() if stay.status == "new")
    sandbox.faults.add("deliver_twice", operation="updateReservation")
    await client.put(f"/reservations/{stay.id}", json={"hostNote": "cot"})
    first, second = sandbox.deliveries[1:]
    assert first == second
    assert first.body["event"] == "reservation.updated"


def test_orders_that_mean_nothing_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="No operation 'paintWalls' is documented"):
        sandbox.faults.add("close", operation="paintWalls")
    with pytest.raises(ValueError, match="'truncate' cannot be `committed`"):
        sandbox.faults.add("truncate", committed=True)


# Over a real socket.


@asynccontextmanager
async def behind_a_socket(sandbox: Sandbox, clock: SteppedClock) -> AsyncIterator[httpx2.AsyncClient]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        async with (
            serving(sandbox.app, listener),
            httpx2.AsyncClient(base_url=address, trust_env=False) as client,
        ):
            await let_in(client, sandbox, clock)
            yield client


ENDINGS: list[tuple[Any, dict[str, Any], str, int]] = [
    ("refuse", {}, "ReadError", 0),
    ("close", {}, "RemoteProtocolError", 0),
    ("close", {"reset": True}, "ReadError", 0),
    ("close", {"committed": True}, "RemoteProtocolError", 1),
    ("close", {"reset": True, "committed": True}, "ReadError", 1),
    ("hang", {"seconds": 1, "committed": True}, "RemoteProtocolError", 1),
    ("status", {"status": 503, "committed": True}, "503 fail", 1),
    ("truncate", {"at": 20}, "RemoteProtocolError", 1),
    ("truncate", {"at": 20, "reset": True}, "ReadError", 1),
    ("drip", {"chunk": 50}, "200 success", 1),
    ("answer_then_cut", {}, "200 success", 1),
]


async def test_a_socket_shows_how_it_ended(sandbox: Sandbox, clock: SteppedClock) -> None:
    """A farewell or a reset, before the head of the answer or within: never a 500 of the server's own."""
    async with behind_a_socket(sandbox, clock) as client:
        for kind, options, seen, done in ENDINGS:
            sandbox.effects.clear()
            sandbox.faults.add(kind, **CREATE, **options)
            assert (await outcome(client), len(sandbox.effects)) == (seen, done), (kind, options)


async def test_after_the_answer_the_connection_is_gone(sandbox: Sandbox, clock: SteppedClock) -> None:
    """The answer arrives whole, on a connection that does not live to see another request."""

    async def port() -> int:
        async with client.stream("POST", "/tasks", json=TASK) as answer:
            own = answer.extensions["network_stream"].get_extra_info("client_addr")
            await answer.aread()
            assert answer.json()["status"] == "success"
            return int(own[1])

    async with behind_a_socket(sandbox, clock) as client:
        first = await port()
        sandbox.faults.add("answer_then_cut", **CREATE)
        assert await port() == first
        assert await port() != first
    assert sandbox.effects.tally() == {"task created": 3}
