"""Sessions of the handshake era over HTTP: how they begin and end, and what happens in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from hostaway_mcp.web import sessions
from hostaway_mcp.web.sessions import SESSION
from tests.server.stand import WAIT_SECONDS, Stand, serving, stand
from tests.web.test_guards import assert_problem
from tests.web.test_mcp import ACCEPT, message_of, request

ERA = "2025-11-25"
START = {"protocolVersion": ERA, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": START}


@dataclass
class Line:
    """A client without an SDK."""

    http: httpx2.AsyncClient
    url: str
    held: Stand

    async def begin(self) -> str:
        """A new session; gives its id."""
        answer = await self.http.post(self.url, headers=ACCEPT, json=INITIALIZE)
        assert message_of(answer)["result"]["capabilities"]["resources"]["subscribe"] is True
        session = str(answer.headers[SESSION])
        done = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert (await self.post(session, done)).status_code == 202
        return session

    async def post(self, session: str, body: dict[str, Any]) -> httpx2.Response:
        return await self.http.post(self.url, headers=ACCEPT | {SESSION: session}, json=body)

    async def call(self, session: str, tool: str, *, number: Any = 7, **arguments: Any) -> httpx2.Response:
        sent = request(ERA, tool, arguments, number=number)
        sent["headers"] |= {SESSION: session}
        return await self.http.post(self.url, **sent)

    async def cancel(self, session: str, number: int) -> None:
        params = {"requestId": number}
        body = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}
        await self.post(session, body)

    async def waiting(self, session: str, number: Any = 7) -> asyncio.Future[httpx2.Response]:
        """A call that has begun and waits for the gate."""
        self.held.desk.started.clear()
        call = asyncio.ensure_future(self.call(session, "take_long", number=number))
        async with asyncio.timeout(WAIT_SECONDS):
            await self.held.desk.started.wait()
        return call

    @asynccontextmanager
    async def stream(self, session: str) -> AsyncIterator[httpx2.Response]:
        headers = {"accept": "text/event-stream", SESSION: session}
        async with self.http.stream("GET", self.url, headers=headers) as response:
            yield response


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    held = stand()
    async with serving(held.app) as address, httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        yield Line(http, f"{address}/mcp", held)
    await held.app.aclose()


async def test_a_session_lives_from_initialize_to_delete() -> None:
    """Its calls know the client by the name in its handshake; afterwards its id is not known any more."""
    async with line() as client:
        session = await client.begin()
        answer = message_of(await client.call(session, "echo_words", text="hello"))
        assert answer["result"]["structuredContent"]["said"] == "hello"
        assert [record.caller for record in client.held.audit.records] == ["raw 1"]
        headers = {SESSION: session}
        assert (await client.http.delete(client.url, headers=headers)).status_code == 200
        assert (await client.call(session, "echo_words", text="hello")).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_session_is_answered_404(method: str) -> None:
    """After which the client begins anew. Source: MCP 2025-11-25, transports, session management."""
    async with line() as client:
        headers = ACCEPT | {SESSION: "0" * 32}
        answer = await client.http.request(method, client.url, headers=headers, json=INITIALIZE)
        assert answer.status_code == 404


async def test_a_request_without_a_session_stands_alone() -> None:
    """As curl sends it, and as a balancer may send each to another process."""
    async with line() as client:
        answer = await client.http.post(client.url, **request(ERA, "echo_words", {"text": "hello"}))
        assert SESSION not in answer.headers
        assert message_of(answer)["result"]["structuredContent"]["said"] == "hello"
        level = {"jsonrpc": "2.0", "id": 1, "method": "logging/setLevel", "params": {"level": "error"}}
        refused = message_of(await client.http.post(client.url, headers=ACCEPT, json=level))
        assert "Without a session" in refused["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "headers", [{}, {SESSION: ""}, {SESSION: "0" * 32, "mcp-protocol-version": "2026-07-28"}]
)
async def test_without_a_session_there_is_nothing_to_listen_to(method: str, headers: dict[str, str]) -> None:
    """Source: MCP 2025-11-25, transports: 405. Since 2026-07-28 there are no sessions."""
    async with line() as client:
        answer = await client.http.request(method, client.url, headers=ACCEPT | headers)
        assert_problem(answer, 405, "wrong_method")
        assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("again", [7, "7"])
async def test_an_id_that_is_under_way_is_refused(again: Any) -> None:
    """T10: equal ids got each other's answers or none. The refusal has no id, as it answers neither."""
    async with line() as client:
        session, other = await client.begin(), await client.begin()
        first = await client.waiting(session)
        refused = await client.call(session, "echo_words", number=again, text="second")
        assert (refused.status_code, refused.json()["id"]) == (409, None)
        assert "under way in this session" in refused.json()["error"]["message"]
        # Another session has ids of its own, and so has a request that stands alone.
        for answer in (
            await client.call(other, "echo_words", text="third"),
            await client.http.post(client.url, **request(ERA, "echo_words", {"text": "third"}, number=7)),
        ):
            assert message_of(answer)["result"]["structuredContent"]["said"] == "third"
        client.held.desk.gate.set()
        assert message_of(await first)["result"]["isError"] is False
        for _ in range(20):
            answer = await client.call(session, "echo_words", text="later")
            assert message_of(answer)["result"]["structuredContent"]["said"] == "later"


async def test_a_thousand_calls_of_many_sessions_get_their_own_answers() -> None:
    """All with the ids 0 to 19, twenty of each session at once."""
    async with line() as client:
        opened = await asyncio.gather(*(client.begin() for _ in range(50)))

        async def ask(session: str, number: int) -> bool:
            text = f"{session} {number}"
            answer = message_of(await client.call(session, "echo_words", number=number, text=text))
            return bool(answer["id"] == number and answer["result"]["structuredContent"]["said"] == text)

        asked = [ask(session, number) for number in range(20) for session in opened]
        assert all(await asyncio.gather(*asked))


async def test_hanging_up_in_a_session_leaves_the_call_and_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a cancel ends a call of a session; the late answer must not reach whoever takes the same id."""
    monkeypatch.setattr(sessions, "CUT_SECONDS", 0.5)
    async with line() as client:
        session = await client.begin()
        call = await client.waiting(session)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        refused = await client.call(session, "echo_words", text="another")
        assert refused.status_code == 409
        client.held.desk.gate.set()
        async with asyncio.timeout(WAIT_SECONDS):
            await client.held.desk.ended.wait()
            while (answer := await client.call(session, "echo_words", text="free")).status_code == 409:
                pass
        assert message_of(answer)["result"]["structuredContent"]["said"] == "free"
    assert client.held.desk.log == []


async def test_a_cancel_ends_a_call_of_its_own_session_alone() -> None:
    """The session id is what a cancel must know."""
    async with line() as client:
        session, other = await client.begin(), await client.begin()
        call = await client.waiting(session)
        await client.cancel(other, 7)
        await client.http.post(
            client.url,
            headers=ACCEPT,
            json={"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}},
        )
        log = message_of(await client.call(other, "recall"))["result"]["structuredContent"]["log"]
        assert log == ["running"]
        await client.cancel(session, 7)
        assert "result" not in message_of(await call)
    assert client.held.desk.log == ["cancelled"]


async def test_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond them 503; those that are open, and requests that stand alone, are served as before."""
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 2)
    async with line() as client:
        first, _ = await client.begin(), await client.begin()
        refused = await client.http.post(client.url, headers=ACCEPT, json=INITIALIZE)
        assert refused.status_code == 503
        for answer in (
            await client.call(first, "recall"),
            await client.http.post(client.url, **request(ERA, "recall", {})),
        ):
            assert answer.status_code == 200
        await client.http.delete(client.url, headers={SESSION: first})
        await client.begin()


async def test_an_idle_session_ends_and_one_that_listens_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """An open stream is use enough."""
    monkeypatch.setattr(sessions, "IDLE_SECONDS", 0.2)
    async with line() as client:
        idle, listening = await client.begin(), await client.begin()
        async with client.stream(listening) as stream:
            assert stream.status_code == 200
            async with asyncio.timeout(WAIT_SECONDS):
                await asyncio.sleep(0.5)
                assert (await client.call(idle, "recall")).status_code == 404
            assert (await client.call(listening, "recall")).status_code == 200


async def test_the_end_of_the_server_ends_streams_in_good_order() -> None:
    """Those of sessions and those of `subscriptions/listen`, while a call is still answered."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    wanted = {"resourceSubscriptions": ["hostaway://listing/1", "hostaway://listing/Anna"]}
    listen: dict[str, Any] = {
        "headers": ACCEPT | {"mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen"},
        "json": {
            "jsonrpc": "2.0",
            "id": 5,
            "method": "subscriptions/listen",
            "params": {"notifications": wanted, "_meta": meta},
        },
    }
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        held = stand()
        async with serving(held.app) as address:
            client = Line(http, f"{address}/mcp", held)
            session = await client.begin()
            call = await client.waiting(session)
            get = {"accept": "text/event-stream", SESSION: session}
            standing = await http.send(http.build_request("GET", client.url, headers=get), stream=True)
            modern = await http.send(http.build_request("POST", client.url, **listen), stream=True)
            asyncio.get_running_loop().call_later(0.3, held.desk.gate.set)
        # Not cut off: httpx would raise.
        assert (standing.status_code, (await standing.aread()).strip()) == (200, b"")
        frames = [
            json.loads(row[6:]) for row in (await modern.aread()).decode().splitlines() if row[:5] == "data:"
        ]
        assert frames[0]["params"]["notifications"] == {"resourceSubscriptions": ["hostaway://listing/1"]}
        assert frames[-1]["id"] == 5
        assert "result" in frames[-1]
        assert message_of(await call)["result"]["isError"] is False
    await held.app.aclose()
