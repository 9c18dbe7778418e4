"""
Beside each stay its total, its own hours, and whether its card is virtual; charges from an index alone.

What is new follows from the objects that are kept, and is told from them after the step (`store/derived`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OF_BALANCES = ["account_id", "reservation_id", "id", "type", "status", "amount", "currency", "scheduled_on"]


def upgrade() -> None:
    """Adds them."""
    op.add_column("stay_amounts", sa.Column("total", sa.BigInteger()))
    for name in ("card_is_virtual", "check_in", "check_out"):
        op.add_column("stay_amounts", sa.Column(name, sa.Integer()))
    op.drop_index("ix_charges_reservation", "charges")
    op.create_index("ix_charges_reservation", "charges", OF_BALANCES)
