"""
Who waits in which conversation, beside the conversations.

What is in it follows from the messages that are kept, and is told from them after the step (`store/derived`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANTS = ("last_at", "received_at", "shown_at", "newest", "since", "read_at")
TEXTS = ("shown_by", "shown_intent", "intent")


def upgrade() -> None:
    """Makes it."""
    op.create_table(
        "waits",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in ("listing_id", "reservation_id")),
        *(sa.Column(name, sa.Boolean()) for name in ("unread", "shown_answers", "shown_closes")),
        *(sa.Column(name, sa.BigInteger()) for name in INSTANTS),
        *(sa.Column(name, sa.String(16)) for name in TEXTS),
        *(sa.Column(name, sa.Integer()) for name in ("kept", "asked", "expected")),
        sa.PrimaryKeyConstraint("account_id", "conversation_id", name="pk_waits"),
    )
    op.create_index("ix_waits_last", "waits", ["account_id", "last_at"])
    op.create_index("ix_waits_unread", "waits", ["account_id", "unread"])
