"""Faults on request: what the sandbox should do wrong, to which calls, and how often."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from hostaway_mcp.sandbox.documented import Json, operations
from hostaway_mcp.sandbox.envelope import TOO_MANY

Kind = Literal[
    "refuse",
    "status",
    "fail_200",
    "html",
    "invalid_json",
    "hang",
    "close",
    "redirect",
    "gzip_bomb",
    "rate_limited",
    "truncate",
    "drip",
    "short_gzip",
    "wrong_type",
    "bad_row",
    "unknown_value",
    "slow",
    "answer_then_cut",
    "deliver_twice",
    "message_fails",
]

# Kinds that take the place of the answer: without any work, before tokens and limits are looked at, or,
# when `committed`, after the work was done.
INSTEAD: frozenset[str] = frozenset(
    ("status", "fail_200", "html", "invalid_json", "hang", "close", "redirect", "gzip_bomb", "rate_limited")
)

PAGE = (
    "<!doctype html><html><head><title>Just a moment...</title></head>"
    "<body><h1>Checking your browser</h1></body></html>"
)


class Cut(ConnectionResetError):  # noqa: N818 - an event of the wire, not an error of the program
    """The connection is dropped here. Over ASGI it reaches the caller; under uvicorn the socket closes."""

    def __init__(self, text: str, *, reset: bool = False, answered: bool = False) -> None:
        super().__init__(text)
        self.reset = reset
        self.answered = answered


class Refused(ConnectionRefusedError):  # noqa: N818 - likewise
    """Nobody answers the door. Over ASGI it reaches the caller; under uvicorn the socket is reset."""

    reset = True
    answered = False


@dataclass(slots=True)
class Fault:
    """One order to misbehave: the calls it is for, how often, and its options."""

    kind: Kind
    method: str | None
    path: str | None
    operation: str | None
    times: int | None
    after: int
    committed: bool
    options: Json = field(default_factory=dict)
    hits: int = 0

    def meets(self, method: str, path: str, operation: str | None) -> bool:
        """Whether the call is one of those the fault is for."""
        return (
            (self.method is None or self.method.upper() == method)
            and (self.path is None or fnmatchcase(path, self.path))
            and self.operation in (None, operation)
        )

    @property
    def spent(self) -> bool:
        """Whether the fault has happened as often as it should."""
        return self.times is not None and self.hits >= self.times


class Faults:
    """The faults that are waiting. The first one that fits a call is applied, one a call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self.applied: list[Fault] = []

    def add(
        self,
        kind: Kind,
        *,
        method: str | None = None,
        path: str | None = None,
        operation: str | None = None,
        times: int | None = 1,
        after: int = 0,
        committed: bool = False,
        **options: Any,
    ) -> Fault:
        """
        Orders a fault.

        `path` is a glob over the whole path such as "/v1/reservations*", `operation` a documented
        operationId; `times` None means every time; the first `after` fitting calls pass untouched.
        `committed`: the work is done first, and the fault takes the place of its answer. Options by kind:

        status: status, body, headers · fail_200: text, key · html: status, text ·
        invalid_json: variant garbage|nan|utf8|deep · close: reset · truncate: at (bytes that still arrive),
        reset · answer_then_cut: reset · short_gzip: at · wrong_type: content_type ·
        drip: interval (seconds a byte), chunk · hang, slow: seconds · redirect: location, status ·
        gzip_bomb: size · rate_limited: headers · bad_row: row, value ·
        unknown_value: field, value, row.

        Raises:
            ValueError: there is no such kind or operation, or it cannot come after the work.
        """
        if kind not in get_args(Kind):
            raise ValueError(f"No fault {kind!r}; there are {', '.join(get_args(Kind))}")
        if operation is not None and operation not in operations():
            raise ValueError(f"No operation {operation!r} is documented")
        if committed and kind not in INSTEAD | {"slow"}:
            raise ValueError(f"Fault {kind!r} cannot be `committed`")
        fault = Fault(kind, method, path, operation, times, after, committed, options)
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forgets every fault that is waiting."""
        self._waiting.clear()

    def take(self, method: str, path: str, operation: str | None = None) -> Fault | None:
        """The fault for this call, counted as happened; None when the call goes well."""
        for fault in self._waiting:
            if not fault.meets(method, path, operation):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.hits += 1
            if fault.spent:
                self._waiting.remove(fault)
            self.applied.append(fault)
            return fault
        return None


@dataclass(frozen=True, slots=True)
class Wire:
    """Exactly what goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def wire_instead(fault: Fault) -> Wire:
    """The answer a fault gives without any work being done."""
    options = fault.options
    if fault.kind == "status":
        return _json_wire(
            options.get("status", 500),
            options.get("body", b'{"status":"fail","message":"Internal error"}'),
            options.get("headers"),
        )
    if fault.kind == "fail_200":
        key = options.get("key", "message")
        return _json_wire(200, {"status": "fail", key: options.get("text", "The action could not be done.")})
    if fault.kind == "html":
        text = options.get("text", PAGE)
        return Wire(options.get("status", 200), {"content-type": "text/html; charset=utf-8"}, text.encode())
    if fault.kind == "invalid_json":
        return _json_wire(200, _unreadable(options.get("variant", "garbage")))
    if fault.kind == "redirect":
        location = options.get("location", "http://169.254.169.254/latest/meta-data/")
        return Wire(options.get("status", 302), {"location": location}, b"")
    if fault.kind == "gzip_bomb":
        bomb = _gzip_bomb(options.get("size", 64 * 1024 * 1024))
        return Wire(200, {"content-type": "application/json", "content-encoding": "gzip"}, bomb)
    return _json_wire(429, {"status": "fail", "message": TOO_MANY}, options.get("headers"))


def _json_wire(status: int, body: Any, headers: dict[str, str] | None = None) -> Wire:
    written = (
        body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    )
    return Wire(status, {"content-type": "application/json"} | (headers or {}), written)


def _unreadable(variant: str) -> bytes:
    variants = {
        "garbage": b'{"status":"success","result":[{"id":1,,}',
        "nan": b'{"status":"success","result":[{"id":1,"totalPrice":NaN}]}',
        "utf8": b'{"status":"success","result":[{"id":1,"guestName":"\xff\xfe\xe9"}]}',
        "deep": b'{"status":"success","result":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    }
    return variants[variant]


def _gzip_bomb(size: int) -> bytes:
    head, tail = b'{"status":"success","result":"', b'"}'
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream:
        stream.write(head)
        block = b"0" * 65_536
        for written in range(0, max(0, size - len(head) - len(tail)), len(block)):
            stream.write(block[: size - len(head) - len(tail) - written])
        stream.write(tail)
    return packed.getvalue()


def spoil(fault: Fault, payload: Any) -> None:
    """Changes an answer in place: a mis-typed row, or a value nobody has heard of."""
    if not isinstance(payload, dict) or "result" not in payload:
        return
    rows = payload["result"]
    row = fault.options.get("row", 0)
    if fault.kind == "bad_row" and isinstance(rows, list) and len(rows) > row:
        rows[row] = fault.options.get("value", {"id": "not a number", "listingMapId": [], "arrivalDate": 7})
    if fault.kind == "unknown_value":
        target = rows[row] if isinstance(rows, list) and len(rows) > row else rows
        if isinstance(target, dict):
            target[fault.options.get("field", "status")] = fault.options.get("value", "somethingNew")


def disguise(fault: Fault, wire: Wire) -> Wire:
    """A whole answer that says the wrong thing about itself: its type, or a gzip stream that ends early."""
    if fault.kind == "wrong_type":
        return Wire(wire.status, wire.headers | {"content-type": _type_of(fault)}, wire.body)
    if fault.kind == "short_gzip":
        packed = gzip.compress(wire.body, mtime=0)
        body = packed[: fault.options.get("at", len(packed) // 2)]
        return Wire(wire.status, wire.headers | {"content-encoding": "gzip"}, body)
    return wire


def _type_of(fault: Fault) -> str:
    return str(fault.options.get("content_type", "text/html; charset=utf-8"))


def pieces_of(fault: Fault, body: bytes) -> Iterator[bytes]:
    """The body as a fault lets it out: drop by drop, or only its beginning."""
    if fault.kind == "truncate":
        yield body[: fault.options.get("at", len(body) // 2)]
        return
    chunk = fault.options.get("chunk", 1)
    for start in range(0, len(body), chunk):
        yield body[start : start + chunk]
