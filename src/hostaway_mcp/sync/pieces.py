"""A piece of the work that sync has to do, and how far it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from hostaway_mcp.store.sync import State

ONCE = float("inf")
"""For what is brought once: whatever changes in it later comes with the changes."""

DUE = "due"
"""Marks a part that something says has changed, so that it is brought however fresh it is."""
ASKED = "asked"
"""Marks a part that somebody asked about and found stale."""


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a piece is, as it is kept between two pages and over restarts.

    `began` is when it was begun, so nothing in it is older. Where it goes on is the piece's own affair:
    an offset, or the id of the last row and the moment down to which the front is read again.
    """

    began: datetime
    offset: int = 0
    after_id: int | None = None
    since: datetime | None = None
    rows: int = 0
    """Rows brought so far."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "began": self.began.isoformat(),
            "offset": self.offset,
            "after_id": self.after_id,
            "since": self.since.isoformat() if self.since else None,
            "rows": self.rows,
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """From JSON."""
        since = document.get("since")
        return cls(
            began=datetime.fromisoformat(document["began"]),
            offset=document.get("offset", 0),
            after_id=document.get("after_id"),
            since=datetime.fromisoformat(since) if since else None,
            rows=document.get("rows", 0),
        )


def is_due(state: State) -> bool:
    """Whether something said that the part has changed after its last reading was begun."""
    due = state.marked(DUE)
    return due is not None and (state.as_of is None or due >= state.as_of)


Bring = Callable[[Progress], AsyncGenerator[Progress, None]]
"""Brings a piece from where it is to its end; gives how far it is after each page that is safely stored."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one noun that are brought together, and when they are due again."""

    noun: str
    part: str
    bring: Bring
    fresh_seconds: float = ONCE
    then: Piece | None = None
    """What must be begun after it has ended, or questions may not use it."""

    @property
    def name(self) -> str:
        """For people and for leases: `reservations near`."""
        return f"{self.noun} {self.part}"
