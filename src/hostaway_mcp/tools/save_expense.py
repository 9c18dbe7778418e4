"""The tool that saves expenses and extras."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.services.writes.expense_planner import ExpenseWish
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Day, Question, Text, ToolEffect, Toolset, tool

Concept = Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)]
"""What an expense is for; Hostaway takes 255 characters."""


class ExpenseItem(BaseModel):
    """One expense or extra."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expense_id: int | None = Field(None, ge=1, le=2**53, description="not for add")
    concept: Concept | None = None
    amount: Decimal | None = Field(
        None,
        ge=-10_000_000,
        le=10_000_000,
        description="listing's currency; without kind: below 0 an expense, above an extra",
    )
    kind: Literal["expense", "extra"] | None = None
    date: Day | None = Field(None, description="default today")
    listing: int | Text | None = None
    reservation: int | None = Field(None, ge=1, le=2**53)
    categories: list[Annotated[Text, Field(min_length=1)]] | None = Field(None, max_length=20)


class SaveExpense(Question):
    """The parameters of save_expense."""

    action: Literal["add", "change", "delete"]
    items: list[ExpenseItem] = Field(min_length=1, max_length=50)


@tool(title="Propose expenses", toolset=Toolset.FINANCE, text=proposal_text, effect=ToolEffect.WRITE)
async def save_expense(services: Services, question: SaveExpense) -> Proposal:
    """
    Proposes to add, change or delete up to 50 expenses (paid by the host or owner) and extras (income).
    Nothing happens until apply_change.
    """
    plan = await services.expense_planner.plan(
        action=question.action,
        wishes=[ExpenseWish(**one.model_dump()) for one in question.items],
        arguments=question.asked(),
    )
    return await services.writes.propose(plan)
