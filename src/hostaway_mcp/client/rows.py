"""What a noun gives back: a page of rows, one row, or what became of a write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Generic, Protocol, TypeVar

from hostaway_mcp.client.inputs import as_moment
from hostaway_mcp.client.protocol import Json, JsonObject, Operation, QueryValue, Reply, Request
from hostaway_mcp.errors import BrokenAnswerError
from hostaway_mcp.models.lenient import Wire, read_one, read_rows

PAGE_LIMIT = 100
"""Rows asked for where a limit is documented: the default of the lists that state one, safe on all."""

M = TypeVar("M", bound=Wire)
R = TypeVar("R")

Plain = str | int | float | bool | date | Decimal | Enum
Wanted = Plain | Sequence[Plain] | None
"""A query parameter as callers say it; None is left out."""


class Caller(Protocol):
    """What a noun needs of the transport."""

    async def call(self, request: Request, *, deadline_seconds: float | None = None) -> Reply:
        """Sends one request, and gives the unwrapped answer."""
        ...


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """
    Some rows of a list, with the objects they came from in the same order.

    `set_aside` rows could not be read and are in neither. `count`, `limit` and `offset` are Hostaway's
    word where it gives one. `received_at` is UTC.
    """

    rows: tuple[M, ...]
    raw: tuple[JsonObject, ...] = field(repr=False)
    set_aside: int
    received_at: datetime
    count: int | None = None
    limit: int | None = None
    offset: int | None = None
    sent_at: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """Nothing in it is older: it shows what was true at some moment between sending and receiving."""
        return self.sent_at or self.received_at

    @property
    def received(self) -> int:
        """How many rows Hostaway sent, read or not; fewer than asked for means the last page."""
        return len(self.rows) + self.set_aside


@dataclass(frozen=True, slots=True)
class One(Generic[R]):
    """One thing, what it was read from, and when the answer was complete (UTC)."""

    row: R
    raw: Json = field(repr=False)
    received_at: datetime
    sent_at: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """Nothing in it is older."""
        return self.sent_at or self.received_at


@dataclass(frozen=True, slots=True)
class Written(Generic[M]):
    """
    A write that Hostaway accepted. `row` is what it says the thing is now, where it says so readably.

    An unreadable answer is no error here: the write has happened and must not be sent again.
    """

    row: M | None
    raw: Json = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """A success whose result has no documented shape; do not parse it."""

    raw: Json = field(repr=False)
    received_at: datetime


class Noun:
    """One of Hostaway's nouns, spoken to through a transport."""

    def __init__(self, transport: Caller) -> None:
        self._transport = transport

    async def _call(
        self,
        operation: Operation,
        *,
        path: Mapping[str, int | str] | None = None,
        query: Mapping[str, Wanted] | None = None,
        body: Json | None = None,
    ) -> Reply:
        request = Request(operation=operation, path=path or {}, query=as_query(query or {}), body=body)
        return await self._transport.call(request)

    async def _page(
        self,
        operation: Operation,
        model: type[M],
        *,
        path: Mapping[str, int | str] | None = None,
        query: Mapping[str, Wanted] | None = None,
    ) -> Page[M]:
        return page_of(model, await self._call(operation, path=path, query=query))

    async def _one(
        self,
        operation: Operation,
        model: type[M],
        *,
        path: Mapping[str, int | str] | None = None,
        query: Mapping[str, Wanted] | None = None,
        body: Json | None = None,
    ) -> One[M]:
        reply = await self._call(operation, path=path, query=query, body=body)
        row, raw = read_one(model, reply.result)
        if row is None:
            raise BrokenAnswerError("Hostaway's answer cannot be read.", operation=operation.name)
        return One(row, raw, reply.received_at, reply.sent_at)

    async def _write(
        self,
        operation: Operation,
        model: type[M],
        *,
        path: Mapping[str, int | str] | None = None,
        query: Mapping[str, Wanted] | None = None,
        body: Json | None = None,
    ) -> Written[M]:
        reply = await self._call(operation, path=path, query=query, body=body)
        row, _ = read_one(model, reply.result)
        return Written(row, reply.result, reply.received_at)

    async def _do(
        self,
        operation: Operation,
        *,
        path: Mapping[str, int | str] | None = None,
        query: Mapping[str, Wanted] | None = None,
        body: Json | None = None,
    ) -> Done:
        reply = await self._call(operation, path=path, query=query, body=body)
        return Done(reply.result, reply.received_at)


def page_of(model: type[M], reply: Reply) -> Page[M]:
    """The page in a reply."""
    rows, raw, set_aside = read_rows(model, reply.result)
    return Page(
        rows=rows,
        raw=raw,
        set_aside=set_aside,
        received_at=reply.received_at,
        count=reply.count,
        limit=reply.limit,
        offset=reply.offset,
        sent_at=reply.sent_at,
    )


def as_query(wanted: Mapping[str, Wanted]) -> dict[str, QueryValue]:
    """
    Query parameters as Hostaway reads them, without those that are not wanted.

    A flag is 0 or 1, a day `YYYY-MM-DD`, a moment `YYYY-MM-DD HH:MM:SS` in UTC.
    """
    query: dict[str, QueryValue] = {}
    for name, value in wanted.items():
        if value is None:
            continue
        if isinstance(value, Sequence) and not isinstance(value, str):
            query[name] = [_plain(item) for item in value] or None
        else:
            query[name] = _plain(value)
    return {name: value for name, value in query.items() if value is not None}


def _plain(value: Plain) -> str | int:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return as_moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return int(value)
    return str(value)


def true_or_false(value: bool | None) -> str | None:
    """For the few flags documented as JSON booleans instead of 0 and 1."""
    return None if value is None else ("true" if value else "false")
