"""The tool that makes listings."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Question, Text, ToolEffect, Toolset, tool


class CreateListing(Question):
    """The parameters of create_listing."""

    fields: dict[Text, Any] = Field(
        min_length=1,
        max_length=60,
        description=(
            "name, and as update_listings takes them; to be activated it needs address, price, "
            "guests_included, price_for_extra_person, currency_code"
        ),
    )
    copy_from: Annotated[int | Text, Field(description="listing whose other fields it gets")] | None = None


@tool(title="Propose a new listing", toolset=Toolset.ADMIN, text=proposal_text, effect=ToolEffect.WRITE)
async def create_listing(services: Services, question: CreateListing) -> Proposal:
    """
    Proposes a new listing, from fields and, with copy_from, those of another but for names, address, licence
    and codes. Cannot be undone. Nothing happens until apply_change.
    """
    plan = await services.new_listing_planner.plan(
        fields=question.fields, copy_from=question.copy_from, arguments=question.asked()
    )
    return await services.writes.propose(plan)
