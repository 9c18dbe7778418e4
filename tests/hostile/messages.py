"""The grammar of hostile MCP: calls, other methods, broken envelopes, wounded bytes, lying headers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.hostile.arguments import Schema, arguments_for
from tests.hostile.words import Dice, mangled, to_json

MODERN = "2026-07-28"
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26")
WRONG_ERAS = ("", "2024-11-05", "1999-01-01", "2099-12-31", "latest", "2026-07-28 ", "٢٠٢٦-٠٧-٢٨", "x" * 300)
METHODS = (
    "initialize", "ping", "server/discover", "tools/list", "resources/list", "resources/templates/list",
    "resources/read", "resources/subscribe", "resources/unsubscribe", "prompts/list", "prompts/get",
    "completion/complete", "logging/setLevel", "subscriptions/listen", "tasks/get", "tasks/cancel",
    "roots/list", "sampling/createMessage", "elicitation/create", "notifications/cancelled",
    "notifications/initialized", "notifications/progress", "notifications/roots/list_changed",
)  # fmt: skip
WRONG_METHODS = (
    "",
    "tools",
    "tools/",
    "tools//call",
    "TOOLS/CALL",
    "tools/call\x00",
    "__init__",
    "rpc.x",
    "x" * 5_000,
)
IDS: tuple[Any, ...] = (0, -1, 2**53, 2**63, 1.5, "1", "", "x" * 2_000, "\u202e", None, True, [], {}, [1])
URIS = (
    "hostaway://listing/1",
    "hostaway://listing/",
    "hostaway://listing/%00",
    "file:///etc/passwd",
    "http://[",
    ":",
)
_VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
_CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"


@dataclass(frozen=True)
class Hostile:
    """One input: number `number` of a seed. `target` and `headers` matter over HTTP only."""

    number: int
    body: bytes
    method: str = "POST"
    target: str = "/mcp"
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        lines = (
            f"input {self.number}: {self.method} {self.target!r}",
            f"headers {self.headers!r}",
            f"{len(self.body)} bytes {self.body[:2_000]!r}",
        )
        return "\n  ".join(lines)


class Grammar:
    """
    Makes inputs for these tools; input n of a seed is always the same.

    `eras` are those that a client would speak on this line; now and then another one, or none, is spoken.
    """

    def __init__(
        self, tools: Mapping[str, Schema], *, seed: int, eras: Sequence[str] = (MODERN, *LEGACY)
    ) -> None:
        self._tools = tools
        self._seed = seed
        self._eras = eras

    def message(self, number: int) -> Hostile:
        """A message for any transport."""
        dice = Dice(self._seed, number)
        return Hostile(number, _written(self._message(self._era(dice), dice), dice))

    def request(self, number: int) -> Hostile:
        """An HTTP request: mostly a message to /mcp, else a query of the API or something that is neither."""
        dice = Dice(self._seed, number)
        if dice.chance(0.15):
            return self._query(number, dice)
        era = self._era(dice)
        message = self._message(era, dice)
        method = (
            dice.choice(("GET", "PUT", "DELETE", "OPTIONS", "HEAD", "M-X")) if dice.chance(0.02) else "POST"
        )
        headers = _headers(message, era, dice)
        return Hostile(number, _written(message, dice), method=method, headers=headers)

    def _era(self, dice: Dice) -> str:
        return dice.choice(self._eras if dice.chance(0.92) else (MODERN, *LEGACY, *WRONG_ERAS))

    def _message(self, era: str, dice: Dice) -> Any:
        return dice.one_of(
            [
                (64, lambda: self._call(era, dice)),
                (16, lambda: _other(era, dice)),
                (4, lambda: _envelope(dice.choice(WRONG_METHODS), dice.value(), era, dice)),
                (9, lambda: _broken(self._call(era, dice), dice)),
                (4, lambda: [self._call(era, dice) for _ in range(dice.choice((0, 1, 2, 50)))]),
                (3, lambda: dice.value(5)),
            ]
        )

    def _call(self, era: str, dice: Dice) -> Any:
        name = dice.choice(list(self._tools))
        params: Any = {"name": name, "arguments": arguments_for(self._tools[name], dice)}
        if dice.chance(0.05):
            params["name"] = dice.value(1)
        if dice.chance(0.03):
            params = dice.value()
        return _envelope("tools/call", params, era, dice)

    def _query(self, number: int, dice: Dice) -> Hostile:
        name = dice.choice(list(self._tools))
        arguments = arguments_for(self._tools[name], dice)
        pairs = arguments.items() if isinstance(arguments, dict) else [(dice.text(), arguments)]
        query = "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in pairs)
        path = name if dice.chance(0.95) else _quoted(dice.text())
        return Hostile(number, b"", method="GET", target=f"/api/v1/{path}?{query}"[:30_000])


def _written(message: Any, dice: Dice) -> bytes:
    body = to_json(message, dice)
    return mangled(body, dice) if dice.chance(0.1) else body


def _envelope(method: Any, params: Any, era: str, dice: Dice) -> dict[str, Any]:
    """A request; most have the same id."""
    if isinstance(params, dict) and era not in LEGACY:
        params = {**params, "_meta": {_VERSION_KEY: era, _CAPABILITIES_KEY: {}}}
        if dice.chance(0.1):
            params["_meta"][dice.choice(("progressToken", "traceparent", _VERSION_KEY))] = dice.value(2)
    number = dice.choice(IDS) if dice.chance(0.15) else 1
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def _other(era: str, dice: Dice) -> dict[str, Any]:
    """A method that is not a tool call, with parameters that it may take."""
    reference = {
        "type": dice.choice(("ref/resource", "ref/prompt", "x")),
        "uri": dice.choice(URIS),
        "name": "x",
    }
    likely: dict[str, Any] = {
        "protocolVersion": dice.choice((MODERN, *LEGACY, *WRONG_ERAS)),
        "capabilities": {},
        "clientInfo": {"name": dice.text(), "version": dice.text()},
        "uri": dice.choice(URIS),
        "cursor": dice.text(),
        "name": dice.text(),
        "level": "debug",
        "requestId": dice.choice(IDS),
        "ref": reference,
        "argument": {"name": "listing", "value": dice.text()},
    }
    for key in list(likely):
        if dice.chance(0.15):
            likely[key] = dice.value()
        elif dice.chance(0.1):
            del likely[key]
    message = _envelope(dice.choice(METHODS), likely, era, dice)
    if message["method"].startswith("notifications/") and dice.chance(0.8):
        del message["id"]
    return message


def _broken(message: dict[str, Any], dice: Dice) -> dict[str, Any]:
    """The message with a part of its envelope missing, wrong, or that of an answer."""
    key = dice.choice(("jsonrpc", "id", "method", "params", "result", "error"))
    if dice.chance(0.4):
        message.pop(key, None)
    else:
        message[key] = dice.value(2)
    return message


def _headers(message: Any, era: str, dice: Dice) -> tuple[tuple[str, str], ...]:
    """The headers that a client would send with this message, some of them lying."""
    said = message if isinstance(message, dict) else {}
    params = said.get("params")
    params = params if isinstance(params, dict) else {}
    headers = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": era,
        "mcp-method": str(said.get("method")),
        "mcp-name": str(params.get("name", "")),
    }
    if dice.chance(0.2):
        headers[dice.choice(_LYING)] = dice.text()
    if dice.chance(0.05):
        del headers[dice.choice(list(headers))]
    return tuple((name, _one_line(value)) for name, value in headers.items())


_LYING = (
    "content-type", "accept", "mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id",
    "last-event-id", "x-request-id", "traceparent", "tracestate", "baggage", "user-agent", "origin",
    "authorization", "cookie", "content-encoding", "expect", "x-forwarded-for", "x-forwarded-host",
    "sec-fetch-site", "upgrade",
)  # fmt: skip


def _one_line(value: str) -> str:
    # Whatever a header may hold at all; line breaks would make another request of it.
    return "".join(ch for ch in value if ch not in "\r\n\x00")[:4_000]


def _quoted(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_quoted, value))
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text.encode("utf-8", "surrogatepass"), safe=",:+")
