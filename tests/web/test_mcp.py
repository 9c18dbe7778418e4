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

from tests.server.stand import WAIT_SECONDS, serving, stand
from tests.web.conftest import BEARER, KEY, door

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
    """T10: requests that stand alone may all have the same id."""
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
