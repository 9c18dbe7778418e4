"""Raw clients that cost next to nothing themselves: JSON-RPC over a pipe and over a kept connection."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from itertools import count, cycle
from statistics import median
from typing import Any, Protocol

LIMIT = 64 * 1024 * 1024
WAIT_SECONDS = 60.0
ERA = "2026-07-28"
_ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": ERA,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_ID = re.compile(rb'"id":\s*(\d+)')


class BrokenCallError(Exception):
    """A call of a bench was not answered as it must be; a figure made of it would be false."""


class Line(Protocol):
    """A connection to a server."""

    async def ask(self, method: str, **params: Any) -> bytes: ...


def request(number: int, method: str, params: dict[str, Any]) -> bytes:
    """A request of the 2026-07-28 era."""
    whole = {"jsonrpc": "2.0", "id": number, "method": method, "params": {"_meta": _ENVELOPE, **params}}
    return json.dumps(whole, separators=(",", ":")).encode()


def result_of(answer: bytes) -> dict[str, Any]:
    """
    The result in an answer, from JSON or the last event of a stream.

    Raises:
        BrokenCallError: it is an error, or a refusal of the tool.
    """
    text = answer.decode()
    events = [line[5:] for line in text.splitlines() if line.startswith("data:")]
    message = json.loads(events[-1] if events else text)
    result: dict[str, Any] = message.get("result", {})
    if not result or result.get("isError"):
        raise BrokenCallError(text[:500])
    return result


class PipeLine:
    """A server process on standard input and output; many may ask at once."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._in, self._out = process.stdin, process.stdout
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._reading = asyncio.ensure_future(self._read())

    async def ask(self, method: str, **params: Any) -> bytes:
        number = next(self._numbers)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._in.write(request(number, method, params) + b"\n")
        return await answer

    async def _read(self) -> None:
        while line := await self._out.readline():
            found = _ID.search(line[:200]) or _ID.search(line[-200:])
            if found and (answer := self._waiting.pop(int(found[1]), None)):
                answer.set_result(line)
        for answer in self._waiting.values():
            answer.set_exception(BrokenCallError("The server has gone."))

    async def aclose(self) -> None:
        self._in.close()
        await self._reading


class HttpLine:
    """One kept connection to an MCP endpoint on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        self._reader, self._writer, self._port = reader, writer, port

    @classmethod
    async def open(cls, port: int) -> HttpLine:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LIMIT)
        return cls(reader, writer, port)

    async def ask(self, method: str, **params: Any) -> bytes:
        body = request(1, method, params)
        named = f"mcp-name: {params['name']}\r\n" if "name" in params else ""
        head = (
            f"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\ncontent-type: application/json\r\n"
            f"accept: application/json, text/event-stream\r\nmcp-protocol-version: {ERA}\r\n"
            f"mcp-method: {method}\r\n{named}content-length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answered = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        answer = await self._body(answered)
        if not answered.startswith(b"http/1.1 200"):
            raise BrokenCallError(answer[:500].decode(errors="replace"))
        return answer

    async def _body(self, head: bytes) -> bytes:
        if length := re.search(rb"content-length: (\d+)", head):
            return await self._reader.readexactly(int(length[1]))
        pieces = []
        while size := int(await self._reader.readline(), 16):
            pieces.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(pieces)

    async def aclose(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def typical_seconds(
    lines: Sequence[Line], tool: str, questions: Sequence[dict[str, Any]], *, calls: int
) -> float:
    """
    The median time of a call when each of the lines has one under way; one answer is looked at.

    The questions (arguments of the tool) are asked in turn.
    """
    result_of(await lines[0].ask("tools/call", name=tool, arguments=questions[0]))
    each = max(1, calls // len(lines))
    turns = cycle(questions)

    async def work(line: Line) -> list[float]:
        taken = []
        for _ in range(each):
            question = next(turns)
            began = time.perf_counter()
            await line.ask("tools/call", name=tool, arguments=question)
            taken.append(time.perf_counter() - began)
        return taken

    async with asyncio.timeout(WAIT_SECONDS):
        return median(t for taken in await asyncio.gather(*map(work, lines)) for t in taken)
