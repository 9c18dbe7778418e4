"""The forms of an answer: success, failure, page, text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hostaway_mcp.sandbox.documented import Json

DENIED = "The resource owner or authorization server denied the request."
NOT_FOUND = "Resource not found"
TOO_MANY = (
    "This error occurs because a server detects that your application has exceeded the rate limits "
    "or has made too many requests in a given period of time."
)


@dataclass(slots=True)
class Reply:
    """One HTTP answer before it is written out: JSON, or text when `text` is given."""

    payload: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    content_type: str = "application/json"

    def body(self) -> bytes:
        """The bytes of the answer."""
        if self.text is not None:
            return self.text.encode()
        return json.dumps(self.payload, ensure_ascii=False, separators=(",", ":")).encode()


class RefusalError(Exception):
    """A request the sandbox answers with a failure."""

    def __init__(self, status: int, text: str, *, key: str = "message") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.key = key

    def reply(self) -> Reply:
        """The failure as Hostaway words it; the text is in `message` or in `result`."""
        return Reply({"status": "fail", self.key: self.text}, self.status)


def success(result: Any) -> Reply:
    """The usual envelope around one result."""
    return Reply({"status": "success", "result": result})


def page_of(rows: Sequence[Json], *, total: int, limit: int | None, offset: int | None) -> Reply:
    """The envelope of a list, with all five paging fields ("Standard response", index page)."""
    size = limit or total or 1
    return Reply(
        {
            "status": "success",
            "result": list(rows),
            "limit": limit,
            "offset": offset,
            "count": total,
            "page": (offset or 0) // size + 1,
            "totalPages": -(-total // size),
        }
    )


def everything(rows: Sequence[Json]) -> Reply:
    """The envelope of a list that has no paging."""
    return page_of(rows, total=len(rows), limit=None, offset=None)


def missing(what: str) -> RefusalError:
    """The answer about something that is not there."""
    return RefusalError(404, f"{what} not found", key="message")


def refused(text: str) -> RefusalError:
    """A request that is understood and cannot be done; the text is in `result`."""
    return RefusalError(400, text, key="result")
