"""Strict mode: what a request carries that the reference does not document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hostaway_mcp.sandbox.documented import Json, Operation, body_shape

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "boolean": (bool,),
    "null": (type(None),),
}


def query_violations(operation: Operation, query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Every undocumented or ill-valued query parameter."""
    for name, value in query:
        documented = operation.query.get(re.sub(r"\[\d*\]$", "[]", name))
        if documented is None:
            yield f"Query parameter {name!r} is not documented for {operation.id}"
        else:
            fault = _query_fault(documented.get("items", documented) if "[" in name else documented, value)
            if fault:
                yield f"Query parameter {name!r} of {operation.id} {fault}"
    given = {name for name, _ in query}
    for name, documented in operation.query.items():
        if documented.get("required") and name not in given:
            yield f"Query parameter {name!r} is required for {operation.id}"


def _query_fault(documented: Json, value: str) -> str | None:
    allowed = documented.get("enum")
    if allowed is not None and value not in {str(one) for one in allowed}:
        return f"must be one of {allowed}, not {value!r}"
    kinds = documented.get("type", "string")
    if kinds == "integer" and not re.fullmatch(r"-?\d+", value):
        return f"must be a whole number, not {value!r}"
    if documented.get("format") == "date" and not _DATE.match(value):
        return f"must be a date YYYY-MM-DD, not {value!r}"
    return None


def content_type_violation(operation: Operation, content_type: str) -> str | None:
    """A content type that no page shows for the operation."""
    if not operation.bodies or content_type in operation.bodies:
        return None
    expected = " or ".join(operation.bodies)
    return f"Content type {content_type or 'none'!r} is not documented for {operation.id}; send {expected}"


def body_violations(operation: Operation, content_type: str, body: Any) -> Iterator[str]:
    """Every undocumented key, missing key, wrong type and unlisted value in a body."""
    if not operation.bodies:
        return
    name = operation.bodies.get(content_type) or next(iter(operation.bodies.values()))
    yield from _violations(body, body_shape(name), "body")


def _violations(value: Any, shape: Json, at: str) -> Iterator[str]:
    if "anyOf" in shape:
        options = [list(_violations(value, option, at)) for option in shape["anyOf"]]
        yield from min(options, key=len)
        return
    kinds = shape.get("type")
    if kinds and not _is_kind(value, kinds if isinstance(kinds, list) else [kinds]):
        yield f"{at} must be {kinds if isinstance(kinds, str) else ' or '.join(kinds)}, not {value!r:.60}"
        return
    if value is None:
        return
    yield from _value_violations(value, shape, at)
    if isinstance(value, dict) and "properties" in shape:
        yield from _object_violations(value, shape, at)
    if isinstance(value, list):
        yield from _array_violations(value, shape, at)


def _is_kind(value: Any, kinds: Sequence[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, _KINDS[kind]) for kind in kinds) or (
        "integer" in kinds and isinstance(value, float) and value.is_integer()
    )


def _value_violations(value: Any, shape: Json, at: str) -> Iterator[str]:
    if "enum" in shape and value not in shape["enum"]:
        yield f"{at} must be one of {shape['enum']}, not {value!r:.60}"
    if "minimum" in shape and isinstance(value, (int, float)) and value < shape["minimum"]:
        yield f"{at} must be at least {shape['minimum']}, not {value}"
    if "maximum" in shape and isinstance(value, (int, float)) and value > shape["maximum"]:
        yield f"{at} must be at most {shape['maximum']}, not {value}"
    if "maxLength" in shape and isinstance(value, str) and len(value) > shape["maxLength"]:
        yield f"{at} must have at most {shape['maxLength']} characters, not {len(value)}"
    if "pattern" in shape and isinstance(value, str) and not re.search(shape["pattern"], value):
        yield f"{at} must look like {shape['pattern']}, not {value!r:.60}"
    if shape.get("format") == "date" and isinstance(value, str) and not _DATE.match(value):
        yield f"{at} must be a date YYYY-MM-DD, not {value!r:.60}"


def _object_violations(value: Json, shape: Json, at: str) -> Iterator[str]:
    for key, part in value.items():
        inside = shape["properties"].get(key)
        if inside is None:
            yield f"{at} key {key!r} is not documented"
        else:
            yield from _violations(part, inside, f"{at}.{key}")
    for key in shape.get("required", ()):
        if key not in value:
            yield f"{at} key {key!r} is required"


def _array_violations(value: list[Any], shape: Json, at: str) -> Iterator[str]:
    if len(value) > shape.get("maxItems", len(value)):
        yield f"{at} must have at most {shape['maxItems']} entries, not {len(value)}"
    if len(value) < shape.get("minItems", 0):
        yield f"{at} must have at least {shape['minItems']} entries"
    if "items" in shape:
        for index, part in enumerate(value):
            yield from _violations(part, shape["items"], f"{at}[{index}]")
