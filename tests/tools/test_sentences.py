"""What is wrong with a parameter, in one sentence that says what would be right."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import Field

from hostaway_mcp.errors import InputError
from hostaway_mcp.redaction import redact
from hostaway_mcp.services.answers import Answer
from hostaway_mcp.services.services import Services
from hostaway_mcp.tools.catalogue import Cursor, Day, Listed, ListingRef, Question, Text, Tool, Toolset, tool
from tests.telemetry.canaries import CANARIES

X40 = "x" * 40


class Sample(Question):
    """One parameter of each kind."""

    query: Text
    day: Day | None = Field(None, alias="from")
    kinds: Listed[Literal["cat", "dog"]] | None = None
    many: Listed[Text] | None = Field(None, max_length=3)
    listing: ListingRef | None = None
    limit: int = Field(10, ge=1, le=50)
    price: float | None = Field(None, gt=0)
    deep: bool = False
    cursor: Cursor = None


@tool(title="Sample", toolset=Toolset.CORE, text=str)
async def sample(services: Services, question: Sample) -> Answer:
    """A sample."""
    raise NotImplementedError


class Needy(Question):
    """One parameter that must be there."""

    day: Day = Field(alias="from", description="first night")


@tool(title="Needy", toolset=Toolset.CORE, text=str)
async def needy(services: Services, question: Needy) -> Answer:
    """Needs a day."""
    raise NotImplementedError


def refusal(arguments: dict[str, Any], of: Tool = sample) -> str:
    with pytest.raises(InputError) as caught:
        of.parse(arguments)
    return caught.value.sentence


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "sample needs `query`."),
        ({"query": 5}, "`query` must be a text; got 5."),
        ({"query": None}, "`query` must be a text; got nothing."),
        ({"query": ["a"]}, "`query` must be a text; got a list."),
        ({"query": "x" * 201}, f'`query` must be at most 200 characters; got "{X40}… (201 characters)".'),
        ({"query": "a\u200bb"}, '`query` holds control or invisible characters; got "a?b".'),
        ({"query": "a\x1b[0m"}, '`query` holds control or invisible characters; got "a?[0m".'),
        ({"query": "a", "from": 7}, "`from` must be a text; got 7."),
        ({"query": "a", "from": "x" * 41}, f'`from` must be at most 40 characters; got "{X40}… (41 char'),
        ({"query": "a", "kinds": "cat,cow"}, "`kinds` must be one of 'cat' or 'dog'; got \"cow\"."),
        ({"query": "a", "kinds": 5}, "`kinds` must be a list; got 5."),
        ({"query": "a", "many": "a,b,c,d"}, "`many` takes at most 3 entries; got \"a,b,c,d\"."),
        ({"query": "a", "listing": {}}, "`listing` must be a number or a text or a list; got an object."),
        ({"query": "a", "listing": []}, "`listing` must not be empty; got a list."),
        ({"query": "a", "listing": [1] * 51}, "`listing` takes at most 50 entries; got a list."),
        ({"query": "a", "limit": 51}, "`limit` must be at most 50; got 51."),
        ({"query": "a", "limit": 0}, "`limit` must be at least 1; got 0."),
        ({"query": "a", "limit": "ten"}, '`limit` must be a number; got "ten".'),
        ({"query": "a", "limit": 1.5}, "`limit` must be a whole number; got 1.5."),
        ({"query": "a", "price": 0}, "`price` must be more than 0; got 0."),
        ({"query": "a", "deep": "perhaps"}, '`deep` must be true or false; got "perhaps".'),
        (
            {"query": "a", "qeury": "b"},
            "sample has no parameter `qeury`. Did you mean `query`? "
            "It takes: query, from, kinds, many, listing, limit, price, deep, cursor.",
        ),
        ({"qqq": 1}, "sample has no parameter `qqq`. It takes: "),
    ],
)  # fmt: skip
def test_one_sentence_says_what_is_wrong(arguments: dict[str, Any], says: str) -> None:
    assert refusal(arguments).startswith(says)


def test_what_is_needed_is_told_with_its_meaning() -> None:
    assert refusal({}, needy) == "needy needs `from` (first night)."


def test_what_is_good_is_taken() -> None:
    question = sample.parse(
        {
            "query": " a ",
            "from": "today",
            "kinds": "cat, dog",
            "many": ["x"],
            "listing": [1, "b"],
            "limit": "5",
        }
    )
    assert isinstance(question, Sample)
    assert (question.query, question.kinds, question.limit) == ("a", ["cat", "dog"], 5)
    assert question.asked() == {
        "query": "a", "from": "today", "kinds": ["cat", "dog"], "many": ["x"], "listing": [1, "b"],
        "limit": 5, "deep": False,
    }  # fmt: skip


def test_ten_megabytes_are_refused_in_a_sentence() -> None:
    sentence = refusal({"query": "é" * 10_000_000})
    assert sentence.endswith('(10,000,000 characters)".')
    assert len(sentence.encode()) < 2_000


def test_a_name_of_ten_megabytes_too() -> None:
    assert len(refusal({"é" * 10_000_000: 1}).encode()) < 2_000


def test_no_canary_is_repeated_so_that_it_cannot_be_recognized() -> None:
    """The runner masks every sentence; what is cut here must not slip through there."""
    for canary in CANARIES:
        for wrong in (
            {"query": "a", "limit": canary.text},
            {"query": "a", "kinds": [canary.text]},
            {"query": "a\x00" + canary.text},
            {"query": f"{canary.text} and " * 40},
            {"query": "a", canary.text: 1},
            {"query": "a", "listing": {"x": canary.text}},
            {"query": "a", "deep": canary.text},
        ):
            assert not canary.sings_in(redact(refusal(wrong))), wrong
