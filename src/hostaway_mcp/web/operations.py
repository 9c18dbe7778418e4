"""
Every offered tool as one operation at /api/v1, named, documented and answered from its record.

What only reads is GET with a query. What proposes or acts is POST with a JSON body, which no link, image or
form of a foreign page can send; the guards look at the Origin of every request besides.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.types import Receive

from hostaway_mcp.client.strict_json import loads
from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.server.identity import caller_name
from hostaway_mcp.tools.catalogue import Card, Tool, ToolEffect
from hostaway_mcp.tools.runner import Asked, Outcome
from hostaway_mcp.tools.schemas import full_output_schema
from hostaway_mcp.web.guards import GUARD_STATUSES, correlation_id
from hostaway_mcp.web.problems import MEDIA_TYPE, STATUS_OF_CODE, problem, problem_for

if TYPE_CHECKING:
    from hostaway_mcp.app import App

PREFIX = "/api/v1"
JSON = "application/json"
PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
MAX_FIELDS = 200

_CLIENT_GONE = 499
_INTEGERS = re.compile(r"-?\d{1,18}(,-?\d{1,18})*")


def add_operations(web: FastAPI, app: App) -> None:
    """Adds one route for each tool that is offered; `document_operations` says more of them."""
    for card in app.runner.tools.values():
        reads = card.effect is ToolEffect.READ
        web.add_api_route(
            f"{PREFIX}/{card.name}",
            _endpoint(app, card, _from_query if reads else _from_body),
            methods=["GET" if reads else "POST"],
            operation_id=card.name,
            summary=card.title,
            description=card.description,
            tags=[str(card.toolset)],
            response_model=None,
        )


def document_operations(web: FastAPI, app: App) -> None:
    """Says of each of these routes what it takes and gives: every tool is loaded for it, so not before."""
    routes = {route.operation_id: route for route in web.routes if isinstance(route, APIRoute)}
    for name, card in app.runner.tools.items():
        tool, route = card.load(), routes[name]
        reads = card.effect is ToolEffect.READ
        route.responses = _responses(tool)
        route.openapi_extra = {"parameters": parameters(tool.full_input_schema)} if reads else _body_of(tool)


def arguments_from_query(query: str, schema: dict[str, Any]) -> dict[str, Any]:
    """
    The arguments in a query string, in the shapes that the tool's schema knows.

    A list is written by repeating its name or with commas. Where one name or several may stand, commas
    split only numbers: a listing may well be called "Beach House, upper floor".

    Raises:
        InputError: more fields than any tool takes.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise InputError(f"The query has more than {MAX_FIELDS} fields.") from None
    properties = schema.get("properties", {})
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    return {name: _argument(values, properties.get(name, {})) for name, values in given.items()}


def _argument(values: list[str], schema: dict[str, Any]) -> Any:
    types = _types(schema)
    if "array" in types and ("string" not in types or all(map(_INTEGERS.fullmatch, values))):
        values = [part.strip() for value in values for part in value.split(",")]
    typed = [int(v) if _is_int(v) and _takes_both(schema) else v for v in values]
    return typed[0] if len(typed) == 1 and types != {"array"} else typed


def _is_int(value: str) -> bool:
    return "," not in value and _INTEGERS.fullmatch(value) is not None


def _takes_both(schema: dict[str, Any]) -> bool:
    # Text is read as a number by the tool itself, except where a text would do as well.
    return {"integer", "string"} <= _types(schema, deep=True)


def _types(schema: dict[str, Any], *, deep: bool = False) -> set[str]:
    options = [schema, *schema.get("anyOf", [])]
    if deep:
        options += [inner for o in options if isinstance(items := o.get("items"), dict)
                    for inner in (items, *items.get("anyOf", []))]  # fmt: skip
    return {option["type"] for option in options if isinstance(option.get("type"), str)}


Read = Callable[[Request, Card], Awaitable[dict[str, Any]]]


async def _from_query(request: Request, card: Card) -> dict[str, Any]:
    return arguments_from_query(request.url.query, card.input_schema)


async def _from_body(request: Request, _card: Card) -> dict[str, Any]:
    """
    The arguments in a JSON body.

    Raises:
        InputError: a query, or anything but one JSON object.
    """
    if request.url.query:
        raise InputError("This operation takes no query.", hint="Send its parameters as a JSON body.")
    try:
        arguments = loads(await request.body())
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise InputError("The body must be one JSON object with the parameters by name.")
    return arguments


def _not_json(request: Request) -> Response | None:
    """A form of a foreign page has another content type, or asks the browser first whether it may."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        return None
    detail = f"The body must be JSON: send `Content-Type: {JSON}`."
    return problem(415, "not_json", detail, correlation_id=correlation_id(request.scope))


def _body_of(tool: Tool) -> dict[str, Any]:
    content = {JSON: {"schema": tool.full_input_schema}}
    return {"requestBody": {"required": True, "content": content}}


def _endpoint(app: App, card: Card, read: Read) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def operation(request: Request) -> Response:
        if request.method == "POST" and (refusal := _not_json(request)):
            return refusal
        asked = Asked(
            door="api",
            caller=caller_name(request.headers.get("user-agent")),
            correlation_id=correlation_id(request.scope),
        )
        try:
            arguments = await read(request, card)
            outcome = await _while_connected(request, app.runner.run(card.name, arguments, asked))
        except HostawayMcpError as error:
            return problem_for(error, correlation_id=asked.correlation_id)
        return JSONResponse(outcome.json) if outcome else Response(status_code=_CLIENT_GONE)

    return operation


async def _while_connected(request: Request, answer: Awaitable[Outcome]) -> Outcome | None:
    """The answer, or None once the client has hung up: then the call is cancelled."""
    call = asyncio.ensure_future(answer)
    gone = asyncio.ensure_future(hung_up(request.receive))
    try:
        await asyncio.wait({call, gone}, return_when=asyncio.FIRST_COMPLETED)
        return call.result() if call.done() else None
    finally:
        await cancelled(call, gone)


async def hung_up(receive: Receive) -> None:
    """Waits until the client has."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def cancelled(*tasks: asyncio.Future[Any]) -> None:
    """Ends these, whatever they come to."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What the document says of the parameters that this schema describes."""
    required = schema.get("required", [])
    return [
        _parameter(name, described, required=name in required)
        for name, described in schema["properties"].items()
    ]


def _parameter(name: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key != "description"}
    parameter: dict[str, Any] = {"name": name, "in": "query", "required": required, "schema": plain}
    if description := schema.get("description"):
        parameter["description"] = description
    if "array" in _types(schema):
        parameter |= {"style": "form", "explode": True}
    return parameter


def _responses(tool: Tool) -> dict[int | str, dict[str, Any]]:
    schema = full_output_schema(tool.answer)
    answer = {
        "description": "The answer",
        "content": {"application/json": {"schema": schema}},
    }
    refused = {status for status, _ in STATUS_OF_CODE.values()}
    if tool.effect is not ToolEffect.READ:
        refused.add(415)
    return {200: answer, **described_problems(*sorted(refused | GUARD_STATUSES))}


def described_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the document says of these statuses."""
    return {
        status: {"description": "A problem", "content": {MEDIA_TYPE: {"schema": PROBLEM_REF}}}
        for status in statuses
    }
