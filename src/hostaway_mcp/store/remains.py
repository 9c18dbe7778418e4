"""
What is left of a person after their rows were rewritten: nothing, which is looked for everywhere.

A database keeps what was removed in pages that it has not used again. SQLite writes zeros over it and is
written anew; its index of words drops a word only when its parts are merged.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Table, exists, select, text

from hostaway_mcp.models.names import plain
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.engine import EMPTY_LOG, write_anew
from hostaway_mcp.store.schema import metadata

AT_ONCE = 500
STREAM_BYTES = 1 << 20
"""How far a compressed object is followed; Hostaway's are some kilobytes."""
CHUNK_BYTES = 1 << 24
OVERLAP_BYTES = 1 << 16
FOLDED_CHARS = 6
"""Shorter words without accents and marks would be found inside of others."""
_STREAM_BEGINS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""How zlib marks a stream, by its level. Source: RFC 1950."""

_MERGE_WORDS = "INSERT INTO message_words(message_words) VALUES ('optimize')"

Row = tuple[str, int | str]
"""A table, and which of its rows."""


class Needles:
    """Values to look for, in every way in which they may be written."""

    def __init__(self, values: Collection[str]) -> None:
        self.values = frozenset(values)
        self._forms: dict[str, set[str]] = {}
        for value in values:
            for form in _forms(value):
                self._forms.setdefault(form, set()).add(value)

    def within(self, hay: str) -> set[str]:
        """Which of the values are somewhere in a text; letters' case does not matter."""
        hay = hay.casefold()
        found = (some for form, some in self._forms.items() if form in hay and _stands_alone(form, hay))
        return set().union(*found)


@dataclass(frozen=True, slots=True)
class Searched:
    """How much was looked through, and what was found where."""

    tables: int
    rows: int
    found: dict[str, set[Row]]
    """By value, the rows that hold it."""


class Remains:
    """Looks for values in all that is kept of one account, and makes the database forget what it removed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def search(self, needles: Needles) -> Searched:
        """Every row of the account, with its objects unpacked."""
        found: dict[str, set[Row]] = {}
        rows = 0
        for table in metadata.sorted_tables:
            statement = select(table).where(self._desk.mine(table))
            async with self._desk.database.stream(statement) as stream:
                async for some in stream.mappings().partitions(AT_ONCE):
                    rows += len(some)
                    for row in some:
                        for value in needles.within(_written_out(table, row)):
                            found.setdefault(value, set()).add((table.name, _number_of(table, row)))
        return Searched(len(metadata.sorted_tables), rows, found)

    async def is_alone(self) -> bool:
        """Whether nobody else's rows are in this database."""
        async with self._desk.read() as connection:
            for table in metadata.sorted_tables:
                others = select(exists().where(~self._desk.mine(table)))
                if (await connection.execute(others)).scalar():
                    return False
        return True

    async def settle(self) -> None:
        """
        Empties SQLite's log of writes and merges its index of words, for the removed to be overwritten
        there too; PostgreSQL does the like by itself.

        Raises:
            StorageError: somebody else writes, or the disk is full.
        """
        if self._desk.database.is_sqlite:
            async with self._desk.database.alone() as connection:
                await connection.exec_driver_sql(_MERGE_WORDS)
                await connection.exec_driver_sql(EMPTY_LOG)

    async def compact(self) -> bool:
        """
        Writes the database anew without what was removed; False if somebody reads an earlier state of it
        for so long that SQLite's log of writes could not be emptied.

        PostgreSQL takes the removed rows out of its tables, and uses their place again as it goes.

        Raises:
            StorageError: somebody else writes, or the disk is full.
        """
        async with self._desk.database.alone() as connection:
            if self._desk.database.is_sqlite:
                await connection.exec_driver_sql(_MERGE_WORDS)
                return await write_anew(connection)
            for table in metadata.sorted_tables:
                await connection.execute(text(f'VACUUM "{table.name}"'))
        return True


def search_file(path: Path, needles: Needles) -> set[str]:
    """Which values are in a file: as plain text, or in a compressed object, also one that was removed."""
    found: set[str] = set()
    with path.open("rb") as file:
        kept = b""
        while chunk := file.read(CHUNK_BYTES):
            # What begins in one part and ends in the next is found in the second.
            kept = kept[-OVERLAP_BYTES:] + chunk
            found |= needles.within(kept.decode("utf-8", "replace"))
            for content in _streams(kept):
                found |= needles.within(content)
    return found


def _stands_alone(form: str, hay: str) -> bool:
    """Whether it is somewhere not a part of longer words: `Ana Lu` is not in `Susana Luding`."""
    at = hay.find(form)
    while at >= 0:
        before, behind = hay[at - 1 : at], hay[at + len(form) : at + len(form) + 1]
        if not (before.isalnum() and form[0].isalnum()) and not (behind.isalnum() and form[-1].isalnum()):
            return True
        at = hay.find(form, at + 1)
    return False


def _forms(value: str) -> Iterator[str]:
    yield value.casefold()
    for ascii_only in (True, False):
        yield json.dumps(value, ensure_ascii=ascii_only)[1:-1].casefold()
    if len(folded := plain(value)) >= FOLDED_CHARS:
        yield folded


def _written_out(table: Table, row: Any) -> str:
    return "\n".join(_text(table, name, value) for name, value in row.items() if value is not None)


def _text(table: Table, name: str, value: Any) -> str:
    if isinstance(table.c[name].type, LargeBinary):
        return zlib.decompress(value).decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _number_of(table: Table, row: Any) -> int | str:
    keys = [row[column.name] for column in table.primary_key if column.name != "account_id"]
    return keys[0] if len(keys) == 1 else " ".join(map(str, keys))


def _streams(content: bytes) -> Iterator[str]:
    for begin in _STREAM_BEGINS:
        at = content.find(begin)
        while at >= 0:
            reader = zlib.decompressobj()
            try:
                # One that a page's end cuts short gives what came before.
                opened = reader.decompress(content[at : at + OVERLAP_BYTES], STREAM_BYTES)
            except zlib.error:
                opened = b""
            if opened:
                yield opened.decode("utf-8", "replace")
            at = content.find(begin, at + 1)
