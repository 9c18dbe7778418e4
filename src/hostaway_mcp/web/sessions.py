"""MCP's endpoint: requests that stand alone, and the sessions of clients of the handshake era."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.dispatcher import coerce_request_id
from mcp_types import INVALID_REQUEST
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from hostaway_mcp.web.guards import MAX_BODY_BYTES, wrong_method
from hostaway_mcp.web.streams import Streams

SESSION = "mcp-session-id"
METHODS = ("DELETE", "GET", "POST")

MAX_SESSIONS = 1_000
"""A session that nobody uses takes about 40 kB; beyond these, `initialize` is answered with 503."""
IDLE_SECONDS = 1_800.0
"""After which a session without a request or an open stream ends; its client begins anew."""
CUT_SECONDS = 60.0
"""How long the id of a request whose client hung up stays in use: longer than the longest call."""

Key = tuple[str, str]

_log = logging.getLogger("hostaway_mcp.web")


class Sessions:
    """
    Answers MCP over HTTP in both eras.

    Since 2026-07-28 each request stands alone. Before, `initialize` opens a session: on it a client can be
    asked back, hear of changes (GET), cancel, and end it (DELETE). An id that is not known is answered 404,
    after which the client begins anew. A request of that era without a session is answered as one that
    stands alone.
    """

    def __init__(self, server: Server[dict[str, Any]], streams: Streams) -> None:
        self._alone = _manager(server, stateless=True)
        self._kept = _manager(server, stateless=False)
        self._streams = streams
        self._answers: dict[Key, _Answer] = {}

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Sessions live as long as the block."""
        async with self._alone.run(), self._kept.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        version = headers.get("mcp-protocol-version")
        is_modern = version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS
        if scope["method"] != "POST":
            # Without a session there is nothing to listen to, and nothing to end.
            has_session = not is_modern and headers.get(SESSION)
            served = self._kept_stream if has_session else wrong_method(["POST"])
            await served(scope, receive, send)
        elif is_modern:
            await self._alone.handle_request(scope, receive, send)
        else:
            await self._post(headers.get(SESSION), scope, receive, send)

    async def _kept_stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._streams.serve(self._kept.handle_request, scope, receive, send)

    async def _post(self, session: str | None, scope: Scope, receive: Receive, send: Send) -> None:
        first = await receive()
        said, replay = _said(first), _replayed(first, receive)
        if session and "method" in said and isinstance(number := said.get("id"), int | str):
            await self._ask((session, str(coerce_request_id(number))), scope, replay, send)
        elif session or said.get("method") == "initialize":
            await self._kept.handle_request(scope, replay, send)
        else:
            await self._alone.handle_request(scope, replay, send)

    async def _ask(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        """A request in a session: the SDK finds its way back by its id alone, so each may run once."""
        while known := self._answers.get(key):
            if not known.is_whole:
                _log.info("request_refused", extra={"status": 409, "code": "id_in_use"})
                await _id_in_use()(scope, receive, send)
                return
            await known.is_left.wait()
        self._answers[key] = answer = _Answer(send)
        try:
            await self._kept.handle_request(scope, receive, answer)
        finally:
            if answer.is_whole:
                self._leave(key)
            else:
                # The session goes on with it, and nothing tells when it is done.
                asyncio.get_running_loop().call_later(CUT_SECONDS, self._leave, key)

    def _leave(self, key: Key) -> None:
        self._answers.pop(key).is_left.set()


class _Answer:
    """Knows whether an HTTP answer has gone out whole, and is told when its id may be used again."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.is_whole = False
        self.is_left = asyncio.Event()

    async def __call__(self, message: Message) -> None:
        self.is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)


def _manager(server: Server[dict[str, Any]], *, stateless: bool) -> StreamableHTTPSessionManager:
    return StreamableHTTPSessionManager(
        server,
        stateless=stateless,
        # Progress needs event streams.
        json_response=False,
        session_idle_timeout=IDLE_SECONDS,
        max_sessions=MAX_SESSIONS,
        max_request_body_size=MAX_BODY_BYTES,
        # `KnownHosts` checks Host and Origin for every route, and knows more spellings.
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


def _id_in_use() -> JSONResponse:
    # Without the id: the client would take it for the answer to the other request.
    said = "A request of this id is under way in this session; ids are used once."
    error = {"code": INVALID_REQUEST, "message": said}
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, status_code=409)


def _said(message: Message) -> dict[str, Any]:
    try:
        said = json.loads(message.get("body", b""))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _replayed(first: Message, receive: Receive) -> Receive:
    waiting = [first]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
