"""Turns the tree of errors, and what HTTP itself refuses, into RFC 9457 problem documents, once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.server.boundary import facts_within_bounds, shortened

MEDIA_TYPE = "application/problem+json"
DEFAULT_RETRY_AFTER_SECONDS = 5
"""Where it is time's move and nobody knows how long."""

STATUS_OF_CODE: dict[str, tuple[int, str]] = {
    "invalid_input": (400, "The question cannot be read as asked"),
    "wrong_cursor": (400, "The cursor belongs to another question"),
    "not_found": (404, "There is none of this name"),
    "ambiguous": (409, "Several fit"),
    "forbidden": (403, "Hostaway forbids this"),
    "refused": (422, "Hostaway said no"),
    "rate_limited": (429, "Hostaway asks to wait"),
    "busy": (503, "All turns at Hostaway are taken"),
    "credentials": (502, "Hostaway does not accept the credentials"),
    "upstream": (502, "Hostaway did not give what was asked"),
    "unreachable": (502, "Hostaway could not be reached"),
    "unavailable": (502, "Hostaway failed"),
    "unreadable_answer": (502, "Hostaway's answer cannot be read"),
    "timed_out": (504, "No complete answer in time"),
    "settings": (503, "A setting is missing or wrong"),
    "storage": (503, "The data directory cannot be used"),
    "change": (409, "It cannot be proposed or applied"),
    "writes_off": (403, "Writes are switched off"),
    "policy": (403, "The policy does not allow it"),
    "needs_approval": (403, "A person has to agree first"),
    "declined": (409, "A person said no"),
    "already_applied": (409, "It was applied already"),
    "expired": (409, "The proposal is too old"),
    "changed_since": (409, "It has changed since it was shown"),
    "no_replica": (409, "There is no replica yet"),
    "internal": (500, "Something broke inside hostaway-mcp"),
    "failed": (500, "It did not work"),
}
"""Which status and title each code of the error tree has; the one table."""


def problem_for(error: HostawayMcpError, *, correlation_id: str) -> JSONResponse:
    """The document of a refusal."""
    status, title = STATUS_OF_CODE.get(error.code, STATUS_OF_CODE["failed"])
    facts = facts_within_bounds(error)
    headers = {}
    if status in (429, 503):
        seconds = error.retry_after_seconds
        headers["retry-after"] = str(max(1, math.ceil(seconds)) if seconds else DEFAULT_RETRY_AFTER_SECONDS)
    return _document(
        status, title, shortened(error.sentence), facts | {"correlation_id": correlation_id}, headers=headers
    )


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    correlation_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The document of something that HTTP itself refuses, before any tool is asked."""
    facts: dict[str, Any] = {"code": code, "move": "caller", "retryable": False}
    if correlation_id:
        facts["correlation_id"] = correlation_id
    return _document(status, HTTPStatus(status).phrase, detail, facts, headers=headers)


def schema() -> dict[str, Any]:
    """JSON Schema of a problem document."""
    text, number = {"type": "string"}, {"type": "number"}
    return {
        "type": "object",
        "properties": {
            "type": {**text, "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "detail": {
                **text,
                "description": "what is wrong and what would be right, in one or two sentences",
            },
            "code": {**text, "description": "for programs; stable"},
            "move": {**text, "enum": ["caller", "operator", "wait"], "description": "whose move it is"},
            "retryable": {"type": "boolean"},
            "retry_after_seconds": number,
            "nearest": {"type": "array", "items": text},
            "choices": {"type": "array", "items": text},
            "correlation_id": {**text, "description": "as in X-Request-ID, the logs and the audit"},
        },
        "required": ["type", "title", "status", "detail", "code", "move", "retryable"],
    }


def _document(
    status: int, title: str, detail: str, facts: Mapping[str, Any], *, headers: Mapping[str, str] | None
) -> JSONResponse:
    body = {
        "type": f"urn:hostaway-mcp:problem:{facts['code']}",
        "title": title,
        "status": status,
        "detail": detail,
        **facts,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)
