"""What no answer and no log line may hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mcp_types import INTERNAL_ERROR

from hostaway_mcp.server.boundary import ERROR_KEY

_TRACES = (b"Traceback", b"site-packages", b'File "', b".py\\", b"0x7f")
_FAULTS = frozenset({"internal", "failed"})


def wrong_in_message(message: Any) -> str:
    """What is wrong with one JSON-RPC message of ours; nothing if nothing is."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return "no JSON-RPC message"
    error = message.get("error")
    if isinstance(error, dict) and error.get("code") == INTERNAL_ERROR:
        return f"an internal error: {error}"
    result = message.get("result")
    meta = result.get("_meta") if isinstance(result, dict) else None
    facts = meta.get(ERROR_KEY) if isinstance(meta, dict) else None
    return f"a refusal that is a fault: {facts}" if facts and facts["code"] in _FAULTS else ""


def wrong_in_bytes(said: bytes) -> str:
    """Whether a trace of our code is in what was said."""
    return next((f"{trace!r} is in the answer" for trace in _TRACES if trace in said), "")


def wrong_in_http(status: int, headers: dict[str, str], body: bytes) -> str:
    """What is wrong with an HTTP answer."""
    if status == 0:
        return "the connection was closed without an answer"
    if status >= 500:
        return f"status {status}"
    kind = headers.get("content-type", "")
    messages: list[Any] = []
    if kind.startswith("text/event-stream"):
        messages = [
            json.loads(line[5:]) for line in body.splitlines() if line[5:].strip() and line[:5] == b"data:"
        ]
    elif kind.startswith("application/json") and b'"jsonrpc"' in body:
        messages = [json.loads(body)]
    return wrong_in_bytes(body) or next(filter(None, map(wrong_in_message, messages)), "")


def wrong_in_log(log: Iterable[str]) -> list[str]:
    """The lines of a process's standard error that tell of something unforeseen."""
    return [line for line in log if line and not line.startswith("port=") and not _foreseen(line)]


def _foreseen(line: str) -> bool:
    try:
        entry = json.loads(line)
    except ValueError:
        return False
    return "where" not in entry and entry.get("level") not in ("error", "critical")
