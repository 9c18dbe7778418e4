"""The first tables of the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hostaway_mcp.store.types import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes them."""
    op.create_table(
        "journal_proposals",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("arguments_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("approved_at", Instant),
        sa.Column("approved_by", sa.Text()),
        sa.Column("lease_until", Instant),
        sa.Column("why", sa.Text()),
        sa.Column("undo_of", sa.Text()),
        sa.Column("undone_by", sa.Text()),
        sa.PrimaryKeyConstraint("account_id", "change_id", name="pk_journal_proposals"),
    )
    for name, columns in {
        "created": ["account_id", "created_at"],
        "state": ["account_id", "state"],
        "arguments": ["account_id", "arguments_hash"],
    }.items():
        op.create_index(f"ix_journal_proposals_{name}", "journal_proposals", columns)
    op.create_table(
        "journal_steps",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("conversation_id", sa.BigInteger()),
        sa.Column("sent_at", Instant),
        sa.Column("settled_at", Instant),
        sa.Column("says", sa.Text()),
        sa.Column("result", sa.JSON()),
        sa.PrimaryKeyConstraint("account_id", "change_id", "n", name="pk_journal_steps"),
    )
    for name, columns in {
        "state": ["account_id", "state"],
        "sent": ["account_id", "kind", "sent_at"],
        "reservation": ["account_id", "reservation_id"],
    }.items():
        op.create_index(f"ix_journal_steps_{name}", "journal_steps", columns)
    op.create_table(
        "journal_audit",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "seq", name="pk_journal_audit"),
    )
