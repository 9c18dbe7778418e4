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
    reads = op.create_table(
        "calendar_reads",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "listing_id", "first", name="pk_calendar_reads"),
        sqlite_with_rowid=False,
    )
    names = ("account_id", "listing_id", "seen_at", "day")
    table = sa.table("calendar_days", *(sa.column(name, sa.types.NullType()) for name in names))
    account, listing, seen_at, day = table.c
    number = sa.literal_column(DAY_NUMBER[op.get_bind().dialect.name], sa.Integer()).label("number")
    place = sa.func.row_number().over(partition_by=(account, listing, seen_at), order_by=day).label("place")
    read = sa.select(account, listing, seen_at, number, place).subquery("days").c
    # Days on end that were read together are as far from their place among those of that reading.
    runs = sa.select(
        read.account_id, read.listing_id, sa.func.min(read.number), sa.func.max(read.number), read.seen_at
    ).group_by(read.account_id, read.listing_id, read.seen_at, read.number - read.place)
    op.execute(sa.insert(reads).from_select([column.name for column in reads.c], runs))
