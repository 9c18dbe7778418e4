"""The journal's tables: what was proposed, what was sent, and the chain of records about both."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from hostaway_mcp.store.migrate import Lineage
from hostaway_mcp.store.types import Instant

REVISION = "0001"

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"}
)


def _key(name: str, kind: type[Text | Integer | BigInteger]) -> Column[object]:
    return Column(name, kind(), primary_key=True, autoincrement=False)


proposals = Table(
    "journal_proposals",
    metadata,
    _key("account_id", Text),
    _key("change_id", Text),
    Column("tool", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("arguments_hash", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("summary", Text, nullable=False),
    # What a person is asked to agree to, word by word.
    Column("question", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("approved_at", Instant),
    Column("approved_by", Text),
    Column("lease_until", Instant),
    Column("why", Text),
    Column("undo_of", Text),
    Column("undone_by", Text),
    Index("ix_journal_proposals_created", "account_id", "created_at"),
    Index("ix_journal_proposals_state", "account_id", "state"),
    Index("ix_journal_proposals_arguments", "account_id", "arguments_hash"),
)

steps = Table(
    "journal_steps",
    metadata,
    _key("account_id", Text),
    _key("change_id", Text),
    _key("n", Integer),
    Column("kind", Text, nullable=False),
    Column("state", String(16), nullable=False),
    # The exact request with what it rests on; empty once a guest was forgotten or its time is over.
    Column("body", LargeBinary),
    Column("listing_id", BigInteger),
    Column("reservation_id", BigInteger),
    Column("conversation_id", BigInteger),
    Column("sent_at", Instant),
    Column("settled_at", Instant),
    Column("says", Text),
    Column("result", JSON),
    Index("ix_journal_steps_state", "account_id", "state"),
    Index("ix_journal_steps_sent", "account_id", "kind", "sent_at"),
    Index("ix_journal_steps_reservation", "account_id", "reservation_id"),
)

audit = Table(
    "journal_audit",
    metadata,
    _key("account_id", Text),
    _key("seq", BigInteger),
    Column("record", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
)
"""`hash` is SHA-256 over the hash before and the record, `mac` the keyed proof of the hash."""

JOURNAL = Lineage(Path(__file__).parent / "migrations", REVISION, "hostaway_mcp_journal_version", metadata)
