"""The tool that finds stays which cannot all take place."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.analytics.conflicts import CLEANING_HOURS, ConflictKind
from hostaway_mcp.services.conflict_rows import ConflictRow, ConflictsAnswer, ConflictStay
from hostaway_mcp.services.conflicts import LIMIT
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence, word
from hostaway_mcp.tools.catalogue import Cursor, Day, Listed, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table


class CheckConflicts(Question):
    """The parameters of check_conflicts."""

    from_: Day | None = Field(None, alias="from", description="first day; default today")
    to: Day | None = Field(None, description="last day, inclusive; default 90 days")
    kinds: Listed[ConflictKind] = Field([], description="default all")
    cleaning_hours: float = Field(CLEANING_HOURS, ge=0, le=24, description="what a turnover needs")
    listing: ListingRef | None = Field(None, description="ids or names")
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(LIMIT, ge=1, le=100)
    cursor: Cursor = None


def _text(answer: ConflictsAnswer) -> str:
    if not answer.conflicts:
        return f"No conflicts among {answer.looked_at}." if answer.complete else ""
    head = ", ".join(f"{one.conflicts} {one.kind.replace('_', ' ')}" for one in answer.counts)
    return paragraphs(f"Conflicts: {head}" if head else None, _table(answer.conflicts))


def _table(rows: tuple[ConflictRow, ...]) -> str:
    return table(
        ("id", "listing", "city", "kind", "first day", "last day", "says", "reservations"),
        (
            (
                row.listing_id,
                fence(row.name),
                word(row.city),
                row.kind,
                row.dates.first,
                row.dates.last if row.dates.last != row.dates.first else None,
                row.says,
                "; ".join(map(_stay, row.reservations)) or None,
            )
            for row in rows
        ),
    )


def _stay(stay: ConflictStay) -> str:
    parts = (str(stay.reservation_id), fence(stay.guest), stay.channel, stay.status)
    return " ".join(part for part in parts if part) + f" {stay.arrival} to {stay.departure}"


@tool(title="Check conflicts", toolset=Toolset.CALENDAR, text=_text)
async def check_conflicts(services: Services, question: CheckConflicts) -> ConflictsAnswer:
    """
    What goes wrong if nothing is done: overlapping stays, more stays than units, days not pushed to
    channels, turnovers shorter than a cleaning; of booked stays, owner stays and requests that hold
    nights. Departure and arrival on one day are no conflict.
    """
    return await services.conflicts.check(
        first=question.from_,
        last=question.to,
        kinds=question.kinds or tuple(ConflictKind),
        cleaning_hours=question.cleaning_hours,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
    )
