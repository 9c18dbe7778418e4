"""MCP over HTTP beneath the official client: equal ids, cancellation, what is refused."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from hostaway_mcp.web.cancels import SESSION
from tests.server.stand import WAIT_SECONDS, serving, stand
from tests.web.conftest import BEARER, KEY, door
from tests.web.test_guards import assert_problem

ACCEPT = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
ERAS = ("2025-11-25", "2026-07-28")


def request(
    era: str, tool: str, arguments: dict[str, Any], *, number: int = 1, **meta: Any
) -> dict[str, Any]:
    """Headers and body of a tool call, as keyword arguments of a client's `post`."""
    modern = era == "2026-07-28"
    params: dict[str, Any] = {"name": tool, "arguments": arguments}
    params["_meta"] = (ENVELOPE if modern else {}) | meta
    routing = {"mcp-method": "tools/call", "mcp-name": tool} if modern else {}
    return {
        "headers": ACCEPT | {"mcp-protocol-version": era} | routing,
        "json": {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params},
    }


def message_of(response: httpx2.Response) -> dict[str, Any]:
    """The answer, from JSON or from the last event of a stream."""
    if response.headers["content-type"].startswith("application/json"):
        message: dict[str, Any] = response.json()
    else:
        data = [line[5:] for line in response.text.splitlines() if line.startswith("data:")]
        message = json.loads(data[-1])
    return message


@pytest.mark.parametrize("era", ERAS)
async def test_a_thousand_calls_with_one_id_get_their_own_answers(era: str) -> None:
    """T10: on a session of the handshake era, equal ids got each other's answers or none."""
    held = stand()
    limits = httpx2.Limits(max_connections=100)
    async with serving(held.app) as address, httpx2.AsyncClient(limits=limits, timeout=WAIT_SECONDS) as http:

        async def ask(n: int) -> tuple[str, str]:
            arguments = {"text": f"n{n}", "limit": n % 100 + 1}
            response = await http.post(f"{address}/mcp", **request(era, "echo_words", arguments))
            answer = message_of(response)
            assert answer["id"] == 1
            assert answer["result"]["structuredContent"]["asked"]["limit"] == n % 100 + 1
            return f"n{n}", answer["result"]["structuredContent"]["said"]

        pairs = await asyncio.gather(*(ask(n) for n in range(1000)))
    assert all(asked == said for asked, said in pairs)
    assert len(held.audit.records) == len({r.correlation_id for r in held.audit.records}) == 1000


@pytest.mark.parametrize("era", ERAS)
async def test_hanging_up_cancels_the_call(era: str) -> None:
    """Nobody reads the answer: the tool stops."""
    held = stand()
    async with serving(held.app) as address, httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        call = asyncio.ensure_future(http.post(f"{address}/mcp", **request(era, "take_long", {})))
        async with asyncio.timeout(WAIT_SECONDS):
            await held.desk.started.wait()
            call.cancel()
            await held.desk.ended.wait()
    assert held.desk.log == ["cancelled"]
    assert [record.outcome for record in held.audit.records] == ["cancelled"]


async def test_hanging_up_cancels_an_operation() -> None:
    """The same for a plain GET."""
    held = stand()
    async with serving(held.app) as address, httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        call = asyncio.ensure_future(http.get(f"{address}/api/v1/take_long"))
        async with asyncio.timeout(WAIT_SECONDS):
            await held.desk.started.wait()
            call.cancel()
            await held.desk.ended.wait()
    assert held.desk.log == ["cancelled"]
    assert [record.outcome for record in held.audit.records] == ["cancelled"]


async def test_cancel_of_another_session_ends_nothing() -> None:
    """The session id is what a cancel must know; one that is not unique ends nothing either."""
    held = stand()
    start = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    }
    async with serving(held.app) as address, httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        url = f"{address}/mcp"
        body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": start}
        session = (await http.post(url, headers=ACCEPT, json=body)).headers[SESSION]
        assert len(session) == 32

        def call() -> asyncio.Future[httpx2.Response]:
            sent = request("2025-11-25", "take_long", {}, number=7)
            sent["headers"] |= {SESSION: session}
            return asyncio.ensure_future(http.post(url, **sent))

        async def cancel(session: str | None) -> None:
            cancelled = {
                "jsonrpc": "2.0",
                "method": "notifications/cancelled",
                "params": {"requestId": 7},
            }
            headers = ACCEPT | ({SESSION: session} if session else {})
            assert (await http.post(url, headers=headers, json=cancelled)).status_code == 202

        async with asyncio.timeout(WAIT_SECONDS):
            first = call()
            await held.desk.started.wait()
            for wrong in (None, "", "0" * 32):
                await cancel(wrong)
            held.desk.started.clear()
            second = call()
            await held.desk.started.wait()
            await cancel(session)
            assert held.desk.log == []
            held.desk.gate.set()
            for answer in await asyncio.gather(first, second):
                assert message_of(answer)["result"]["isError"] is False
            held.desk.gate.clear()
            held.desk.started.clear()
            third = call()
            await held.desk.started.wait()
            await cancel(session)
            assert "result" not in (await third).text
    assert held.desk.log == ["cancelled"]


async def test_client_with_the_key_gets_in_and_others_do_not() -> None:
    """The door's key guards MCP as well. D14: nothing on the way to the tool loses it."""
    held = stand(hostaway_mcp_http_key=KEY)
    async with serving(held.app) as address:
        async with httpx2.AsyncClient(headers=BEARER) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport) as client:
                assert not (await client.call_tool("recall")).is_error
        async with httpx2.AsyncClient() as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            with pytest.RaisesGroup(MCPError, flatten_subgroups=True, allow_unwrapped=True):
                await Client(transport).__aenter__()


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"jsonrpc":"2.0","id":1}', b"\xff\xfe", b'"x"', b"1e999",
     b'[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]'],
)  # fmt: skip
async def test_garbage_is_refused_without_a_failure(era: str, body: bytes) -> None:
    """Never 5xx, never a traceback."""
    async with door() as at:
        headers = ACCEPT | {"mcp-protocol-version": era}
        response = await at.http.post("/mcp", content=body, headers=headers)
        assert response.status_code in (400, 202)
        assert "Traceback" not in response.text
        assert "site-packages" not in response.text


async def test_headers_must_agree_with_the_body() -> None:
    """T28: the SDK's checks stay on."""
    async with door() as at:
        lying = request("2026-07-28", "recall", {})
        lying["headers"]["mcp-name"] = "echo_words"
        assert (await at.http.post("/mcp", **lying)).status_code == 400
        unknown = request("2099-01-01", "recall", {})
        assert (await at.http.post("/mcp", **unknown)).status_code == 400
        assert at.held.audit.records == []


async def test_request_id_is_returned_by_mcp_too() -> None:
    """The header's id is the audit's; without one, that of `_meta` is taken and told."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with door() as at:
        given = request("2026-07-28", "recall", {})
        given["headers"]["x-request-id"] = "mine-1"
        assert (await at.http.post("/mcp", **given)).headers["x-request-id"] == "mine-1"
        inside = request("2026-07-28", "recall", {}, traceparent=f"00-{trace}-b7ad6b7169203331-01")
        assert (await at.http.post("/mcp", **inside)).headers["x-request-id"] == trace
        assert [r.correlation_id for r in at.held.audit.records] == ["mine-1", trace]


async def test_no_stream_is_opened_with_get() -> None:
    """Without sessions there is nothing to listen to. Source: MCP 2025-11-25, transports: 405."""
    async with door() as at:
        response = await at.http.get("/mcp", headers={"accept": "text/event-stream"})
        assert_problem(response, 405, "wrong_method")
