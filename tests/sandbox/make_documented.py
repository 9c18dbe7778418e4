"""
Writes the sandbox's data file from the API description: `python tests/sandbox/make_documented.py`.

The sandbox ships what it has to know about the documentation as one JSON file, because the description
itself is test material and stays out of the wheel.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = ROOT / "tests" / "hostaway" / "openapi.yaml"
TARGET = ROOT / "src" / "hostaway_mcp" / "sandbox" / "documented.json"

Json = dict[str, Any]

KEPT = (
    "type",
    "enum",
    "required",
    "maxItems",
    "minItems",
    "maxLength",
    "minimum",
    "maximum",
    "pattern",
    "format",
)
METHODS = ("get", "post", "put", "delete")


def read_description() -> Json:
    """The OpenAPI description of the documented API."""
    described: Json = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    return described


def make_documented(described: Json) -> Json:
    """Everything the sandbox needs to know: operations, body shapes and empty objects."""
    schemas = described["components"]["schemas"]
    operations = [
        describe_operation(method, path, item[method], schemas)
        for path, item in described["paths"].items()
        for method in METHODS
        if method in item
    ]
    names = sorted({name for operation in operations for name in operation["bodies"].values()})
    return {
        "operations": operations,
        "bodies": {name: shape_of(schemas[name], schemas) for name in names},
        "blanks": {
            name: blank_of(schema, schemas) for name, schema in schemas.items() if is_object(schema, schemas)
        },
    }


def describe_operation(method: str, path: str, operation: Json, schemas: Json) -> Json:
    """One operation: where it is, what it takes, what it does."""
    content = operation.get("requestBody", {}).get("content", {})
    described: Json = {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "effect": operation["x-effect"],
        "query": {
            parameter["name"]: describe_parameter(parameter, schemas)
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query"
        },
        "bodies": {kind: body["schema"]["$ref"].rsplit("/", 1)[-1] for kind, body in content.items()},
    }
    if "x-rate-limit" in operation:
        described["limit"] = operation["x-rate-limit"]
    return described


def describe_parameter(parameter: Json, schemas: Json) -> Json:
    """The type and the listed values of one query parameter."""
    schema = resolved(parameter.get("schema", {}), schemas)
    items = resolved(schema.get("items", {}), schemas)
    described: Json = {"type": schema.get("type", "string")}
    if items:
        described["items"] = {key: items[key] for key in ("type", "enum") if key in items}
    for key in ("enum", "format", "maximum", "minimum", "maxItems"):
        if key in schema:
            described[key] = schema[key]
    if parameter.get("required"):
        described["required"] = True
    since = parameter.get("x-after-snapshot", schema.get("x-after-snapshot"))
    if since:
        described["since"] = since
    return described


def shape_of(schema: Json, schemas: Json) -> Json:
    """A schema with its references filled in and only the checkable words kept."""
    schema = resolved(schema, schemas)
    shape: Json = {key: schema[key] for key in KEPT if key in schema}
    if "properties" in schema:
        shape["properties"] = {name: shape_of(part, schemas) for name, part in schema["properties"].items()}
        ignored = [name for name, part in schema["properties"].items() if "x-ignored-on-write" in part]
        if ignored:
            shape["ignored"] = ignored
    if "items" in schema:
        shape["items"] = shape_of(schema["items"], schemas)
    if "anyOf" in schema:
        shape["anyOf"] = [shape_of(part, schemas) for part in schema["anyOf"]]
    return shape


def resolved(schema: Json, schemas: Json) -> Json:
    """The schema a reference points at, with `allOf` folded into one object."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    if "allOf" not in schema:
        return schema
    folded: Json = {"type": "object", "properties": {}, "required": []}
    for part in schema["allOf"]:
        part = resolved(part, schemas)
        folded["properties"] |= part.get("properties", {})
        folded["required"] += [name for name in part.get("required", []) if name not in folded["required"]]
    return folded


def is_object(schema: Json, schemas: Json) -> bool:
    """Whether the schema describes an object that answers carry (and not an envelope or a body)."""
    schema = resolved(schema, schemas)
    properties = schema.get("properties", {})
    return bool(properties) and not {"status", "result"} <= set(properties)


def blank_of(schema: Json, schemas: Json) -> Json:
    """The object with every field of the field tables and the emptiest value each may have."""
    properties = resolved(schema, schemas)["properties"]
    return {
        name: empty_value(resolved(part, schemas), schemas)
        for name, part in properties.items()
        if is_shown(part)
    }


def is_shown(part: Json) -> bool:
    """Whether the field is in the table or in an example of the snapshot."""
    unseen = part.get("x-undocumented", "shown in an example")
    return unseen.startswith("shown in an example") and "x-after-snapshot" not in part


def empty_value(schema: Json, schemas: Json) -> Any:
    """Null where it may be null, else the first listed value or the zero of the type."""
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "anyOf" in schema:
        options = [resolved(part, schemas) for part in schema["anyOf"]]
        return (
            None if any(part.get("type") == "null" for part in options) else empty_value(options[0], schemas)
        )
    if "null" in kinds or not kinds:
        return None
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "", "integer": 0, "number": 0, "array": [], "object": {}, "boolean": False}[kinds[0]]


def rendered(documented: Json) -> str:
    """The file's text: one line for each operation, body and object, so that changes can be read."""
    sections = []
    for name, value in documented.items():
        rows = value if isinstance(value, list) else list(value.items())
        lines = [
            json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            if isinstance(value, list)
            else f"{json.dumps(row[0])}:{json.dumps(row[1], ensure_ascii=False, separators=(',', ':'))}"
            for row in rows
        ]
        opened, closed = ("[", "]") if isinstance(value, list) else ("{", "}")
        sections.append(f'"{name}":{opened}\n' + ",\n".join(lines) + f"\n{closed}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(rendered(make_documented(read_description())), encoding="utf-8")
