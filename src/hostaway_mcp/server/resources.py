"""Resources and resource templates: lists what is offered, finds what a URI names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    InputRequiredResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)

from hostaway_mcp.server.boundary import shortened
from hostaway_mcp.server.identity import Context
from hostaway_mcp.server.offer import OfferedResource, OfferedTemplate, Read
from hostaway_mcp.server.pages import one_page

_VARIABLE = re.compile(r"\{(\w+)\}")


class Resources:
    """What can be read by URI."""

    def __init__(self, resources: Sequence[OfferedResource], templates: Sequence[OfferedTemplate]) -> None:
        self._resources = {str(offered.card.uri): offered for offered in resources}
        self._templates = [(_pattern(offered.card.uri_template), offered) for offered in templates]

    async def resources(
        self, _context: Context, params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """Those of a fixed URI."""
        one_page(params, "resources")
        return ListResourcesResult(resources=[offered.card for offered in self._resources.values()])

    async def templates(
        self, _context: Context, params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """Those whose URIs have variables."""
        one_page(params, "resource templates")
        return ListResourceTemplatesResult(
            resource_templates=[offered.card for _, offered in self._templates]
        )

    async def read(
        self, context: Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult | InputRequiredResult:
        """
        What a URI names.

        Raises:
            MCPError: there is no such resource.
            HostawayMcpError: as the one who reads it says.
        """
        uri = str(params.uri)
        read, variables = self._found(uri)
        return await read(context, params, variables)

    def _found(self, uri: str) -> tuple[Read, Mapping[str, str]]:
        if uri in self._resources:
            return self._resources[uri].read, {}
        for pattern, offered in self._templates:
            if match := pattern.fullmatch(uri):
                return offered.read, {name: unquote(value) for name, value in match.groupdict().items()}
        what = f"There is no such resource; {self._instead()}"
        raise MCPError(INVALID_PARAMS, what, {"uri": shortened(uri)})

    def _instead(self) -> str:
        named = [offered.card.uri_template for _, offered in self._templates[:3]]
        return f"templates are: {', '.join(named)}." if named else "list them to see what there is."


def _pattern(template: str) -> re.Pattern[str]:
    """
    Matches the URIs of a template; a variable is one segment.

    Source: RFC 6570, level 1: a value has its slashes encoded.
    """
    parts = _VARIABLE.split(template)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    )
