"""The tool that finds nights left over between others."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from hostaway_mcp.analytics.gaps import MAX_NIGHTS
from hostaway_mcp.services.calendar_days import CalendarFix
from hostaway_mcp.services.gaps import LIMIT, GapRow, GapsAnswer
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence, word
from hostaway_mcp.tools.catalogue import Cursor, Day, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table


class FindGaps(Question):
    """The parameters of find_gaps."""

    from_: Day | None = Field(None, alias="from", description="first night; default today")
    to: Day | None = Field(None, description="day after the last night; default 60 nights")
    max_nights: int = Field(MAX_NIGHTS, ge=1, le=14, description="longest run that counts as a gap")
    turnover_cost: Decimal | None = Field(
        None, ge=0, le=1_000_000, description="what a stay costs you, in the listing's currency"
    )
    listing: ListingRef | None = Field(None, description="ids or names")
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(LIMIT, ge=1, le=100)
    cursor: Cursor = None


def change_text(*fixes: CalendarFix | None) -> str | None:
    """Changes of a calendar in words: `2026-08-03: min_stay 2`."""
    return "; ".join(_one_change(fix) for fix in fixes if fix is not None) or None


def _one_change(fix: CalendarFix) -> str:
    days = ", ".join(
        f"{one.first}" if one.first == one.last else f"{one.first} to {one.last}" for one in fix.ranges
    )
    changes = fix.changes.model_dump(exclude_none=True)
    says = ", ".join(f"{name} {_plain(value)}" for name, value in changes.items())
    return f"{days}: {says}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _text(answer: GapsAnswer) -> str:
    if not answer.gaps:
        return "No gaps." if answer.complete else ""
    parts = [f"{one.gaps} {one.rule.replace('_', ' ')}" for one in answer.counts]
    worth = ", ".join(str(money) for money in answer.worth)
    head = f"Gaps: {', '.join(parts)}; together worth {worth}" if parts and worth else None
    return paragraphs(head, _table(answer.gaps))


def _table(rows: tuple[GapRow, ...]) -> str:
    columns = ("id", "listing", "city", "from", "to", "nights", "between", "stopped by", "fix", "worth")
    return table(
        columns,
        (
            (
                row.listing_id,
                fence(row.name),
                word(row.city),
                row.first,
                row.last,
                row.nights,
                row.between,
                row.says if row.rule else f"bookable{f', {row.says}' if row.says else ''}",
                change_text(row.fix, row.fix_also),
                row.worth,
            )
            for row in rows
        ),
    )


@tool(title="Find gaps", toolset=Toolset.CALENDAR, text=_text)
async def find_gaps(services: Services, question: FindGaps) -> GapsAnswer:
    """
    Orphan nights: one to three free nights between taken ones, with the rule that stops every stay,
    `fix` as arguments for update_calendar, and what they are worth less `turnover_cost`. Whole
    calendars: get_calendar.
    """
    return await services.gaps.find(
        first=question.from_,
        last=question.to,
        max_nights=question.max_nights,
        turnover_cost=question.turnover_cost,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
    )
