"""
How Hostaway's rows become records: leniently, one row at a time, and never by raising.

A row is read by pydantic alone while it is well-formed. Only when that fails is it mended: a value that
cannot be read is left empty, a part that cannot be told apart (no id) is left out, and each is warned of
once. A row without its own id is set aside and counted; the others still arrive.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from hostaway_mcp import calls

log = logging.getLogger(__name__)

JsonObject = dict[str, Any]
"""A decoded JSON object as Hostaway sent it."""

_EMPTY_WORDS = frozenset({"", "null", "0000-00-00", "0000-00-00 00:00:00"})
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_ROUNDS = 8
_MOMENT_LENGTH = len("2026-01-31 23:59:59")
_LOGGED_AT_MOST = 1000
_logged: set[str] = set()


def warn(sentence: str) -> None:
    """Tells the call being answered, and the log the first time."""
    call = calls.current()
    if call is not None:
        call.warn(sentence)
    if sentence not in _logged and len(_logged) < _LOGGED_AT_MOST:
        _logged.add(sentence)
        log.warning("unexpected_from_hostaway", extra={"says": sentence})


def warn_unknown(kind: type, value: object) -> None:
    """Warns of a value that no documentation names; it is quoted only when it is a plain word."""
    shown = f"`{value}`" if _PLAIN_WORD.fullmatch(str(value)) else "that is not a plain word"
    warn(
        f"Hostaway sent the {_words(kind.__name__)} {shown}, which is not documented; it is shown as unknown."
    )


class OpenEnum(StrEnum):
    """A list of words that Hostaway may lengthen; each subclass has UNKNOWN for those to come."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if value is None or value == "":
            return None
        warn_unknown(cls, value)
        return cls["UNKNOWN"]


class Wire(BaseModel):
    """
    A record as Hostaway sends it: camelCase on the wire, more keys than we read, frozen.

    Its representation is the type and the id alone, so that no guest's words reach a log by accident.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
        # Built at first use: most servers never read most nouns, and stdio clients wait for the start.
        defer_build=True,
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={getattr(self, 'id', None)})"

    __str__ = __repr__


M = TypeVar("M", bound=Wire)


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        raise ValueError("not a moment")
    if len(value) == _MOMENT_LENGTH:
        return None if value in _EMPTY_WORDS else datetime.fromisoformat(value + "Z")
    if value in _EMPTY_WORDS:
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


def _local_moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        raise ValueError("not a moment")
    return None if value in _EMPTY_WORDS else datetime.fromisoformat(value).replace(tzinfo=None)


def _day(value: object) -> date | None:
    if not isinstance(value, str):
        raise ValueError("not a date")
    return None if value in _EMPTY_WORDS else date.fromisoformat(value[:10])


def _certain_day(value: object) -> date:
    read = _day(value)
    if read is None:
        raise ValueError("no date")
    return read


def _text_of_number(value: object) -> object:
    return str(value) if isinstance(value, int) else value


def _many(value: object) -> object:
    return () if value is None or value == "" else value


def _opened(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error


Moment = Annotated[datetime, PlainValidator(_moment)]
"""`YYYY-MM-DD HH:MM:SS` without a zone, which means UTC. Source: index.html.md, "Date and time"."""

LocalMoment = Annotated[datetime, PlainValidator(_local_moment)]
"""The few moments that are documented to be local; naive."""

Day = Annotated[date, PlainValidator(_day)]
"""`YYYY-MM-DD`; reviews send a time after it, which is dropped."""

CertainDay = Annotated[date, PlainValidator(_certain_day)]
"""A day without which the row says nothing."""

Secret = Annotated[SecretStr, BeforeValidator(_text_of_number)]
"""A door code or password: `get_secret_value()` shows it, nothing else does."""

MANY = BeforeValidator(_many)
"""For lists: null means none."""

OPENED = BeforeValidator(_opened)
"""For JSON that Hostaway hides in a string."""


def read_rows(model: type[M], result: object) -> tuple[tuple[M, ...], tuple[JsonObject, ...], int]:
    """
    The records in a result, the objects they came from (same order), and how many were set aside.

    A single object where a list is documented counts as a list of one, nothing as an empty list.
    """
    rows: list[M] = []
    raw: list[JsonObject] = []
    candidates = _candidates(result)
    for candidate in candidates:
        row = read_row(model, candidate)
        if row is not None:
            rows.append(row)
            raw.append(candidate)
    set_aside = len(candidates) - len(rows)
    if set_aside:
        warn(
            f"{set_aside} of {len(candidates)} {_words(model.__name__)} rows from Hostaway "
            "could not be read and were left out."
        )
    return tuple(rows), tuple(raw), set_aside


def read_one(model: type[M], result: object) -> tuple[M | None, JsonObject]:
    """The one record in a result (an object, or a list that holds it), or None where there is none."""
    for candidate in _candidates(result):
        row = read_row(model, candidate)
        if row is not None:
            return row, candidate
    return None, {}


def read_row(model: type[M], row: object) -> M | None:
    """One record, mended where it had to be; None when it cannot be told which one it is."""
    if not isinstance(row, dict):
        return None
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(row)
        except ValidationError as error:
            faults = [(item["loc"], item["type"]) for item in reversed(error.errors(include_url=False))]
        for loc, kind in faults:
            # What is missing cannot be emptied, so its owner goes; indices fall from the end backwards.
            where = loc[:-1] if kind == "missing" else loc
            if not where:
                return None
            row = _without(model, row, where)
    return None


def _candidates(result: object) -> Sequence[Any]:
    if isinstance(result, list):
        return result
    if isinstance(result, dict):
        # PHP writes a list with gaps as an object with numbers for keys.
        if result and all(key.isdigit() for key in result):
            return list(result.values())
        return [result] if result else []
    return [] if result is None or result == "" else [result]


def _without(model: type[Wire], row: JsonObject, loc: tuple[int | str, ...]) -> JsonObject:
    """A copy of the row (only along the path) without the value at `loc`, with a warning if there was one."""
    copy: Any = dict(row)
    top, step = copy, copy
    for key in loc[:-1]:
        try:
            inner = step[key]
        except (KeyError, IndexError, TypeError):
            return top  # type: ignore[no-any-return]
        inner = dict(inner) if isinstance(inner, dict) else list(inner)
        step[key] = inner
        step = inner
    try:
        dropped = step.pop(loc[-1])
    except (KeyError, IndexError, TypeError):
        return top  # type: ignore[no-any-return]
    _warn_dropped(model, loc, dropped)
    return top  # type: ignore[no-any-return]


def _warn_dropped(model: type[Wire], loc: tuple[int | str, ...], dropped: object) -> None:
    if dropped is None or dropped in ([], {}) or (isinstance(dropped, str) and dropped in _EMPTY_WORDS):
        return
    field = ".".join(str(part) for part in loc if not isinstance(part, int))
    warn(
        f"Hostaway sent a {_words(model.__name__)} whose `{field}` cannot be read; that part was left empty."
    )


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
