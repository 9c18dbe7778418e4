"""Owner statements in brief: one an owner and month; the figures are worked out when one is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hostaway_mcp.sandbox.world.homes import Home

MONTHS_BACK = 3


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: whose listings, which month."""

    id: int
    name: str
    owner_id: int
    listing_ids: tuple[int, ...]
    first: date
    last: date


def list_statements(homes: list[Home], today: date) -> dict[int, Statement]:
    """The statements of the last full months, by id."""
    owned: dict[int, list[int]] = {}
    for home in homes:
        owned.setdefault(home.owner_id, []).append(home.id)
    statements: dict[int, Statement] = {}
    last = today.replace(day=1) - timedelta(days=1)
    for _ in range(MONTHS_BACK):
        for owner_id, listing_ids in sorted(owned.items()):
            number = 800_001 + len(statements)
            name = f"Owner {owner_id} {last:%Y-%m}"
            first = last.replace(day=1)
            statements[number] = Statement(number, name, owner_id, tuple(listing_ids), first, last)
        last = last.replace(day=1) - timedelta(days=1)
    return statements
