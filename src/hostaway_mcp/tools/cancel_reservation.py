"""The tool that cancels stays."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Question, Text, ToolEffect, Toolset, tool


class CancelReservation(Question):
    """The parameters of cancel_reservation."""

    reservation: Annotated[int | Text, Field(description="id, channel code or guest's name")]
    by: Literal["host", "guest", "no_show"] = Field(description="who cancels; no_show: Booking.com only")
    reason: Text | None = Field(None, description="kept here, not sent")


@tool(
    title="Propose a cancellation", toolset=Toolset.RESERVATIONS, text=proposal_text, effect=ToolEffect.REACH
)
async def cancel_reservation(services: Services, question: CancelReservation) -> Proposal:
    """
    Proposes to cancel a stay or to report a no-show, with what was paid and what the booked policy gives
    back. Nothing happens until apply_change runs the proposal; it cannot be undone.
    """
    plan = await services.cancellation_planner.plan(
        reservation=question.reservation,
        by=question.by,
        reason=question.reason,
        arguments=question.asked(),
        now=services.clock.now(),
    )
    return await services.writes.propose(plan)
