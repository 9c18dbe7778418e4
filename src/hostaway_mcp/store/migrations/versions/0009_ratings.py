"""
Ratings beside the reviews, for means over thousands.

What is in it follows from the objects that are kept, and is told from them after the step (`store/derived`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CATEGORIES = ("cleanliness", "communication", "check_in", "accuracy", "location", "value", "beds")


def upgrade() -> None:
    """Makes it."""
    op.create_table(
        "ratings",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("departure", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("rating", sa.BigInteger()),
        sa.Column("themes", sa.Integer(), nullable=False),
        sa.Column("others", sa.Text()),
        *(sa.Column(name, sa.BigInteger()) for name in CATEGORIES),
        sa.PrimaryKeyConstraint("account_id", "departure", "id", name="pk_ratings"),
        sqlite_with_rowid=False,
    )
