"""The nights of a listing's month in one row, where there was a row for each night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from hostaway_mcp.store.night_texts import MEASURES, Night, month_of, written

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

AT_ONCE = 100
"""Listings, each with some thousand nights."""
COUNTS = ("sold", "owner", "blocked", "units")
OLD = sa.table(
    "nights",
    sa.column("account_id", sa.Text),
    sa.column("listing_id", sa.BigInteger),
    sa.column("day", sa.Date),
    *(sa.column(name, sa.Integer) for name in COUNTS),
)


def upgrade() -> None:
    """Makes them, and carries the nights over."""
    months = op.create_table(
        "night_months",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint("account_id", "month", "listing_id", name="pk_night_months"),
        sqlite_with_rowid=False,
    )
    for rows in _portions(op.get_bind()):
        op.bulk_insert(months, list(_months(rows)))
    op.drop_table("nights")


def _portions(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    """The nights of some listings at a time, in order."""
    whose = connection.execute(sa.select(OLD.c.account_id, OLD.c.listing_id).distinct()).all()
    for account_id, pairs in groupby(sorted(whose), lambda pair: pair[0]):
        ids = [pair[1] for pair in pairs]
        for start in range(0, len(ids), AT_ONCE):
            some = (OLD.c.account_id == account_id, OLD.c.listing_id.in_(ids[start : start + AT_ONCE]))
            yield connection.execute(sa.select(OLD).where(*some).order_by(OLD.c.listing_id, OLD.c.day)).all()


def _months(rows: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for key, nights in groupby(rows, lambda row: (row.account_id, row.listing_id, month_of(row.day))):
        there = {row.day.day: Night(row.units, row.sold, row.owner, row.blocked) for row in nights}
        yield {"account_id": key[0], "listing_id": key[1], "month": key[2], **written(there)}
