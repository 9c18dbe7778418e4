"""What a tool is: a record, and the question that it takes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Protocol, Self, TypeVar, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from hostaway_mcp.errors import InputError
from hostaway_mcp.services.answers import Answer
from hostaway_mcp.services.services import Services
from hostaway_mcp.tools.schemas import full_input_schema, input_schema, output_schema
from hostaway_mcp.tools.sentences import sentence_for

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Toolset(StrEnum):
    """Tools that belong together and are switched on together."""

    CORE = "core"
    LISTINGS = "listings"
    ADMIN = "admin"
    RESERVATIONS = "reservations"
    CALENDAR = "calendar"
    INBOX = "inbox"
    REVIEWS = "reviews"
    OPS = "ops"
    FINANCE = "finance"
    ANALYTICS = "analytics"
    CHANGES = "changes"
    APPROVALS = "approvals"


class ToolEffect(StrEnum):
    """What a call can do at most."""

    READ = "read"
    WRITE = "write"
    """Proposes a change that can be taken back or mended."""
    REACH = "reach"
    """Proposes what reaches a guest, or cannot be taken back."""
    APPLY = "apply"
    """Acts: does what a proposal says."""


def _clean(value: object) -> object:
    if isinstance(value, str) and _CONTROL.search(value):
        raise ValueError("holds control or invisible characters")
    return value


def _listed(value: object) -> object:
    """`a,b` from a query or a shell is the list [a, b]."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=200, strip_whitespace=True)]
"""Words of a caller: at most 200 characters, none of them invisible."""

LongText = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=2_000, strip_whitespace=True)]
"""A note: at most 2,000 characters, none of them invisible."""

Day = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=40, strip_whitespace=True)]
"""A date: YYYY-MM-DD or in words; `services/dates.py` reads it."""

_Listings = Annotated[list[int | Text], Field(min_length=1, max_length=50)]
# The bounds stand on the list alone: pydantic would try them on a bare number too, and break.
ListingRef = Annotated[int | Text | _Listings, Field(description="ids or names")]
"""Which listings: `services/portfolio.py` resolves it."""

Cursor = Annotated[str | None, Field(description="next_cursor", max_length=1000)]
DetailLevel = Literal["brief", "standard", "full"]

Choice = TypeVar("Choice")
Listed = Annotated[list[Choice], BeforeValidator(_listed)]
"""Several of a closed set; a query or a shell may write them with commas."""


class Question(BaseModel):
    """The parameters of a tool. An unknown parameter is refused, with those that there are."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)

    def asked(self) -> dict[str, Any]:
        """The parameters as a caller wrote them, for the fingerprint of cursors."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


Q = TypeVar("Q", bound=Question)
A = TypeVar("A", bound=Answer)


class Card(Protocol):
    """A tool as clients are told of it. Doors add nothing of their own."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def toolset(self) -> Toolset: ...

    @property
    def effect(self) -> ToolEffect: ...

    @property
    def description(self) -> str:
        """What the model reads: when to use it, what comes back, what to call next."""
        ...

    @property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the parameters."""
        ...

    @property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the answer's top level; deep enough to rely on, lean enough to be read."""
        ...

    @property
    def listed(self) -> bool:
        """Whether clients are told of it; one that is not can be called all the same."""
        ...

    def load(self) -> Tool:
        """The tool itself, with what it takes, gives and does."""
        ...


@dataclass(frozen=True)
class Tool:
    """One tool: its card, and what it takes, gives and does."""

    name: str
    title: str
    toolset: Toolset
    effect: ToolEffect
    description: str
    question: type[Question]
    answer: type[Answer]
    run: Callable[[Services, Any], Awaitable[Answer]]
    text: Callable[[Any], str]
    listed: bool = True

    def load(self) -> Self:
        return self

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        return input_schema(self.question)

    @cached_property
    def full_input_schema(self) -> dict[str, Any]:
        """JSON Schema of the parameters with every bound."""
        return full_input_schema(self.question)

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        return output_schema(self.answer)

    def parse(self, arguments: Mapping[str, Any]) -> Question:
        """
        The question in these arguments.

        Raises:
            InputError: one sentence names the parameter and what would be right.
        """
        try:
            return self.question.model_validate(dict(arguments))
        except ValidationError as error:
            raise InputError(sentence_for(error, tool=self.name, schema=self.input_schema)) from None


def tool(
    *,
    title: str,
    toolset: Toolset,
    text: Callable[[A], str],
    effect: ToolEffect = ToolEffect.READ,
) -> Callable[[Callable[[Services, Q], Awaitable[A]]], Tool]:
    """
    Makes the record of a tool from its function.

    The function's name is the tool's, its docstring what the model reads, its annotations say which
    question it takes and which answer it gives.
    """

    def card(run: Callable[[Services, Q], Awaitable[A]]) -> Tool:
        hints = get_type_hints(run)
        return Tool(
            name=run.__name__,
            title=title,
            toolset=toolset,
            effect=effect,
            description=" ".join((inspect.getdoc(run) or "").split()),
            question=next(hint for name, hint in hints.items() if name != "return" and hint is not Services),
            answer=hints["return"],
            run=run,
            text=text,
        )

    return card
