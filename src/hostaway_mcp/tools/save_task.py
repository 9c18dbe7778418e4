"""The tool that saves tasks."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.services.writes.task_planner import TaskWish
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Day, Question, Text, ToolEffect, Toolset, tool
from hostaway_mcp.tools.tasks import Categories

Words = Annotated[str, StringConstraints(max_length=5_000, strip_whitespace=True)]


class TaskItem(BaseModel):
    """One task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task_id: int | None = Field(None, ge=1, le=2**53, description="not for create")
    title: Annotated[Text, Field(min_length=1)] | None = None
    description: Words | None = None
    listing: int | Text | None = None
    reservation: int | None = Field(None, ge=1, le=2**53)
    assignee: Annotated[int | Text, Field(description="id, name or nobody")] | None = None
    starts_at: Day | None = Field(None, description="the listing's time: tomorrow noon")
    due_at: Day | None = None
    categories: Categories | None = None
    priority: int | None = Field(None, ge=0, le=100)
    status: Literal["pending", "confirmed", "inProgress", "completed", "cancelled"] | None = None
    resolution: Words | None = None
    cost: Decimal | None = Field(None, ge=0, le=10_000_000)


class SaveTask(Question):
    """The parameters of save_task."""

    action: Literal["create", "update", "assign", "complete", "delete"]
    tasks: list[TaskItem] = Field(min_length=1, max_length=50)


@tool(title="Propose tasks", toolset=Toolset.OPS, text=proposal_text, effect=ToolEffect.WRITE)
async def save_task(services: Services, question: SaveTask) -> Proposal:
    """
    Proposes to create, update, assign, complete or delete up to 50 tasks. Nothing happens until apply_change.
    """
    plan = await services.task_planner.plan(
        action=question.action,
        wishes=[TaskWish(**one.model_dump()) for one in question.tasks],
        arguments=question.asked(),
    )
    return await services.writes.propose(plan)
