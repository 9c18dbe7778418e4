"""The tool that writes to guests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hostaway_mcp.models.conversations import CommunicationType
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Proposal
from hostaway_mcp.tools.approvals import proposal_text
from hostaway_mcp.tools.catalogue import Question, Text, ToolEffect, Toolset, tool

Message = Annotated[str, StringConstraints(max_length=5_000)]
"""A whole message; `services/writes/message_text.py` looks at its characters."""


class SendMessage(Question):
    """The parameters of send_message."""

    conversation: int | None = Field(None, ge=1, le=2**53, description="its id; or else:")
    reservation: Annotated[int | Text, Field(description="id, channel code or guest's name")] | None = None
    text: Message | None = None
    template: Annotated[int | Text, Field(description="instead: id or name; Hostaway fills it")] | None = None
    via: Literal["channel", "email", "sms", "whatsapp"] | None = Field(
        None, description="default: as the guest wrote last"
    )


@tool(title="Propose a message", toolset=Toolset.INBOX, text=proposal_text, effect=ToolEffect.REACH)
async def send_message(services: Services, question: SendMessage) -> Proposal:
    """
    Proposes one message to a guest, with its exact text and way. Nothing is sent until apply_change runs the
    proposal and tells the delivery status.
    """
    plan = await services.message_planner.plan(
        conversation=question.conversation,
        reservation=question.reservation,
        text=question.text,
        template=question.template,
        via=CommunicationType(question.via) if question.via else None,
        now=services.clock.now(),
    )
    return await services.writes.propose(plan)
