"""The tasks of stays from an index rather than from all tasks."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes it."""
    op.create_index("ix_tasks_reservation", "tasks", ["account_id", "reservation_id"])
