"""What a request passes before it reaches a route: plain ASGI, so that streams and cancels stay whole."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Iterable, Sequence

from opentelemetry import context as otel
from opentelemetry.propagate import extract
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hostaway_mcp import calls
from hostaway_mcp.calls import Call
from hostaway_mcp.server.identity import TRAIL, Trail, given_correlation_id
from hostaway_mcp.web.hosts import AllowedHosts
from hostaway_mcp.web.problems import problem

MAX_BODY_BYTES = 1024 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_TARGET_BYTES = 16 * 1024
MAX_HOSTS_KNOWN = 64
BODY_SECONDS = 20.0
"""Within which a body must have arrived; one that drips holds a connection no longer."""

GUARD_STATUSES = frozenset({401, 403, 408, 413, 414, 421, 431, 500, 503})
"""With which a request may be refused here, whatever its route."""

OPEN_PATH = "/health"
"""The one route that needs no key."""

PROVEN = "hostaway_mcp.proven"
"""In the scope of a request that has shown other credentials than the key: a delivery of Hostaway's."""

_EVERY_ANSWER = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""The headers of every answer that does not bring its own of the same name."""

RawHeader = tuple[bytes, bytes]

_log = logging.getLogger("hostaway_mcp.web")


class Trailed:
    """
    The outermost guard: gives the request its correlation id and every answer its X-Request-ID.

    The id is that of X-Request-ID or `traceparent` where sane, else new. Every answer carries the security
    headers; what nobody foresaw becomes a problem document, and a line in the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        traceparent = _first(scope, b"traceparent")
        given = given_correlation_id(request_id=_first(scope, b"x-request-id"), traceparent=traceparent)
        trail = Trail(given or calls.new_correlation_id(), given is not None)
        scope[TRAIL] = trail
        began = False

        async def send_marked(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                message["headers"] = _marked(message.get("headers", ()), trail)
            await send(message)

        spans = otel.attach(extract(Headers(scope=scope))) if traceparent else None
        try:
            with calls.answering(Call(trail.correlation_id)):
                await self._app(scope, receive, send_marked)
        except asyncio.CancelledError:
            # The server stops, and the time to finish is over.
            if not began:
                stopping = problem(503, "stopping", "The server is being stopped; ask again in a moment.",
                                   headers={"retry-after": "5"})  # fmt: skip
                await stopping(scope, receive, send_marked)
            raise
        except Exception:
            _log.exception("request_broke", extra={"method": scope["method"]})
            if began:
                raise
            broke = problem(500, "internal", "Something broke inside hostaway-mcp; its log says where.")
            await broke(scope, receive, send_marked)
        finally:
            if spans is not None:
                otel.detach(spans)


class KnownHosts:
    """Refuses foreign Host (421) and Origin (403) headers, for every route."""

    def __init__(self, app: ASGIApp, *, allowed: AllowedHosts) -> None:
        self._app = app
        self._allowed = allowed
        self._ours: set[str] = set()
        """Host headers that were found to be ours: clients send the same one at every request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        hosts = header_values(scope, b"host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return _refused(
                421,
                "foreign_host",
                "This server has another name than the Host header says; HOSTAWAY_MCP_PUBLIC_URL sets it.",
            )
        origins = header_values(scope, b"origin")
        if origins and not (len(origins) == 1 and self._allowed.origin(origins[0])):
            return _refused(
                403,
                "foreign_origin",
                "Pages of this origin may not call; HOSTAWAY_MCP_ALLOWED_ORIGINS names those that may.",
            )
        if not origins and _sent_by_foreign_page(scope):
            return _refused(403, "foreign_origin", "Another site's page may not call this server.")
        return None

    def _is_ours(self, host: str) -> bool:
        if host in self._ours:
            return True
        found = self._allowed.host(host)
        if found and len(self._ours) < MAX_HOSTS_KNOWN:
            self._ours.add(host)
        return found


class Sized:
    """Refuses oversized headers, targets and bodies, and bodies that drip; hands the body on in one piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _oversized(scope)
        if refusal is None:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    body = await _body(receive)
            except TimeoutError:
                refusal = _refused(408, "body_too_slow", "The body did not arrive in time.")
            else:
                if body is None:
                    return
                if len(body) <= MAX_BODY_BYTES:
                    await self._app(scope, _replayed(body, receive), send)
                    return
                refusal = _too_large()
        refusal.headers["connection"] = "close"
        await refusal(scope, receive, send)


class Keyed:
    """
    Lets only those through who present the key, except to /health, and deliveries that have proven theirs.

    Without the key nothing is passed on at all: an unknown route is answered with 404 and a wrong method
    with 405 here, before 401, so that no mistake in matching routes can open one.
    """

    def __init__(self, app: ASGIApp, *, key: str) -> None:
        self._app = app
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] != "http" or scope["path"] == OPEN_PATH or scope.get(PROVEN) is True
        if is_open or self._presented(scope):
            await self._app(scope, receive, send)
            return
        await _without_key(scope["app"].router.routes, scope)(scope, receive, send)

    def _presented(self, scope: Scope) -> bool:
        given = header_values(scope, b"authorization")
        scheme, _, key = (given[0] if len(given) == 1 else "").partition(" ")
        same = hmac.compare_digest(key.strip().encode("latin-1", "replace"), self._key)
        return same and scheme.lower() == "bearer"


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Of all headers of this name; ASGI has the names in small letters."""
    return [value.decode("latin-1") for each, value in scope["headers"] if each == name]


def _first(scope: Scope, name: bytes) -> str | None:
    values = header_values(scope, name)
    return values[0] if values else None


def correlation_id(scope: Scope) -> str:
    """The id of the request in this scope."""
    trail = scope.get(TRAIL)
    return trail.correlation_id if isinstance(trail, Trail) else calls.new_correlation_id()


def no_such_route() -> Response:
    """404 for a path that nothing serves."""
    return problem(404, "no_route", "There is no such path here; /docs lists those that there are.")


def wrong_method(allowed: Sequence[str]) -> Response:
    """405 for a path that is served, but not by this method."""
    names = ", ".join(sorted(allowed))
    return problem(405, "wrong_method", f"This path answers {names} only.", headers={"allow": names})


def _without_key(routes: Sequence[BaseRoute], scope: Scope) -> Response:
    allowed: set[str] = set()
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return _refused(
                401,
                "key_needed",
                "This path needs the key of HOSTAWAY_MCP_HTTP_KEY, as Authorization: Bearer <key>.",
                {"www-authenticate": 'Bearer realm="hostaway-mcp"'},
            )
        if match is Match.PARTIAL:
            allowed |= set(getattr(route, "methods", None) or ())
    return wrong_method(sorted(allowed)) if allowed else no_such_route()


def _refused(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    _log.info("request_refused", extra={"status": status, "code": code})
    return problem(status, code, detail, headers=headers)


def _marked(headers: Iterable[RawHeader], trail: Trail) -> list[RawHeader]:
    own = [header for header in headers if header[0] != b"x-request-id"]
    names = {name for name, _ in own}
    own += [header for header in _EVERY_ANSWER if header[0] not in names]
    return [*own, (b"x-request-id", trail.correlation_id.encode("latin-1"))]


def _sent_by_foreign_page(scope: Scope) -> bool:
    # An image or a script tag sends no Origin, but browsers say where it stands. Following a link is fine.
    if _first(scope, b"sec-fetch-site") != "cross-site":
        return False
    followed = _first(scope, b"sec-fetch-mode") == "navigate"
    return not (followed and _first(scope, b"sec-fetch-dest") == "document")


def _oversized(scope: Scope) -> Response | None:
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET_BYTES:
        return _refused(414, "target_too_long", "The address is longer than 16 kB.")
    if sum([len(name) + len(value) for name, value in scope["headers"]]) > MAX_HEADER_BYTES:
        return _refused(431, "headers_too_large", "The headers are larger than 32 kB.")
    declared = _first(scope, b"content-length") or ""
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        return _too_large()
    return None


def _too_large() -> Response:
    return _refused(413, "body_too_large", "The body is larger than 1 MiB.")


async def _body(receive: Receive) -> bytes | None:
    """The body, read up to just beyond the limit; None if the client went away first."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES or not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
