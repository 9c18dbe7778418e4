"""The ASGI application: doors, limits, strictness and faults around the routes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from hostaway_mcp.sandbox.calls import HANDLERS, Call
from hostaway_mcp.sandbox.documented import Operation, find_operation
from hostaway_mcp.sandbox.envelope import DENIED, NOT_FOUND, TOO_MANY, RefusalError, Reply
from hostaway_mcp.sandbox.faults import INSTEAD, Cut, Fault, Wire, pieces_of, spoil, wire_instead
from hostaway_mcp.sandbox.forms import FORMS, read_form
from hostaway_mcp.sandbox.limits import Excess
from hostaway_mcp.sandbox.strict import body_violations, content_type_violation, query_violations

if TYPE_CHECKING:
    from hostaway_mcp.sandbox.sandbox import Sandbox

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

OPEN_TO_ALL = ("createAccessToken", "revokeAccessToken")


@dataclass(slots=True)
class Recorded:
    """One request as it came in, and the status it was answered with (0: cut before an answer)."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    at: datetime
    ip: str
    status: int = 0
    account: str | None = None
    fault: str | None = None
    operation: str | None = None
    content_type: str = field(default="")


class App:
    """What uvicorn or an ASGI transport calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or the life of the server."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await self._record(scope, receive)
        fault = self._sandbox.faults.take(request.method, request.path)
        request.fault = fault.kind if fault else None
        if fault and fault.kind in INSTEAD:
            await self._misbehave(fault, request, scope, receive, send)
            return
        if fault and fault.kind == "slow":
            await self._wait(fault.options.get("seconds", 1.0))
        reply = self._answer(request)
        if fault:
            if fault.kind == "commit_then_cut":
                await _cut(scope, send)
            reply.payload = json.loads(reply.body()) if reply.text is None else None
            spoil(fault, reply.payload)
        request.status = reply.status
        wire = Wire(reply.status, {"content-type": reply.content_type} | reply.headers, reply.body())
        await self._write(wire, send, fault)

    async def _record(self, scope: Scope, receive: Receive) -> Recorded:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        request = Recorded(
            method=scope["method"],
            path=scope["path"],
            query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            headers=headers,
            body=body,
            at=self._sandbox.clock.now(),
            ip=(scope.get("client") or ("unknown", 0))[0],
            content_type=headers.get("content-type", "").split(";")[0].strip().lower(),
        )
        self._sandbox.requests.append(request)
        return request

    def _answer(self, request: Recorded) -> Reply:
        try:
            return self._route(request)
        except RefusalError as refusal:
            return refusal.reply()

    def _route(self, request: Recorded) -> Reply:
        sandbox = self._sandbox
        found = find_operation(request.method, request.path.removeprefix("/v1"))
        found = found if request.path.startswith("/v1/") else None
        authorization = request.headers.get("authorization", "")
        request.account = sandbox.tokens.owner(authorization)
        excess = self._admit(request, found[0] if found else None)
        if excess:
            return self._too_many(excess)
        if found is None:
            raise RefusalError(404, NOT_FOUND)
        operation, path = found
        request.operation = operation.id
        if operation.id not in OPEN_TO_ALL:
            self._let_in(authorization)
        body = _read_body(operation, request)
        self._check(operation, request, body)
        handler = HANDLERS.get(operation.id)
        if handler is None:
            raise RefusalError(501, f"The sandbox does not simulate {operation.id}")
        return handler(Call(sandbox, operation, path, request.query, body))

    def _let_in(self, authorization: str) -> None:
        if not self._sandbox.tokens.is_usable(authorization, at=self._sandbox.clock.monotonic()):
            raise RefusalError(403, DENIED)

    def _admit(self, request: Recorded, operation: Operation | None) -> Excess | None:
        own = None
        if operation and operation.limit:
            own = (operation.id, operation.limit["requests"], float(operation.limit["window_seconds"]))
        return self._sandbox.limits.admit(
            ip=request.ip, account=request.account, own=own, at=self._sandbox.clock.monotonic()
        )

    def _too_many(self, excess: Excess) -> Reply:
        headers = {}
        if self._sandbox.rate_headers:
            free_at = self._sandbox.clock.now().timestamp() + excess.free_after_seconds
            headers = {
                "x-ratelimit-limit": str(excess.limit),
                "x-ratelimit-remaining": "0",
                "x-ratelimit-retry-after": str(int(-(-free_at // 1))),
                "x-ratelimit-applied": excess.applied,
            }
        return Reply({"status": "fail", "message": TOO_MANY}, 429, headers)

    def _check(self, operation: Operation, request: Recorded, body: Any) -> None:
        found = list(query_violations(operation, request.query))
        if request.body:
            kind = content_type_violation(operation, request.content_type)
            found += [kind] if kind else []
        if operation.bodies and (request.body or operation.id != "revokeAccessToken"):
            found += body_violations(operation, request.content_type, body)
        if operation.id == "createAccessToken":
            found = [one for one in found if "required" not in one and "one of" not in one]
        self._sandbox.violations += [f"{request.method} {request.path}: {one}" for one in found]
        if found and self._sandbox.strict:
            raise RefusalError(400, "Strict mode: " + "; ".join(found[:5]))

    async def _misbehave(
        self, fault: Fault, request: Recorded, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault.kind == "hang":
            await self._hang(fault.options.get("seconds", 3600.0), receive)
        if fault.kind in ("hang", "close"):
            await _cut(scope, send)
        wire = wire_instead(fault)
        request.status = wire.status
        await self._write(wire, send, None)

    async def _hang(self, seconds: float, receive: Receive) -> None:
        """Says nothing until the time is over or the caller has gone."""
        waits = [asyncio.ensure_future(self._wait(seconds)), asyncio.ensure_future(_leave(receive))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _write(self, wire: Wire, send: Send, fault: Fault | None) -> None:
        headers = wire.headers | {"content-length": str(len(wire.body))}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": wire.status, "headers": raw})
        if fault is None or fault.kind not in ("truncate", "drip"):
            await send({"type": "http.response.body", "body": wire.body})
            return
        for piece in pieces_of(fault, wire.body):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if fault.kind == "drip":
                await self._wait(fault.options.get("interval", 0.1))
        if fault.kind == "truncate":
            raise Cut("the connection was cut in the middle of the answer")
        await send({"type": "http.response.body", "body": b""})

    async def _wait(self, seconds: float) -> None:
        sleep = getattr(self._sandbox.clock, "sleep", asyncio.sleep)
        await sleep(seconds)


def _read_body(operation: Operation, request: Recorded) -> Any:
    """The body as JSON or as form fields; unreadable JSON is refused."""
    if not request.body or not operation.bodies:
        return {}
    if request.content_type in FORMS and any(kind in FORMS for kind in operation.bodies):
        return read_form(request.body, request.headers.get("content-type", ""))
    try:
        return json.loads(request.body)
    except ValueError:
        raise RefusalError(400, "The body is not valid JSON") from None


async def _cut(scope: Scope, send: Send) -> None:
    """
    Drops the connection.

    A real server writes a 500 when an application ends without an answer, so there the head of an
    answer with a body that never comes is sent first; the client sees a broken connection either way.
    """
    if "spec_version" in scope.get("asgi", {}):
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]}
        )
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
    raise Cut("the connection was dropped")


async def _leave(receive: Receive) -> None:
    """Returns when the caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
