"""The tables. Each begins with the account, so that no row can be named without saying whose it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from hostaway_mcp.store.calendar_tables import calendar_days as calendar_days
from hostaway_mcp.store.calendar_tables import calendar_raw as calendar_raw
from hostaway_mcp.store.calendar_tables import calendar_reads as calendar_reads
from hostaway_mcp.store.calendar_tables import night_months as night_months
from hostaway_mcp.store.tables import account, key
from hostaway_mcp.store.tables import metadata as metadata
from hostaway_mcp.store.types import Instant, Money

REVISION = "0012"
"""The newest step in migrations/versions: what a database must be at."""

VERSION_TABLE = "hostaway_mcp_version"


DIGEST = String(32)
"""16 bytes of BLAKE2b in hexadecimal."""


CATEGORIES_RATED = ("cleanliness", "communication", "check_in", "accuracy", "location", "value", "beds")
"""Of a review's categories those that have a column."""

OF_LISTS = ("id", "listing_id", "status", "channel_id", "guest_folded")
"""Columns of a stay that a list is narrowed by."""


def _number(name: str) -> Column[Any]:
    return Column(name, BigInteger)


def _rows(name: str, *parts: Column[Any] | Index) -> Table:
    """A table of Hostaway's objects: some columns for questions, beside the object as it was sent."""
    return Table(
        name,
        metadata,
        account(),
        key("id", BigInteger()),
        Column("updated_on", Instant),
        Column("raw", LargeBinary, nullable=False),
        Column("digest", DIGEST, nullable=False),
        Column("seen_at", Instant, nullable=False),
        *parts,
    )


listings = _rows(
    "listings",
    Column("name", Text),
    Column("city", Text),
    Column("country_code", Text),
    Column("currency", Text),
    Column("time_zone", Text),
    Column("archived", Boolean),
    Column("bedrooms", BigInteger),
    Column("max_guests", BigInteger),
    Column("latest_activity_on", Instant),
    Index("ix_listings_zone", "account_id", "id", "time_zone"),
)

units = _rows(
    "units",
    _number("listing_id"),
    Column("name", Text),
    Column("unit_number", Text),
    _number("listing_unit_id"),
    Index("ix_units_listing", "account_id", "listing_id"),
)

reservations = _rows(
    "reservations",
    _number("listing_id"),
    Column("channel_id", BigInteger),
    Column("status", Text),
    Column("status_class", Text),
    Column("arrival", Date),
    Column("departure", Date),
    # Those between the two dates, whatever the object says.
    Column("nights", BigInteger),
    Column("units", BigInteger),
    Column("unit_ids", Text),
    Column("guest_name", Text),
    Column("guest_folded", Text),
    Column("guest_email", Text),
    Column("booked_on", Instant),
    Column("inserted_on", Instant),
    Column("active_on", Instant),
    Column("total_price", Money),
    Column("remaining_balance", Money),
    Column("currency", Text),
    *(
        # Lists are counted, ordered and cut from these alone: the rows themselves are large.
        Index(f"ix_reservations_{name}", "account_id", *dict.fromkeys((*columns, *OF_LISTS)))
        for name, columns in {
            "arrival": ("arrival", "departure"),
            "departure": ("departure", "arrival"),
            "booked_on": ("booked_on",),
            "active_on": ("active_on",),
            "nights": ("nights", "arrival", "departure"),
            "listing": ("listing_id", "departure", "arrival", "status_class", "units"),
        }.items()
    ),
    Index("ix_reservations_dates", "account_id", "id", "listing_id", "status", "arrival", "departure"),
    Index("ix_reservations_guest_folded", "account_id", "guest_folded", "id"),
    Index("ix_reservations_guest_email", "account_id", "guest_email"),
)

stay_amounts = Table(
    "stay_amounts",
    metadata,
    account(),
    key("arrival", Integer()),
    key("id", BigInteger()),
    _number("listing_id"),
    Column("channel", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("departure", Integer, nullable=False),
    Column("nights", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    # Where the listing is.
    Column("booked", Integer),
    Column("cancelled", Integer),
    Column("currency", Text),
    Column("is_exact", Integer, nullable=False),
    Column("is_estimated", Integer, nullable=False),
    Column("accommodation", BigInteger),
    *(
        Column(name, BigInteger, nullable=False)
        for name in ("payout", "fees", "taxes", "commission", "cancellation")
    ),
    Column("total", BigInteger),
    Column("card_is_virtual", Integer),
    # The stay's own hours, where it has some.
    Column("check_in", Integer),
    Column("check_out", Integer),
    Index("ix_stay_amounts_listing", "account_id", "listing_id", "arrival"),
    Index("ix_stay_amounts_nights", "account_id", "nights", "arrival"),
    Index("ix_stay_amounts_booked", "account_id", "booked"),
    sqlite_with_rowid=False,
)
"""
The money of stays with dates, in ten-thousandths of their currency; small rows by arrival, so that those of
a period lie beside one another. Days are numbers of `date.toordinal`, which databases subtract at once.
"""

conversations = _rows(
    "conversations",
    _number("listing_id"),
    _number("reservation_id"),
    Column("channel_id", BigInteger),
    Column("unread", Boolean),
    Column("last_message_at", Instant),
    Index("ix_conversations_reservation", "account_id", "reservation_id"),
)

waits = Table(
    "waits",
    metadata,
    account(),
    key("conversation_id", BigInteger()),
    _number("listing_id"),
    _number("reservation_id"),
    Column("unread", Boolean),
    _number("last_at"),
    _number("received_at"),
    _number("shown_at"),
    Column("shown_by", String(16)),
    Column("shown_answers", Boolean),
    Column("shown_closes", Boolean),
    Column("shown_intent", String(16)),
    Column("kept", Integer),
    _number("newest"),
    _number("since"),
    Column("intent", String(16)),
    Column("asked", Integer),
    Column("expected", Integer),
    _number("read_at"),
    Index("ix_waits_last", "account_id", "last_at"),
    Index("ix_waits_unread", "account_id", "unread"),
)
"""
Who waits in each conversation, by the message that its list shows, and by all that are kept of it. Instants
are in microseconds since 1970.
"""

messages = _rows(
    "messages",
    _number("listing_id"),
    _number("reservation_id"),
    _number("conversation_id"),
    Column("channel_id", BigInteger),
    Column("at", Instant),
    Column("incoming", Boolean),
    Column("status", Text),
    Column("words", Text, nullable=False),
    # What SQLite's index of words calls the row by; a row of its own number could change with VACUUM.
    Column("place", BigInteger, nullable=False, unique=True),
    Index("ix_messages_conversation", "account_id", "conversation_id", "at"),
    Index("ix_messages_at", "account_id", "at"),
)

reviews = _rows(
    "reviews",
    _number("listing_id"),
    _number("reservation_id"),
    Column("channel_id", BigInteger),
    Column("type", Text),
    Column("status", Text),
    Column("rating", Money),
    Column("departure", Date),
    Index("ix_reviews_listing", "account_id", "listing_id"),
    Index("ix_reviews_reservation", "account_id", "reservation_id"),
)

ratings = Table(
    "ratings",
    metadata,
    account(),
    key("departure", Integer()),
    key("id", BigInteger()),
    _number("listing_id"),
    Column("channel", Integer, nullable=False),
    _number("rating"),
    # A bit for each that is mentioned.
    Column("themes", Integer, nullable=False),
    # Categories without a column, as JSON.
    Column("others", Text),
    *(_number(name) for name in CATEGORIES_RATED),
    sqlite_with_rowid=False,
)
"""
How guests rated, in millionths, and what they mention; small rows by departure, so that those of a period
lie beside one another. Days are numbers of `date.toordinal`.
"""

tasks = _rows(
    "tasks",
    _number("listing_id"),
    _number("reservation_id"),
    _number("assignee_id"),
    Column("status", Text),
    Column("starts_at", Instant),
    Column("due", Instant),
    Index("ix_tasks_listing", "account_id", "listing_id"),
    Index("ix_tasks_due", "account_id", "due"),
    Index("ix_tasks_reservation", "account_id", "reservation_id"),
)

users = _rows("users", Column("name", Text), Column("email", Text), _number("group_id"))

groups = _rows("groups", Column("name", Text))

expenses = _rows(
    "expenses",
    _number("listing_id"),
    _number("reservation_id"),
    Column("type", Text),
    Column("day", Date),
    Column("amount", Money),
    Index("ix_expenses_day", "account_id", "day"),
    Index("ix_expenses_listing", "account_id", "listing_id"),
)

charges = _rows(
    "charges",
    _number("listing_id"),
    _number("reservation_id"),
    Column("type", Text),
    Column("status", Text),
    Column("amount", Money),
    Column("currency", Text),
    Column("scheduled_on", Instant),
    Column("charged_on", Instant),
    Index(
        # Balances are told from this alone: the rows themselves are large.
        *("ix_charges_reservation", "account_id", "reservation_id", "id", "type", "status"),
        *("amount", "currency", "scheduled_on"),
    ),
)

custom_fields = _rows("custom_fields", Column("name", Text), Column("object_type", Text))

dictionaries = Table(
    "dictionaries",
    metadata,
    account(),
    key("name", Text()),
    Column("raw", LargeBinary, nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

sync_state = Table(
    "sync_state",
    metadata,
    account(),
    key("noun", Text()),
    key("part", Text()),
    Column("state", JSON, nullable=False),
    Column("as_of", Instant),
)

leases = Table(
    "leases",
    metadata,
    account(),
    key("work", Text()),
    Column("owner", Text, nullable=False),
    Column("until", Instant, nullable=False),
)
"""Who does a piece of work now, so that nobody else does it too."""

changes = Table(
    "changes",
    metadata,
    account(),
    key("seq", BigInteger()),
    Column("at", Instant, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("noun", String(32), nullable=False),
    Column("row_id", BigInteger, nullable=False),
    Column("what", JSON, nullable=False),
    Index("ix_changes_at", "account_id", "at"),
    Index("ix_changes_row", "account_id", "noun", "row_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    account(),
    key("id", BigInteger()),
    Column("received_at", Instant, nullable=False),
    Column("event", Text),
    _number("object_id"),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("account_id", "digest"),
    Index("ix_deliveries_state", "account_id", "state", "id"),
)

forgotten = Table(
    "forgotten",
    metadata,
    account(),
    key("noun", String(32)),
    key("row_id", BigInteger()),
    Column("at", Instant, nullable=False),
)
"""Stays and conversations whose guest was forgotten: what Hostaway sends of them again is kept without."""
