"""What Hostaway's reference documents: operations, body shapes and empty objects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation."""

    id: str
    method: str
    segments: tuple[str, ...]
    effect: str
    query: Mapping[str, Json]
    bodies: Mapping[str, str]
    limit: Json | None

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """The path parameters when the path is this operation's, else None."""
        parameters: dict[str, str] = {}
        for expected, given in zip(self.segments, segments, strict=True):
            if expected.startswith("{"):
                parameters[expected[1:-1]] = given
            elif expected != given:
                return None
        return parameters


@cache
def documented() -> Json:
    """The data file, made from the API description by `tests/sandbox/make_documented.py`."""
    text = files(__package__).joinpath("documented.json").read_text(encoding="utf-8")
    data: Json = json.loads(text)
    return data


@cache
def operations() -> Mapping[str, Operation]:
    """Every documented operation by its id."""
    return {
        row["id"]: Operation(
            id=row["id"],
            method=row["method"],
            segments=tuple(row["path"].strip("/").split("/")),
            effect=row["effect"],
            query=row["query"],
            bodies=row["bodies"],
            limit=row.get("limit"),
        )
        for row in documented()["operations"]
    }


@cache
def _by_shape() -> Mapping[tuple[str, int], tuple[Operation, ...]]:
    """Operations by method and path length, fixed words before parameters."""
    shapes: dict[tuple[str, int], list[Operation]] = {}
    for operation in operations().values():
        shapes.setdefault((operation.method, len(operation.segments)), []).append(operation)
    return {
        shape: tuple(sorted(found, key=lambda one: [part.startswith("{") for part in one.segments]))
        for shape, found in shapes.items()
    }


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation a path below /v1 belongs to, with its path parameters."""
    segments = tuple(path.strip("/").split("/"))
    for operation in _by_shape().get((method, len(segments)), ()):
        parameters = operation.match(segments)
        if parameters is not None:
            return operation, parameters
    return None


def body_shape(name: str) -> Json:
    """The documented shape of a request body."""
    shape: Json = documented()["bodies"][name]
    return shape


def blank(name: str) -> Json:
    """The object with every documented field and the emptiest value each may have."""
    return dict(documented()["blanks"][name])
