"""The statements that every change runs, made once: to make one takes longer than to run it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, FromClause, bindparam, case, exists, func, select, update

from hostaway_mcp.store.journal.records import OPEN_STEPS, ProposalState, StepState
from hostaway_mcp.store.journal.schema import audit, proposals, steps

PLACE = ("listing_id", "reservation_id", "conversation_id")
"""Where in Hostaway a step changes something."""

# Other names than those of columns, which are what an update sets.
_ACCOUNT: BindParameter[str] = bindparam("of_account")
_CHANGE: BindParameter[str] = bindparam("of_change")
_NOW: BindParameter[datetime] = bindparam("at_now")


def _one(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    return table.c.account_id == _ACCOUNT, table.c.change_id == _CHANGE


def _is(*states: ProposalState) -> ColumnElement[bool]:
    return proposals.c.state.in_([state.value for state in states])


PROPOSAL = select(proposals).where(*_one(proposals))
STEPS = (
    select(steps)
    .where(steps.c.account_id == _ACCOUNT, steps.c.change_id.in_(bindparam("of_changes", expanding=True)))
    .order_by(steps.c.n)
)
MOVE = update(proposals).where(*_one(proposals))
"""Sets the columns that it is run with, as the next ones do, of a proposal in any state."""
MOVE_PENDING = MOVE.where(_is(ProposalState.PENDING))
MOVE_FRESH = MOVE_PENDING.where(proposals.c.expires_at > _NOW)
MOVE_FREE = MOVE.where(
    (_is(ProposalState.PENDING) & (proposals.c.expires_at > _NOW)) | _is(ProposalState.PAUSED)
)
"""Of one that may be applied."""
_LEFT = exists().where(*_one(steps), steps.c.state == StepState.WAITING.value)
MOVE_OVER = MOVE.where(_is(ProposalState.APPLYING), ~_LEFT)
"""Of one that is being applied and has no step left of which nothing is known."""
MOVE_LEFT = MOVE.where(_is(ProposalState.APPLYING), _LEFT)
_FAILED = exists().where(*_one(steps), steps.c.state != StepState.DONE.value)
TAKE_BACK = update(proposals).where(
    proposals.c.account_id == _ACCOUNT, proposals.c.change_id == bindparam("of_undone"), ~_FAILED
)
"""Of the one that another, all of which was done, takes back."""
MOVE_STEP = update(steps).where(
    *_one(steps), steps.c.n == bindparam("of_step"), steps.c.state.in_(bindparam("before", expanding=True))
)

SENT_THERE = select(func.count(), func.count(case((steps.c.state.in_(OPEN_STEPS), 1)))).where(
    steps.c.account_id == _ACCOUNT,
    steps.c.kind == bindparam("of_kind"),
    steps.c.sent_at.is_not(None),
    *(steps.c[name].is_not_distinct_from(bindparam(name)) for name in PLACE),
)
"""How many steps of a kind were sent to a place, and how many of them it is not known what became of."""

LAST = (
    select(audit.c.seq, audit.c.hash)
    .where(audit.c.account_id == _ACCOUNT)
    .order_by(audit.c.seq.desc())
    .limit(1)
)
"""The end of the chain."""
