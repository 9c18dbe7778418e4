"""Stdio between two pipes of the test's own process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hostaway_mcp.server import pipes, stdio
from tests.server.stand import WAIT_SECONDS, Stand, stand
from tests.server.test_stdio import GARBAGE, MODERN


class Pipes:
    """The client's ends."""

    def __init__(self, held: Stand, into: int, reader: asyncio.StreamReader) -> None:
        self.held, self._into, self._reader = held, into, reader

    def write(self, *lines: bytes) -> None:
        for line in lines:
            os.write(self._into, line)

    def call(self, number: int, tool: str, **arguments: Any) -> None:
        params = {"name": tool, "arguments": arguments, "_meta": MODERN}
        body = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
        self.write(json.dumps(body).encode() + b"\n")

    async def answer(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_SECONDS):
            answer: dict[str, Any] = json.loads(await self._reader.readline())
        return answer

    def close(self) -> None:
        os.close(self._into)


@asynccontextmanager
async def serving_stdio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pipes]:
    """A server on two pipes; at the end it must be gone by itself."""
    to_server, into = os.pipe()
    out_of, from_server = os.pipe()
    held, loop = stand(), asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(out_of, "rb")
    )
    with os.fdopen(to_server) as stdin, os.fdopen(from_server, "w") as stdout:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stdout", stdout)
        serving = asyncio.ensure_future(stdio.serve_stdio(held.app))
        try:
            yield Pipes(held, into, reader)
            async with asyncio.timeout(WAIT_SECONDS):
                await serving
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            transport.close()
            await held.app.aclose()


async def test_garbage_between_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that are no message are left out; too long ones too, without being kept."""
    monkeypatch.setattr(pipes, "MAX_LINE_BYTES", 100_000)
    async with serving_stdio(monkeypatch) as line:
        line.write(*GARBAGE[:5])
        line.call(1, "recall")
        assert (await line.answer())["id"] == 1
        for _ in range(3):
            await asyncio.to_thread(line.write, b"z" * 100_000)
        line.write(b"\n")
        line.call(2, "recall")
        assert (await line.answer())["id"] == 2
        line.close()


async def test_last_line_needs_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands after the last line break is a line as well, and is answered after the input ended."""
    async with serving_stdio(monkeypatch) as line:
        line.call(1, "take_a_moment")
        params = {"name": "recall", "arguments": {}, "_meta": MODERN}
        body = {"jsonrpc": "2.0", "id": "two", "method": "tools/call", "params": params}
        line.write(json.dumps(body).encode())
        line.close()
        assert (await line.answer())["id"] == "two"
        assert (await line.answer())["id"] == 1


async def test_a_call_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the grace is over; it is told so."""
    monkeypatch.setattr(stdio, "GRACE_SECONDS", 0.05)
    async with serving_stdio(monkeypatch) as line:
        line.call(1, "take_long")
        async with asyncio.timeout(WAIT_SECONDS):
            await line.held.desk.started.wait()
        line.close()
        assert (await line.answer())["error"]["message"] == "Connection closed"
    assert line.held.desk.log == ["cancelled"]


async def test_a_cancelled_call_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled request is never answered, so nothing is owed for it."""
    async with serving_stdio(monkeypatch) as line:
        line.call(1, "take_long")
        async with asyncio.timeout(WAIT_SECONDS):
            await line.held.desk.started.wait()
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
        line.write(json.dumps(cancel).encode() + b"\n")
        line.close()
    assert line.held.desk.log == ["cancelled"]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_signal_ends_the_reading(monkeypatch: pytest.MonkeyPatch, signum: signal.Signals) -> None:
    """The client's end stays open; what runs is answered, then the server returns."""
    async with serving_stdio(monkeypatch) as line:
        line.call(1, "take_long")
        async with asyncio.timeout(WAIT_SECONDS):
            await line.held.desk.started.wait()
        os.kill(os.getpid(), signum)
        line.held.desk.gate.set()
        assert (await line.answer())["result"]["isError"] is False
    line.close()


async def test_second_signal_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks twice means it."""
    async with serving_stdio(monkeypatch) as line:
        line.call(1, "take_long")
        async with asyncio.timeout(WAIT_SECONDS):
            await line.held.desk.started.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0)
            os.kill(os.getpid(), signal.SIGTERM)
            await line.held.desk.ended.wait()
    line.close()
    assert line.held.desk.log == ["cancelled"]


async def test_the_end_of_the_input_ends_a_stream_of_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is answered as one that was ended on purpose, and nobody waits for it."""
    monkeypatch.setattr(stdio, "GRACE_SECONDS", 10 * WAIT_SECONDS)
    async with serving_stdio(monkeypatch) as line:
        wanted = {"resourceSubscriptions": ["hostaway://listing/1"]}
        params = {"notifications": wanted, "_meta": MODERN}
        body = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params}
        line.write(json.dumps(body).encode() + b"\n")
        begun = await line.answer()
        assert begun.get("params", {}).get("notifications") == wanted, begun
        line.close()
        answer = await line.answer()
        assert (answer["id"], "result" in answer) == (1, True)
