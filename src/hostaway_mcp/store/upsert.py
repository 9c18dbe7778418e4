"""INSERT … ON CONFLICT DO UPDATE, which SQLAlchemy has for each database under its own name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

Fresh = Callable[[Table, Mapping[str, ColumnElement[Any]]], ColumnElement[bool]]
"""Of the row that is there and the one that comes: whether the coming one is to replace it."""


def upsert(
    connection: AsyncConnection,
    table: Table,
    *,
    when: Fresh | None = None,
    only: Collection[str] | None = None,
) -> Insert:
    """
    An insert that replaces the row of the same key; with `when`, only if that holds, and with `only` these
    columns of it.
    """
    keys = [column.name for column in table.primary_key]
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement: Any = make(table)
    coming = statement.excluded
    values = {column.name: coming[column.name] for column in table.c if column.name not in keys}
    if only is not None:
        values = {name: coming[name] for name in only}
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=keys, set_=values, where=when(table, coming) if when else None
    )


def insert_new(connection: AsyncConnection, table: Table) -> Insert:
    """An insert that leaves a row of the same key or unique value as it is."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement: Any = make(table)
    return statement.on_conflict_do_nothing()  # type: ignore[no-any-return]
