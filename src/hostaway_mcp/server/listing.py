"""One listing as a resource, and the completion of its name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mcp_types import (
    CompleteRequestParams,
    CompleteResult,
    Completion,
    ReadResourceRequestParams,
    ReadResourceResult,
    ResourceTemplate,
    TextResourceContents,
)

from hostaway_mcp import calls
from hostaway_mcp.calls import Call
from hostaway_mcp.errors import BusyError
from hostaway_mcp.server.boundary import CORRELATION_ID_KEY
from hostaway_mcp.server.identity import Context, caller_of, correlation_id_of, door_of
from hostaway_mcp.server.offer import OfferedTemplate
from hostaway_mcp.tools.runner import Asked

if TYPE_CHECKING:
    from hostaway_mcp.app import App

TOOL = "get_listing"
ARGUMENT = "listing"

COMPLETION_SECONDS = 5.0
"""Somebody is typing: later than this, a suggestion is of no use."""
MAX_VALUES = 100
"""The protocol's limit for one completion."""


class ListingResource:
    """
    `hostaway://listing/{listing}`: the answer of `get_listing` as a resource.

    It is there so that a person can point at a listing, and because the protocol completes arguments of
    prompts and resource templates only, not of tools: the names that a client completes here are those
    that the `listing` parameter of every tool takes. `complete` therefore answers for any argument of
    that name, whatever it belongs to, and has nothing to say about others.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def templates(self) -> tuple[OfferedTemplate, ...]:
        """The one template, if the tool that it reads with is offered."""
        tool = self._app.runner.tools.get(TOOL)
        if tool is None or ARGUMENT not in tool.input_schema["properties"]:
            return ()
        card = ResourceTemplate(
            name="listing",
            title="A listing",
            uri_template=f"hostaway://listing/{{{ARGUMENT}}}",
            description="One property, by id, name or nickname, as get_listing answers it.",
            mime_type="application/json",
        )
        return (OfferedTemplate(card, self.read),)

    async def read(
        self, context: Context, params: ReadResourceRequestParams, variables: Mapping[str, str]
    ) -> ReadResourceResult:
        """
        The listing that a URI names.

        Raises:
            HostawayMcpError: as the tool.
        """
        asked = Asked(
            door=door_of(context), caller=caller_of(context), correlation_id=correlation_id_of(context)
        )
        outcome = await self._app.runner.run(TOOL, {ARGUMENT: variables[ARGUMENT]}, asked)
        text = json.dumps(outcome.json, ensure_ascii=False, separators=(",", ":"))
        return ReadResourceResult(
            contents=[TextResourceContents(uri=str(params.uri), mime_type="application/json", text=text)],
            _meta={CORRELATION_ID_KEY: outcome.correlation_id},
        )

    async def complete(self, context: Context, params: CompleteRequestParams) -> CompleteResult:
        """
        Names of listings that begin like the argument, for any argument called `listing`.

        Raises:
            HostawayMcpError: the listings cannot be had now.
        """
        if params.argument.name != ARGUMENT:
            return CompleteResult(completion=Completion(values=[], total=0, has_more=False))
        call = Call(
            correlation_id=correlation_id_of(context),
            tool="completion",
            caller=caller_of(context),
            deadline=self._app.clock.monotonic() + COMPLETION_SECONDS,
        )
        with calls.answering(call):
            try:
                async with asyncio.timeout(COMPLETION_SECONDS):
                    names = await self._app.services.portfolio.suggest(params.argument.value)
            except TimeoutError:
                raise BusyError("The listings did not come in time.", retry_after_seconds=10) from None
        shown = names[:MAX_VALUES]
        return CompleteResult(
            completion=Completion(values=shown, total=len(names), has_more=len(names) > len(shown))
        )
