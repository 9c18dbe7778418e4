"""The list of operations, held to the documentation."""

from __future__ import annotations

from hostaway_mcp.client import inputs, operations
from hostaway_mcp.client.protocol import Body
from tests.client import documentation

_BODIES = {
    "application/json": Body.JSON,
    "multipart/form-data": Body.MULTIPART,
    "application/x-www-form-urlencoded": Body.FORM,
}


def _documented() -> set[tuple[str, str, str, str, Body, bool]]:
    found = set()
    for name, operation in documentation.operations().items():
        types = documentation.content_types(name)
        body = next((_BODIES[type_] for type_ in types if type_ in _BODIES), Body.NONE)
        signed = operation.get("security") != []
        found.add((name, operation["method"], operation["path"], operation["x-effect"], body, signed))
    return found


def test_every_documented_operation_is_listed_exactly() -> None:
    """Name, method, path, effect, body and signature. Source: openapi.yaml, 137 operations."""
    ours = [(o.name, o.method, o.path, o.effect.value, o.body, o.signed) for o in operations.ALL]
    assert len(ours) == 137
    assert len(set(ours)) == len(ours)
    assert set(ours) == _documented()


def test_inputs_are_the_documented_json_bodies() -> None:
    """Keys and required keys of every JSON body. Source: openapi.yaml, request schemas."""
    schemas = {
        documentation.body_schema(name)
        for name in documentation.operations()
        if "application/json" in documentation.content_types(name)
    }
    parts = {"ListingImageInput", "PriceComponentInput"}
    assert {one.name for one in inputs.ALL} == schemas | parts
    for one in inputs.ALL:
        assert one.keys == set(documentation.properties(one.name)), one.name
        assert one.required == documentation.required(one.name), one.name
