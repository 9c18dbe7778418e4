"""What the write tools answer: a proposal, what came of one, the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import Field

from hostaway_mcp.services.answers import Answer, Instant, ListAnswer, Money, Record
from hostaway_mcp.store.journal.records import Entry, ProposalState, Step, StepState

SHOWN_ITEMS = 40
ITEMS_BYTES = 8_000
"""Items in one answer, and the room for them beside its warnings; the rest is counted."""

Item = TypeVar("Item", bound=Record)

WORDS = {
    StepState.WAITING: "not begun",
    StepState.SENDING: "checking",
    StepState.CHECKING: "checking",
    StepState.DONE: "done",
    StepState.NOT_DONE: "not_done",
    StepState.NEEDS_YOU: "needs_you",
}


class ProposalItem(Record):
    """One thing that would change."""

    what: str
    before: dict[str, Any]
    after: dict[str, Any]


class Cost(Record):
    """What applying takes: requests to Hostaway, and money that would be booked."""

    calls: int
    money: Money | None = None


class ApplyWith(Record):
    """The call that applies a proposal."""

    tool: str = "apply_change"
    change_id: str


class Proposal(Answer):
    """What would be done, shown before it is: nothing was sent to Hostaway."""

    change_id: str
    summary: str
    items: tuple[ProposalItem, ...]
    more_items: int = 0
    """Items that are not shown here; they are part of the proposal."""
    cost: Cost
    expires_at: Instant
    apply_with: ApplyWith
    approval: str
    """Who has to agree, and how."""


class AppliedItem(Record):
    """What became of one part of a proposal."""

    what: str
    outcome: str
    """done, not_done, checking, needs_you; `not begun` where another call is needed."""
    says: str | None = None
    result: dict[str, Any] = Field(default_factory=dict)


class Applied(Answer):
    """What became of a proposal, part by part."""

    change_id: str
    outcome: str
    """done, not_done, checking or needs_you."""
    items: tuple[AppliedItem, ...]
    more_items: int = 0
    says: str


class ChangeRow(Record):
    """One proposal in a list."""

    change_id: str
    state: str
    """pending, applying, applied, refused, expired, declined, undone."""
    outcome: str | None = None
    tool: str
    summary: str
    proposed_at: Instant
    expires_at: Instant | None = None
    approved_by: str | None = None
    undo_of: str | None = None
    undone_by: str | None = None
    items: dict[str, int]
    """How many parts ended in which word."""
    says: str | None = None


class ChangeList(ListAnswer):
    """Proposals, the newest first."""

    changes: tuple[ChangeRow, ...]


def fitting(items: Sequence[Item]) -> tuple[Item, ...]:
    """The first of the items, as many as an answer has room for; one at least."""
    found: list[Item] = []
    room = ITEMS_BYTES
    for item in items[:SHOWN_ITEMS]:
        room -= len(item.model_dump_json(exclude_none=True).encode()) + 1
        if room < 0 and found:
            break
        found.append(item)
    return tuple(found)


def outcome_of(steps: Sequence[Step]) -> str:
    """
    One word for all parts: theirs if it is the same everywhere, `checking` if any is, else `needs_you`.

    Parts with different ends are a person's to look at, never one word that is true of some only.
    """
    words = {WORDS[step.state] for step in steps}
    if len(words) == 1 and (only := words.pop()) != "not begun":
        return only
    return "checking" if "checking" in words else "needs_you"


def counts_of(steps: Sequence[Step]) -> dict[str, int]:
    """How many parts ended in which word."""
    found: dict[str, int] = {}
    for step in steps:
        word = WORDS[step.state]
        found[word] = found.get(word, 0) + 1
    return found


def state_of(entry: Entry) -> str:
    """The state of a proposal in a list's words."""
    if entry.undone_by:
        return "undone"
    return "applied" if entry.state is ProposalState.FINISHED else entry.state.value
