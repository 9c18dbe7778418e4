"""The tool that makes stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.services.writes.booking_planner import NewGuest, NewStay
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Day, Question, Text, ToolEffect, Toolset, tool


class Guest(BaseModel):
    """Who books."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Text = Field(min_length=1)
    email: Text | None = None
    phone: Text | None = None


class CreateReservation(Question):
    """The parameters of create_reservation."""

    listing: Annotated[int | Text, Field(description="id or name")]
    from_: Day = Field(alias="from", description="arrival")
    to: Day = Field(description="departure")
    guest: Guest | None = None
    guests: int | None = Field(None, ge=1, le=100)
    price: Decimal | None = Field(None, ge=0, le=1_000_000, description="whole stay; default: Hostaway's")
    status: Literal["new", "ownerStay"] = "new"


@tool(title="Propose a new stay", toolset=Toolset.RESERVATIONS, text=proposal_text, effect=ToolEffect.WRITE)
async def create_reservation(services: Services, question: CreateReservation) -> Proposal:
    """
    Proposes a direct booking or an owner's stay on free nights, with Hostaway's price. Nothing happens until
    apply_change runs the proposal; it gives the reservation's id.
    """
    guest = question.guest
    wanted = NewStay(
        listing=question.listing,
        first=question.from_,
        last=question.to,
        status=question.status,
        guest=NewGuest(guest.name, guest.email, guest.phone) if guest else NewGuest(),
        guests=question.guests,
        price=question.price,
    )
    plan = await services.booking_planner.plan(wanted, arguments=question.asked(), now=services.clock.now())
    return await services.writes.propose(plan)
