"""
Lists of stays from indices alone, and days and nights beside one another on the disk.

What is new in a stay's columns follows from the object that is kept beside them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from hostaway_mcp.store.types import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT_ONCE = 500
OF_LISTS = ["id", "listing_id", "status", "channel_id", "guest_folded"]
LISTS = {
    "arrival": ["arrival", "departure"],
    "departure": ["departure", "arrival"],
    "booked_on": ["booked_on"],
    "active_on": ["active_on"],
    "nights": ["nights", "arrival", "departure"],
    "listing": ["listing_id", "departure", "arrival", "status_class", "units"],
}
NARROW = ("arrival", "booked_on", "departure", "latest_activity_on", "listing_departure", "updated_on")
MAX_NAME_CHARS, MAX_EMAIL_CHARS = 400, 320

stays = sa.table(
    "reservations",
    *(sa.column(name, sa.Text()) for name in ("account_id", "unit_ids", "guest_folded", "guest_email")),
    sa.column("id", sa.BigInteger()),
    sa.column("raw", sa.LargeBinary()),
    *(sa.column(name, sa.Date()) for name in ("arrival", "departure")),
    sa.column("nights", sa.BigInteger()),
    *(sa.column(name, Instant) for name in ("active_on", "updated_on")),
)


def upgrade() -> None:
    """Makes them."""
    op.create_index("ix_listings_zone", "listings", ["account_id", "id", "time_zone"])
    _columns_of_stays()
    _indices_of_stays()
    if op.get_bind().dialect.name == "sqlite":
        _side_by_side("calendar_days")
        _side_by_side("nights")
        op.create_index("ix_nights_day", "nights", ["account_id", "day"])


def _columns_of_stays() -> None:
    for name in NARROW:
        op.drop_index(f"ix_reservations_{name}", "reservations")
    op.add_column("reservations", sa.Column("unit_ids", sa.Text()))
    op.execute("ALTER TABLE reservations RENAME COLUMN latest_activity_on TO active_on")
    connection = op.get_bind()
    same_stay = (stays.c.account_id == sa.bindparam("of_account"), stays.c.id == sa.bindparam("of_id"))
    for rows in _portions(connection):
        connection.execute(sa.update(stays).where(*same_stay).values(_placeholders()), rows)


def _placeholders() -> dict[str, Any]:
    names = ("nights", "unit_ids", "active_on", "guest_folded", "guest_email")
    return {name: sa.bindparam(f"new_{name}") for name in names}


def _portions(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """The stays' new values, as many at a time as memory has room for."""
    place = sa.tuple_(stays.c.account_id, stays.c.id)
    after: tuple[str, int] = ("", -1)
    while True:
        behind = sa.tuple_(sa.literal(after[0], sa.Text()), sa.literal(after[1], sa.BigInteger()))
        statement = sa.select(stays).where(place > behind).order_by(stays.c.account_id, stays.c.id)
        found = connection.execute(statement.limit(AT_ONCE)).mappings().all()
        if not found:
            return
        yield [_values(row) for row in found]
        after = (found[-1]["account_id"], found[-1]["id"])


def _values(row: Any) -> dict[str, Any]:
    arrival, departure = row["arrival"], row["departure"]
    return {
        "of_account": row["account_id"],
        "of_id": row["id"],
        "new_nights": (departure - arrival).days if arrival and departure else None,
        "new_unit_ids": _unit_ids(row["raw"]),
        "new_active_on": row["active_on"] or row["updated_on"],
        "new_guest_folded": row["guest_folded"] and row["guest_folded"][:MAX_NAME_CHARS],
        "new_guest_email": row["guest_email"] and row["guest_email"][:MAX_EMAIL_CHARS],
    }


def _unit_ids(packed: bytes) -> str | None:
    units = json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass")).get("reservationUnit")
    ids = [str(unit.get("listingUnitId")) for unit in units or () if isinstance(unit, dict)]
    return ",".join(map(str, sorted({int(one) for one in ids if one.isdecimal()}))) or None


def _indices_of_stays() -> None:
    for name, columns in LISTS.items():
        whole = dict.fromkeys(("account_id", *columns, *OF_LISTS))
        op.create_index(f"ix_reservations_{name}", "reservations", list(whole))
    op.create_index("ix_reservations_guest_folded", "reservations", ["account_id", "guest_folded", "id"])


def _side_by_side(name: str) -> None:
    """The rows in the order of their key, without numbers of their own beside it."""
    connection = op.get_bind()
    before = sa.Table(name, sa.MetaData(), autoload_with=connection)
    for index in before.indexes:
        op.drop_index(str(index.name), name)
    op.rename_table(name, f"{name}_before")
    after = before.to_metadata(sa.MetaData())
    after.indexes.clear()
    after.dialect_options["sqlite"]["with_rowid"] = False
    after.create(connection)
    columns: list[sa.ColumnClause[Any]] = [sa.column(column.name) for column in before.columns]
    old = sa.select(*columns).select_from(sa.table(f"{name}_before"))
    connection.execute(sa.insert(after).from_select([column.name for column in before.columns], old))
    op.drop_table(f"{name}_before")
