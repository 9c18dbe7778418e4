"""The catalogue itself, in the order in which tools are listed, and which of them are offered."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.tools import lean
from hostaway_mcp.tools.approvals import apply_change, find_changes, undo_change
from hostaway_mcp.tools.balances import find_balances
from hostaway_mcp.tools.calendar import get_calendar
from hostaway_mcp.tools.catalogue import Tool, ToolEffect, Toolset
from hostaway_mcp.tools.changes import changes_since
from hostaway_mcp.tools.conflicts import check_conflicts
from hostaway_mcp.tools.core import check_connection, find
from hostaway_mcp.tools.daily_brief import daily_brief
from hostaway_mcp.tools.expenses import find_expenses
from hostaway_mcp.tools.explain_money import explain_money
from hostaway_mcp.tools.finance import get_financial_report
from hostaway_mcp.tools.financial_summary import get_financial_summary
from hostaway_mcp.tools.gaps import find_gaps
from hostaway_mcp.tools.inbox import get_conversation, search_messages
from hostaway_mcp.tools.listing_audit import audit_listings
from hostaway_mcp.tools.listings import check_availability, find_listings, get_listing
from hostaway_mcp.tools.pacing import report_pacing
from hostaway_mcp.tools.prices import check_prices
from hostaway_mcp.tools.quote_stay import quote_stay
from hostaway_mcp.tools.reply_context import get_reply_context
from hostaway_mcp.tools.reservations import find_reservations, get_guest, get_reservation
from hostaway_mcp.tools.reviews import review_insights, review_queue
from hostaway_mcp.tools.send_message import send_message
from hostaway_mcp.tools.stay_board import stay_board
from hostaway_mcp.tools.tasks import find_tasks
from hostaway_mcp.tools.triage_inbox import triage_inbox
from hostaway_mcp.tools.turnovers import plan_turnovers
from hostaway_mcp.tools.update_calendar import update_calendar
from hostaway_mcp.tools.upsells import find_upsells

CATALOGUE: tuple[Tool, ...] = (
    # core
    check_connection,
    find,
    daily_brief,
    # listings
    find_listings,
    get_listing,
    check_availability,
    audit_listings,
    # reservations
    find_reservations,
    get_reservation,
    get_guest,
    stay_board,
    quote_stay,
    # calendar
    get_calendar,
    find_gaps,
    check_conflicts,
    check_prices,
    update_calendar,
    # inbox
    triage_inbox,
    get_reply_context,
    get_conversation,
    search_messages,
    send_message,
    # reviews
    review_insights,
    review_queue,
    # ops
    plan_turnovers,
    find_upsells,
    find_tasks,
    # finance
    get_financial_report,
    get_financial_summary,
    explain_money,
    find_balances,
    find_expenses,
    # analytics
    report_pacing,
    # changes
    changes_since,
    # approvals
    apply_change,
    find_changes,
    undo_change,
)
"""Every tool, toolset by toolset; the order is part of the contract, so that prompts can be cached."""


def withheld(*, writes: bool) -> frozenset[str]:
    """The names of the tools that are not there while writes are switched off."""
    return frozenset() if writes else frozenset(tool.name for tool in CATALOGUE if needs_writes(tool))


def needs_writes(tool: Tool) -> bool:
    """Whether a tool changes something, or tells only of what was changed."""
    return tool.effect is not ToolEffect.READ or tool.toolset is Toolset.APPROVALS


def offered(
    *,
    toolsets: Sequence[str] = (),
    tools: Sequence[str] = (),
    exclude: Sequence[str] = (),
    writes: bool = False,
) -> tuple[Tool, ...]:
    """
    The tools that the settings ask for: whole toolsets, single tools besides, without the excluded ones.
    Those that change something are among them only with `writes`.

    With `lean` the others are there too, but not listed, and `find_tools` finds them.

    Raises:
        SettingsError: a toolset or tool that there is not.
    """
    profiles = [str(toolset) for toolset in Toolset] + ["all", lean.NAME]
    for name in toolsets:
        _check(name, profiles, "HOSTAWAY_MCP_TOOLSETS", "toolset")
    known = [tool.name for tool in CATALOGUE]
    for setting, names in (("HOSTAWAY_MCP_TOOLS", tools), ("HOSTAWAY_MCP_EXCLUDE_TOOLS", exclude)):
        for name in names:
            _check(name, known, setting, "tool")
    everything = "all" in toolsets or not (toolsets or tools)
    there = tuple(
        tool for tool in CATALOGUE if tool.name not in exclude and (writes or not needs_writes(tool))
    )
    asked = {tool.name for tool in there if everything or tool.toolset in toolsets or tool.name in tools}
    if lean.NAME not in toolsets or everything:
        return tuple(tool for tool in there if tool.name in asked)
    asked |= lean.LEAN
    return (*(replace(tool, listed=tool.name in asked) for tool in there), lean.finder_of(there))


def _check(name: str, known: Sequence[str], setting: str, noun: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    meant = f' Did you mean "{near[0]}"?' if near else f" There are: {', '.join(known)}."
    raise SettingsError(
        f'{setting} names the {noun} "{name[:40]}", which does not exist.', hint=meant.strip()
    )
