"""Shell blocks as commands; those of `hostaway-mcp` are read as its command line reads them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import typer.main

from hostaway_mcp.cli.cli import commands
from tests.docs.pages import BLOCKS, Block

OURS = "hostaway-mcp"
Words = tuple[str, ...]
_ASSIGNED = re.compile(r"[A-Z_]+=")

_GROUP: Any = typer.main.get_command(commands)
COMMANDS = frozenset(_GROUP.commands)


def lines_of(block: Block) -> Iterator[Words]:
    """
    The commands of a shell block as words, without comments and variables set in front.

    What a pipe feeds is a command of its own.
    """
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words and _ASSIGNED.match(words[0]):
            words.pop(0)
        while "|" in words:
            at = words.index("|")
            yield tuple(words[:at])
            words = words[at + 1 :]
        if words:
            yield tuple(words)


def ours_in(words: Words) -> Words | None:
    """What follows `hostaway-mcp` where a line starts it, or has another program start it after `--`."""
    if "--" in words:
        words = words[words.index("--") + 1 :]
    return words[1:] if words and PurePath(words[0]).name == OURS else None


def read(arguments: Words) -> None:
    """Has the command line read them, without doing anything; what it does not know raises."""
    context = _GROUP.make_context(OURS, list(arguments))
    with context:
        if "--version" not in arguments:
            name, command, rest = _GROUP.resolve_command(
                context, list(context._protected_args) + context.args
            )
            command.make_context(name, rest, parent=context).close()


SHELL_LINES = tuple(
    (str(block), words) for block in BLOCKS if block.language == "sh" for words in lines_of(block)
)
OUR_LINES = tuple((where, ours) for where, words in SHELL_LINES if (ours := ours_in(words)) is not None)
