"""When days of calendars were read, days on end that were read together in one row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hostaway_mcp.store.types import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DAY_NUMBER = {
    "sqlite": "CAST(julianday(day) - 1721424.5 AS INTEGER)",
    "postgresql": "day - DATE '0001-01-01' + 1",
}
"""Of `date.toordinal`."""


def upgrade() -> None:
    """Adds it."""
    op.create_table(
        "calendar_reads",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "listing_id", "first", name="pk_calendar_reads"),
        sqlite_with_rowid=False,
    )
    # Days on end that were read together are as far from their place among those of that reading.
    op.execute(
        f"""
        INSERT INTO calendar_reads (account_id, listing_id, first, last, seen_at)
        SELECT account_id, listing_id, min(number), max(number), seen_at
        FROM (
            SELECT account_id, listing_id, seen_at, {DAY_NUMBER[op.get_bind().dialect.name]} AS number,
                row_number() OVER (PARTITION BY account_id, listing_id, seen_at ORDER BY day) AS place
            FROM calendar_days
        ) AS days
        GROUP BY account_id, listing_id, seen_at, number - place
        """  # noqa: S608 - no word of it comes from elsewhere
    )
