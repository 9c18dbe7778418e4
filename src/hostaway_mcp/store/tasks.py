"""Tasks: where, whose, and until when."""

from __future__ import annotations

from hostaway_mcp.models.tasks import Task
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import tasks


class Tasks(Rows[Task]):
    """The tasks of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tasks, Task, columns)


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
