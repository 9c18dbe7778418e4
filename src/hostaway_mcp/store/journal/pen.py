"""What a transaction of the journal is written with: what moves on, and the record of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Update

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.journal.chain import Link
from hostaway_mcp.store.journal.records import Entry, Step, StepState
from hostaway_mcp.store.journal.statements import MOVE_STEP
from hostaway_mcp.store.journal.trail import Trail


@dataclass(frozen=True, slots=True)
class Pen:
    """One transaction of one account's journal."""

    connection: Connection
    desk: Desk
    trail: Trail
    links: list[Link] = field(default_factory=list)
    """What it adds to the audit, to be noted outside once it is kept."""

    def record(self, event: str, entry: Entry, **facts: Any) -> None:
        """Adds a record to the audit."""
        at = self.desk.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = {"at": at, "event": event, "change": entry.change_id, "tool": entry.tool}
        said |= {"door": entry.door, "caller": entry.caller}
        last = self.links[-1] if self.links else None
        self.links.append(self.trail.append(self.connection, said | facts, after=last))

    def move(
        self, how: Update, entry: Entry, values: Mapping[str, Any], *, now: datetime | None = None
    ) -> bool:
        """Changes a proposal with one of the statements; False if it is in another state."""
        wanted = self._of(entry) | ({"at_now": now} if now else {})
        return self.connection.execute(how, {**values, **wanted}).rowcount == 1

    def move_step(
        self, entry: Entry, step: Step, before: Collection[StepState], values: Mapping[str, Any]
    ) -> bool:
        """Changes a step; False if it is in none of the states `before`."""
        wanted = {**self._of(entry), "of_step": step.n, "before": [state.value for state in before]}
        return self.connection.execute(MOVE_STEP, {**values, **wanted}).rowcount == 1

    def _of(self, entry: Entry) -> dict[str, Any]:
        return {"of_account": self.desk.account_id, "of_change": entry.change_id}
