"""Who asks, and what they call the request: read from what a client says of itself, never trusted further."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext

from hostaway_mcp import calls

Context = ServerRequestContext[dict[str, Any], Any]

TRAIL = "hostaway_mcp.trail"
"""Where an HTTP request's `Trail` stands in its ASGI scope."""

MAX_CALLER_CHARS = 60

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9 ._/()+-]+")


@dataclass(slots=True)
class Trail:
    """The correlation id of one HTTP request, and whether its headers gave it."""

    correlation_id: str
    given: bool


def given_correlation_id(*, request_id: object = None, traceparent: object = None) -> str | None:
    """
    The id that a client gave, if it is sane: X-Request-ID before the trace id of a W3C `traceparent`.

    Sane are at most 64 of A-Z a-z 0-9 . _ -, so that an id can go into logs and headers as it is.
    """
    if isinstance(request_id, str) and _SANE_ID.fullmatch(request_id):
        return request_id
    if isinstance(traceparent, str) and (match := _TRACEPARENT.fullmatch(traceparent)):
        return match[1]
    return None


def caller_name(*words: str | None) -> str:
    """What a client calls itself, with only what belongs into a name; at most 60 characters."""
    said = " ".join(filter(None, words))[: 4 * MAX_CALLER_CHARS]
    return " ".join(_NOT_A_NAME.sub(" ", said).split())[:MAX_CALLER_CHARS].rstrip()


def correlation_id_of(context: Context) -> str:
    """
    The id of an MCP request: of its HTTP headers, else of `traceparent` in its `_meta`, else a new one.

    Where the headers gave none, the HTTP answer is told which id was taken.
    """
    named = given_correlation_id(traceparent=(context.meta or {}).get("traceparent"))
    trail = _trail_of(context)
    if trail is None:
        return named or calls.new_correlation_id()
    if named and not trail.given:
        trail.correlation_id = named
    return trail.correlation_id


def caller_of(context: Context) -> str:
    """
    The client's name and version; its User-Agent over HTTP before 2026-07-28 without a session.

    There each request stands alone, and only `initialize` carried the name.
    """
    if params := context.session.client_params:
        return caller_name(params.client_info.name, params.client_info.version)
    return caller_name(context.request.headers.get("user-agent")) if context.request is not None else ""


def door_of(context: Context) -> str:
    """`http` or `stdio`."""
    return "stdio" if context.request is None else "http"


def connection_of(context: Context) -> Connection:
    """
    The connection of a request: its `state` and `exit_stack` last as long as the session.

    Of a request that stands alone it ends with the request.
    """
    # The SDK means it for handlers, and has no public way to it yet.
    return context.session._connection  # noqa: SLF001


def _trail_of(context: Context) -> Trail | None:
    trail = context.request.scope.get(TRAIL) if context.request is not None else None
    return trail if isinstance(trail, Trail) else None
