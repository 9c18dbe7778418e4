"""The lean profile: the tools of most days are listed, the others are found by what they do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from hostaway_mcp.services.answers import Answer, Record
from hostaway_mcp.services.services import Services
from hostaway_mcp.tools.catalogue import Card, Question, Text, Tool, Toolset, tool
from hostaway_mcp.tools.text import paragraphs

NAME = "lean"
LEAN = frozenset(
    {
        *("check_connection", "find", "daily_brief"),
        *("find_listings", "get_listing", "check_availability"),
        *("find_reservations", "get_reservation", "get_guest", "stay_board"),
        *("get_calendar", "find_gaps"),
        *("triage_inbox", "get_conversation", "get_reply_context", "search_messages"),
        *("plan_turnovers", "find_tasks"),
        *("get_financial_summary", "find_balances"),
        "changes_since",
        # With writes on: what a proposal asks for next must be in the list.
        "apply_change",
    }
)

_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_STEM = 4


class FoundTool(Record):
    """A tool as a model needs it to call it."""

    name: str
    toolset: str
    effect: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema."""


class FoundTools(Answer):
    """Tools, best first."""

    tools: tuple[FoundTool, ...]


class FindTools(Question):
    """What is to be done."""

    query: Annotated[Text, Field(min_length=1, description="what is to be done, in a few words")]
    limit: int = Field(5, ge=1, le=20)


def finder_of(tools: Sequence[Card]) -> Tool:
    """The tool that finds one of these; they can be called by name whether they are listed or not."""

    async def find_tools(services: Services, question: FindTools) -> FoundTools:
        """
        Finds tools that are not in this list, by what is to be done (prices, reviews, statements, audit,
        pacing …). Gives their names and parameters; call them by name like any other tool.
        """
        best = _best(_words(question.query), tools)[: question.limit]
        return FoundTools(
            as_of=services.clock.now(),
            warnings=() if best else (f"Nothing fits; all there are: {', '.join(t.name for t in tools)}.",),
            tools=tuple(
                FoundTool(
                    name=one.name,
                    toolset=str(one.toolset),
                    effect=str(one.effect),
                    description=one.description,
                    parameters=one.input_schema,
                )
                for one in best
            ),
        )

    return tool(title="Find tools", toolset=Toolset.CORE, text=_found_text)(find_tools)


def _found_text(answer: FoundTools) -> str:
    return paragraphs(
        *(
            f"{one.name}({', '.join(one.parameters.get('properties', ()))}): {one.description}"
            for one in answer.tools
        ),
        *answer.warnings,
    )


def _words(text: str) -> frozenset[str]:
    """Words of at least three letters, without the endings that English adds."""
    found = (word for word in _WORD.findall(text.casefold()) if len(word) > 2)
    return frozenset(_stem(word) for word in found)


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "es", "s", "ed", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _best(words: frozenset[str], tools: Sequence[Card]) -> list[Card]:
    """
    Those that fit, best first: a word counts the more the fewer tools say it, and twice in a name.
    """
    named = {one.name: _words(f"{one.name} {one.title} {one.toolset}") for one in tools}
    said = {
        one.name: named[one.name] | _words(f"{one.description} {' '.join(one.input_schema['properties'])}")
        for one in tools
    }
    worth = {word: 1 / (sum(word in one for one in said.values()) or 1) for word in words}
    fit = {
        name: sum(worth[word] for word in words & said[name])
        + sum(worth[word] for word in words & named[name])
        for name in said
    }
    return sorted((one for one in tools if fit[one.name]), key=lambda one: -fit[one.name])
