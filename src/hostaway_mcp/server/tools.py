"""The tools in the protocol's words: the catalogue's go through the runner, offered ones speak themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcp.server.context import HandlerResult
from mcp.shared.inbound import X_MCP_HEADER_KEY
from mcp_types import (
    CallToolRequestParams,
    ListToolsResult,
    PaginatedRequestParams,
    ToolAnnotations,
)
from mcp_types import Tool as McpTool

from hostaway_mcp.calls import Progress
from hostaway_mcp.client.governor import Budget
from hostaway_mcp.errors import HostawayMcpError, UnknownNameError
from hostaway_mcp.server.boundary import CORRELATION_ID_KEY, refusal, unknown_tool
from hostaway_mcp.server.identity import Context, caller_of, correlation_id_of, door_of
from hostaway_mcp.server.log_messages import CallLog
from hostaway_mcp.server.offer import OfferedTool
from hostaway_mcp.server.pages import one_page
from hostaway_mcp.server.person import Person
from hostaway_mcp.tools.catalogue import Card, ToolEffect
from hostaway_mcp.tools.runner import Asked, Runner

_ANNOTATIONS = {
    ToolEffect.READ: {
        "read_only_hint": True,
        "destructive_hint": False,
        "idempotent_hint": True,
        "open_world_hint": True,
    },
    # A proposal changes nothing yet.
    ToolEffect.WRITE: {
        "read_only_hint": False,
        "destructive_hint": False,
        "idempotent_hint": False,
        "open_world_hint": True,
    },
    ToolEffect.REACH: {
        "read_only_hint": False,
        "destructive_hint": False,
        "idempotent_hint": False,
        "open_world_hint": True,
    },
    ToolEffect.APPLY: {
        "read_only_hint": False,
        "destructive_hint": True,
        # The same change_id never acts twice.
        "idempotent_hint": True,
        "open_world_hint": True,
    },
}


class Tools:
    """What a model can call."""

    def __init__(
        self,
        runner: Runner,
        offered: Sequence[OfferedTool],
        *,
        budget: Callable[[], Budget],
        account: str,
    ) -> None:
        self._runner = runner
        self._account = account
        self._budget = budget
        self._offered = {tool.card.name: tool for tool in offered}
        self._cards = [_described(tool) for tool in runner.tools.values() if tool.listed]
        self._cards += [tool.card for tool in self._offered.values()]
        self._with_headers = {
            card.name: card.input_schema
            for card in self._cards
            if X_MCP_HEADER_KEY in json.dumps(card.input_schema)
        }

    def headers_schema(self, name: str) -> Mapping[str, Any] | None:
        """
        The schema by which the SDK checks the headers of a call; None where it names no header.

        The SDK walks through the whole of it at every call.
        """
        return self._with_headers.get(name)

    async def list_tools(self, _context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        """All of them, in the order of the catalogue."""
        one_page(params, "tools")
        return ListToolsResult(tools=self._cards)

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> HandlerResult:
        """
        Calls one; a refusal is a result that the model can act on, and so is a question to its person.

        Raises:
            MCPError: there is no tool of this name.
        """
        if offered := self._offered.get(params.name):
            return await offered.call(context, params)
        person = Person(context, params, account=self._account)
        asked = Asked(
            door=door_of(context),
            caller=caller_of(context),
            correlation_id=correlation_id_of(context),
            progress=_rising(context.session.report_progress),
            ask_person=person.ask,
        )
        try:
            with CallLog(context, self._budget) as messages:
                outcome = await self._runner.run(params.name, params.arguments or {}, asked)
                await messages.answered(outcome.answer)
        except HostawayMcpError as error:
            if isinstance(error, UnknownNameError) and params.name not in self._runner.tools:
                raise unknown_tool(error) from None
            if person.question is not None:
                return person.question
            return refusal(error, correlation_id=asked.correlation_id)
        # In the form of the wire, which the SDK checks; a model would be walked through twice more.
        return {
            "content": [{"type": "text", "text": outcome.text}],
            "structuredContent": outcome.json,
            "isError": False,
            "resultType": "complete",
            "_meta": {CORRELATION_ID_KEY: outcome.correlation_id},
        }


def _described(tool: Card) -> McpTool:
    return McpTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=ToolAnnotations(**_ANNOTATIONS[tool.effect]),
    )


def _rising(report: Progress) -> Progress:
    """Progress that never goes back, as the protocol demands; a no-op where the client asked for none."""
    last: float | None = None

    async def progress(done: float, total: float | None, message: str) -> None:
        nonlocal last
        if last is None or done > last:
            last = done
            await report(done, total, message)

    return progress
