"""The catalogue: what a tool is, in which order they stand, which are offered, what they cost."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from pydantic import Field

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.services.answers import Answer
from hostaway_mcp.services.services import Services
from hostaway_mcp.tools.cards import written
from hostaway_mcp.tools.catalogue import Card, Listed, Question, Text, Tool, ToolEffect, Toolset, tool
from hostaway_mcp.tools.tools import CATALOGUE, offered, withheld
from tests.tools.cards import FILE
from tests.tools.golden import card_of, tokens

NAMES = [one.name for one in CATALOGUE]
PROMISED = {
    *("check_connection", "find", "find_listings", "get_listing", "check_availability", "find_reservations"),
    *("get_reservation", "get_guest", "get_calendar", "get_conversation", "get_financial_report"),
}


class Sample(Question):
    """What is asked."""

    query: Text
    words: Annotated[Listed[Text] | None, Field(max_length=3)] = None


@tool(title="Sample", toolset=Toolset.CORE, text=lambda answer: f"{answer.source}")
async def sample_tool(services: Services, question: Sample) -> Answer:
    """
    Says   something.
    Over two lines.
    """
    return Answer(as_of=datetime(2026, 7, 23, tzinfo=UTC))


def test_a_tool_is_made_from_its_function() -> None:
    assert isinstance(sample_tool, Tool)
    assert sample_tool.name == "sample_tool"
    assert sample_tool.description == "Says something. Over two lines."
    assert sample_tool.question is Sample
    assert sample_tool.answer is Answer
    assert sample_tool.effect is ToolEffect.READ
    assert sample_tool.input_schema is sample_tool.input_schema, "made once"


def test_the_promised_tools_are_there_once() -> None:
    assert set(NAMES) >= PROMISED
    assert len(NAMES) == len(set(NAMES))


def test_toolsets_stand_together_in_the_order_of_the_contract() -> None:
    order = list(Toolset)
    places = [order.index(one.toolset) for one in CATALOGUE]
    assert places == sorted(places)


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.name)
def test_every_card_is_short_and_says_when_to_use_it(one: Card) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", one.name)
    assert 40 <= len(one.description) <= 450
    assert one.title
    assert "\n" not in one.description


def test_the_list_of_tools_stays_affordable() -> None:
    """The default list fits into 12,000 tokens; of what is listed with writes on, no tool costs above 500."""
    costs = {one.name: tokens(json.loads(json.dumps(card_of(one)))) for one in CATALOGUE}
    writing = withheld(writes=False)
    assert sum(cost for name, cost in costs.items() if name not in writing) <= 12_000
    assert max(costs[name] for name in writing) <= 500


def test_the_cards_are_kept_as_the_tools_are() -> None:
    """What a client is told without loading a tool is what the tool itself says."""
    assert FILE.read_text(encoding="utf-8") == written(), "scripts/readme writes the cards anew"


def test_without_wishes_all_are_offered() -> None:
    assert offered(writes=True) == CATALOGUE
    assert offered(toolsets=["all"], writes=True) == CATALOGUE


def test_what_changes_something_is_there_only_with_writes() -> None:
    reading = tuple(tool for tool in CATALOGUE if tool.effect == "read" and tool.toolset != "approvals")
    assert offered() == reading
    assert offered(toolsets=["all"]) == reading
    assert withheld(writes=False) == {tool.name for tool in CATALOGUE} - {tool.name for tool in reading}
    assert withheld(writes=True) == frozenset()


def test_toolsets_tools_and_exclusions() -> None:
    assert [one.name for one in offered(toolsets=["core"])] == ["check_connection", "find", "daily_brief"]
    both = offered(toolsets=["core"], tools=["get_calendar"])
    assert [one.name for one in both] == ["check_connection", "find", "daily_brief", "get_calendar"]
    assert [one.name for one in offered(tools=["get_calendar", "find"])] == ["find", "get_calendar"]
    assert "find" not in [one.name for one in offered(exclude=["find"])]
    assert offered(toolsets=["core"], exclude=["find", "check_connection", "daily_brief"]) == ()


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (
            {"toolsets": ["cor"]},
            'TOOLSETS names the toolset "cor", which does not exist. Did you mean "core"?',
        ),
        (
            {"tools": ["get_calender"]},
            'TOOLS names the tool "get_calender", which does not exist. Did you mean',
        ),
        ({"exclude": ["zzz"]}, 'EXCLUDE_TOOLS names the tool "zzz", which does not exist. There are: check_'),
    ],
)
def test_a_wish_that_does_not_exist_names_the_nearest(wish: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        offered(**wish)
    assert caught.value.sentence.startswith(f"HOSTAWAY_MCP_{says}")
