"""What the journal keeps: proposals, and the steps that each consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ProposalState(StrEnum):
    """How far a proposal has come."""

    PENDING = "pending"
    """Shown; nobody has applied it."""
    APPLYING = "applying"
    PAUSED = "paused"
    """Some steps are left, for want of time; applying it again goes on."""
    FINISHED = "finished"
    DECLINED = "declined"
    """A person said no."""
    EXPIRED = "expired"
    REFUSED = "refused"
    """What it rests on had changed before anything was sent."""


class StepState(StrEnum):
    """What became of one step; the last four are the words that a caller is told."""

    WAITING = "waiting"
    SENDING = "sending"
    """Set durably before the first byte leaves."""
    CHECKING = "checking"
    """It may have happened; reading back decides."""
    DONE = "done"
    NOT_DONE = "not_done"
    NEEDS_YOU = "needs_you"


OPEN_STEPS = frozenset({StepState.SENDING, StepState.CHECKING})


@dataclass(frozen=True, slots=True)
class StepBody:
    """
    One request to Hostaway: exactly what is sent, what it rests on, what shall be true afterwards.

    `rests_on` is Hostaway's own state as it was read for the proposal, `wanted` the same state as it shall
    be; `what`, `before` and `after` say it to a reader.
    """

    what: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    operation: str
    path: Mapping[str, int]
    body: Any
    rests_on: Mapping[str, Any]
    wanted: Mapping[str, Any]
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proposal and what became of it; `body` is None once it was forgotten."""

    n: int
    kind: str
    body: StepBody | None
    listing_id: int | None = None
    reservation_id: int | None = None
    conversation_id: int | None = None
    state: StepState = StepState.WAITING
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    says: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One proposal with its steps; instants are UTC."""

    change_id: str
    tool: str
    door: str
    caller: str
    arguments_hash: str
    summary: str
    question: str
    """What a person is asked to agree to, word by word."""
    created_at: datetime
    expires_at: datetime
    steps: tuple[Step, ...]
    state: ProposalState = ProposalState.PENDING
    approved_at: datetime | None = None
    approved_by: str | None = None
    lease_until: datetime | None = None
    why: str | None = None
    undo_of: str | None = None
    undone_by: str | None = None

    @property
    def left(self) -> tuple[Step, ...]:
        """The steps that nothing was done about yet."""
        return tuple(step for step in self.steps if step.state is StepState.WAITING)

    @property
    def open(self) -> tuple[Step, ...]:
        """The steps that may have happened."""
        return tuple(step for step in self.steps if step.state in OPEN_STEPS)
