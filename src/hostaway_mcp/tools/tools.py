"""The catalogue itself, and which of its tools are offered."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.tools import lean
from hostaway_mcp.tools.cards import KeptCard, kept
from hostaway_mcp.tools.catalogue import Card, ToolEffect, Toolset

CATALOGUE: tuple[KeptCard, ...] = kept()
"""Every tool, in the order in which they are listed."""


def withheld(*, writes: bool) -> frozenset[str]:
    """The names of the tools that are not there while writes are switched off."""
    return frozenset() if writes else frozenset(tool.name for tool in CATALOGUE if needs_writes(tool))


def needs_writes(tool: Card) -> bool:
    """Whether a tool changes something, or tells only of what was changed."""
    return tool.effect is not ToolEffect.READ or tool.toolset is Toolset.APPROVALS


def offered(
    *,
    toolsets: Sequence[str] = (),
    tools: Sequence[str] = (),
    exclude: Sequence[str] = (),
    writes: bool = False,
) -> tuple[Card, ...]:
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
