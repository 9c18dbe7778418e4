"""What all tables share: one list of them, and the account that each begins with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Text
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def key(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    """A part of the primary key."""
    return Column(name, kind, primary_key=True, autoincrement=False)


def account() -> Column[Any]:
    """Whose the row is: the first part of every key."""
    return key("account_id", Text())
