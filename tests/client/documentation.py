"""Hostaway's documentation as facts to test against: operations, their parameters, their bodies."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

HOSTAWAY = Path(__file__).parent.parent / "hostaway"
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
Node = dict[str, Any]


@functools.cache
def document() -> Node:
    """The OpenAPI document."""
    text = (HOSTAWAY / "openapi.yaml").read_text(encoding="utf-8")
    loaded: Node = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@functools.cache
def operations() -> dict[str, Node]:
    """Every documented operation by its id, with its method and path beside what is documented."""
    found: dict[str, Node] = {}
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                found[operation["operationId"]] = {**operation, "method": method.upper(), "path": path}
    return found


def parameters(operation_id: str, where: str) -> dict[str, Node]:
    """The path or query parameters of an operation, by name."""
    listed = operations()[operation_id].get("parameters", [])
    return {parameter["name"]: parameter for parameter in listed if parameter["in"] == where}


def content_types(operation_id: str) -> list[str]:
    """The documented types of the body."""
    return list(operations()[operation_id].get("requestBody", {}).get("content", {}))


def body_schema(operation_id: str) -> str:
    """The name of the body's schema."""
    content = operations()[operation_id]["requestBody"]["content"]
    reference: str = next(iter(content.values()))["schema"]["$ref"]
    return reference.rsplit("/", 1)[-1]


def properties(schema_name: str) -> dict[str, Node]:
    """The documented keys of an object, or of the objects in an array."""
    return _collect(document()["components"]["schemas"][schema_name])[0]


def required(schema_name: str) -> set[str]:
    """The keys that the documentation calls required."""
    return _collect(document()["components"]["schemas"][schema_name])[1]


def resolve(schema: Node) -> Node:
    """A schema behind its reference."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _collect(schema: Node) -> tuple[dict[str, Node], set[str]]:
    schema = resolve(schema)
    if schema.get("type") == "array":
        return _collect(schema["items"])
    keys = dict(schema.get("properties", {}))
    needed = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        more, most = _collect(part)
        keys |= more
        needed |= most
    return keys, needed
