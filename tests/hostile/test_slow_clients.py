"""Clients that send slowly, or without end: they are cut off, and the others notice nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx2
import pytest

from hostaway_mcp.web import connection, guards, serve
from tests.server.stand import WAIT_SECONDS, serving, stand

SLOW_CLIENTS = 100
HEAD = b"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\n"
BUSY = b"GET /api/v1/take_long HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
STARTS = {
    "nothing": b"",
    "blank lines": b"\r\n",
    "half a line": b"POST /mcp HT",
    "half the headers": HEAD + b"x-slow: 1\r\nx-",
    "half the body": HEAD + b"content-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    "half a chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n40\r\n{",
    "half the second request": b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n" + HEAD,
}


@contextlib.asynccontextmanager
async def client(address: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
async def test_client_that_does_not_go_on_is_cut_off(monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    """T21: whatever it has sent so far, the connection ends."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    monkeypatch.setattr(guards, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(serve, "KEEP_ALIVE_SECONDS", 0.05)
    async with serving(stand().app) as address, client(address) as (reader, writer):
        writer.write(start)
        async with asyncio.timeout(WAIT_SECONDS):
            said = await reader.read()
    statuses = [line.split()[1] for line in said.splitlines() if line.startswith(b"HTTP/1.1")]
    assert statuses == ([b"408"] if b"{" in start else [b"200"] if b"GET" in start else [])


async def test_slow_clients_do_not_slow_others() -> None:
    """A hundred that stop in the middle of everything; each question of another is answered."""
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(serving(stand().app))
        for number in range(SLOW_CLIENTS):
            _, writer = await stack.enter_async_context(client(address))
            writer.write(list(STARTS.values())[number % len(STARTS)])
        http = await stack.enter_async_context(httpx2.AsyncClient(timeout=WAIT_SECONDS))
        for _ in range(20):
            assert (await http.get(f"{address}/api/v1/recall")).status_code == 200


@pytest.mark.parametrize("before", [b"", BUSY], ids=["at once", "while a call is under way"])
async def test_headers_without_end_are_cut_off(before: bytes) -> None:
    """Not kept until they end: the server lets go after half a mebibyte, and what the buffers hold."""
    async with serving(stand().app) as address, client(address) as (_, writer):
        writer.write(before + HEAD)
        async with asyncio.timeout(WAIT_SECONDS):
            with pytest.raises(ConnectionError):
                await _write_headers(writer, megabytes=32)


async def _write_headers(writer: asyncio.StreamWriter, *, megabytes: int) -> None:
    for _ in range(megabytes * 16):
        writer.write(b"x-many: " + b"y" * 65_536 + b"\r\n")
        await writer.drain()
