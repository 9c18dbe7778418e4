"""The catalogue itself, in the order in which tools are listed, and which of them are offered."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.tools.calendar import get_calendar
from hostaway_mcp.tools.catalogue import Tool, Toolset
from hostaway_mcp.tools.changes import changes_since
from hostaway_mcp.tools.core import check_connection, find
from hostaway_mcp.tools.finance import get_financial_report
from hostaway_mcp.tools.inbox import get_conversation, search_messages
from hostaway_mcp.tools.listings import check_availability, find_listings, get_listing
from hostaway_mcp.tools.reservations import find_reservations, get_guest, get_reservation
from hostaway_mcp.tools.stay_board import stay_board

CATALOGUE: tuple[Tool, ...] = (
    # core
    check_connection,
    find,
    # listings
    find_listings,
    get_listing,
    check_availability,
    # reservations
    find_reservations,
    get_reservation,
    get_guest,
    stay_board,
    # calendar
    get_calendar,
    # inbox
    get_conversation,
    search_messages,
    # finance
    get_financial_report,
    # changes
    changes_since,
)
"""Every tool, toolset by toolset; the order is part of the contract, so that prompts can be cached."""


def offered(
    *, toolsets: Sequence[str] = (), tools: Sequence[str] = (), exclude: Sequence[str] = ()
) -> tuple[Tool, ...]:
    """
    The tools that the settings ask for: whole toolsets, single tools besides, without the excluded ones.

    Raises:
        SettingsError: a toolset or tool that there is not.
    """
    for name in toolsets:
        _check(name, [str(toolset) for toolset in Toolset] + ["all"], "HOSTAWAY_MCP_TOOLSETS", "toolset")
    known = [tool.name for tool in CATALOGUE]
    for setting, names in (("HOSTAWAY_MCP_TOOLS", tools), ("HOSTAWAY_MCP_EXCLUDE_TOOLS", exclude)):
        for name in names:
            _check(name, known, setting, "tool")
    everything = "all" in toolsets or not (toolsets or tools)
    return tuple(
        tool
        for tool in CATALOGUE
        if (everything or tool.toolset in toolsets or tool.name in tools) and tool.name not in exclude
    )


def _check(name: str, known: Sequence[str], setting: str, noun: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    meant = f' Did you mean "{near[0]}"?' if near else f" There are: {', '.join(known)}."
    raise SettingsError(
        f'{setting} names the {noun} "{name[:40]}", which does not exist.', hint=meant.strip()
    )
