"""The dates of stays that are named by their numbers, from an index alone: the rows themselves are large."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ["account_id", "id", "listing_id", "status", "arrival", "departure"]


def upgrade() -> None:
    """Makes it."""
    op.create_index("ix_reservations_dates", "reservations", COLUMNS)
