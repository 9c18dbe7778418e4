"""Turns the tree of errors into the protocol's own form, once."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolResult, TextContent

from hostaway_mcp.errors import HostawayMcpError, Move, NotFoundError, UnknownNameError

CORRELATION_ID_KEY = "hostaway-mcp/correlation-id"
"""In the `_meta` of every result: the id under which the call stands in the logs and the audit."""
ERROR_KEY = "hostaway-mcp/error"
"""In the `_meta` of a refusal: its facts; clients would hold `structuredContent` to the output schema."""

MAX_REFUSAL_BYTES = 2_000
MAX_TEXT_BYTES = 1_000
MAX_CHOICE_CHARS = 80

_log = logging.getLogger("hostaway_mcp.server")

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")


def refusal(error: HostawayMcpError, *, correlation_id: str) -> CallToolResult:
    """
    A refusal that the model can act on: the sentence, then code, whose move it is and when to ask again.

    At most 2 kB; the traceback never.
    """
    facts = facts_within_bounds(error)
    text = f"{shortened(error.sentence)}\n{_facts_line(facts)}"
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        is_error=True,
        _meta={CORRELATION_ID_KEY: correlation_id, ERROR_KEY: facts},
    )


def unknown_tool(error: UnknownNameError) -> MCPError:
    """Not a result: the protocol answers a tool that there is not with -32602."""
    return MCPError(INVALID_PARAMS, shortened(error.sentence), facts_within_bounds(error))


def failed_request(error: HostawayMcpError) -> MCPError:
    """A refusal of anything but a tool call, where the protocol knows only errors."""
    mine = error.move is Move.CALLER or isinstance(error, NotFoundError)
    return MCPError(
        INVALID_PARAMS if mine else INTERNAL_ERROR, shortened(error.sentence), facts_within_bounds(error)
    )


def facts_within_bounds(error: HostawayMcpError) -> dict[str, Any]:
    """The facts of an error, names shortened so that a whole refusal stays below 2 kB."""
    facts = {
        key: [str(item)[:MAX_CHOICE_CHARS] for item in value] if isinstance(value, list) else value
        for key, value in error.facts().items()
    }
    room = MAX_REFUSAL_BYTES - MAX_TEXT_BYTES - 200
    while len(json.dumps(facts, ensure_ascii=False).encode()) > room:
        longest = max((v for v in facts.values() if isinstance(v, list) and v), key=len, default=None)
        if longest is None:
            break
        longest.pop()
    return facts


def guarded(
    handler: Callable[Concatenate[C, P], Awaitable[R]],
) -> Callable[Concatenate[C, P], Awaitable[R]]:
    """
    A handler of which nothing unexpected comes out.

    The SDK sends the words of an unexpected exception to clients of the handshake era; they may be a
    guest's.
    """

    @functools.wraps(handler)
    async def answer(context: C, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await handler(context, *args, **kwargs)
        except MCPError:
            raise
        except HostawayMcpError as error:
            raise failed_request(error) from None
        except Exception:
            _log.exception("mcp_request_broke")
            raise MCPError(
                INTERNAL_ERROR, "Something broke inside hostaway-mcp; its log says where."
            ) from None

    return answer


def _facts_line(facts: dict[str, Any]) -> str:
    # Lists may hold guests' names: they stay in fields. What a choice needs is in the sentence's hint.
    plain = {key: value for key, value in facts.items() if not isinstance(value, list)}
    return " ".join(f"{key}={json.dumps(value).strip(chr(34))}" for key, value in plain.items())


def shortened(text: str) -> str:
    """The text, cut where a refusal would become too long."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= MAX_TEXT_BYTES:
        return encoded.decode()
    return encoded[: MAX_TEXT_BYTES - 3].decode(errors="ignore") + "…"
