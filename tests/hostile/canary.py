"""The harmless question that must be answered whatever else is asked."""

from __future__ import annotations

from typing import Any

_VERSION = "2026-07-28"
_TOOL = "find_listings"

HEADERS = {
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": _VERSION,
    "mcp-method": "tools/call",
    "mcp-name": _TOOL,
}


def question(request_id: str, *, modern: bool = True) -> dict[str, Any]:
    """A tool call; in the 2026-07-28 era it says its version by itself."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": _VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": _TOOL, "arguments": {"limit": 1}, **({"_meta": meta} if modern else {})}
    return {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": params}


def right_answer(message: Any) -> bool:
    """Whether this is the answer, whole."""
    return len(message["result"]["structuredContent"]["listings"]) == 1
