"""
The money of stays in whole numbers beside them, for sums over thousands.

What is in it follows from the objects that are kept, and is told from them after the step (`store/derived`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBERS = ("departure", "nights", "units", "is_exact", "is_estimated")
AMOUNTS = ("payout", "fees", "taxes", "commission", "cancellation")


def upgrade() -> None:
    """Makes it."""
    op.create_table(
        "stay_amounts",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("arrival", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.Column("booked", sa.Integer()),
        sa.Column("cancelled", sa.Integer()),
        sa.Column("currency", sa.Text()),
        sa.Column("accommodation", sa.BigInteger()),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in AMOUNTS),
        sa.PrimaryKeyConstraint("account_id", "arrival", "id", name="pk_stay_amounts"),
        sqlite_with_rowid=False,
    )
    for name, columns in {
        "listing": ["account_id", "listing_id", "arrival"],
        "nights": ["account_id", "nights", "arrival"],
        "booked": ["account_id", "booked"],
    }.items():
        op.create_index(f"ix_stay_amounts_{name}", "stay_amounts", columns)
