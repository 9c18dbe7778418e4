"""The tool that changes listings."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import ListingRef, Question, Text, ToolEffect, Toolset, tool


class UpdateListings(Question):
    """The parameters of update_listings."""

    listing: ListingRef
    changes: dict[Text, Any] = Field(
        min_length=1,
        max_length=30,
        description=(
            "field: value, by get_listing's names or Hostaway's, such as house_rules, check_in_from_hour, "
            "min_nights, base_price, cleaning_fee, max_guests; amenities and images {add, remove}, "
            "bed_types {name: count}, custom_fields {name: value}"
        ),
    )


@tool(title="Propose listing changes", toolset=Toolset.LISTINGS, text=proposal_text, effect=ToolEffect.WRITE)
async def update_listings(services: Services, question: UpdateListings) -> Proposal:
    """
    Proposes one change of names, texts, rules, prices, fees, amenities, pictures or custom fields on 1 to 50
    listings. Nothing happens until apply_change.
    """
    plan = await services.listing_planner.plan(
        listing=question.listing, changes=question.changes, arguments=question.asked()
    )
    return await services.writes.propose(plan)
