"""Every operation the sandbox serves, against the description and the documented examples."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.sandbox.calls import HANDLERS
from hostaway_mcp.sandbox.documented import operations as known_operations
from hostaway_mcp.sandbox.routes import load

from .description import description, example_index, faults_of, operations, read_example, response_schema
from .make_documented import TARGET, make_documented, rendered
from .requests_of import FORMS, Request, request_for

load()

SERVED = sorted(HANDLERS)
EXAMPLE_REQUESTS = sorted(
    name
    for name, entry in example_index().items()
    if entry["kind"] == "request" and entry["operationId"] in HANDLERS
)


async def send(client: httpx2.AsyncClient, request: Request) -> httpx2.Response:
    return await client.request(
        request.method, request.path, params=request.query, json=request.json, data=request.form
    )


def test_the_data_file_is_made_from_the_description() -> None:
    assert TARGET.read_text(encoding="utf-8") == rendered(make_documented(description()))


def test_every_documented_operation_is_known() -> None:
    assert set(known_operations()) == set(operations())
    assert set(SERVED) <= set(operations())


@pytest.mark.parametrize("operation_id", SERVED)
async def test_answer_has_the_documented_shape(
    operation_id: str, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    answer = await send(client, request_for(sandbox, operation_id))
    assert answer.status_code == 200, answer.text[:400]
    assert bool(sandbox.effects) == (known_operations()[operation_id].effect not in ("read", "auth"))
    schema = response_schema(operations()[operation_id][2])
    if schema is None or "json" not in answer.headers["content-type"]:
        assert answer.headers["content-type"].startswith("text/csv")
        return
    assert faults_of(answer.json(), schema) == []
    result = answer.json().get("result")
    if operation_id.startswith("list") and isinstance(result, list) and operation_id not in MAY_BE_EMPTY:
        assert result


MAY_BE_EMPTY = {
    "listAccountTaxSettings",
    "listConversationMessageWebhookLogs",
    "listConversationMessageWebhooks",
    "listLos",
    "listReservationCoupons",
    "listReservationLogs",
    "listReservationWebhookLogs",
    "listReservationWebhooks",
    "listUnifiedWebhookLogs",
    "listUnifiedWebhooks",
}


@pytest.mark.parametrize("name", EXAMPLE_REQUESTS)
async def test_documented_request_is_accepted(
    name: str, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    entry = example_index()[name]
    body: Any = read_example(name)
    request = request_for(sandbox, entry["operationId"], body)
    answer = await send(client, request)
    extra = entry.get("known_extra")
    if extra:
        assert answer.status_code == 400
        assert extra[0] in answer.text
    else:
        assert answer.status_code == 200, answer.text[:400]
        assert sandbox.violations == []


@pytest.mark.parametrize(
    ("example", "operation_id"),
    [
        ("getListing.response.04.json", "getListing"),
        ("getReservation.response.01.json", "getReservation"),
        ("getCalendar.response.03.json", "getCalendar"),
        ("getConversation.response.01.json", "getConversation"),
        ("getConversationMessage.response.01.json", "getConversationMessage"),
        ("listTasks.response.01.json", "listTasks"),
        ("listUsers.response.01.json", "listUsers"),
        ("listReviews.response.01.json", "listReviews"),
        ("getGuestCharge.response.01.json", "getGuestCharge"),
        ("getFinanceStandardFields.response.01.json", "getFinanceStandardFields"),
    ],
)
async def test_answer_has_every_field_of_the_example(
    example: str, operation_id: str, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    shown = one_of(read_example(example))
    answer = await send(client, request_for(sandbox, operation_id))
    assert set(shown) - set(one_of(answer.json())) == set()


def one_of(answer: Any) -> Any:
    result = answer.get("result", answer) if isinstance(answer, dict) else answer
    return result[0] if isinstance(result, list) else result


async def test_what_is_not_simulated_says_so(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    left_out = sorted(set(operations()) - set(SERVED))
    for operation_id in left_out:
        method, path, _ = operations()[operation_id]
        answer = await client.request(method, path.replace("{", "").replace("}", ""))
        assert answer.status_code in (400, 501), operation_id


def test_forms_are_documented() -> None:
    for operation_id in FORMS:
        assert any("form" in kind for kind in known_operations()[operation_id].bodies)
