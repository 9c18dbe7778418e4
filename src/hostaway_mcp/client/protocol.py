"""What is said to Hostaway and heard from it, as plain values and functions on bytes; no I/O happens here."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

from hostaway_mcp.client import strict_json
from hostaway_mcp.client.words import clean_words
from hostaway_mcp.errors import (
    BrokenAnswerError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
    UpstreamError,
)

Json = Any
"""A decoded JSON value. Inside this package `Any` goes no further than here."""

JsonObject = dict[str, Json]

QueryValue = str | int | Sequence[str | int] | None
"""A query parameter; None is left out, a sequence is repeated under its (bracketed) name."""


class Effect(StrEnum):
    """What an operation does, graded for agents."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    MESSAGE = "message"
    PAYMENT = "payment"
    AUTH = "auth"


class Body(StrEnum):
    """How a request body travels."""

    NONE = "none"
    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One documented operation of Hostaway's API.

    `name` is the documentation's operation id, `path` a template such as `/listings/{listingId}` below
    the base URL. Reads may be repeated; everything else is sent once.
    """

    name: str
    method: str
    path: str
    effect: Effect = Effect.READ
    body: Body = Body.NONE
    signed: bool = True
    """Whether the bearer token is sent."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to Hostaway, ready to be sent: which operation, with what."""

    operation: Operation
    path: Mapping[str, int | str] = field(default_factory=dict)
    query: Mapping[str, QueryValue] = field(default_factory=dict, repr=False)
    body: Json | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """
    A success, unwrapped from Hostaway's envelope.

    `result` is what the envelope held (or the bare object of the token endpoint); `text` is set instead
    for CSV reports. The paging facts are optional and nullable, as documented. `received_at` is when
    the answer was complete, UTC; `sent_at`, where it is known, when the request left.
    """

    result: Json = field(repr=False)
    received_at: datetime
    text: str | None = field(default=None, repr=False)
    count: int | None = None
    limit: int | None = None
    offset: int | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes on the wire; what may be secret or a guest's does not show."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came off the wire, complete and decompressed; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime


MAX_RETRY_AFTER_SECONDS = 60.0
"""Longer waits that a 429 asks for are cut to this."""

_CHECK_BASE_URL = "Check that the base URL is Hostaway's API, such as https://api.hostaway.com/v1."
_PATH_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SCOPES = frozenset({"endpoint", "account", "ip", "provider"})


# Out: a request becomes bytes.


def encode(request: Request, *, base_url: str, token: str | None = None) -> Outgoing:
    """
    The request as it goes on the wire.

    Raises:
        InputError: a path value or a text that cannot be sent.
    """
    content, content_type = _encode_body(request)
    headers = {
        "Accept": "application/json, text/csv;q=0.9",
        "Accept-Encoding": "gzip",
        "User-Agent": _user_agent(),
    }
    if content_type:
        headers["Content-Type"] = content_type
    if token is not None and request.operation.signed:
        headers["Authorization"] = f"Bearer {token}"
    return Outgoing(request.operation.method, build_url(request, base_url=base_url), headers, content)


def build_url(request: Request, *, base_url: str) -> str:
    """Base URL, path with its ids, query; an id is letters, digits, `_` and `-`, so no path trick works."""
    path = _PLACEHOLDER.sub(lambda match: _path_value(request.path[match[1]]), request.operation.path)
    query = urlencode(list(_query_pairs(request.query)), quote_via=quote)
    return f"{base_url.rstrip('/')}{path}" + (f"?{query}" if query else "")


@functools.cache
def _user_agent() -> str:
    return f"hostaway-mcp/{importlib.metadata.version('hostaway-mcp')}"


def _path_value(value: int | str) -> str:
    text = str(value)
    if isinstance(value, bool) or not _PATH_VALUE.fullmatch(text):
        raise InputError("An id is a number; this one cannot be part of an address.")
    return text


def _query_pairs(query: Mapping[str, QueryValue]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        if value is None:
            continue
        values = [value] if isinstance(value, str | int) else value
        for one in values:
            yield name, _plain(one)


def _plain(value: Json) -> str:
    # Hostaway's booleans are 0 and 1 in both directions (index.html.md).
    text = str(int(value)) if isinstance(value, bool) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError("A text holds half a character and cannot be sent.") from None
    return text


def _encode_body(request: Request) -> tuple[bytes, str]:
    kind, body = request.operation.body, request.body
    if kind is Body.NONE or body is None:
        return b"", ""
    if kind is Body.JSON:
        return _encode_json(body), "application/json"
    pairs = list(_flatten("", body))
    if kind is Body.FORM:
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    return _encode_multipart(pairs)


def _encode_json(body: Json) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError:
        raise InputError("The body holds a text or a number that cannot be sent as JSON.") from None


def _flatten(name: str, value: Json) -> Iterator[tuple[str, str]]:
    """`{"listingMapIds": [1]}` as `listingMapIds[0]=1`, as in the report samples."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flatten(f"{name}[{key}]" if name else str(key), inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _flatten(f"{name}[{index}]", inner)
    elif value is not None:
        yield name, _plain(value)


def _encode_multipart(pairs: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    # The boundary follows from the content: equal requests stay equal, and a text cannot foresee it.
    boundary = hashlib.sha256(repr(pairs).encode()).hexdigest()[:32]
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_part_name(name)}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode(), f"multipart/form-data; boundary={boundary}"


def _part_name(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


# In: bytes become a reply or an error.


def decode(request: Request, answer: Answer) -> Reply:
    """
    What Hostaway gave, out of its envelope.

    Raises:
        UpstreamError: everything that is not a success; see `choose_error`.
    """
    if not 200 <= answer.status < 300:
        raise choose_error(request, answer, said=_said(_try_json(answer)))
    if _is_csv(request, answer):
        return Reply(result=None, received_at=answer.received_at, text=_csv(request, answer))
    if not answer.body and request.operation.effect is not Effect.READ:
        # What a write answers when it went well varies from page to page (NOTES: empty success).
        return Reply(result=None, received_at=answer.received_at)
    return _open_envelope(request, answer, _strict_json(request, answer))


def _open_envelope(request: Request, answer: Answer, value: Json) -> Reply:
    if isinstance(value, dict):
        status = value.get("status")
        if status == "success" or (status is None and "result" in value):
            return _reply(answer, value)
        if status in ("fail", "error") or (status is None and "error" in value):
            raise choose_error(request, answer, said=_said(value))
        if request.operation.effect is Effect.AUTH and status is None:
            return Reply(result=value, received_at=answer.received_at)
    raise _broken(request, "an answer without its envelope", status=answer.status, hint=_CHECK_BASE_URL)


def _reply(answer: Answer, envelope: JsonObject) -> Reply:
    return Reply(
        result=envelope.get("result"),
        received_at=answer.received_at,
        count=whole_number(envelope.get("count")),
        limit=whole_number(envelope.get("limit")),
        offset=whole_number(envelope.get("offset")),
    )


def whole_number(value: Json) -> int | None:
    """A count as Hostaway sends it: a number, once a numeric string, often nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    if isinstance(value, str) and len(value) <= 18 and value.isascii() and value.isdigit():
        return int(value)
    return None


def _is_csv(request: Request, answer: Answer) -> bool:
    if request.operation.effect is not Effect.READ:
        return False
    kind = _content_type(answer)
    if kind in ("text/csv", "application/csv"):
        return True
    body = request.body if isinstance(request.body, Mapping) else {}
    asked = request.operation.body is Body.MULTIPART or "csv" in (
        request.query.get("format"),
        body.get("format"),
    )
    return asked and kind in ("text/plain", "application/octet-stream") and answer.body[:1] not in b"{["


def _csv(request: Request, answer: Answer) -> str:
    try:
        return answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _broken(request, "a report that is not UTF-8", status=answer.status) from None


def _content_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _strict_json(request: Request, answer: Answer) -> Json:
    if "html" in _content_type(answer) or answer.body.lstrip()[:1] == b"<":
        raise _broken(request, "a web page instead of data", status=answer.status, hint=_CHECK_BASE_URL)
    try:
        return strict_json.loads(answer.body)
    except ValueError:
        raise _broken(request, "an unreadable answer", status=answer.status) from None


def _try_json(answer: Answer) -> Json:
    try:
        return strict_json.loads(answer.body)
    except ValueError:
        return None


def _broken(request: Request, what: str, *, status: int, hint: str | None = None) -> BrokenAnswerError:
    name = request.operation.name
    return BrokenAnswerError(f"Hostaway sent {what} to {name}.", operation=name, status=status, hint=hint)


def choose_error(request: Request, answer: Answer, *, said: str = "") -> UpstreamError:
    """
    The error for an answer that is no success; `said` are Hostaway's own words.

    A failure may come with HTTP 200, so the envelope has been read before. An expired or revoked token is
    HTTP 403 (index.html.md), bad client credentials are 401.
    """
    name, status = request.operation.name, answer.status
    words = clean_words(said, sent=request.body)
    tail = f": {words}" if words else "."
    if status == 429:
        return RateLimitedError(
            f"Hostaway's request limit is reached; {name} was not done.",
            operation=name,
            status=status,
            retry_after_seconds=retry_after_seconds(answer),
        )
    if status >= 500:
        message = f"Hostaway failed at {name} with HTTP {status}."
        return UnavailableError(message, operation=name, status=status)
    if 300 <= status < 400:
        message = f"Hostaway answered {name} with a redirect, which is not followed."
        return UpstreamError(message, operation=name, status=status, hint=_CHECK_BASE_URL)
    if status in (401, 403):
        return ForbiddenError(f"Hostaway does not allow {name}{tail}", operation=name, status=status)
    if status == 404:
        hint = None if _content_type(answer) == "application/json" else _CHECK_BASE_URL
        return NotFoundError(
            f"Hostaway knows no such object for {name}{tail}", operation=name, status=404, hint=hint
        )
    return RefusedError(f"Hostaway refused {name}{tail}", operation=name, status=status)


def _said(value: Json) -> str:
    """The text of a failure: in `result` by the standard section, in `message` for 429 and live 403, 404."""
    if not isinstance(value, dict):
        return ""
    for key in ("message", "result", "error_description", "error"):
        text = value.get(key)
        if isinstance(text, list):
            text = "; ".join(part for part in text if isinstance(part, str))
        if isinstance(text, str) and text.strip():
            return text
    return ""


def retry_after_seconds(answer: Answer) -> float | None:
    """
    How long a 429 asks to wait, at most a minute; None when it does not say, or says nonsense.

    `X-RateLimit-Retry-After` is a Unix timestamp (later docs, 2026-08-20); it is compared with the answer's
    own `Date`, where there is one, so that a wrong clock here does no harm. The standard `Retry-After`, in
    seconds or as a date, is not documented, yet understood.
    """
    here = _http_date(answer.headers.get("date", "")) or answer.received_at
    stated = _number(answer.headers.get("x-ratelimit-retry-after", ""))
    if stated is not None:
        wait = stated - here.timestamp() if stated > 1e9 else stated
        return min(wait, MAX_RETRY_AFTER_SECONDS) if wait > 0 else None
    plain = answer.headers.get("retry-after", "")
    until = _http_date(plain)
    seconds = (until - here).total_seconds() if until else _number(plain)
    return min(seconds, MAX_RETRY_AFTER_SECONDS) if seconds is not None and seconds > 0 else None


def limit_scope(answer: Answer) -> str | None:
    """Which limit a 429 is about: endpoint, account, ip or provider, where Hostaway says so."""
    scope = answer.headers.get("x-ratelimit-applied", "").strip().lower()
    return scope if scope in _SCOPES else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
