"""Money step by step: the lines of a price, from what the guest pays to what the owner gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Protocol, TypeVar

from hostaway_mcp.models.finance import FinanceFieldType

ZERO = Decimal(0)
MOST_ITEMS = 12
"""So many amounts are combined at most; beyond that almost any sum could be met by chance."""


class PriceLine(Protocol):
    """A line of a price: a finance field of a stay, or a component of a quote."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> FinanceFieldType | None: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def total(self) -> Decimal | None: ...
    @property
    def is_included_in_total_price(self) -> bool | None: ...
    @property
    def is_deleted(self) -> bool | None: ...


Line = TypeVar("Line", bound=PriceLine)


def amount_of(line: PriceLine) -> Decimal | None:
    """
    What a line is worth: `total` is the amount, `value` only what was put in; discounts are negative.

    Source: Hostaway API reference, "Finance field". Example: a weekly discount sent as 30 is -30.
    """
    amount = line.total if line.total is not None else line.value
    if amount is not None and line.type is FinanceFieldType.DISCOUNT:
        return -abs(amount)
    return amount


def standing(lines: Iterable[Line]) -> list[Line]:
    """The lines that count: not deleted, and worth something."""
    return [line for line in lines if not line.is_deleted and amount_of(line)]


def inside(lines: Iterable[Line]) -> list[Line]:
    """The lines that are part of the total price."""
    return [line for line in standing(lines) if line.is_included_in_total_price]


def besides(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not part of it: commissions, payouts and other figures."""
    return [line for line in standing(lines) if not line.is_included_in_total_price]


def sum_of(lines: Iterable[PriceLine]) -> Decimal:
    """What lines add up to, exactly."""
    return sum((amount_of(line) or ZERO for line in lines), ZERO)


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step of a waterfall. A figure (`is_figure`) is what all steps before it come to; the others are what
    is added (above zero) or taken away (below).
    """

    label: str
    amount: Decimal
    why: str | None = None
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An amount with a name that may explain a gap; below zero where it is taken away."""

    label: str
    amount: Decimal
    why: str | None = None
    kind: str = ""
    """Items of a kind are tried together, such as all taxes."""

    def step(self) -> Step:
        """As a step."""
        return Step(self.label, self.amount, self.why)


def matching(gap: Decimal, items: Sequence[Item], *, most: bool = False) -> tuple[Item, ...] | None:
    """
    The items that add up to `gap` to the cent; None if no choice of them does.

    Tried in this order: all of them, whole kinds, then any choice of at most 12 items, the fewest first
    (with `most` the most first). Of a gap of zero nothing is needed.
    Example: a gap of -130 and items tax -30, cleaning -100, deposit -200: tax and cleaning.
    """
    if not gap:
        return ()
    useful = [item for item in items if item.amount]
    for choice in (useful, *_kinds(useful, most=most)):
        if choice and sum((item.amount for item in choice), ZERO) == gap:
            return tuple(choice)
    if len(useful) > MOST_ITEMS:
        return next(((item,) for item in useful if item.amount == gap), None)
    sizes = range(1, len(useful) + 1)
    for size in reversed(sizes) if most else sizes:
        for chosen in combinations(useful, size):
            if sum((item.amount for item in chosen), ZERO) == gap:
                return chosen
    return None


def _kinds(items: Sequence[Item], *, most: bool) -> Iterable[list[Item]]:
    kinds = list(dict.fromkeys(item.kind for item in items if item.kind))[:MOST_ITEMS]
    sizes = range(1, len(kinds) + 1)
    for size in reversed(sizes) if most else sizes:
        for chosen in combinations(kinds, size):
            yield [item for item in items if item.kind in chosen]


def rest_of(difference: Decimal, steps: Iterable[Step]) -> Decimal:
    """What of a difference no step explains; figures are not steps."""
    return difference - sum((step.amount for step in steps if not step.is_figure), ZERO)
