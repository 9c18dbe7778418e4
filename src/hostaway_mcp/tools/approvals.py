"""Tools that apply, list and take back proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.writes import Applied, Proposal
from hostaway_mcp.services.writes.answers import ChangeList, ChangeRow
from hostaway_mcp.services.writes.words import difference
from hostaway_mcp.tools.catalogue import Cursor, Question, Text, ToolEffect, Toolset, tool
from hostaway_mcp.tools.text import paragraphs


class ApplyChange(Question):
    """The parameters of apply_change."""

    change_id: Text


class FindChanges(Question):
    """The parameters of find_changes."""

    state: Literal["pending", "applied", "refused", "undone"] | None = None
    since: datetime | None = Field(None, description="instant, ISO 8601")
    limit: int = Field(20, ge=1, le=50)
    cursor: Cursor = None


class UndoChange(Question):
    """The parameters of undo_change."""

    change_id: Text


def proposal_text(answer: Proposal) -> str:
    """A proposal for a model: what would change, and how to have it done."""
    items = [f"- {item.what}: {difference(item.before, item.after)}" for item in answer.items]
    if answer.more_items:
        items.append(f"- and {answer.more_items} more")
    money = f", {answer.cost.money}" if answer.cost.money else ""
    return paragraphs(
        f"PROPOSED, nothing is done yet: {answer.summary}",
        "\n".join(items),
        f"To do it: apply_change change_id={answer.change_id}, until {answer.expires_at:%H:%M:%S} UTC. "
        f"{answer.approval} Takes about {answer.cost.calls} requests{money}.",
    )


def _applied_text(answer: Applied) -> str:
    items = [
        f"- {item.what}: {item.outcome.replace('_', ' ')}{f'. {item.says}' if item.says else ''}"
        for item in answer.items
    ]
    if answer.more_items:
        items.append(f"- and {answer.more_items} more")
    return paragraphs(f"{answer.outcome.replace('_', ' ').upper()}: {answer.says}", "\n".join(items))


def _changes_text(answer: ChangeList) -> str:
    return "\n".join(map(_row, answer.changes)) or "Nothing was proposed."


def _row(row: ChangeRow) -> str:
    counts = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in row.items.items())
    parts = (
        f"{row.change_id} {row.proposed_at:%Y-%m-%d %H:%M} {row.state}",
        row.outcome and row.outcome.replace("_", " "),
        row.summary,
        counts,
        row.approved_by and f"agreed: {row.approved_by}",
        row.undo_of and f"takes back {row.undo_of}",
        row.undone_by and f"taken back by {row.undone_by}",
        row.says,
    )
    return "; ".join(part for part in parts if part)


@tool(title="Apply a proposal", toolset=Toolset.APPROVALS, text=_applied_text, effect=ToolEffect.APPLY)
async def apply_change(services: Services, question: ApplyChange) -> Applied:
    """
    Does what one proposal says, once, if a person agrees and nothing it rests on has changed. The outcome is
    done, not_done, checking (look again with find_changes, do not repeat) or needs_you (a person must look).
    """
    return await services.writes.apply(question.change_id)


@tool(title="Find changes", toolset=Toolset.APPROVALS, text=_changes_text)
async def find_changes(services: Services, question: FindChanges) -> ChangeList:
    """
    What was proposed, applied, refused and taken back here, the newest first, with what came of it.
    """
    return await services.writes.find(
        state=question.state, since=question.since, limit=question.limit, cursor=question.cursor
    )


@tool(title="Propose to undo", toolset=Toolset.APPROVALS, text=proposal_text, effect=ToolEffect.WRITE)
async def undo_change(services: Services, question: UndoChange) -> Proposal:
    """
    Proposes to take back a done change of a calendar, listing, task, expense or note; refused where later
    changes would be lost.
    """
    return await services.writes.undo(question.change_id)
