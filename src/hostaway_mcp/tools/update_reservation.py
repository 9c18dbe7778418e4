"""The tool that changes stays."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.services.writes.stay_planner import StayChange
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Day, LongText, Question, Text, ToolEffect, Toolset, tool


class StayChanges(BaseModel):
    """What becomes of the stay; what is not given stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    from_: Day | None = Field(None, alias="from", description="arrival")
    to: Day | None = Field(None, description="departure")
    guests: int | None = Field(None, ge=1, le=100)
    adults: int | None = Field(None, ge=0, le=100)
    children: int | None = Field(None, ge=0, le=100)
    infants: int | None = Field(None, ge=0, le=100)
    pets: int | None = Field(None, ge=0, le=100)
    host_note: LongText | None = Field(None, description='"" removes it')
    guest_note: LongText | None = None
    door_code: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    custom_fields: dict[Text, int | float | LongText] | None = Field(None, description="values by name")

    @model_validator(mode="before")
    @classmethod
    def _stays_where_it_is(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.keys() & {"listing", "listing_id", "listingMapId"}:
            raise ValueError("cannot move a stay to another listing: cancel it and make another")
        return given


class UpdateReservation(Question):
    """The parameters of update_reservation."""

    reservation: Annotated[int | Text, Field(description="id, channel code or guest's name")]
    changes: StayChanges


@tool(
    title="Propose a change of a stay",
    toolset=Toolset.RESERVATIONS,
    text=proposal_text,
    effect=ToolEffect.WRITE,
)
async def update_reservation(services: Services, question: UpdateReservation) -> Proposal:
    """
    Proposes other dates, guests, notes, custom fields, door code or contact of a stay; money is never
    touched. Nothing happens until apply_change runs the proposal.
    """
    plan = await services.stay_planner.plan(
        reservation=question.reservation,
        change=StayChange(**question.changes.model_dump()),
        arguments=question.asked(),
        now=services.clock.now(),
    )
    return await services.writes.propose(plan)
