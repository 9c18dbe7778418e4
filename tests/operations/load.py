"""Small HTTP clients that see exactly what arrives: whether an answer began, and whether it was whole."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

PROTOCOL = "2025-11-25"
ANSWER_SECONDS = 60.0
"""The bound of every wait for an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, as bytes but for its id."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def written(self, host: str, request_id: str) -> bytes:
        """The request on the wire."""
        head = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        head += [f"X-Request-ID: {request_id}"] if request_id else []
        head += [f"{name}: {value}" for name, value in self.headers]
        head += [f"Content-Length: {len(self.body)}"] if self.body else []
        return "\r\n".join([*head, "", ""]).encode() + self.body


def get(path: str) -> Question:
    """A question to the HTTP API."""
    return Question("GET", path)


def mcp_call(tool: str, **arguments: Any) -> Question:
    """A tool call over MCP."""
    params = {"name": tool, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = (
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", PROTOCOL),
    )
    return Question("POST", "/mcp", json.dumps(body).encode(), headers)


@dataclass(slots=True)
class Call:
    """What came of one request."""

    request_id: str
    path: str
    sent: bool = False
    """The request was written whole."""
    status: int | None = None
    """Set once the head of the answer has arrived: from then on the call is acknowledged."""
    whole: bool = False
    """The body arrived to its announced end."""
    body: bytes = b""
    seconds: float = 0.0

    @property
    def answer(self) -> dict[str, Any]:
        """The JSON of the body, be it the answer itself or the last event of a stream."""
        data = [line[6:] for line in self.body.splitlines() if line.startswith(b"data: ")]
        answer: dict[str, Any] = json.loads(data[-1] if data else self.body)
        return answer

    @property
    def words(self) -> str:
        """What a refusal says, through either door; empty for an answer."""
        if "detail" in self.answer:
            return str(self.answer["detail"])
        result = self.answer.get("result", {})
        return str(result["content"][0]["text"]) if result.get("isError") else ""

    @property
    def done(self) -> bool:
        """Whether it is a whole answer, and one that tells of success."""
        if not self.whole or self.status != 200:
            return False
        result = self.answer.get("result", {})
        return "error" not in self.answer and not result.get("isError", False)


@dataclass
class Client:
    """One connection, kept alive while the server keeps it."""

    host: str
    port: int
    named: bool = True
    """Whether requests carry an id of ours."""
    calls: list[Call] = field(default_factory=list)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """While the block lasts."""
        self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        try:
            yield
        finally:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def ask(self, question: Question) -> Call:
        """
        Sends one request and reads its answer; what the server cut off is seen in the call.

        Raises:
            OSError, EOFError: the connection ended; `calls` has how far this call came.
        """
        call = Call(token_hex(16) if self.named else "", question.path)
        self.calls.append(call)
        began = time.perf_counter()
        async with asyncio.timeout(ANSWER_SECONDS):
            self._writer.write(question.written(f"{self.host}:{self.port}", call.request_id))
            await self._writer.drain()
            call.sent = True
            headers = await self._head(call)
            call.body = await self._body(headers)
            call.whole = True
        call.seconds = time.perf_counter() - began
        if headers.get("connection") == "close":
            raise EOFError
        return call

    async def _head(self, call: Call) -> dict[str, str]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        call.status = int(head[0].split(" ")[1])
        fields = (line.split(":", 1) for line in head[1:] if line)
        return {name.strip().lower(): value.strip() for name, value in fields}

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(headers["content-length"]))
        body = b""
        while size := int(await self._reader.readuntil(b"\n"), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return body


async def ask_until(client: Client, questions: Sequence[Question], over: Callable[[], bool]) -> None:
    """
    Asks one question after the other, in a circle, until it is over.

    Raises:
        OSError, EOFError: the server ended the connection.
    """
    async with client.connected():
        for question in itertools.cycle(questions):
            if over():
                return
            await client.ask(question)
