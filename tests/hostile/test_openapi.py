"""The HTTP API against its own OpenAPI document: what the document allows, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.python import asgi
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.types import Receive, Scope, Send

from hostaway_mcp.tools.tools import offered
from hostaway_mcp.web.changes import PATH as CHANGES
from hostaway_mcp.web.operations import PREFIX
from hostaway_mcp.web.web import build_web
from tests.hostile.house import hostile_app

PATHS = [f"{PREFIX}/{tool.name}" for tool in offered()] + [CHANGES, "/health", "/ready", "/metrics"]


@pytest.fixture(scope="module")
def api() -> BaseSchema:
    """The document of the real app; it is asked in this process, without a socket."""
    web = build_web(hostile_app(hostaway_mcp_public_url=f"http://{asgi.HOST}"), host="127.0.0.1")

    async def requests_only(scope: Scope, receive: Receive, send: Send) -> None:
        # What begins and ends with the server belongs to MCP, and could begin only once.
        if scope["type"] == "http":
            await web(scope, receive, send)

    schema: BaseSchema = schemathesis.openapi.from_asgi("/openapi.json", requests_only)
    return schema


def test_every_operation_is_asked(api: BaseSchema) -> None:
    """A new operation needs no line here, a new route that is no tool does."""
    assert set(api) == set(PATHS)


def _unfit(status: int) -> list[Any]:
    """
    Checks that do not fit: a schema cannot say "one of these two", or that control characters are refused;
    and a forbidden value in too long an address is refused for the address.
    """
    return [positive_data_acceptance] + ([negative_data_rejection] if status == 414 else [])


@pytest.mark.parametrize("count", [5, pytest.param(150, marks=pytest.mark.long)])
@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_documented(api: BaseSchema, path: str, count: int) -> None:
    """
    Status, content type and body are those of the document; what it forbids is refused, never with a 5xx.

    The inputs are the same in every run.
    """
    cases = st.one_of([api[path]["GET"].as_strategy(generation_mode=mode) for mode in GenerationMode])

    @settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Case[Any]) -> None:
        response = case.call()
        case.validate_response(response, excluded_checks=_unfit(response.status_code))

    ask()
