"""
Cursors and cutting to size.

A cursor is a place in one ordered list and the fingerprint of the question that made the list, so that
it cannot go on with another question. The place is the sort key of the last row shown, not a number of
rows: what is added or removed in between neither repeats nor hides the rest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from hostaway_mcp.errors import CursorError

Row = TypeVar("Row")
Shown = TypeVar("Shown", bound=BaseModel)
SortKey = tuple[str | int | float, ...]

ANSWER_BYTES = 13_000
"""Room for the rows of one answer: 4,000 tokens of 3.5 bytes, less the envelope."""

_MAX_CURSOR_CHARS = 1_000
_canonical = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":")).encode
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Cut(Generic[Shown]):
    """The rows that fit, how many there are in all, and where to go on."""

    rows: tuple[Shown, ...]
    total: int
    next_cursor: str | None


def fingerprint(question: Mapping[str, Any]) -> str:
    """A short hash of what was asked; `cursor` and `limit` are not part of the question."""
    asked = {k: v for k, v in question.items() if k not in {"cursor", "limit"} and v is not None}
    return hashlib.sha256(_canonical(asked).encode()).hexdigest()[:16]


def write_cursor(question: Mapping[str, Any], after: SortKey) -> str:
    """A cursor that goes on behind `after` in the list of this question."""
    text = _compact([fingerprint(question), list(after)])
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def read_cursor(question: Mapping[str, Any], cursor: str) -> SortKey:
    """
    The place where the list goes on.

    Raises:
        CursorError: it is not a cursor, or one of another question.
    """
    try:
        if len(cursor) > _MAX_CURSOR_CHARS:
            raise ValueError
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        mark, after = json.loads(packed.decode("utf-8", "surrogatepass"))
        place = tuple(after)
        if not all(isinstance(part, str | int | float) for part in place):
            raise TypeError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise CursorError(
            "This cursor cannot be read.", hint="Leave `cursor` out to begin at the first row."
        ) from None
    if mark != fingerprint(question):
        raise CursorError(
            "This cursor belongs to another question.",
            hint="Repeat the call it came from with all its parameters, or leave `cursor` out.",
        )
    return place


def rows_after(
    rows: Sequence[Row],
    *,
    key: Callable[[Row], SortKey],
    question: Mapping[str, Any],
    cursor: str | None,
    in_order: bool = False,
) -> Sequence[Row]:
    """
    The rows in the order of `key` that come behind the cursor's place; all of them without a cursor.

    With `in_order` they are in that order already.

    Raises:
        CursorError: the cursor does not belong to this question.
    """
    ordered = rows if in_order else sorted(rows, key=key)
    if cursor is None:
        return ordered
    after = read_cursor(question, cursor)
    try:
        return [row for row in ordered if key(row) > after]
    except TypeError:
        raise CursorError("This cursor cannot be read.") from None


def leading(rows: Sequence[Row], many: int, *, by: Callable[[Row], Any]) -> Sequence[Row]:
    """
    Those of the rows that may be among the first `many`, in no order, where `by` gives what the order begins
    with: of thousands few are shown, and only their whole keys are needed.
    """
    if len(rows) <= many:
        return rows
    places = [by(row) for row in rows]
    last = sorted(places)[many - 1]
    return [row for row, place in zip(rows, places, strict=True) if place <= last]


def cut(
    rows: Sequence[Row],
    *,
    key: Callable[[Row], SortKey],
    show: Callable[[Row], Shown],
    question: Mapping[str, Any],
    cursor: str | None,
    limit: int,
    budget_bytes: int = ANSWER_BYTES,
    in_order: bool = False,
) -> Cut[Shown]:
    """
    The part of a list that one answer holds: at most `limit` rows and `budget_bytes` of JSON, at least one.

    `rows` are all there are; they are put in the order of `key`, unless they are `in_order` already. A key
    must be unique for each row and made of strings and numbers. Only the rows shown are built with `show`.

    Raises:
        CursorError: the cursor does not belong to this question.
    """
    ordered = rows_after(rows, key=key, question=question, cursor=cursor, in_order=in_order)
    return cut_ordered(
        ordered,
        total=len(rows),
        key=key,
        show=show,
        question=question,
        limit=limit,
        budget_bytes=budget_bytes,
    )


def cut_ordered(
    ordered: Sequence[Row],
    *,
    total: int,
    key: Callable[[Row], SortKey],
    show: Callable[[Row], Shown],
    question: Mapping[str, Any],
    limit: int,
    budget_bytes: int = ANSWER_BYTES,
) -> Cut[Shown]:
    """The same of rows in order that begin behind the cursor; one more than `limit` of them will do."""
    shown: list[Shown] = []
    room = budget_bytes
    for row in ordered[:limit]:
        item = show(row)
        room -= len(item.model_dump_json(exclude_none=True, by_alias=True).encode()) + 1
        if room < 0 and shown:
            break
        shown.append(item)
    more = len(shown) < len(ordered)
    return Cut(
        rows=tuple(shown),
        total=total,
        next_cursor=write_cursor(question, key(ordered[len(shown) - 1])) if more else None,
    )


def descending(text: str) -> str:
    """A sort key that turns the order of ISO dates and other digits around."""
    return "".join(chr(0x10FFFF - ord(ch)) for ch in text)
