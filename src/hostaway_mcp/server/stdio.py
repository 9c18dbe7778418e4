"""MCP over standard input and output, until the client goes or the process is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent import futures
from typing import TYPE_CHECKING, Any, cast

import anyio
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from hostaway_mcp.server.server import build_server

if TYPE_CHECKING:
    from hostaway_mcp.app import App

GRACE_SECONDS = 5.0
"""What calls under way get to finish once the client has closed its end or a signal came."""
MAX_LINE_BYTES = 16 * 1024 * 1024
"""A longer line is no question; it is left out, and memory stays bounded."""
_CHUNK_BYTES = 65_536
_QUEUED_LINES = 64

_log = logging.getLogger("hostaway_mcp.server")

Item = SessionMessage | Exception


async def serve_stdio(app: App) -> None:
    """
    Serves one client over stdio and returns when it is gone, or after SIGTERM or SIGINT.

    Calls under way are answered first, within `GRACE_SECONDS`; a second signal does not wait. While it
    serves, whatever else prints to standard output lands on standard error. The app is the caller's to
    close.
    """
    lines = _Lines(sys.stdin.fileno())
    server = build_server(app)
    serving = asyncio.ensure_future(_serve(server, lines, at_end=app.feed.close))
    with _signals(lines, serving):
        _log.info("stdio_started")
        try:
            await serving
        except asyncio.CancelledError:
            if not lines.interrupted:
                serving.cancel()
                raise
        finally:
            lines.stop()
            _log.info("stdio_stopped")


async def _serve(server: Server[dict[str, Any]], lines: _Lines, *, at_end: Callable[[], None]) -> None:
    try:
        # The SDK reads in a worker thread that no signal can end; `lines` can be told to stop.
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as (read, write):
            await _serve_streams(server, read, write, at_end=at_end)
    except* (BrokenPipeError, ConnectionResetError, anyio.BrokenResourceError):
        _log.info("client_gone")


async def _serve_streams(
    server: Server[dict[str, Any]],
    read: ReadStream[Item],
    write: WriteStream[SessionMessage],
    *,
    at_end: Callable[[], None],
) -> None:
    """
    Runs the server between two streams and lets it answer what it was asked before the input ended.

    `at_end` ends what would never be answered, such as a stream of changes. Left alone, the SDK ends every
    call under way with an error as soon as its input ends.
    """
    owed = _Owed()
    to_server, from_client = anyio.create_memory_object_stream[Item](0)
    to_client, from_server = anyio.create_memory_object_stream[SessionMessage](0)

    async def inward() -> None:
        async with to_server, read:
            async for item in read:
                owed.asked(item)
                await to_server.send(item)
            at_end()
            with anyio.move_on_after(GRACE_SECONDS):
                await owed.nothing()

    async def outward() -> None:
        async with write, from_server:
            async for message in from_server:
                await write.send(message)
                owed.answered(message)

    async with anyio.create_task_group() as group:
        group.start_soon(inward)
        group.start_soon(outward)
        await server.run(from_client, to_client, server.create_initialization_options())


class _Owed:
    """Which requests still wait for an answer."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()
        self._settled = asyncio.Event()
        self._settled.set()

    def asked(self, item: Item) -> None:
        message = item.message if isinstance(item, SessionMessage) else None
        if isinstance(message, JSONRPCRequest):
            self._waiting[str(message.id)] += 1
            self._settled.clear()
        elif isinstance(message, JSONRPCNotification) and message.method == "notifications/cancelled":
            # A cancelled request is never answered.
            self._settle((message.params or {}).get("requestId"))

    def answered(self, item: SessionMessage) -> None:
        if isinstance(item.message, JSONRPCResponse | JSONRPCError):
            self._settle(item.message.id)

    async def nothing(self) -> None:
        await self._settled.wait()

    def _settle(self, request_id: object) -> None:
        key = str(request_id)
        self._waiting[key] -= 1
        if self._waiting[key] <= 0:
            del self._waiting[key]
        if not self._waiting:
            self._settled.set()


class _Lines:
    """
    The lines of a file descriptor, until it ends or `stop` is called.

    A daemon thread reads with `os.read`: unlike a buffered file it holds no lock that the interpreter
    would want when it ends.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(_QUEUED_LINES)
        self._stopped = asyncio.Event()
        self.interrupted = False

    def stop(self) -> None:
        """No further line is read."""
        self._stopped.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        threading.Thread(target=self._read, name="stdin", daemon=True).start()
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            while not self._stopped.is_set():
                line = asyncio.ensure_future(self._queue.get())
                await asyncio.wait({line, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not line.done():
                    line.cancel()
                    return
                if (text := line.result()) is None:
                    return
                yield text
        finally:
            stopped.cancel()

    def _read(self) -> None:
        kept, too_long = bytearray(), False
        while chunk := self._chunk():
            *ended, rest = chunk.split(b"\n")
            for part in ended:
                kept += part
                if not too_long and not self._put(kept.decode("utf-8", "replace")):
                    return
                kept, too_long = bytearray(), False
            kept += rest
            if len(kept) > MAX_LINE_BYTES:
                kept, too_long = bytearray(), True
        if kept and not too_long:
            self._put(kept.decode("utf-8", "replace"))
        self._put(None)

    def _chunk(self) -> bytes:
        try:
            return os.read(self._descriptor, _CHUNK_BYTES)
        except OSError:
            return b""

    def _put(self, line: str | None) -> bool:
        if line is not None and not line.strip():
            return True
        waiting = self._queue.put(line)
        try:
            asyncio.run_coroutine_threadsafe(waiting, self._loop).result()
        except (RuntimeError, futures.CancelledError):
            # The loop is closed: nobody reads any more.
            waiting.close()
            return False
        return True


@contextlib.contextmanager
def _signals(lines: _Lines, serving: asyncio.Future[None]) -> Any:
    loop = asyncio.get_running_loop()

    def told() -> None:
        if lines.interrupted:
            serving.cancel()
        lines.interrupted = True
        lines.stop()

    caught = []
    for signum in (signal.SIGTERM, signal.SIGINT):
        # Not on Windows, and not outside the main thread: there the process's own handlers stay.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signum, told)
            caught.append(signum)
    try:
        yield
    finally:
        for signum in caught:
            loop.remove_signal_handler(signum)
