"""`hostaway-mcp tools`: the catalogue as a table."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Sequence

import typer

from hostaway_mcp.settings import WriteMode, read_settings
from hostaway_mcp.tools.catalogue import Card
from hostaway_mcp.tools.tools import CATALOGUE, offered

BYTES_PER_TOKEN = 3.5


def print_tools(*, everything: bool, markdown: bool) -> None:
    """Prints the tools that are offered, or all there are."""
    if everything or markdown:
        chosen: Sequence[Card] = CATALOGUE
    else:
        settings = read_settings()
        there = offered(
            toolsets=settings.hostaway_mcp_toolsets,
            tools=settings.hostaway_mcp_tools,
            exclude=settings.hostaway_mcp_exclude_tools,
            writes=settings.hostaway_mcp_writes is WriteMode.PROPOSE,
        )
        chosen = [tool for tool in there if tool.listed]
    typer.echo(markdown_table(chosen) if markdown else plain_table(chosen, colours=sys.stdout.isatty()))


def tokens(tool: Card) -> int:
    """What a model pays for knowing this tool: bytes of its definition ÷ 3.5."""
    definition = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
    }
    return math.ceil(
        len(json.dumps(definition, separators=(",", ":"), ensure_ascii=False).encode()) / BYTES_PER_TOKEN
    )


def plain_table(tools: Sequence[Card], *, colours: bool) -> str:
    """One line a tool, in columns."""
    rows = [
        (tool.name, str(tool.toolset), str(tool.effect), f"{tokens(tool):,}", tool.title) for tool in tools
    ]
    head = ("tool", "toolset", "effect", "tokens", "what it is")
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head) - 1)]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if i == 3 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        return "  ".join([*cells, row[-1]]).rstrip()

    total = f"{len(tools)} tools, {sum(tokens(tool) for tool in tools):,} tokens"
    title = typer.style(line(head), bold=True) if colours else line(head)
    return "\n".join([title, *(line(row) for row in rows), total])


def markdown_table(tools: Sequence[Card]) -> str:
    """The table of the README."""
    lines = ["| toolset | tool | effect | answers |", "| --- | --- | --- | --- |"]
    for tool in tools:
        answers = re.split(r"(?<=[.?]) ", tool.description, maxsplit=1)[0].rstrip(".")
        lines.append(f"| {tool.toolset} | `{tool.name}` | {tool.effect} | {answers} |")
    return "\n".join(lines)
