"""Every tool as an operation: the same question, the same answer, the same sentences."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.web.operations import MAX_FIELDS, arguments_from_query
from hostaway_mcp.web.problems import STATUS_OF_CODE
from tests.server.stand import SECRET, TOOLS, UPSTREAM_TOKEN, echo_words, get_listing
from tests.web.conftest import BEARER, KEY, door, routes_of
from tests.web.test_guards import assert_problem


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("text=hello", {"text": "hello"}),
        ("text=%C3%BC+b", {"text": "ü b"}),
        ("text=12", {"text": "12"}),
        ("kinds=red,blue", {"kinds": ["red", "blue"]}),
        ("kinds=red&kinds=blue", {"kinds": ["red", "blue"]}),
        ("kinds=red", {"kinds": ["red"]}),
        ("listing=40160", {"listing": 40160}),
        ("listing=40160,40161", {"listing": [40160, 40161]}),
        ("listing=40160&listing=Anna", {"listing": [40160, "Anna"]}),
        ("listing=Beach+House,+upper+floor", {"listing": "Beach House, upper floor"}),
        ("limit=5&loud=true", {"limit": "5", "loud": "true"}),
        ("limit=5&limit=6", {"limit": ["5", "6"]}),
        ("unknown=1", {"unknown": "1"}),
        ("text=", {"text": ""}),
        ("", {}),
    ],
)
def test_query_becomes_arguments(query: str, arguments: dict[str, Any]) -> None:
    """Lists by repeating or with commas; a name with a comma stays one name."""
    assert arguments_from_query(query, echo_words.input_schema) == arguments


async def test_answer_is_that_of_the_tool() -> None:
    """The same JSON as through MCP, typed by the tool's own parse."""
    async with door() as at:
        response = await at.http.get(
            "/api/v1/echo_words?text=hi&limit=3&loud=true&kinds=red,blue&listing=7,Anna&listing=8",
            headers={"user-agent": "curl/8"},
        )
        assert response.status_code == 200
        body = response.json()
        assert body["asked"] == {
            "text": "hi",
            "limit": 3,
            "loud": True,
            "kinds": ["red", "blue"],
            "listing": ["7,Anna", 8],
        }
        assert body["complete"] is True
        assert body["correlation_id"] == response.headers["x-request-id"]
        (record,) = at.held.audit.records
        assert (record.door, record.caller, record.outcome) == ("api", "curl/8", "done")


@pytest.mark.parametrize(
    ("path", "status", "code", "said"),
    [
        ("echo_words?text=a&limit=500", 400, "invalid_input", "`limit` must be at most 100"),
        ("echo_words", 400, "invalid_input", "echo_words needs `text`"),
        ("echo_words?text=a&txt=1", 400, "invalid_input", "Did you mean `text`?"),
        ("echo_words?text=a&limit=many", 400, "invalid_input", "`limit` must be a number"),
        ("echo_words?text=a&kinds=green", 400, "invalid_input", "`kinds` must be one of"),
        ("echo_words?text=a%00b", 400, "invalid_input", "control or invisible"),
        ("echo_words?" + "&".join(["x=1"] * (MAX_FIELDS + 1)), 400, "invalid_input", "200 fields"),
        ("refuse?kind=ambiguous", 409, "ambiguous", "Two listings are called Anna."),
        ("refuse?kind=unknown", 404, "not_found", "Did you mean Anna?"),
        ("refuse?kind=busy", 429, "rate_limited", "Hostaway asks to wait."),
        ("refuse?kind=credentials", 502, "credentials", "does not accept"),
        ("refuse?kind=defect", 500, "internal", "Something broke"),
        ("refuse?kind=long", 409, "ambiguous", "ß"),
    ],
)
async def test_refusal_is_a_problem_document(path: str, status: int, code: str, said: str) -> None:
    """The sentence of the tree, the status of the one table, and nobody's words but ours."""
    async with door() as at:
        response = await at.http.get(f"/api/v1/{path}")
        assert_problem(response, status, code)
        assert said in response.json()["detail"]
        assert "4711" not in response.text
        assert response.json()["correlation_id"] == response.headers["x-request-id"]
        if code == "rate_limited":
            assert response.headers["retry-after"] == "12"
            assert response.json()["retry_after_seconds"] == 11.2


def test_every_code_of_the_tree_has_a_status() -> None:
    """An error that is added to the tree needs a row."""

    def codes(kind: type[HostawayMcpError]) -> set[str]:
        return {kind.code}.union(*(codes(sub) for sub in kind.__subclasses__()))

    assert codes(HostawayMcpError) == set(STATUS_OF_CODE)


async def test_document_is_openapi_with_every_tool() -> None:
    """OpenAPI 3.1: ids, parameters with meaning and limits, whole answers, problems."""
    async with door() as at:
        document = (await at.http.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] == "hostaway-mcp"
    ids = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(ids) == len(set(ids))
    for tool in TOOLS:
        operation = document["paths"][f"/api/v1/{tool.name}"]["get"]
        assert operation["operationId"] == tool.name
        assert operation["summary"] == tool.title
        assert operation["description"] == tool.description
        assert operation["tags"] == [str(tool.toolset)]
        assert {p["name"] for p in operation["parameters"]} == set(tool.input_schema["properties"])
        for parameter in operation["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator.check_schema(answer)
        assert {"as_of", "complete", "missing"} <= set(answer["properties"])
        assert set(operation["responses"]) >= {"400", "401", "404", "429", "503"}
    limit = next(
        p for p in document["paths"]["/api/v1/echo_words"]["get"]["parameters"] if p["name"] == "limit"
    )
    assert limit["description"] == "how many"
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (1, 100)
    for reference in re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(document)):
        assert reference in document["components"]["schemas"]


async def test_answer_fits_its_documented_schema() -> None:
    """What /openapi.json says of an answer is true of it."""
    async with door() as at:
        document = (await at.http.get("/openapi.json")).json()
        body = (await at.http.get("/api/v1/echo_words?text=a")).json()
        refusal = (await at.http.get("/api/v1/refuse?kind=unknown")).json()
    operation = document["paths"]["/api/v1/echo_words"]["get"]["responses"]["200"]
    Draft202012Validator(operation["content"]["application/json"]["schema"]).validate(body)
    Draft202012Validator(document["components"]["schemas"]["Problem"]).validate(refusal)


async def test_only_health_is_documented_without_a_key() -> None:
    """With a key, everything else needs it, in the document too."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        document = (await at.http.get("/openapi.json", headers=BEARER)).json()
    assert document["security"] == [{"key": []}]
    free = [
        path for path, methods in document["paths"].items() for op in methods.values() if "security" in op
    ]
    assert free == ["/health"]


async def test_docs_need_nothing_from_elsewhere() -> None:
    """The page works offline: no script, nothing loaded, each tool described."""
    async with door() as at:
        response = await at.http.get("/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert "<script" not in response.text
    assert not re.search(r"(?:src|href)=\"(?!#|/)", response.text)
    assert "url(" not in response.text
    assert "@import" not in response.text
    for tool in TOOLS:
        assert f'id="{tool.name}"' in response.text


async def test_token_and_secret_are_in_no_answer() -> None:
    """D2 of the peer study: a route without a key returned the owner's Hostaway token."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        at.held.desk.gate.set()
        await at.held.app.hostaway.transport.renew_token()
        for method, path in routes_of(at.web):
            for query in ("", "?text=a", "?kind=defect", "?listing=1"):
                text = (await at.http.request(method, path + query, headers=BEARER)).text
                for secret in (UPSTREAM_TOKEN, SECRET, KEY):
                    assert secret not in text, path


async def test_offered_tools_only() -> None:
    """What is not in the catalogue has no route."""
    async with door(tools=(get_listing,)) as at:
        assert (await at.http.get("/api/v1/get_listing?listing=1")).status_code == 200
        assert_problem(await at.http.get("/api/v1/echo_words"), 404, "not_found")
