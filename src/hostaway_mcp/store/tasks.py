"""Tasks: where, whose, and until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from hostaway_mcp.models.tasks import Task
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import tasks


class TaskDates(NamedTuple):
    """A task, and where and until when (UTC) it is to be done."""

    id: int
    listing_id: int | None
    due: datetime | None


class Tasks(Rows[Task]):
    """The tasks of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tasks, Task, columns)

    async def dates(
        self,
        *,
        statuses: Collection[str] | None = None,
        assignee_id: int | None = None,
        due_from: datetime | None = None,
        due_until: datetime | None = None,
    ) -> tuple[TaskDates, ...]:
        """The tasks that fit all that is asked, in no order; one without a status has any of them."""
        rows = tasks.c
        conditions = [self._desk.mine(tasks)]
        if statuses is not None:
            conditions.append(or_(rows.status.in_(list(statuses)), rows.status.is_(None)))
        if assignee_id is not None:
            conditions.append(rows.assignee_id == assignee_id)
        if due_from is not None:
            conditions.append(rows.due >= due_from)
        if due_until is not None:
            conditions.append(rows.due <= due_until)
        statement = select(rows.id, rows.listing_id, rows.due).where(*conditions)
        async with self._desk.read() as connection:
            return tuple([TaskDates(*row) for row in await connection.execute(statement)])


def columns(task: Task) -> Columns:
    """What questions about tasks are answered from."""
    return {
        "listing_id": task.listing_id,
        "reservation_id": task.reservation_id,
        "assignee_id": task.assignee_user_id,
        "status": task.status.value if task.status else None,
        "starts_at": task.can_start_from,
        "due": task.should_end_by,
    }
