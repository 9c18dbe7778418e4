"""The API description and its documented examples, for the tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from .make_documented import ROOT, read_description

Json = dict[str, Any]

EXAMPLES = ROOT / "tests" / "hostaway" / "examples"


@cache
def description() -> Json:
    return read_description()


@cache
def example_index() -> dict[str, Json]:
    index: dict[str, Json] = json.loads((EXAMPLES / "index.json").read_text(encoding="utf-8"))
    return index


def read_example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def example_path(name: str) -> Path:
    return EXAMPLES / name


def operations() -> dict[str, tuple[str, str, Json]]:
    """Operation id: method, path template, operation."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, item in description()["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "delete")
    }


@cache
def validator(schema: str) -> Draft202012Validator:
    """A validator of one named schema."""
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": description()["components"]}
    )


def faults_of(answer: Any, schema: str) -> list[str]:
    """What is wrong with an answer, in words."""
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator(schema).iter_errors(answer)
    ][:5]


def response_schema(operation: Json) -> str | None:
    """The name of the schema of a successful JSON answer."""
    content = operation["responses"]["200"]["content"]
    reference = content.get("application/json", {}).get("schema", {}).get("$ref")
    return reference.rsplit("/", 1)[-1] if reference else None
