"""Many listings, and nights on end of them, as one parameter of a statement that is joined with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

ONE_DAY = timedelta(days=1)
_NAMES: tuple[str, ...] = ("listing_id", "first", "last")
_KINDS: tuple[type[TypeEngine[Any]], ...] = (BigInteger, Date, Date)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The nights of a listing from `first` to `last`, both included."""

    listing_id: int
    first: date
    last: date


def merged(spans: Iterable[Span]) -> Iterator[Span]:
    """The same nights, each once, by listing."""
    running: Span | None = None
    for span in sorted(spans):
        if running and span.listing_id == running.listing_id and span.first <= running.last + ONE_DAY:
            running = Span(running.listing_id, running.first, max(running.last, span.last))
            continue
        if running:
            yield running
        running = span
    if running:
        yield running


def table(connection: AsyncConnection, spans: Sequence[Span]) -> Subquery:
    """The spans as rows of `listing_id`, `first` and `last`."""
    written = [[span.listing_id, span.first.isoformat(), span.last.isoformat()] for span in spans]
    given, columns = literal(json.dumps(written), Text), list[ColumnElement[Any]]()
    if connection.dialect.name == "sqlite":
        rows = func.json_each(given).table_valued(column("value", Text), name="given")
        parts = [func.json_extract(rows.c.value, f"$[{place}]") for place in range(3)]
        columns = [type_coerce(part, kind) for part, kind in zip(parts, _KINDS, strict=True)]
    else:
        rows = func.json_array_elements(cast(given, JSON)).table_valued(column("value", JSON), name="given")
        texts = [rows.c.value.op("->>")(place) for place in range(3)]
        columns = [cast(text, kind) for text, kind in zip(texts, _KINDS, strict=True)]
    named = [one.label(name) for one, name in zip(columns, _NAMES, strict=True)]
    return select(*named).select_from(rows).subquery("spans")


def numbers(connection: AsyncConnection, ids: Iterable[int]) -> Subquery:
    """The numbers as rows of `id`."""
    return _rows_of(connection.dialect.name == "sqlite", literal(written(tuple(ids)), Text))


def _rows_of(is_sqlite: bool, given: ColumnElement[str]) -> Subquery:
    if is_sqlite:
        rows = func.json_each(given).table_valued(column("value", BigInteger), name="given")
        return select(rows.c.value.label("id")).select_from(rows).subquery("ids")
    texts = func.json_array_elements_text(cast(given, JSON)).table_valued(column("value", Text), name="given")
    return select(cast(texts.c.value, BigInteger).label("id")).select_from(texts).subquery("ids")


def some(connection: AsyncConnection, ids: Iterable[int]) -> Select[Any]:
    """The numbers as something that a column can be in, however many there are."""
    return select(numbers(connection, ids).c.id)


def named(name: str, *, is_sqlite: bool) -> Select[Any]:
    """The same of numbers that are a parameter of this name, as `written`."""
    return select(_rows_of(is_sqlite, bindparam(name, type_=Text)).c.id)


@lru_cache(maxsize=16)
def written(ids: tuple[int, ...]) -> str:
    """The numbers as a parameter; those of a portfolio come with each statement."""
    return json.dumps(ids)
