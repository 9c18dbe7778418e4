"""The tool that finds tasks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hostaway_mcp.models.tasks import TaskCategory, TaskStatus
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.tasks import TaskRow, TasksAnswer
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import (
    Cursor,
    Day,
    DetailLevel,
    Listed,
    ListingRef,
    Question,
    Text,
    Toolset,
    tool,
)
from hostaway_mcp.tools.text import table

Statuses = Listed[Literal["pending", "confirmed", "inProgress", "completed", "cancelled"]]
Categories = Listed[Literal["cleaning", "maintenance", "check_in", "check_out", "back_office", "other"]]
UserRef = Annotated[int | Text, Field(description="a user's id or name, or nobody")]


class FindTasksQuestion(Question):
    """Which tasks."""

    status: Statuses | None = Field(None, description="default all that are not completed or cancelled")
    category: Categories | None = None
    assignee: UserRef | None = None
    from_: Day | None = Field(None, alias="from", description="due from; default any day")
    to: Day | None = Field(None, description="due until, included")
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(40, ge=1, le=100)
    cursor: Cursor = None
    detail: DetailLevel = "brief"


def _tasks_text(answer: TasksAnswer) -> str:
    columns = (
        "id", "title", "status", "categories", "listing", "reservation", "assignee", "start UTC", "due UTC",
        "overdue", "priority", "completed UTC", "cost", "description", "resolution", "checklist items",
    )  # fmt: skip
    return table(columns, map(_cells, answer.tasks)) if answer.tasks else "No task fits."


def _cells(row: TaskRow) -> tuple[object, ...]:
    return (
        row.task_id,
        fence(row.title) or None,
        row.status,
        row.categories or None,
        fence(row.listing) or row.listing_id,
        row.reservation_id,
        fence(row.assignee) or "nobody",
        f"{row.starts_at:%Y-%m-%d %H:%M}" if row.starts_at else None,
        f"{row.due_at:%Y-%m-%d %H:%M}" if row.due_at else None,
        "overdue" if row.overdue else None,
        row.priority,
        f"{row.completed_at:%Y-%m-%d %H:%M}" if row.completed_at else None,
        row.cost,
        fence(row.description) or None,
        fence(row.resolution) or None,
        row.checklist_items,
    )


@tool(title="Find tasks", toolset=Toolset.OPS, text=_tasks_text)
async def find_tasks(services: Services, question: FindTasksQuestion) -> TasksAnswer:
    """
    Tasks (cleaning, maintenance and the rest) by status, category, assignee, day due, listing or place, the
    first due first; open ones unless `status` says otherwise. Use plan_turnovers for the cleanings between
    stays.
    """
    return await services.tasks.find(
        status=[TaskStatus(one) for one in question.status] if question.status else None,
        category=[TaskCategory[one.upper()] for one in question.category] if question.category else None,
        assignee=question.assignee,
        first=question.from_,
        last=question.to,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
        detail=question.detail,
        question=question.asked(),
    )
