"""The tool that plans which homes are made ready first."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.turnover_rows import Party, TurnoverRow
from hostaway_mcp.services.turnovers import TurnoverAnswer
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, Day, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table


class PlanTurnoversQuestion(Question):
    """Which days, of which listings."""

    date: Day | None = Field(
        None, description="first day, default today; a word such as weekend may be several"
    )
    days: int | None = Field(None, ge=1, le=14)
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(40, ge=1, le=100)
    cursor: Cursor = None


def _plan_text(answer: TurnoverAnswer) -> str:
    columns = (
        "listing_id", "listing", "unit_id", "out (local)", "in (local)", "slack h", "priority", "task",
        "task_id", "assignee", "leaving", "arriving", "notes",
    )  # fmt: skip
    body = table(columns, map(_cells, answer.turnovers)) if answer.turnovers else None
    same_day = f"{answer.same_day} with an arrival on the same day" if answer.turnovers else None
    return paragraphs(body, same_day)


def _cells(row: TurnoverRow) -> tuple[object, ...]:
    task = row.task
    return (
        row.listing_id,
        fence(row.name),
        row.unit_id,
        _local(row.departs_at, row.time_zone) or row.departure,
        _local(row.arrives_at, row.time_zone),
        None if row.slack_hours is None else f"{row.slack_hours:g}",
        row.priority,
        task.state if task else None,
        task.task_id if task else None,
        fence(task.assignee) or None if task else None,
        _party(row.guests.leaving),
        _party(row.guests.arriving),
        "; ".join(row.notes) or None,
    )


def _local(moment: datetime | None, zone: str | None) -> str | None:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}" if moment and zone else None


def _party(party: Party | None) -> str | None:
    if party is None:
        return None
    who = "owner" if party.owner_stay else fence(party.guest)
    people = f" ({party.guests})" if party.guests else ""
    return f"{party.reservation_id} {who}{people}"


@tool(title="Plan turnovers", toolset=Toolset.OPS, text=_plan_text)
async def plan_turnovers(services: Services, question: PlanTurnoversQuestion) -> TurnoverAnswer:
    """
    Which homes to make ready first: each departure with the next arrival into the same unit, by slack
    (hours from check-out to check-in, clock changes counted), with priority, cleaning task and its
    assignee, and who leaves and comes. Use find_tasks for other tasks.
    """
    return await services.turnovers.plan(
        day=question.date,
        days=question.days,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
