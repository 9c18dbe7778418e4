"""JSON Schemas that a model pays for by the token: no titles, no nulls, no references, no empty defaults."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, TypeAdapter

from hostaway_mcp.services.answers import Answer

Schema = dict[str, Any]


_LENGTHS = frozenset({"maxLength", "minLength", "maxItems", "minItems"})
_LEASTS = {"minimum": (0, 1), "exclusiveMinimum": (0,)}
_FAR = 100_000
_ENVELOPE = frozenset(Answer.model_fields)


def input_schema(question: type[BaseModel]) -> Schema:
    """
    The schema of a question's parameters, as models read it.

    Longest texts and lists, counts that are at least 0 or 1, bounds far beyond any and switches that are
    off are left out: no question of a person comes near such a bound, and a call that does is refused with
    a sentence.
    """
    schema = _without_bounds(full_input_schema(question))
    return schema if isinstance(schema, dict) else {}


def full_input_schema(question: type[BaseModel]) -> Schema:
    """The schema of a question's parameters with every bound."""
    full = question.model_json_schema(by_alias=True)
    lean = _lean(full, full.get("$defs", {}))
    lean.pop("description", None)
    lean.setdefault("properties", {})
    return lean


def _without_bounds(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_bounds(item) for item in value]
    if isinstance(value, dict):
        return {k: _without_bounds(v) for k, v in value.items() if not _goes_without_saying(k, v)}
    return value


def _goes_without_saying(key: str, value: Any) -> bool:
    # A parameter may have the name of a bound: then its value is a schema.
    if isinstance(value, dict | list):
        return False
    if key == "default":
        return value is False
    return key in _LENGTHS or value in _LEASTS.get(key, ()) or (key == "maximum" and value > _FAR)


def output_schema(answer: type[BaseModel]) -> Schema:
    """
    The top level of an answer: which keys of its own are always there, of which type; rows are objects.

    What every answer has, the server's instructions say once. The whole schema stands in /openapi.json;
    here each key costs tokens in every conversation.
    """
    properties = {
        field.serialization_alias or field.alias or name: dict(_shallow(_face(field.annotation)))
        for name, field in answer.model_fields.items()
        if field.is_required() and name not in _ENVELOPE
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def full_output_schema(answer: type[BaseModel]) -> Schema:
    """The whole schema of an answer, references resolved."""
    full = answer.model_json_schema(by_alias=True, mode="serialization")
    lean = _lean(full, full.get("$defs", {}), descriptions=True)
    return {key: value if key == "required" else _without_empty(value) for key, value in lean.items()}


def _without_empty(value: Any) -> Any:
    """Within an answer lists and objects without anything in them are left out, so none is required."""
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _without_empty(item) for key, item in value.items()}
    required, described = value.get("required"), value.get("properties")
    if isinstance(required, list) and isinstance(described, dict):
        inner["required"] = [name for name in required if not _may_be_empty(described.get(name, {}))]
    return inner


def _may_be_empty(schema: Schema) -> bool:
    return schema.get("type") == "array" or (schema.get("type") == "object" and not schema.get("required"))


def _face(annotation: Any) -> Any:
    """An annotation whose records are plain objects: their fields, not shown here, take long to describe."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return list if issubclass(annotation, RootModel) else dict
    if not (inner := get_args(annotation)):
        return annotation
    origin = get_origin(annotation)
    return (Union if origin is UnionType else origin)[tuple(map(_face, inner))]


@cache
def _shallow(annotation: Any) -> Schema:
    schema = _lean(TypeAdapter(annotation).json_schema(mode="serialization"), {})
    kind = schema.get("type")
    if kind == "array":
        inner = schema.get("items", {}).get("type")
        plain = isinstance(inner, str) and inner != "object"
        return {"type": "array", "items": {"type": inner}} if plain else {"type": "array"}
    return {"type": kind} if kind else {}


def _lean_value(value: Any, definitions: Schema, *, descriptions: bool) -> Any:
    if isinstance(value, list):
        return [_lean_value(item, definitions, descriptions=descriptions) for item in value]
    return _lean(value, definitions, descriptions=descriptions) if isinstance(value, dict) else value


def _lean(schema: Schema, definitions: Schema, *, descriptions: bool = False) -> Schema:
    if reference := schema.get("$ref"):
        target = definitions[str(reference).rpartition("/")[2]]
        schema = {**target, **{k: v for k, v in schema.items() if k != "$ref"}}
        if not descriptions:
            schema.pop("description", None)
    lean: Schema = {}
    for key, value in schema.items():
        if key in {"title", "$defs"}:
            continue
        if key == "default" and value in (None, [], (), {}, ""):
            continue
        if key == "properties":
            lean[key] = {k: _lean(v, definitions, descriptions=descriptions) for k, v in value.items()}
        else:
            lean[key] = _lean_value(value, definitions, descriptions=descriptions)
    return _without_null(lean)


def _without_null(schema: Schema) -> Schema:
    options = schema.get("anyOf")
    if not isinstance(options, list):
        return schema
    options = [option for option in options if option != {"type": "null"}]
    if len(options) > 1:
        return {**schema, "anyOf": options}
    rest = {k: v for k, v in schema.items() if k != "anyOf"}
    return {**options[0], **rest}
