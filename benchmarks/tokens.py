"""
What the catalogue costs a model, against its budgets: the list of tools, and each tool's default answer.

`python -m benchmarks.tokens [listings …]` prints a table and fails when a budget is passed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.answers import default_answers, listed, synced
from benchmarks.measure import Figure, Scale

ROOM = 0.05
"""What is to be left of the list's budget for the next tool; less is said, not failed."""


async def measured(worlds: Sequence[int]) -> list[Figure]:
    """The list of tools, then every default answer in each world."""
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="hostaway-mcp-tokens-") as scratch:
        for listings in worlds:
            async with synced(listings, Path(scratch) / str(listings)) as held:
                if not figures:
                    figures.append(await listed(held))
                figures += await default_answers(held, listings)
    return figures


def table(figures: Sequence[Figure]) -> str:
    """One line a figure: tokens, budget, how much of it is left."""
    width = max(len(figure.name) for figure in figures)
    lines = [f"{'what':{width}}  {'tokens':>7}  {'budget':>7}  {'left':>5}"]
    for figure in figures:
        target = figure.target or figure.value
        left = 1 - figure.value / target
        says = " ".join(filter(None, ("" if figure.verdict == "PASS" else figure.verdict, figure.note)))
        numbers = f"{figure.value:>7,.0f}  {target:>7,.0f}  {left:>5.0%}"
        lines.append(f"{figure.name:{width}}  {numbers}  {says}".rstrip())
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """1 when a budget is passed."""
    worlds = [int(one) for one in arguments] or Scale().worlds
    figures = asyncio.run(measured(worlds))
    print(table(figures))  # noqa: T201 - what the command is for
    whole = figures[0]
    if whole.target and whole.value > whole.target * (1 - ROOM):
        print(f"The list of tools has less than {ROOM:.0%} room left.")  # noqa: T201
    passed = [figure.name for figure in figures if figure.verdict != "PASS"]
    if passed:
        print(f"Over budget: {', '.join(passed)}.", file=sys.stderr)  # noqa: T201
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
