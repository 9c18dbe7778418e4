"""HTTP on a bare socket: sends what no client library would, and reads the answer whole."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import httptools

from tests.hostile.messages import Hostile


@dataclass
class Heard:
    """An answer; `status` 0 means that the connection was closed without one."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Reading:
    """What httptools calls while it reads an answer."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.heard.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.heard.body += body

    def on_message_complete(self) -> None:
        self.complete = True


class Wire:
    """One connection to a server on loopback, opened anew whenever it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, hostile: Hostile) -> Heard:
        """Sends one request and gives the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        heard = Heard()
        try:
            writer.write(as_bytes(hostile))
            heard = await _read(reader, without_body=hostile.method == "HEAD")
        except ConnectionError:
            pass
        except asyncio.CancelledError:
            # The rest of the answer must not be taken for the next one.
            await self.aclose()
            raise
        if heard.status == 0 or heard.headers.get("connection", "").lower() == "close":
            await self.aclose()
        return heard

    async def aclose(self) -> None:
        """Closes the connection, if there is one."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def as_bytes(hostile: Hostile) -> bytes:
    """The request as it goes on the wire, with its right length."""
    lines = [f"{hostile.method} {hostile.target} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in hostile.headers]
    head = "\r\n".join([*lines, f"content-length: {len(hostile.body)}", "", ""])
    return head.encode("utf-8", "surrogatepass") + hostile.body


async def _read(reader: asyncio.StreamReader, *, without_body: bool) -> Heard:
    reading = _Reading()
    parser = httptools.HttpResponseParser(reading)
    while not reading.complete and (chunk := await reader.read(65_536)):
        parser.feed_data(chunk)
        reading.heard.status = parser.get_status_code()
        if without_body:
            break
    return reading.heard
