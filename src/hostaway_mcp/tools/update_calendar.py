"""The tool that changes calendars."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.services.writes.calendar_draft import DayChange
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Day, ListingRef, Question, Text, ToolEffect, Toolset, tool


class DayRange(BaseModel):
    """Days on end, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_: Day = Field(alias="from")
    to: Day | None = None


class Changes(BaseModel):
    """What becomes of each day; what is not given stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    block: bool | None = Field(None, description="true blocks, false opens")
    units_to_sell: int | None = Field(None, ge=0, le=500, description="listings with several units")
    price: Decimal | None = Field(None, ge=0, le=1_000_000, description="a night, listing's currency")
    price_percent: Decimal | None = Field(None, gt=-100, le=1_000, description="-15 lowers by 15 %")
    min_stay: int | None = Field(None, ge=1, le=365)
    max_stay: int | None = Field(None, ge=1, le=1_125)
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    note: Text | None = None


class UpdateCalendar(Question):
    """The parameters of update_calendar."""

    listing: ListingRef
    ranges: list[DayRange] = Field(min_length=1, max_length=200)
    changes: Changes


@tool(title="Propose calendar changes", toolset=Toolset.CALENDAR, text=proposal_text, effect=ToolEffect.WRITE)
async def update_calendar(services: Services, question: UpdateCalendar) -> Proposal:
    """
    Proposes to block or open nights, or to set price, minimum and maximum stay, closed days, of 1 to 50
    listings; takes a `fix` as it is. Nights with a stay are left out. Nothing happens until apply_change.
    """
    plan = await services.calendar_planner.plan(
        listing=question.listing,
        ranges=[{"from": one.from_, "to": one.to or ""} for one in question.ranges],
        change=DayChange(**question.changes.model_dump()),
        arguments=question.asked(),
    )
    return await services.writes.propose(plan)
