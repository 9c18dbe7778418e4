"""The ASGI application: doors, limits, strictness and faults around the routes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from hostaway_mcp.sandbox.calls import HANDLERS, Call
from hostaway_mcp.sandbox.documented import Operation, find_operation
from hostaway_mcp.sandbox.envelope import DENIED, NOT_FOUND, TOO_MANY, RefusalError, Reply
from hostaway_mcp.sandbox.faults import INSTEAD, Cut, Fault, Refused, Wire, spoil, wire_instead
from hostaway_mcp.sandbox.forms import FORMS, read_form
from hostaway_mcp.sandbox.limits import Excess
from hostaway_mcp.sandbox.strict import body_violations, content_type_violation, query_violations
from hostaway_mcp.sandbox.wire import Receive, Scope, Send, drop, hang, pause, write

if TYPE_CHECKING:
    from hostaway_mcp.sandbox.sandbox import Sandbox

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
        self._late: set[asyncio.Task[Reply]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or the life of the server."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            try:
                await self._serve(scope, receive, send)
            except (Cut, Refused) as event:
                if not await drop(event, send, receive) and not event.answered:
                    raise

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _found(scope["method"], scope["path"])
        operation = found[0].id if found else None
        fault = self._sandbox.faults.take(scope["method"], scope["path"], operation)
        if fault and fault.kind == "refuse":
            raise Refused("the connection was refused")
        request = await self._record(scope, receive)
        request.operation, request.fault = operation, fault.kind if fault else None
        if fault and fault.kind in INSTEAD and not fault.committed:
            await self._misbehave(fault, request, receive, send)
            return
        reply = await self._reply(request, fault)
        if fault and fault.kind in INSTEAD:
            await self._misbehave(fault, request, receive, send)
            return
        if fault and reply.text is None:
            reply.payload = json.loads(reply.body())
            spoil(fault, reply.payload)
        request.status = reply.status
        wire = Wire(reply.status, {"content-type": reply.content_type} | reply.headers, reply.body())
        await write(wire, send, fault, self._sandbox.clock)

    async def _reply(self, request: Recorded, fault: Fault | None) -> Reply:
        """The work, and what a fault does to it."""
        if fault and fault.kind == "slow" and not fault.committed:
            task = asyncio.create_task(self._answer_late(request, fault))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            # A server goes on although its caller has left.
            return await asyncio.shield(task)
        sent = len(self._sandbox.deliveries)
        reply = self._answer(request, fault)
        if fault and fault.kind == "deliver_twice":
            self._sandbox.deliveries += self._sandbox.deliveries[sent:]
        if fault and fault.kind == "slow":
            await pause(self._sandbox.clock, fault.options.get("seconds", 1.0))
        return reply

    async def _answer_late(self, request: Recorded, fault: Fault) -> Reply:
        await pause(self._sandbox.clock, fault.options.get("seconds", 1.0))
        return self._answer(request, fault)

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

    def _answer(self, request: Recorded, fault: Fault | None) -> Reply:
        try:
            return self._route(request, fault)
        except RefusalError as refusal:
            return refusal.reply()

    def _route(self, request: Recorded, fault: Fault | None) -> Reply:
        sandbox = self._sandbox
        found = _found(request.method, request.path)
        authorization = request.headers.get("authorization", "")
        request.account = sandbox.tokens.owner(authorization)
        excess = self._admit(request, found[0] if found else None)
        if excess:
            return self._too_many(excess)
        if found is None:
            raise RefusalError(404, NOT_FOUND)
        operation, path = found
        if operation.id not in OPEN_TO_ALL:
            self._let_in(authorization)
        body = _read_body(operation, request)
        self._check(operation, request, body)
        handler = HANDLERS.get(operation.id)
        if handler is None:
            raise RefusalError(501, f"The sandbox does not simulate {operation.id}")
        return handler(Call(sandbox, operation, path, request.query, body, fault))

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

    async def _misbehave(self, fault: Fault, request: Recorded, receive: Receive, send: Send) -> None:
        if fault.kind == "hang":
            await hang(self._sandbox.clock, fault.options.get("seconds", 3600.0), receive)
        if fault.kind in ("hang", "close"):
            raise Cut("the connection was dropped", reset=fault.options.get("reset", False))
        wire = wire_instead(fault)
        request.status = wire.status
        await write(wire, send, None, self._sandbox.clock)


def _found(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The documented operation of a path below /v1, with its parameters."""
    return find_operation(method, path.removeprefix("/v1")) if path.startswith("/v1/") else None


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


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
