"""Forty ways in which a request can fail, and the four places in a write where each can strike."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

from hostaway_mcp.sandbox.faults import Faults, Kind


class Position(StrEnum):
    """Where in a write something fails."""

    BEFORE = "before the write is done"
    COMMITTED = "after it is done, before the answer"
    WITHIN = "within the answer, and at the look that follows"
    AFTER = "after the answer, at the look that follows"


@dataclass(frozen=True, slots=True)
class Failure:
    """One way to fail; `committed` names the kind that takes its place where the work was done already."""

    name: str
    kind: Kind
    options: dict[str, Any] = field(default_factory=dict)
    committed: Kind | None = None

    def strike(self, faults: Faults, position: Position, *, write: str, looks: int, dice: Random) -> None:
        """
        Orders it for the next write, which `looks` reads precede.

        Within the answer the true answer is cut at a byte that the dice choose.
        """
        if position is Position.BEFORE:
            faults.add(self.kind, operation=write, **self.options)
        elif position is Position.COMMITTED:
            faults.add(self.committed or self.kind, operation=write, committed=True, **self.options)
        else:
            if position is Position.WITHIN:
                faults.add("truncate", operation=write, at=dice.randrange(200))
            faults.add(self.kind, method="GET", after=looks, **self.options)


def _status(number: int, **options: Any) -> Failure:
    return Failure(f"HTTP {number}", "status", {"status": number} | options)


FAILURES: tuple[Failure, ...] = (
    *map(_status, (400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 425, 451)),
    *map(_status, (500, 501, 502, 503, 504, 520, 529)),
    Failure("204 without a word", "status", {"status": 204, "body": b""}),
    Failure("200 without a word", "status", {"status": 200, "body": b""}),
    Failure("200 with another object", "status", {"status": 200, "body": b"{}"}),
    Failure("429", "rate_limited"),
    Failure("429 with seconds", "rate_limited", {"headers": {"retry-after": "3"}}),
    Failure("200 and fail in message", "fail_200"),
    Failure("200 and fail in result", "fail_200", {"key": "result"}),
    Failure("a web page with 200", "html"),
    Failure("a web page with 503", "html", {"status": 503}),
    Failure("a redirect", "redirect"),
    Failure("a redirect with 307", "redirect", {"status": 307}),
    Failure("no JSON", "invalid_json"),
    Failure("NaN", "invalid_json", {"variant": "nan"}),
    Failure("no UTF-8", "invalid_json", {"variant": "utf8"}),
    Failure("too deep", "invalid_json", {"variant": "deep"}),
    Failure("no answer", "hang"),
    Failure("closed", "close"),
    Failure("reset", "close", {"reset": True}),
    Failure("not let in", "refuse", committed="close"),
    Failure("a bomb", "gzip_bomb", {"size": 17 * 1024 * 1024}),
)
