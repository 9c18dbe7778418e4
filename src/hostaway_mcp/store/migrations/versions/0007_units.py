"""How many units each listing has, from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds it."""
    op.create_index("ix_calendar_raw_units", "calendar_raw", ["account_id", "listing_id", "units"])
