"""The tables of calendars: a large account has millions of days."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, Text

from hostaway_mcp.store.tables import account, key, metadata
from hostaway_mcp.store.types import Instant, Money

calendar_days = Table(
    "calendar_days",
    metadata,
    account(),
    key("listing_id", BigInteger()),
    key("day", Date()),
    Column("status", String(16)),
    Column("available", Boolean),
    Column("price", Money),
    Column("minimum_stay", Integer),
    Column("maximum_stay", Integer),
    Column("closed_on_arrival", Boolean),
    Column("closed_on_departure", Boolean),
    Column("units", Integer),
    Column("units_left", Integer),
    Column("units_blocked", Integer),
    Column("seen_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Small rows, for a large account has millions: what a day says besides is in `calendar_raw`."""

calendar_reads = Table(
    "calendar_reads",
    metadata,
    account(),
    key("listing_id", BigInteger()),
    key("first", Integer()),
    Column("last", Integer, nullable=False),
    Column("seen_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""When the days of `calendar_days` were read, days on end together; numbers of `date.toordinal`."""

calendar_raw = Table(
    "calendar_raw",
    metadata,
    account(),
    key("listing_id", BigInteger()),
    key("month", Date()),
    Column("units", Integer),
    Column("raw", LargeBinary, nullable=False),
    # How many units a listing has is told from this alone: the rows themselves are large.
    Index("ix_calendar_raw_units", "account_id", "listing_id", "units"),
)
"""The days of a listing's month as Hostaway sent them, by date; `units` is the most that a day of it has."""

night_months = Table(
    "night_months",
    metadata,
    account(),
    key("month", Integer()),
    key("listing_id", BigInteger()),
    Column("width", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("known", "units", "sold", "owner", "blocked")),
    sqlite_with_rowid=False,
)
"""What became of each unit each night, by month and the number of its first day (see `night_texts`)."""
