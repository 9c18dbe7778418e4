"""All 137 operations through the methods of the nouns: what each method sends, held to the documentation."""

from __future__ import annotations

import functools
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import pytest

from hostaway_mcp.client import inputs
from hostaway_mcp.client.client import Nouns
from hostaway_mcp.client.finance import ReportFilters
from hostaway_mcp.client.protocol import Body, Request
from hostaway_mcp.errors import InputError
from tests.client import documentation
from tests.client.recorder import Recorder

Method = Callable[..., Coroutine[Any, Any, Any]]

_BY_NAME: dict[str, Any] = {
    "intervals": [{"startDate": date(2026, 1, 1), "endDate": date(2026, 1, 2)}],
    "prices": [{"checkin": "2026-01-01", "occupancy": 1, "prices": "1,100"}],
    "images": [{"url": "https://example.com/1.jpg"}],
    "components": [{"name": "cleaningFee"}],
    "format": "csv",
    "type": "guest-to-host",
    "account_id": "10000",
}
_BY_TYPE: list[tuple[str, Any]] = [
    ("Sequence[int]", [1, 2]),
    ("Sequence[str]", ["a", "b"]),
    ("ReportDate", "arrivalDate"),
    ("datetime", datetime(2026, 1, 1, 10, 0, tzinfo=UTC)),
    ("date", date(2026, 1, 1)),
    ("bool", True),
    ("float", 1.5),
    ("int", 7),
    ("CommunicationType", "channel"),
    ("CancelledBy", "host"),
    ("CustomFieldObject", "listing"),
    ("TaskEvent", "arrival"),
    ("TaskStatus", "pending"),
    ("str", "text"),
]


def _methods() -> Iterator[tuple[str, str]]:
    nouns = Nouns(Recorder())
    for noun, _ in inspect.getmembers(Nouns, lambda one: isinstance(one, cached_property)):
        for name, _ in inspect.getmembers(getattr(nouns, noun), inspect.iscoroutinefunction):
            if not name.startswith("_"):
                yield noun, name


def _value(name: str, annotation: str) -> Any:
    """Something that fits a parameter."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    literal = re.search(r"""Literal\[\W*(\w[\w-]*)""", annotation)
    if literal:
        return literal[1]
    if "Sort" in annotation:
        return "latestActivity"
    return next(value for key, value in _BY_TYPE if key in annotation)


def _arguments(method: Method, *, full: bool, body: Mapping[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            kinds = inspect.get_annotations(ReportFilters)
            arguments |= {key: _value(key, str(kind)) for key, kind in kinds.items()} if full else {}
        elif name == "body" and "Mapping" in parameter.annotation:
            arguments[name] = body
        elif full or parameter.default is parameter.empty:
            arguments[name] = _value(name, str(parameter.annotation))
    return arguments


async def _send(noun: str, name: str, *, full: bool) -> Request:
    """Calls the method; where it takes a body, with the documented keys of whichever body it takes."""
    for candidate in inputs.ALL:
        keys = candidate.keys if full else candidate.required
        recorder = Recorder()
        method: Method = getattr(getattr(Nouns(recorder), noun), name)
        takes_body = "Mapping" in str(inspect.signature(method).parameters.get("body", ""))
        try:
            await method(**_arguments(method, full=full, body=dict.fromkeys(keys, "1")))
        except InputError:
            continue
        if takes_body and documentation.body_schema(recorder.last.operation.name) != candidate.name:
            continue
        return recorder.last
    raise AssertionError(f"{noun}.{name} takes no documented body")


@functools.cache
def _cases() -> list[tuple[str, str, bool]]:
    return [(noun, name, full) for noun, name in _methods() for full in (True, False)]


async def _all_requests() -> dict[str, list[Request]]:
    found: dict[str, list[Request]] = defaultdict(list)
    for noun, name, full in _cases():
        request = await _send(noun, name, full=full)
        found[request.operation.name].append(request)
    return found


@pytest.mark.parametrize(("noun", "name", "full"), _cases())
async def test_method_sends_only_what_is_documented(noun: str, name: str, full: bool) -> None:
    """Path placeholders filled, query names and values as documented, the right kind of body."""
    request = await _send(noun, name, full=full)
    operation = request.operation
    assert set(request.path) == set(documentation.parameters(operation.name, "path"))
    documented = documentation.parameters(operation.name, "query")
    assert set(request.query) <= set(documented)
    assert {key for key, one in documented.items() if one.get("required")} <= set(request.query)
    for key, value in request.query.items():
        _check_value(key, value, documentation.resolve(documented[key]["schema"]))
    if "limit" in documented:
        assert request.query["limit"] == (7 if full else 100)
    _check_body(request)


def _check_value(key: str, value: object, schema: dict[str, Any]) -> None:
    kind = schema.get("type")
    if kind == "array":
        assert isinstance(value, list), key
        for item in value:
            _check_value(key, item, {"type": documentation.resolve(schema["items"]).get("type")})
    elif kind == "integer":
        assert isinstance(value, int), key
        assert not isinstance(value, bool), key
        assert value in schema.get("enum", [value]), key
    elif kind == "boolean":
        assert value in ("true", "false"), key
    elif kind == "number":
        assert float(str(value)) > 0, key
    else:
        assert isinstance(value, str), key
        assert schema.get("format") != "date" or re.fullmatch(r"\d{4}-\d\d-\d\d", value), key
        assert value in schema.get("enum", [value]), key


def _check_body(request: Request) -> None:
    if request.operation.body is Body.NONE:
        assert request.body is None
        return
    schema = documentation.body_schema(request.operation.name)
    documented, needed = documentation.properties(schema), documentation.required(schema)
    bodies: list[Any] = request.body if isinstance(request.body, list) else [request.body]
    assert isinstance(request.body, list) == (
        documentation.document()["components"]["schemas"][schema].get("type") == "array"
    )
    for body in bodies:
        assert needed <= set(body) <= set(documented), schema


async def test_every_documented_operation_has_a_method() -> None:
    """All 137 can be reached."""
    assert set(await _all_requests()) == set(documentation.operations())


async def test_every_documented_query_name_can_be_sent() -> None:
    for name, requests in (await _all_requests()).items():
        sent = {key for request in requests for key in request.query}
        assert sent == set(documentation.parameters(name, "query")), name


async def test_every_documented_form_field_can_be_sent() -> None:
    for name, requests in (await _all_requests()).items():
        if requests[0].operation.body in (Body.FORM, Body.MULTIPART):
            sent = {key for request in requests for key in request.body or ()}
            assert sent == set(documentation.properties(documentation.body_schema(name))), name


def test_every_method_says_what_it_does_and_every_noun_its_source() -> None:
    nouns = Nouns(Recorder())
    for noun, name in _methods():
        assert getattr(getattr(nouns, noun), name).__doc__, f"{noun}.{name}"
    for noun in {noun for noun, _ in _methods()}:
        spoken = getattr(nouns, noun)
        assert "Source: Hostaway API reference" in (type(spoken).__doc__ or ""), noun


def test_optional_parameters_are_keyword_only() -> None:
    nouns = Nouns(Recorder())
    for noun, name in _methods():
        for parameter in inspect.signature(getattr(getattr(nouns, noun), name)).parameters.values():
            if parameter.default is not parameter.empty:
                assert parameter.kind is parameter.KEYWORD_ONLY, f"{noun}.{name}({parameter.name})"
