"""
The first tables, with the indices of words that each database has in its own way.

A step stays as it was when it was released: it does not follow the schema of today.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from hostaway_mcp.store.types import Instant, Money

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE_WORDS = (
    # Only blanks part the words that we keep, and this tokenizer takes all letters beyond ASCII as they are.
    """
    CREATE VIRTUAL TABLE message_words
    USING fts5(words, content='messages', content_rowid='place', tokenize='ascii')
    """,
    """
    CREATE TRIGGER messages_words_new AFTER INSERT ON messages BEGIN
        INSERT INTO message_words(rowid, words) VALUES (new.place, new.words);
    END
    """,
    """
    CREATE TRIGGER messages_words_gone AFTER DELETE ON messages BEGIN
        INSERT INTO message_words(message_words, rowid, words) VALUES ('delete', old.place, old.words);
    END
    """,
    """
    CREATE TRIGGER messages_words_changed AFTER UPDATE OF words ON messages BEGIN
        INSERT INTO message_words(message_words, rowid, words) VALUES ('delete', old.place, old.words);
        INSERT INTO message_words(rowid, words) VALUES (new.place, new.words);
    END
    """,
)
POSTGRES_WORDS = (
    "CREATE INDEX ix_messages_words ON messages USING gin (to_tsvector('simple'::regconfig, words))",
)


def upgrade() -> None:
    """Makes them."""
    _calendar_days()
    _calendar_raw()
    _changes()
    _charges()
    _conversations()
    _custom_fields()
    _deliveries()
    _dictionaries()
    _expenses()
    _groups()
    _leases()
    _listings()
    _messages()
    _nights()
    _reservations()
    _reviews()
    _sync_state()
    _tasks()
    _units()
    _users()
    _words()


def _calendar_days() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16)),
        sa.Column("available", sa.Boolean()),
        sa.Column("price", Money),
        sa.Column("minimum_stay", sa.Integer()),
        sa.Column("maximum_stay", sa.Integer()),
        sa.Column("closed_on_arrival", sa.Boolean()),
        sa.Column("closed_on_departure", sa.Boolean()),
        sa.Column("units", sa.Integer()),
        sa.Column("units_left", sa.Integer()),
        sa.Column("units_blocked", sa.Integer()),
        sa.Column("seen_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "listing_id", "day", name="pk_calendar_days"),
    )


def _calendar_raw() -> None:
    op.create_table(
        "calendar_raw",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("units", sa.Integer()),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "listing_id", "month", name="pk_calendar_raw"),
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "seq", name="pk_changes"),
    )
    op.create_index("ix_changes_at", "changes", ["account_id", "at"])
    op.create_index("ix_changes_row", "changes", ["account_id", "noun", "row_id"])


def _charges() -> None:
    _rows(
        "charges",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("type", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("amount", Money),
        sa.Column("currency", sa.Text()),
        sa.Column("scheduled_on", Instant),
        sa.Column("charged_on", Instant),
    )
    op.create_index("ix_charges_reservation", "charges", ["account_id", "reservation_id"])


def _conversations() -> None:
    _rows(
        "conversations",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("unread", sa.Boolean()),
        sa.Column("last_message_at", Instant),
    )
    op.create_index(
        "ix_conversations_reservation", "conversations", ["account_id", "reservation_id"], unique=False
    )


def _custom_fields() -> None:
    _rows(
        "custom_fields",
        sa.Column("name", sa.Text()),
        sa.Column("object_type", sa.Text()),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("event", sa.Text()),
        sa.Column("object_id", sa.BigInteger()),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_deliveries"),
        sa.UniqueConstraint("account_id", "digest", name="uq_deliveries_account_id_digest"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["account_id", "state", "id"])


def _dictionaries() -> None:
    op.create_table(
        "dictionaries",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_dictionaries"),
    )


def _expenses() -> None:
    _rows(
        "expenses",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("type", sa.Text()),
        sa.Column("day", sa.Date()),
        sa.Column("amount", Money),
    )
    op.create_index("ix_expenses_day", "expenses", ["account_id", "day"])
    op.create_index("ix_expenses_listing", "expenses", ["account_id", "listing_id"])


def _groups() -> None:
    _rows(
        "groups",
        sa.Column("name", sa.Text()),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("work", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "work", name="pk_leases"),
    )


def _listings() -> None:
    _rows(
        "listings",
        sa.Column("name", sa.Text()),
        sa.Column("city", sa.Text()),
        sa.Column("country_code", sa.Text()),
        sa.Column("currency", sa.Text()),
        sa.Column("time_zone", sa.Text()),
        sa.Column("archived", sa.Boolean()),
        sa.Column("bedrooms", sa.BigInteger()),
        sa.Column("max_guests", sa.BigInteger()),
        sa.Column("latest_activity_on", Instant),
    )


def _messages() -> None:
    _rows(
        "messages",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("conversation_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("at", Instant),
        sa.Column("incoming", sa.Boolean()),
        sa.Column("status", sa.Text()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("place", name="uq_messages_place"),
    )
    op.create_index("ix_messages_at", "messages", ["account_id", "at"])
    op.create_index(
        "ix_messages_conversation", "messages", ["account_id", "conversation_id", "at"], unique=False
    )


def _nights() -> None:
    op.create_table(
        "nights",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "listing_id", "day", name="pk_nights"),
    )
    op.create_index("ix_nights_day", "nights", ["account_id", "day"])


def _reservations() -> None:
    _rows(
        "reservations",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("status", sa.Text()),
        sa.Column("status_class", sa.Text()),
        sa.Column("arrival", sa.Date()),
        sa.Column("departure", sa.Date()),
        sa.Column("nights", sa.BigInteger()),
        sa.Column("units", sa.BigInteger()),
        sa.Column("guest_name", sa.Text()),
        sa.Column("guest_folded", sa.Text()),
        sa.Column("guest_email", sa.Text()),
        sa.Column("booked_on", Instant),
        sa.Column("inserted_on", Instant),
        sa.Column("latest_activity_on", Instant),
        sa.Column("total_price", Money),
        sa.Column("remaining_balance", Money),
        sa.Column("currency", sa.Text()),
    )
    op.create_index("ix_reservations_arrival", "reservations", ["account_id", "arrival"])
    op.create_index("ix_reservations_booked_on", "reservations", ["account_id", "booked_on"])
    op.create_index("ix_reservations_departure", "reservations", ["account_id", "departure"])
    op.create_index(
        "ix_reservations_guest_email", "reservations", ["account_id", "guest_email"], unique=False
    )
    op.create_index(
        "ix_reservations_latest_activity_on",
        "reservations",
        ["account_id", "latest_activity_on"],
        unique=False,
    )
    op.create_index(
        "ix_reservations_listing_departure",
        "reservations",
        ["account_id", "listing_id", "departure"],
        unique=False,
    )
    op.create_index("ix_reservations_updated_on", "reservations", ["account_id", "updated_on"])


def _reviews() -> None:
    _rows(
        "reviews",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("type", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("rating", Money),
        sa.Column("departure", sa.Date()),
    )
    op.create_index("ix_reviews_listing", "reviews", ["account_id", "listing_id"])
    op.create_index("ix_reviews_reservation", "reviews", ["account_id", "reservation_id"])


def _sync_state() -> None:
    op.create_table(
        "sync_state",
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("noun", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("as_of", Instant),
        sa.PrimaryKeyConstraint("account_id", "noun", "part", name="pk_sync_state"),
    )


def _tasks() -> None:
    _rows(
        "tasks",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("assignee_id", sa.BigInteger()),
        sa.Column("status", sa.Text()),
        sa.Column("starts_at", Instant),
        sa.Column("due", Instant),
    )
    op.create_index("ix_tasks_due", "tasks", ["account_id", "due"])
    op.create_index("ix_tasks_listing", "tasks", ["account_id", "listing_id"])


def _units() -> None:
    _rows(
        "units",
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("name", sa.Text()),
        sa.Column("unit_number", sa.Text()),
        sa.Column("listing_unit_id", sa.BigInteger()),
    )
    op.create_index("ix_units_listing", "units", ["account_id", "listing_id"])


def _users() -> None:
    _rows(
        "users",
        sa.Column("name", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("group_id", sa.BigInteger()),
    )


def _rows(name: str, *columns: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("account_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_on", Instant),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("account_id", "id", name=f"pk_{name}"),
    )


def _words() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_WORDS if is_sqlite else POSTGRES_WORDS:
        op.execute(statement)
