"""Expenses and extras added up: one sum a currency, by category, owner and month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """An expense (`amount` below zero) or an extra (above) in one currency."""

    id: int
    amount: Decimal
    currency: str
    day: date | None = None
    categories: tuple[str, ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """Entries of one group and currency: expenses (zero or below), extras (zero or above), both together."""

    group: str | None
    currency: str
    count: int
    expenses: Decimal
    extras: Decimal

    @property
    def net(self) -> Decimal:
        """Extras less what expenses took."""
        return self.extras + self.expenses


def sums_of(
    entries: Iterable[Entry], groups: Callable[[Entry], Sequence[str | None]] = lambda _: (None,)
) -> list[Sum]:
    """
    The sums of each group and currency, the largest amounts first; currencies are never added.

    An entry counts in each of its groups, so groups add up to the whole only where each entry has one.
    Example: -120 EUR plumber, -30 EUR linen, +35 EUR late check-out: expenses -150, extras 35, net -115.
    """
    found: dict[tuple[str | None, str], list[Decimal]] = {}
    for entry in entries:
        for group in groups(entry):
            found.setdefault((group, entry.currency), []).append(entry.amount)
    sums = [
        Sum(
            group,
            currency,
            len(amounts),
            sum((one for one in amounts if one < 0), ZERO),
            sum((one for one in amounts if one > 0), ZERO),
        )
        for (group, currency), amounts in found.items()
    ]
    return sorted(sums, key=lambda one: (one.expenses - one.extras, one.currency, one.group or ""))


def by_category(entry: Entry) -> Sequence[str | None]:
    """Its categories; "no category" where it has none."""
    return entry.categories or ("no category",)


def by_owner(entry: Entry) -> Sequence[str | None]:
    """Whose it is; nobody's entries are in no group."""
    return (entry.owner,) if entry.owner else ()


def by_month(entry: Entry) -> Sequence[str | None]:
    """The month of its day, as 2026-07."""
    return (f"{entry.day:%Y-%m}",) if entry.day else ()
