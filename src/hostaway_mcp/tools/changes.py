"""Tools about what happened."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hostaway_mcp.services.change_log import ChangeRow
from hostaway_mcp.services.changes import ChangesSince
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, Listed, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table

_Noun = Literal[
    "reservation", "message", "conversation", "listing", "calendar", "review", "task", "expense", "charge"
]  # fmt: skip
Kinds = Listed[_Noun | Literal["new", "changed", "gone"]]


class ChangesSinceQuestion(Question):
    """From when on, and which changes."""

    since: Text | None = Field(
        None, description="instant (ISO 8601), -24h (default), yesterday, or an earlier next_cursor"
    )
    kinds: Kinds | None = Field(
        None, max_length=12, description="what it is about and/or what became of it; default all"
    )
    limit: int = Field(50, ge=1, le=200)
    cursor: Cursor = None


def _changes_text(answer: ChangesSince) -> str:
    go_on = (
        f"There is more: next_cursor={answer.next_cursor}"
        if answer.more
        else f"Nothing more yet. To ask later for what is new from here: cursor={answer.next_cursor}"
    )
    nothing = "No changes." if answer.complete else "No changes are known."
    return paragraphs(_table(answer.changes) if answer.changes else nothing, go_on)


def _table(rows: tuple[ChangeRow, ...]) -> str:
    columns = ("at", "kind", "id", "what", "listing", "stay", "guest", "arrival", "departure", "status")
    return table(
        (*columns, "title", "conversation", "from", "text"),
        (
            (
                f"{row.at:%Y-%m-%d %H:%M:%SZ}",
                row.kind,
                row.id,
                row.what,
                fence(row.listing) or row.listing_id,
                row.reservation_id,
                fence(row.guest) or None,
                row.arrival,
                row.departure,
                row.status_class,
                fence(row.title) or None,
                row.conversation_id,
                row.from_,
                fence(row.text) or None,
            )
            for row in rows
        ),
    )


@tool(title="Changes since", toolset=Toolset.CHANGES, text=_changes_text)
async def changes_since(services: Services, question: ChangesSinceQuestion) -> ChangesSince:
    """
    What happened since a moment: bookings, cancellations, messages, prices, tasks and more, each change
    once in the order it was learned, with before and after. Rests on the local replica; as_of says how
    far it reaches. next_cursor is always given: call with it for more, or later for what is new.
    """
    return await services.changes.since(
        since=question.since, kinds=question.kinds, limit=question.limit, cursor=question.cursor
    )
