"""MCP over standard input and output, until the client goes or the process is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.lowlevel.server import Server
from mcp.shared.message import SessionMessage
from mcp_types import (
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from hostaway_mcp.server.pipes import Lines, Writer, kept_apart
from hostaway_mcp.server.server import build_server

if TYPE_CHECKING:
    from hostaway_mcp.app import App

GRACE_SECONDS = 5.0
"""What calls under way get to finish once the client has closed its end or a signal came."""

_log = logging.getLogger("hostaway_mcp.server")


async def serve_stdio(app: App) -> None:
    """
    Serves one client over stdio and returns when it is gone, or after SIGTERM or SIGINT.

    Calls under way are answered first, within `GRACE_SECONDS`; a second signal does not wait. While it
    serves, whatever else prints to standard output lands on standard error. The app is the caller's to
    close.
    """
    lines = Lines(sys.stdin.fileno())
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


async def _serve(server: Server[dict[str, Any]], lines: Lines, *, at_end: Callable[[], None]) -> None:
    with kept_apart(sys.stdout) as descriptor:
        out = Writer(descriptor)
        try:
            await _serve_lines(server, lines, out, at_end=at_end)
            await out.written()
        except* (BrokenPipeError, ConnectionResetError, anyio.BrokenResourceError):
            _log.info("client_gone")
        finally:
            out.close()


async def _serve_lines(
    server: Server[dict[str, Any]], lines: Lines, out: Writer, *, at_end: Callable[[], None]
) -> None:
    """
    Runs the server between lines and lets it answer what it was asked before the input ended.

    `at_end` ends what would never be answered, such as a stream of changes. Left alone, the SDK ends every
    call under way with an error as soon as its input ends. Its own transport goes to a thread and back for
    each line that it reads, and twice for each that it writes.
    """
    owed = _Owed()
    to_server, from_client = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    to_client, from_server = anyio.create_memory_object_stream[SessionMessage](0)

    async def inward() -> None:
        async with to_server:
            async for line in lines:
                item = _message(line)
                owed.asked(item)
                await to_server.send(item)
            at_end()
            with anyio.move_on_after(GRACE_SECONDS):
                await owed.nothing()

    async def outward() -> None:
        async with from_server:
            async for item in from_server:
                said = item.message.model_dump_json(by_alias=True, exclude_unset=True)
                await out.write(said.encode() + b"\n")
                owed.answered(item)

    async with anyio.create_task_group() as group:
        group.start_soon(inward)
        group.start_soon(outward)
        await server.run(from_client, to_client, server.create_initialization_options())


def _message(line: str) -> SessionMessage | Exception:
    """What a line says; the SDK wants to be told of one that says nothing."""
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValidationError as error:
        return error


class _Owed:
    """Which requests still wait for an answer."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()
        self._settled = asyncio.Event()
        self._settled.set()

    def asked(self, item: SessionMessage | Exception) -> None:
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


@contextlib.contextmanager
def _signals(lines: Lines, serving: asyncio.Future[None]) -> Any:
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
