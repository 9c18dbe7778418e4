"""The list of stays and conversations whose guest was forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hostaway_mcp.store.types import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes it."""
    op.create_table(
        "forgotten",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("noun", sa.String(32), nullable=False),
        sa.Column("row_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "noun", "row_id", name="pk_forgotten"),
    )
