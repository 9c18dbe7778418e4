"""Cancellation for clients of the handshake era over HTTP, whose requests are served one by one."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from typing import Any

import anyio
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION = "mcp-session-id"
_MAX_SESSION_CHARS = 64

Key = tuple[str, str]


class Cancels:
    """
    Ends a call when `notifications/cancelled` names it.

    Before 2026-07-28 a client cancels with a second POST, and without sessions nothing would connect the
    two. So `initialize` is answered with a session id that serves only for this: it is as long as a key,
    so nobody can end another's call, and no state hangs on it, so it never expires and any is accepted.
    Where a client uses one request id for several calls at once, none of them is ended.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running: defaultdict[Key, list[anyio.CancelScope]] = defaultdict(list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        version = headers.get("mcp-protocol-version")
        if version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS:
            # Later, closing the connection is the way to cancel, and the SDK sees to it.
            await self._app(scope, receive, send)
            return
        first = await receive()
        said = _said(first)
        session = headers.get(SESSION, "")[:_MAX_SESSION_CHARS]
        if said.get("method") == "notifications/cancelled":
            self._cancel(session, said.get("params"))
        if said.get("method") == "initialize":
            send = _with_session(send)
        replay = _replayed(first, receive)
        if session and "id" in said and "method" in said:
            await self._run((session, str(said["id"])), scope, replay, send)
        else:
            await self._app(scope, replay, send)

    async def _run(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        cancel, answer = anyio.CancelScope(), _Answer(send)
        self._running[key].append(cancel)
        try:
            with cancel:
                await self._app(scope, receive, answer)
        finally:
            self._running[key].remove(cancel)
            if not self._running[key]:
                del self._running[key]
        if cancel.cancelled_caught:
            await answer.end()

    def _cancel(self, session: str, params: object) -> None:
        named = params.get("requestId") if isinstance(params, dict) else None
        running = self._running.get((session, str(named)), ()) if session else ()
        if len(running) == 1:
            running[0].cancel()


class _Answer:
    """Knows how far an HTTP answer has come, so that it can be ended in good order."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._began = self._ended = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._began = True
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._ended = True
        await self._send(message)

    async def end(self) -> None:
        if not self._began:
            await self._send({"type": "http.response.start", "status": 202, "headers": []})
        if not self._ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _said(message: Message) -> dict[str, Any]:
    try:
        said = json.loads(message.get("body", b""))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _with_session(send: Send) -> Send:
    async def send_with_session(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            MutableHeaders(raw=message.setdefault("headers", []))[SESSION] = secrets.token_hex(16)
        await send(message)

    return send_with_session


def _replayed(first: Message, receive: Receive) -> Receive:
    waiting = [first]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
