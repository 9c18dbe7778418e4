"""Dictionaries: the lists that other nouns point into, each kept as one object under its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.raw import digest, pack, unpack, written
from hostaway_mcp.store.schema import dictionaries
from hostaway_mcp.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Dictionary:
    """What Hostaway answered (a list or an object), and when it was read (UTC)."""

    name: str
    content: Any = field(repr=False)
    seen_at: datetime


class Dictionaries:
    """The dictionaries of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def put(self, name: str, content: object, *, seen_at: datetime) -> None:
        """Keeps a dictionary, unless a later reading is kept already."""
        json = written(content)
        row = {
            "account_id": self._desk.account_id,
            "name": name,
            "raw": pack(json),
            "digest": digest(json),
            "seen_at": seen_at,
        }
        async with self._desk.write() as connection:
            statement = upsert(
                connection, dictionaries, when=lambda there, new: new["seen_at"] >= there.c.seen_at
            )
            await connection.execute(statement, [row])

    async def get(self, name: str) -> Dictionary | None:
        """One of them, or None if it was never read."""
        return (await self._select(name)).get(name)

    async def all(self) -> Mapping[str, Dictionary]:
        """All of them, by name."""
        return await self._select()

    async def gone(self, name: str) -> None:
        """Removes one."""
        statement = delete(dictionaries).where(self._desk.mine(dictionaries), dictionaries.c.name == name)
        async with self._desk.write() as connection:
            await connection.execute(statement)

    async def _select(self, name: str | None = None) -> dict[str, Dictionary]:
        statement = select(dictionaries).where(self._desk.mine(dictionaries)).order_by(dictionaries.c.name)
        if name is not None:
            statement = statement.where(dictionaries.c.name == name)
        async with self._desk.read() as connection:
            found = (await connection.execute(statement)).all()
        return {row.name: Dictionary(row.name, unpack(row.raw), row.seen_at) for row in found}
