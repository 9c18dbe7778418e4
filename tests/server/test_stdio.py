"""Stdio as a process: what stands on standard output, how it ends, what it survives."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.server.conftest import ROOT
from tests.server.stand import WAIT_SECONDS

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
GARBAGE = [b"not json\n", b"\n", b"[]\n", b'{"jsonrpc":"2.0"}\n', b"\xff\xfe\x00\n", b'{"a":' * 9_000 + b"\n"]


class Line:
    """One server process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        assert process.stdin
        assert process.stdout
        self.stdin, self.stdout = process.stdin, process.stdout

    def write(self, *lines: bytes) -> None:
        for line in lines:
            self.stdin.write(line)

    def request(self, number: int, method: str, **params: Any) -> None:
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": {"_meta": MODERN, **params}}
        self.write(json.dumps(body).encode() + b"\n")

    async def answer(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_SECONDS):
            answer: dict[str, Any] = json.loads(await self.stdout.readline())
        return answer

    async def end(self) -> tuple[int, list[dict[str, Any]], str]:
        """Goes away. The exit code, the answers that were still to come, and standard error."""
        self.stdin.close()
        async with asyncio.timeout(WAIT_SECONDS):
            out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


@asynccontextmanager
async def process() -> AsyncIterator[Line]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.server.stdio_stand",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=64 * 1024 * 1024,
    )
    try:
        yield Line(started)
    finally:
        if started.returncode is None:
            started.kill()
            await started.communicate()


async def test_garbage_is_survived() -> None:
    """Lines that are no message are left out, before and after the first request."""
    async with process() as line:
        line.write(*GARBAGE)
        line.request(1, "tools/list")
        assert (await line.answer())["id"] == 1
        line.write(*GARBAGE)
        line.request(2, "tools/call", name="recall", arguments={})
        assert (await line.answer())["result"]["isError"] is False
        code, rest, _ = await line.end()
    assert (code, rest) == (0, [])


async def test_ten_megabytes_of_text_get_a_sentence() -> None:
    """The refusal is short, and the line goes on."""
    async with process() as line:
        line.request(1, "tools/call", name="echo_words", arguments={"text": "x" * 10_000_000})
        refusal = (await line.answer())["result"]
        assert refusal["isError"] is True
        assert "200" in refusal["content"][0]["text"]
        assert len(json.dumps(refusal)) < 3_000
        line.write(b"y" * 20_000_000 + b"\n")
        line.request(2, "tools/list")
        assert (await line.answer())["id"] == 2


async def test_what_was_asked_before_the_end_is_answered() -> None:
    """A script that writes its questions and closes its end gets all the answers."""
    async with process() as line:
        for number in range(50):
            line.request(number, "tools/call", name="echo_words", arguments={"text": f"n{number}"})
        code, answers, _ = await line.end()
    assert code == 0
    assert {a["id"]: a["result"]["structuredContent"]["said"] for a in answers} == {
        number: f"n{number}" for number in range(50)
    }


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_signal_lets_calls_end(signum: signal.Signals) -> None:
    """After a signal no more is read, what runs is answered, and the exit code is 0."""
    async with process() as line:
        line.request(1, "tools/list")
        await line.answer()
        line.request(2, "tools/call", name="take_long", arguments={}, _meta={**MODERN, "progressToken": 7})
        assert (await line.answer())["method"] == "notifications/progress"
        line.process.send_signal(signum)
        code, rest, err = await line.end()
    # The call waits for a gate that nobody opens: after the grace it is ended with an error.
    assert code == 0
    assert [message["error"]["message"] for message in rest if message.get("id") == 2] == [
        "Connection closed"
    ]
    assert "stdio_stopped" in err
    assert "Traceback" not in err


async def test_standard_output_belongs_to_the_protocol() -> None:
    """What a tool prints lands on standard error."""
    async with process() as line:
        line.request(1, "tools/call", name="print_noise", arguments={})
        assert (await line.answer())["id"] == 1
        code, rest, err = await line.end()
    assert (code, rest) == (0, [])
    assert "this must not reach the protocol" in err


async def test_client_that_vanishes_ends_the_server() -> None:
    """Nobody reads any more: the process ends, without a traceback."""
    async with process() as line:
        line.request(1, "tools/list")
        await line.answer()
        line.process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        line.request(2, "tools/list")
        line.stdin.close()
        async with asyncio.timeout(WAIT_SECONDS):
            assert await line.process.wait() == 0
            assert line.process.stderr
            assert b"Traceback" not in await line.process.stderr.read()
