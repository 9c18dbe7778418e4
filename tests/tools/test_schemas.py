"""Schemas that a model pays for by the token: valid, lean, and true."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from hostaway_mcp.server.server import instructions
from hostaway_mcp.services.answers import Answer, ListAnswer, Money, Record, to_json
from hostaway_mcp.tools.catalogue import Cursor, ListingRef, Question, Text, Tool
from hostaway_mcp.tools.schemas import full_input_schema, full_output_schema, input_schema, output_schema
from hostaway_mcp.tools.tools import CATALOGUE

TOOLS = [card.load() for card in CATALOGUE]


class Row(Record):
    """A row."""

    name: str
    """Its name."""
    price: Money | None = None


class Sample(ListAnswer):
    """Rows."""

    rows: tuple[Row, ...]
    count: int
    best: Row
    note: str | None = None


class Asked(Question):
    """What is asked."""

    kind: Literal["a", "b"] = "a"
    first: Text | None = Field(None, alias="from", description="first night")
    limit: int = Field(10, ge=1, le=50)
    amount: int = Field(5, ge=2, le=1_000_000)
    whole: bool = False
    listing: ListingRef | None = None
    cursor: Cursor = None


class Counted(Record):
    """Counts in a row, which may be none."""

    number: int
    by_name: dict[str, int]
    names: tuple[str, ...]


class Counting(Answer):
    """An answer with such a row."""

    counts: Counted
    rows: tuple[Counted, ...]


def walk(schema: Any) -> list[dict[str, Any]]:
    """Every object in a schema."""
    if isinstance(schema, dict):
        return [schema, *(inner for value in schema.values() for inner in walk(value))]
    return [inner for value in schema for inner in walk(value)] if isinstance(schema, list) else []


def test_parameters_are_lean() -> None:
    assert input_schema(Asked) == {
        "additionalProperties": False,
        "properties": {
            "kind": {"default": "a", "enum": ["a", "b"], "type": "string"},
            "from": {"type": "string", "description": "first night"},
            "limit": {"default": 10, "maximum": 50, "type": "integer"},
            "amount": {"default": 5, "minimum": 2, "type": "integer"},
            "whole": {"type": "boolean"},
            "listing": {
                "anyOf": [
                    {"type": "integer"},
                    {"type": "string"},
                    {"items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "type": "array"},
                ],
                "description": "ids or names",
            },
            "cursor": {"type": "string", "description": "next_cursor"},
        },
        "type": "object",
    }


def test_the_whole_schema_of_parameters_has_every_bound() -> None:
    properties = full_input_schema(Asked)["properties"]
    assert properties["from"]["maxLength"] == 200
    assert properties["cursor"]["maxLength"] == 1000
    assert properties["limit"]["minimum"] == 1
    assert properties["amount"]["maximum"] == 1_000_000
    assert properties["listing"]["anyOf"][2]["maxItems"] == 50


def test_a_question_without_parameters_still_is_an_object() -> None:
    class Nothing(Question):
        """Nothing to ask."""

    assert input_schema(Nothing) == {"additionalProperties": False, "properties": {}, "type": "object"}


def test_answers_show_the_keys_of_their_own_that_are_always_there() -> None:
    """What every answer has stands in the server's instructions."""
    assert output_schema(Sample) == {
        "type": "object",
        "properties": {
            "rows": {"type": "array"},
            "count": {"type": "integer"},
            "best": {"type": "object"},
        },
        "required": ["rows", "count", "best"],
    }


def test_the_whole_schema_has_no_references_and_keeps_descriptions() -> None:
    whole = full_output_schema(Sample)
    assert "$ref" not in json.dumps(whole)
    row = whole["properties"]["rows"]["items"]
    assert row["description"] == "A row."
    assert row["properties"]["price"]["properties"]["amount"] == {"type": "string"}


def test_money_is_a_decimal_string() -> None:
    assert json.loads(Money(amount=Decimal("1E+2"), currency="EUR").model_dump_json())["amount"] == "100"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_schema_of_the_catalogue_is_valid_and_lean(tool: Tool) -> None:
    for schema in (tool.input_schema, tool.output_schema, full_output_schema(tool.answer)):
        Draft202012Validator.check_schema(schema)
        assert "$ref" not in json.dumps(schema)
        assert all(one.get("type") != "null" for one in walk(schema))
    lean = json.dumps([tool.input_schema, tool.output_schema])
    assert '"title": "' not in lean
    assert tool.input_schema["additionalProperties"] is False


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_no_key_that_is_promised_can_be_missing(tool: Tool) -> None:
    """Answers leave nulls out, so a required key must not be one that may be null."""
    full = tool.answer.model_json_schema(by_alias=True, mode="serialization")
    for name, field in tool.answer.model_fields.items():
        if field.is_required():
            shown = full["properties"][field.serialization_alias or field.alias or name]
            assert {"type": "null"} not in shown.get("anyOf", []), name


def test_answers_begin_with_the_envelope() -> None:
    for tool in TOOLS:
        assert issubclass(tool.answer, Answer)
        assert {"as_of", "source", "complete"} <= set(full_output_schema(tool.answer)["properties"])
    assert all(f"`{key}" in instructions(proposes=False) for key in ("as_of", "source", "complete"))


def test_what_is_left_out_when_it_is_empty_is_not_required() -> None:
    """An answer's own keys are always there; within it nothing empty is."""
    schema = full_output_schema(Counting)
    counted = schema["properties"]["counts"]
    assert {"counts", "rows"} <= set(schema["required"])
    assert counted["required"] == ["number"]
    empty = Counted(number=0, by_name={}, names=())
    written = to_json(Counting(as_of=datetime(2026, 7, 23, tzinfo=UTC), counts=empty, rows=(empty,)))
    assert written["counts"] == {"number": 0}
    Draft202012Validator(schema).validate(written)
