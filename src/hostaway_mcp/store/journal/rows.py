"""Proposals and steps as rows of the journal's tables, and out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import RowMapping

from hostaway_mcp.store.journal.records import Entry, ProposalState, Step, StepBody, StepState
from hostaway_mcp.store.raw import pack, unpack, written

_PLAIN = tuple(field.name for field in fields(Entry) if field.name not in ("steps", "state"))


def proposal_row(account_id: str, entry: Entry) -> dict[str, Any]:
    """A proposal, its steps left out."""
    row = {name: getattr(entry, name) for name in _PLAIN}
    return row | {"account_id": account_id, "state": entry.state.value}


def step_row(account_id: str, entry: Entry, step: Step) -> dict[str, Any]:
    """A step that nothing was done about yet."""
    return {
        "account_id": account_id,
        "change_id": entry.change_id,
        "n": step.n,
        "kind": step.kind,
        "state": step.state.value,
        "body": pack(written(asdict(step.body))) if step.body else None,
        "listing_id": step.listing_id,
        "reservation_id": step.reservation_id,
        "conversation_id": step.conversation_id,
    }


def step_of(row: RowMapping) -> Step:
    """A step with what became of it."""
    return Step(
        n=row["n"],
        kind=row["kind"],
        body=StepBody(**unpack(row["body"])) if row["body"] else None,
        listing_id=row["listing_id"],
        reservation_id=row["reservation_id"],
        conversation_id=row["conversation_id"],
        state=StepState(row["state"]),
        sent_at=row["sent_at"],
        settled_at=row["settled_at"],
        says=row["says"],
        result=row["result"] or {},
    )


def entry_of(row: RowMapping, steps: Sequence[Step]) -> Entry:
    """A proposal with its steps."""
    return Entry(
        steps=tuple(steps), state=ProposalState(row["state"]), **{name: row[name] for name in _PLAIN}
    )
