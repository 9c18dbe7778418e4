"""Tools that change something, over HTTP: POST with a JSON body, which no foreign page can send."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.tools.catalogue import Question, Tool, ToolEffect, Toolset, tool
from tests.server.stand import AS_OF, Told, recall
from tests.services.writes.house import writing
from tests.support.house import house
from tests.web.conftest import BEARER, KEY, door
from tests.web.http_house import http_of
from tests.web.test_guards import assert_problem

CHANGE = {"words": [{"text": "a"}], "times": 2}
PATH = "/api/v1/change_words"


class Word(BaseModel):
    text: str


class Change(Question):
    words: list[Word] = Field(min_length=1, description="what becomes of it")
    times: int = Field(1, ge=1, le=5)


@tool(title="Change words", toolset=Toolset.OPS, text=lambda a: "told", effect=ToolEffect.WRITE)
async def change_words(services: Services, question: Change) -> Told:
    """Says what would be changed."""
    return Told(as_of=AS_OF, log=[word.text for word in question.words] * question.times)


TOOLS: tuple[Tool, ...] = (recall, change_words)


async def test_a_body_is_the_parameters() -> None:
    """Nested as the schema has them, and read by the tool's own parse."""
    async with door(tools=TOOLS) as at:
        answer = await at.http.post(PATH, json=CHANGE)
        assert answer.status_code == 200
        assert answer.json()["log"] == ["a", "a"]
        assert [(r.door, r.outcome) for r in at.held.audit.records] == [("api", "done")]


@pytest.mark.parametrize(
    ("sent", "status", "code", "said"),
    [
        ({"content": b"{"}, 400, "invalid_input", "one JSON object"),
        ({"content": b"[1]"}, 400, "invalid_input", "one JSON object"),
        ({"content": b""}, 400, "invalid_input", "one JSON object"),
        ({"content": b'{"times": NaN}'}, 400, "invalid_input", "one JSON object"),
        ({"content": b"[" * 500 + b"]" * 500}, 400, "invalid_input", "one JSON object"),
        ({"json": {}}, 400, "invalid_input", "change_words needs `words`"),
        ({"json": CHANGE | {"time": 1}}, 400, "invalid_input", "Did you mean `times`?"),
        ({"json": CHANGE, "params": {"times": "5"}}, 400, "invalid_input", "takes no query"),
        ({"data": {"times": "5"}}, 415, "not_json", "application/json"),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, 415, "not_json", "application/json"),
        ({"content": b"{}", "headers": {"content-type": ""}}, 415, "not_json", "application/json"),
        ({"content": b"x" * (1024 * 1024 + 1)}, 413, "body_too_large", "1 MiB"),
    ],
)
async def test_what_is_no_question_is_a_problem(
    sent: dict[str, Any], status: int, code: str, said: str
) -> None:
    """The same sentences as through the other doors; nothing that a form could send is read."""
    headers = {"content-type": "application/json"} if "content" in sent else {}
    async with door(tools=TOOLS) as at:
        response = await at.http.post(PATH, **{**sent, "headers": headers | sent.get("headers", {})})
        assert_problem(response, status, code)
        assert said in response.json()["detail"]


async def test_only_post_and_only_from_here() -> None:
    """A link cannot follow, a foreign page cannot send, whoever has no key cannot ask."""
    async with door(tools=TOOLS, hostaway_mcp_http_key=KEY) as at:
        wrong = await at.http.get(PATH, headers=BEARER)
        assert_problem(wrong, 405, "wrong_method")
        assert wrong.headers["allow"] == "POST"
        assert_problem(await at.http.post("/api/v1/recall", json={}, headers=BEARER), 405, "wrong_method")
        assert_problem(await at.http.post(PATH, json=CHANGE), 401, "key_needed")
        for headers in (
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        ):
            foreign = await at.http.post(PATH, json=CHANGE, headers=BEARER | headers)
            assert_problem(foreign, 403, "foreign_origin")
        assert at.held.audit.records == []
        assert (await at.http.post(PATH, json=CHANGE, headers=BEARER)).status_code == 200


async def test_the_document_describes_the_body() -> None:
    """With its whole schema and bounds; the page for people shows its keys."""
    async with door(tools=TOOLS) as at:
        document = (await at.http.get("/openapi.json")).json()
        page = (await at.http.get("/docs")).text
    operation = document["paths"][PATH]["post"]
    assert operation["operationId"] == "change_words"
    assert "parameters" not in operation
    assert operation["requestBody"]["required"] is True
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(CHANGE)
    assert schema["required"] == ["words"]
    assert schema["properties"]["times"]["maximum"] == 5
    assert {"400", "403", "409", "413", "415"} <= set(operation["responses"])
    assert "<code>words</code> (needed)" in page


async def test_a_change_goes_from_proposal_to_done_over_http(tmp_path: Any) -> None:
    """A person has agreed elsewhere meanwhile: this door cannot ask one, and says how they can be."""
    async with writing(tmp_path, listings=2) as home, http_of(home.home.app) as http:
        listing_id = next(iter(home.home.sandbox.world.listings))
        change = {"listing": listing_id, "ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}
        proposal = (await http.post("/api/v1/update_calendar", json=change)).json()
        name = {"change_id": proposal["change_id"]}
        refused = await http.post("/api/v1/apply_change", json=name)
        assert_problem(refused, 403, "needs_approval")
        assert f"hostaway-mcp approve {proposal['change_id']}" in refused.json()["detail"]
        assert home.home.sandbox.effects == []
        await home.home.app.services.writes.approve(proposal["change_id"], by="terminal")
        assert (await http.post("/api/v1/apply_change", json=name)).json()["outcome"] == "done"
        (effect,) = home.home.sandbox.effects
        assert effect.changes["minimumStay"][1] == 6


async def test_while_writes_are_off_the_refusal_says_so() -> None:
    """403 with the sentence of the tree, whatever the method; nothing of it is in the document."""
    async with house(listings=2) as home, http_of(home.app) as http:
        for answer in (
            await http.post("/api/v1/update_calendar", json={}),
            await http.post("/api/v1/apply_change", json={"change_id": "chg_1"}),
            await http.get("/api/v1/undo_change"),
        ):
            assert_problem(answer, 403, "writes_off")
            assert "HOSTAWAY_MCP_WRITES=propose" in answer.json()["detail"]
        paths = (await http.get("/openapi.json")).json()["paths"]
        assert {method for methods in paths.values() for method in methods} == {"get"}
