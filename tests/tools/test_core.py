"""The cards of check_connection and find: whole answers, refusals, schemas, size."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import InputError
from hostaway_mcp.tools.catalogue import ToolEffect, Toolset
from hostaway_mcp.tools.core import check_connection, find
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens

ASKED: list[tuple[str, dict[str, Any]]] = [
    ("check_connection", {"deep": True}),
    ("find", {"query": "sara clark"}),
]


@pytest.mark.parametrize("tool", [check_connection, find], ids=lambda tool: tool.name)
def test_the_card(tool: Any, pytestconfig: pytest.Config) -> None:
    assert tool.toolset is Toolset.CORE
    assert tool.effect is ToolEffect.READ
    assert_card(tool.name, pytestconfig)


@pytest.mark.parametrize(("name", "asked"), ASKED)
async def test_a_whole_answer(name: str, asked: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask(name, **asked)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")


@pytest.mark.parametrize(("name", "asked"), ASKED)
async def test_answers_are_small_and_fit_their_schema(name: str, asked: dict[str, Any]) -> None:
    async with house(listings=40) as home:
        outcome = await home.ask(name, **asked)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS
        Draft202012Validator(home.app.runner.tool(name).output_schema).validate(outcome.json)


async def test_a_refused_connection_is_an_answer_in_words() -> None:
    async with house(hostaway_client_secret="not-the-secret-77") as home:
        outcome = await home.ask("check_connection")
        assert outcome.json["connected"] is False
        assert outcome.json["token"] == {}
        assert "connected: no\nbecause: Hostaway does not accept account id" in outcome.text
        assert "token: none yet" in outcome.text
        Draft202012Validator(check_connection.output_schema).validate(outcome.json)


async def test_rights_are_told_in_words() -> None:
    async with house() as home:
        body = {"status": "fail", "message": "No right"}
        home.sandbox.faults.add("status", path="/v1/reviews", times=None, status=403, body=body)
        text = (await home.ask("check_connection", deep=True)).text
        assert "may read: listings, reservations, conversations, tasks, calendar, financial reports" in text
        assert "may not read: reviews (Hostaway does not allow listReviews: No right)" in text


async def test_names_of_guests_and_listings_are_fenced() -> None:
    async with house() as home:
        assert "⟦Sara Clark" in (await home.ask("find", query="sara clark")).text
        assert "⟦Alfama Loft" in (await home.ask("find", query="alfama", kinds="listing")).text


async def test_nothing_found() -> None:
    async with house() as home:
        outcome = await home.ask("find", query="zzyzx qwkp")
        assert outcome.json["matches"] == []
        assert "Nothing found." in outcome.text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "find needs `query`"),
        ({"query": ""}, "`query`"),
        ({"query": "x" * 201}, "`query` must be at most 200 characters"),
        ({"query": "ab\u202ecd"}, "invisible characters"),
        ({"query": "sara", "kinds": "guest,cats"}, "`kinds`"),
        ({"query": "sara", "limit": 51}, "`limit` must be at most 50; got 51"),
        ({"query": "sara", "page": 2}, "find has no parameter `page`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house() as home:
        with pytest.raises(InputError) as caught:
            await home.ask("find", **asked)
        assert says in caught.value.sentence
        assert not home.upstream
