"""Turns what pydantic says about a parameter into one plain sentence with what would be right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hostaway_mcp.redaction import quoted

_MAX_ECHO_CHARS = 40
_NUMBER = re.compile(r"\[\d+\]$")


def sentence_for(error: ValidationError, *, tool: str, schema: dict[str, Any]) -> str:
    """One sentence on the first parameter that is wrong."""
    details = _most_telling(error.errors(include_url=False))
    *above, last = details["loc"] or ("",)
    where, place = _place(above, schema)
    known: dict[str, Any] = place.get("properties", {})
    if details["type"] == "extra_forbidden":
        return _unknown(str(last), f"`{where}` has no" if where else f"{tool} has no parameter", list(known))
    if details["type"] == "missing":
        return f"{f'`{where}`' if where else tool} needs `{last}`{_meaning(known.get(str(last), {}))}."
    where, place = _place(details["loc"], schema)
    return f"`{re.sub(_NUMBER, '', where)}` {_complaint(details, place)}"


def _place(loc: Iterable[int | str], schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Where in the parameters it is, as `changes.price` or `tasks[0].title`, and the schema of that place."""
    where = ""
    for part in loc:
        if isinstance(part, int):
            where, schema = f"{where}[{part}]", schema.get("items", {})
        elif part in schema.get("properties", {}):
            where, schema = f"{where}.{part}".removeprefix("."), schema["properties"][part]
        elif not where:
            # A parameter that the schema does not tell of.
            where, schema = part, {}
    return where, schema


def _most_telling(errors: list[ErrorDetails]) -> ErrorDetails:
    # An unknown parameter explains a missing one: name it first.
    unknown = next((e for e in errors if e["type"] == "extra_forbidden"), None)
    if unknown:
        return unknown
    # A parameter of several kinds has an error for each; one about a bound or control characters means
    # that the kind itself was right.
    of_the_first = [e for e in errors if e["loc"][:1] == errors[0]["loc"][:1]]
    return next((e for e in of_the_first if not _is_about_kind(e["type"])), errors[0])


def _is_about_kind(kind: str) -> bool:
    return kind.endswith(("_type", "_parsing"))


def _unknown(name: str, there_is_no: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    takes = ", ".join(known) if known else "none"
    shown = quoted(name, _MAX_ECHO_CHARS)
    return f"{there_is_no} `{shown}`.{meant} It takes: {takes}."


def _meaning(schema: dict[str, Any]) -> str:
    description = schema.get("description")
    return f" ({description})" if description else ""


def _complaint(details: ErrorDetails, schema: dict[str, Any]) -> str:
    kind = details["type"]
    context = {k: f"{v:g}" if isinstance(v, float) else v for k, v in details.get("ctx", {}).items()}
    simple = {
        "less_than_equal": "must be at most {le}",
        "greater_than_equal": "must be at least {ge}",
        "greater_than": "must be more than {gt}",
        "string_too_long": "must be at most {max_length} characters",
        "string_too_short": "must not be empty",
        "too_long": "takes at most {max_length} entries",
        "too_short": "must not be empty",
        "literal_error": "must be one of {expected}",
        "enum": "must be one of {expected}",
        "value_error": "{error}",
    }
    if kind in ("too_long", "too_short") and isinstance(details["input"], str) and not _is_list(schema):
        kind = f"string_{kind}"
    if kind in simple:
        said = simple[kind].format(**context)
    elif len(_kinds(schema)) > 1:
        said = f"must be {_kind(schema)}"
    elif kind == "int_from_float":
        said = "must be a whole number"
    elif kind.startswith(("int", "float", "decimal")):
        said = "must be a number"
    elif kind.startswith("bool"):
        said = "must be true or false"
    elif kind.startswith("string"):
        said = "must be a text"
    else:
        said = f"must be {_kind(schema)}"
    return f"{said}; got {_echo(details['input'])}."


def _is_list(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "array"


def _kind(schema: dict[str, Any]) -> str:
    return " or ".join(_kinds(schema)) or "something else"


def _kinds(schema: dict[str, Any]) -> list[str]:
    names = {
        "integer": "a number",
        "number": "a number",
        "string": "a text",
        "array": "a list",
        "boolean": "true or false",
    }
    kinds = [schema, *schema.get("anyOf", [])]
    return list(dict.fromkeys(names[kind["type"]] for kind in kinds if kind.get("type") in names))


def _echo(value: object) -> str:
    if isinstance(value, str):
        short = quoted(value, _MAX_ECHO_CHARS + 1)
        if len(short) > _MAX_ECHO_CHARS:
            short = f"{short[:_MAX_ECHO_CHARS]}… ({len(value):,} characters)"
        return '"' + "".join(ch if ch.isprintable() else "?" for ch in short) + '"'
    if isinstance(value, bool | int | float):
        return str(value)[:_MAX_ECHO_CHARS]
    if value is None:
        return "nothing"
    return "an object" if isinstance(value, dict) else "a list"
