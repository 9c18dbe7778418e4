"""Lists of the protocol are one page here, so there is no cursor to take."""

from __future__ import annotations

from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, PaginatedRequestParams


def one_page(params: PaginatedRequestParams | None, what: str) -> None:
    """
    Refuses a cursor: none was ever given.

    Raises:
        MCPError: there is one.
    """
    if params is not None and params.cursor is not None:
        raise MCPError(INVALID_PARAMS, f"The list of {what} is one page; it has no cursors.")
