"""Why two figures differ: the steps that lead from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from hostaway_mcp.analytics.waterfall import ZERO, Item, Step

MOST_PAIRED = 120
"""Up to so many items are looked at in pairs."""


def bridge(target: Decimal, steps: Sequence[Step], start: int, items: Sequence[Item]) -> tuple[Step, ...]:
    """
    The steps from `target` to the figure at `steps[start]`; those that add nothing are left out.

    Where `target` is one of the figures of the waterfall, they are the steps in between. Else one item, or
    two, that make it such a figure to the cent are looked for: `target` + item = figure. Where none do,
    nothing is explained and no step is given.

    Example: price 474, fee -66, payout 408. From 408 to 474: fee +66. From 348 with an item cleaning 60:
    cleaning +60, fee +66.
    """
    figures = [index for index, step in enumerate(steps) if step.is_figure]
    figures.sort(key=lambda index: abs(index - start))
    for size in (0, 1, 2):
        for index in figures:
            found = _few(steps[index].amount - target, items, size)
            if found is not None:
                return (*(item.step() for item in found), *_between(steps, index, start))
    return ()


def _few(gap: Decimal, items: Sequence[Item], size: int) -> tuple[Item, ...] | None:
    if size == 0:
        return () if gap == 0 else None
    if size == 2 and len(items) > MOST_PAIRED:
        return None
    choices = combinations([item for item in items if item.amount], size)
    return next((some for some in choices if sum((item.amount for item in some), ZERO) == gap), None)


def _between(steps: Sequence[Step], first: int, last: int) -> list[Step]:
    """What lies between two figures, in the order and with the signs of that way."""
    if first <= last:
        return [step for step in steps[first + 1 : last + 1] if not step.is_figure]
    way = steps[last + 1 : first + 1]
    return [replace(step, amount=-step.amount) for step in reversed(way) if not step.is_figure]


def unlike(this: Sequence[Step], that: Sequence[Step]) -> tuple[Step, ...]:
    """
    What one waterfall has more or less than another, label by label; steps alike are left out.

    Both begin with their first figure, or with their first step. Example: guest price 500 and 474, cleaning
    -60 in both, tax -30 and -20: guest price +26, tax -10.
    """
    mine, theirs = _by_label(this), _by_label(that)
    found = []
    for label in dict.fromkeys((*mine, *theirs)):
        a, b = mine.get(label, ZERO), theirs.get(label, ZERO)
        if a != b:
            found.append(Step(label, a - b, f"{a:f} here, {b:f} there"))
    return tuple(found)


def _by_label(steps: Sequence[Step]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for index, step in enumerate(steps):
        if not step.is_figure or index == 0:
            sums[step.label] = sums.get(step.label, ZERO) + step.amount
    return sums
