"""The tool that puts the day on one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from hostaway_mcp.services.brief_rows import (
    Brief,
    BriefConflict,
    BriefGap,
    BriefStay,
    BriefTask,
    BriefTurnover,
    BriefUnpaid,
    BriefWaiting,
)
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Day, Listed, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table

Sections = Listed[
    Literal[
        "arrivals", "departures", "in_house", "same_day_turnovers", "waiting", "unpaid", "conflicts", "gaps",
        "tasks",
    ]
]  # fmt: skip


class DailyBriefQuestion(Question):
    """Which day, of which listings, and what of it."""

    date: Day | None = Field(None, description="default today")
    group: Text | None = Field(None, description="a city or country")
    sections: Sections | None = Field(None, min_length=1, description="only these, with more rows of each")


def _brief_text(answer: Brief) -> str:
    quiet = ", ".join(name.replace("_", " ") for name in answer.quiet)
    totals = "; ".join(f"{one.balance} of {one.stays} stays" for one in answer.unpaid_totals)
    return paragraphs(
        _head(answer),
        _section("Waiting", _WAITING, map(_waiting, answer.waiting)),
        _section("Conflicts", _CONFLICTS, map(_conflict, answer.conflicts)),
        _section("Same-day turnovers, hours local", _TURNOVERS, map(_turnover, answer.same_day_turnovers)),
        _section("Arriving", _STAYS, map(_stay, answer.arrivals)),
        _section("Unpaid", _UNPAID, map(_unpaid, answer.unpaid)),
        f"Unpaid in all: {totals}" if totals else None,
        _section("Tasks due", _TASKS, map(_task, answer.tasks)),
        _section("Leaving", _STAYS, map(_stay, answer.departures)),
        _section("Gaps", _GAPS, map(_gap, answer.gaps)),
        _section("Staying on", _STAYS, map(_stay, answer.in_house)),
        f"Nothing in: {quiet}" if quiet else None,
        "\n".join(("Not shown:", *answer.more)) if answer.more else None,
    )


def _head(answer: Brief) -> str:
    told = answer.counts.model_dump(exclude_none=True)
    counts = [f"{name.replace('_', ' ')} {count}" for name, count in told.items() if count]
    said = ", ".join(counts) or ("a quiet day" if answer.complete else "nothing in what was read")
    return f"{answer.date:%a %Y-%m-%d}: {said}"


def _section(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str | None:
    found = list(rows)
    return f"{title}:\n{table(columns, found)}" if found else None


_WAITING = ("conversation", "urgency", "hours", "about", "stay", "listing", "guest", "words")
_CONFLICTS = ("listing_id", "listing", "kind", "from", "to", "reservations")
_TURNOVERS = (
    "listing_id", "listing", "leaving", "arriving", "out", "in", "slack h", "priority", "cleaning",
    "assignee",
)  # fmt: skip
_STAYS = ("id", "listing", "guest", "guests")
_UNPAID = ("id", "listing", "guest", "arrival", "balance", "charge")
_TASKS = ("id", "title", "listing", "assignee", "due UTC", "overdue")
_GAPS = ("listing_id", "listing", "from", "to", "rule", "worth")


def _waiting(row: BriefWaiting) -> tuple[object, ...]:
    who, words = fence(row.guest) or None, fence(row.excerpt) or None
    return (
        row.conversation_id,
        row.urgency,
        row.hours,
        row.intent,
        row.phase,
        fence(row.listing) or None,
        who,
        words,
    )


def _conflict(row: BriefConflict) -> tuple[object, ...]:
    return (
        row.listing_id,
        fence(row.listing) or None,
        row.kind,
        row.first,
        row.last,
        row.reservation_ids or None,
    )


def _turnover(row: BriefTurnover) -> tuple[object, ...]:
    slack = None if row.slack_hours is None else f"{row.slack_hours:g}"
    stays = (row.leaving, row.arriving)
    return (
        row.listing_id,
        fence(row.listing) or None,
        *stays,
        row.out,
        row.into,
        slack,
        row.priority,
        *_cleaning(row),
    )


def _cleaning(row: BriefTurnover) -> tuple[object, ...]:
    return (row.cleaning, fence(row.assignee) or None)


def _stay(row: BriefStay) -> tuple[object, ...]:
    return (row.reservation_id, fence(row.listing) or None, fence(row.guest) or None, row.guests)


def _unpaid(row: BriefUnpaid) -> tuple[object, ...]:
    failed = "failed" if row.failed else None
    return (
        row.reservation_id,
        fence(row.listing) or None,
        fence(row.guest) or None,
        row.arrival,
        row.balance,
        failed,
    )


def _task(row: BriefTask) -> tuple[object, ...]:
    due = f"{row.due_at:%m-%d %H:%M}" if row.due_at else None
    overdue = "overdue" if row.overdue else None
    return (
        row.task_id,
        fence(row.title) or None,
        fence(row.listing) or None,
        fence(row.assignee) or "nobody",
        due,
        overdue,
    )


def _gap(row: BriefGap) -> tuple[object, ...]:
    return (row.listing_id, fence(row.listing) or None, row.first, row.last, row.rule, row.worth)


@tool(title="The day on one page", toolset=Toolset.CORE, text=_brief_text)
async def daily_brief(services: Services, question: DailyBriefQuestion) -> Brief:
    """
    The day on one page, soonest first: who waits for an answer, conflicts, same-day turnovers, arrivals,
    unpaid stays, tasks, departures, gaps, how many stay on; counts of all, first rows of each, and which
    tool shows the rest. Use it first for "how is today?".
    """
    return await services.brief.brief(day=question.date, group=question.group, sections=question.sections)
