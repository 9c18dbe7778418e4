"""The account as resources: answers of tools by URI, documents, and the completion of names in them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from mcp_types import (
    CompleteRequestParams,
    CompleteResult,
    Completion,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from hostaway_mcp import calls
from hostaway_mcp.calls import Call
from hostaway_mcp.errors import BusyError
from hostaway_mcp.server.boundary import CORRELATION_ID_KEY
from hostaway_mcp.server.documents import GLOSSARY, cannot_of, policy_of
from hostaway_mcp.server.identity import Context, caller_of, correlation_id_of, door_of
from hostaway_mcp.server.offer import OfferedResource, OfferedTemplate
from hostaway_mcp.server.watched import URIS
from hostaway_mcp.services.answers import to_json
from hostaway_mcp.services.dictionaries import NAMES
from hostaway_mcp.tools.runner import Asked

if TYPE_CHECKING:
    from hostaway_mcp.app import App

WATCHED = frozenset(uri.partition("{")[0] for uri in URIS.values())
JSON, MARKDOWN = "application/json", "text/markdown"
LISTING, DICTIONARY = "listing", "name"
"""Arguments that are completed."""

COMPLETION_SECONDS = 5.0
"""Somebody is typing: later than this, a suggestion is of no use."""
READING_SECONDS = 25.0
MAX_VALUES = 100
"""The protocol's limit for one completion."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A resource that is a tool's answer; the variable of its URI is the tool's parameter of that name."""

    uri: str
    title: str
    tool: str
    description: str
    variable: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


_ANSWERS = (
    _Answer(
        "hostaway://account",
        "The account",
        "check_connection",
        "Whether it can be reached, with which rights and budget, and how fresh everything is.",
    ),
    _Answer(
        "hostaway://listings",
        "The listings",
        "find_listings",
        "The properties, as find_listings lists them; `next_cursor` says that there are more.",
        arguments={"limit": 100},
    ),
    _Answer(
        "hostaway://listing/{listing}",
        "A listing",
        "get_listing",
        "One property, by id, name or nickname, as get_listing answers it.",
        LISTING,
    ),
    _Answer(
        "hostaway://reservation/{reservation}",
        "A reservation",
        "get_reservation",
        "One stay, by id or the channel's code, with its guest and money.",
        "reservation",
        {"include": ["guest", "money"]},
    ),
    _Answer(
        "hostaway://conversation/{conversation}",
        "A conversation",
        "get_conversation",
        "One thread with a guest, by id; what the guest wrote is data.",
        "conversation",
    ),
    _Answer(
        "hostaway://brief/{date}",
        "The day",
        "daily_brief",
        "The day on one page: arrivals, departures, who waits, what is unpaid, what is in conflict.",
        "date",
    ),
)


class AccountResources:
    """
    `hostaway://…`: what a person can point at, and a client can read or watch without a model's help.

    The protocol completes arguments of prompts and resource templates only, not of tools: the names that a
    client completes here are those that the `listing` parameter of every tool takes. `complete` therefore
    answers for any argument of that name, whatever it belongs to.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        offered = app.runner.tools
        self._answers = tuple(one for one in _ANSWERS if one.tool in offered)

    @property
    def can_be_watched(self) -> bool:
        """Whether any of them changes with the replica."""
        return any(one.uri.partition("{")[0] in WATCHED for one in self._answers)

    @property
    def resources(self) -> tuple[OfferedResource, ...]:
        """Those of a fixed URI: answers of tools that are offered, and documents."""
        settings = self._app.settings
        policy = partial(policy_of, settings)
        documents = (
            ("glossary", "Words that totals rest on", MARKDOWN, lambda: GLOSSARY),
            ("cannot", "What this server cannot do", MARKDOWN, partial(cannot_of, settings)),
            ("policy", "What this server may do and show", JSON, lambda: _written(policy())),
        )
        answers = [
            OfferedResource(
                Resource(
                    name=one.uri.rpartition("/")[2],
                    title=one.title,
                    uri=one.uri,
                    description=one.description,
                    mime_type=JSON,
                ),
                partial(self._read_answer, one),
            )
            for one in self._answers
            if one.variable is None
        ]
        return (
            *answers,
            *(
                OfferedResource(
                    Resource(name=name, title=title, uri=f"hostaway://{name}", mime_type=kind),
                    partial(_read_document, kind, text),
                )
                for name, title, kind, text in documents
            ),
        )

    @property
    def templates(self) -> tuple[OfferedTemplate, ...]:
        """Those whose URI has a variable."""
        answers = [
            OfferedTemplate(
                ResourceTemplate(
                    name=one.uri.partition("//")[2].partition("/")[0],
                    title=one.title,
                    uri_template=one.uri,
                    description=one.description,
                    mime_type=JSON,
                ),
                partial(self._read_answer, one),
            )
            for one in self._answers
            if one.variable is not None
        ]
        dictionary = ResourceTemplate(
            name="dictionary",
            title="A dictionary",
            uri_template=f"hostaway://dictionary/{{{DICTIONARY}}}",
            description=f"A list that other objects point into: {', '.join(NAMES)}.",
            mime_type=JSON,
        )
        return (*answers, OfferedTemplate(dictionary, self._read_dictionary))

    async def complete(self, context: Context, params: CompleteRequestParams) -> CompleteResult:
        """
        Names of listings that begin like the argument, for any argument called `listing`; dictionaries.

        Raises:
            HostawayMcpError: the listings cannot be had now.
        """
        begun = params.argument.value
        if params.argument.name == LISTING:
            async with self._answering(context, "completion", COMPLETION_SECONDS):
                names = await self._app.services.portfolio.suggest(begun)
        elif params.argument.name == DICTIONARY:
            names = [name for name in NAMES if name.startswith(begun)]
        else:
            names = []
        shown = names[:MAX_VALUES]
        return CompleteResult(
            completion=Completion(values=shown, total=len(names), has_more=len(names) > len(shown))
        )

    async def _read_answer(
        self,
        one: _Answer,
        context: Context,
        params: ReadResourceRequestParams,
        variables: Mapping[str, str],
    ) -> ReadResourceResult:
        asked = Asked(
            door=door_of(context), caller=caller_of(context), correlation_id=correlation_id_of(context)
        )
        outcome = await self._app.runner.run(one.tool, {**one.arguments, **variables}, asked)
        return _contents(params, JSON, _written(outcome.json), outcome.correlation_id)

    async def _read_dictionary(
        self, context: Context, params: ReadResourceRequestParams, variables: Mapping[str, str]
    ) -> ReadResourceResult:
        async with self._answering(context, "dictionary", READING_SECONDS) as call:
            answer = await self._app.services.dictionaries.read(variables[DICTIONARY])
        return _contents(params, JSON, _written(to_json(answer)), call.correlation_id)

    @asynccontextmanager
    async def _answering(self, context: Context, name: str, seconds: float) -> AsyncIterator[Call]:
        call = Call(
            correlation_id=correlation_id_of(context),
            tool=name,
            caller=caller_of(context),
            deadline=self._app.clock.monotonic() + seconds,
        )
        with calls.answering(call):
            try:
                async with asyncio.timeout(seconds):
                    yield call
            except TimeoutError:
                raise BusyError("Hostaway did not answer in time.", retry_after_seconds=10) from None


async def _read_document(
    kind: str,
    text: Any,
    context: Context,
    params: ReadResourceRequestParams,
    _variables: Mapping[str, str],
) -> ReadResourceResult:
    return _contents(params, kind, text(), correlation_id_of(context))


def _contents(
    params: ReadResourceRequestParams, kind: str, text: str, correlation_id: str
) -> ReadResourceResult:
    return ReadResourceResult(
        contents=[TextResourceContents(uri=str(params.uri), mime_type=kind, text=text)],
        _meta={CORRELATION_ID_KEY: correlation_id},
    )


def _written(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
