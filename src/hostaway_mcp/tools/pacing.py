"""The tool that says how bookings come in, against a year ago."""

from __future__ import annotations

import re

from pydantic import Field

from hostaway_mcp.services.pace_rows import Days, NowAndThen, PaceBy, PaceRow, Pacing
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, Day, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table

_OWN_WORD = re.compile(r"[0-9-]{7,10}|[A-Z][a-z]{2}|[a-z_0-9]{1,30}")


class ReportPacing(Question):
    """Which nights, seen from which day, by what."""

    from_: Day | None = Field(None, alias="from", description="default today, for 90 days")
    to: Day | None = Field(None, description="excluded")
    as_of: Day | None = Field(None, description="the books at the end of this day, default today")
    by: PaceBy = "month"
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(60, ge=1, le=200)
    cursor: Cursor = None


def _pacing_text(answer: Pacing) -> str:
    same = answer.same_listings
    return paragraphs(
        f"On the books at the end of {answer.books_at}, then = {answer.books_then_at} for the nights 364 "
        "days earlier:",
        _rows((*answer.periods, answer.whole)),
        f"Only the {same.listings} of {same.of} listings that had stays then: {same.nights} nights now, "
        f"{same.nights_then} then{_percent(same.nights_percent)}"
        if same
        else None,
        "Pickup, nights:",
        table(
            ("last days", "new", "lost", "net", "new then", "lost then", "net then"),
            [(o.days, o.new, o.lost, o.net, o.new_then, o.lost_then, o.net_then) for o in answer.pickup],
        ),
        _spread("Lead time", answer.lead_time),
        _spread("Length of stay", answer.length_of_stay),
        "Channels:" if answer.channels else None,
        table(
            ("channel", "nights", "share", "nights then", "share then"),
            [
                (
                    one.channel,
                    one.nights,
                    f"{one.share:.1%}",
                    one.nights_then,
                    None if one.share_then is None else f"{one.share_then:.1%}",
                )
                for one in answer.channels
            ],
        )
        if answer.channels
        else None,
    )


def _rows(rows: tuple[PaceRow, ...]) -> str:
    return table(
        ("part", "nights", "then", "%", "in the end then", "revenue", "revenue then"),
        [
            (
                row.key if _OWN_WORD.fullmatch(row.key) else fence(row.key),
                row.nights,
                row.nights_then,
                None if row.nights_percent is None else f"{row.nights_percent:+}",
                row.nights_final_then,
                row.revenue or None,
                row.revenue_then or None,
            )
            for row in rows
        ],
    )


def _percent(value: float | None) -> str:
    return "" if value is None else f" ({value:+} %)"


def _spread(title: str, both: NowAndThen) -> str | None:
    parts = [
        f"{when} {_days(days)}" for when, days in (("now", both.now), ("then", both.then)) if days is not None
    ]
    return f"{title}: {'; '.join(parts)}" if parts else None


def _days(days: Days) -> str:
    return f"mean {days.mean} d, median {days.median:g} d of {days.stays} stays"


@tool(title="Pace", toolset=Toolset.ANALYTICS, text=_pacing_text)
async def report_pacing(services: Services, question: ReportPacing) -> Pacing:
    """
    Nights and revenue on the books for coming nights against the same nights 364 days earlier as they stood
    364 days ago (weekdays aligned, cancellations counted until they came), with pickup over 7 and 30 days,
    channel mix, lead time and length of stay. Revenue of a past period: get_financial_summary.
    """
    return await services.pacing.report(
        from_=question.from_,
        to=question.to,
        as_of=question.as_of,
        by=question.by,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
