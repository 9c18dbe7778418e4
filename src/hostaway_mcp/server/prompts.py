"""Prompts: lists what is offered, and asks for the one that a person picked."""

from __future__ import annotations

from collections.abc import Sequence

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    ListPromptsResult,
    PaginatedRequestParams,
)

from hostaway_mcp.server.identity import Context
from hostaway_mcp.server.offer import OfferedPrompt
from hostaway_mcp.server.pages import one_page


class Prompts:
    """What a person can pick."""

    def __init__(self, prompts: Sequence[OfferedPrompt]) -> None:
        self._prompts = {offered.card.name: offered for offered in prompts}

    async def prompts(self, _context: Context, params: PaginatedRequestParams | None) -> ListPromptsResult:
        """All of them."""
        one_page(params, "prompts")
        return ListPromptsResult(prompts=[offered.card for offered in self._prompts.values()])

    async def get(
        self, context: Context, params: GetPromptRequestParams
    ) -> GetPromptResult | InputRequiredResult:
        """
        One prompt, filled in.

        Raises:
            MCPError: there is none of this name, or an argument is missing.
            HostawayMcpError: as the prompt says.
        """
        offered = self._prompts.get(params.name)
        if offered is None:
            there_are = f"there are: {', '.join(self._prompts)}." if self._prompts else "there are none."
            raise MCPError(INVALID_PARAMS, f"There is no such prompt; {there_are}")
        given = params.arguments or {}
        missing = [a.name for a in offered.card.arguments or () if a.required and a.name not in given]
        if missing:
            raise MCPError(INVALID_PARAMS, f"{offered.card.name} also needs: {', '.join(missing)}.")
        return await offered.get(context, params)
