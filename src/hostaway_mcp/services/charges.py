"""The charges of several stays at once, from the replica or live."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from hostaway_mcp.analytics.balances import Charge
from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.services.copied_ledgers import CopiedLedgers
from hostaway_mcp.services.facts import Facts, Gathering

FRESH_SECONDS = 45.0
IDS_AT_ONCE = 100
"""Hostaway takes 200 ids in a list; fewer keep the address short."""
PAGE = 100


@dataclass(slots=True)
class Charged:
    """Charges by stay; a stay whose charges could not be read is in `unknown`, with the reason."""

    by_stay: dict[int, list[Charge]] = field(default_factory=dict)
    ages: list[datetime] = field(default_factory=list)
    unknown: dict[int, str] = field(default_factory=dict)

    def of(self, stay_id: int) -> list[Charge] | None:
        """The charges of a stay, none where it has none; None where they are not known."""
        return None if stay_id in self.unknown else self.by_stay.get(stay_id, [])

    def add(self, stay_ids: Sequence[int], rows: Sequence[Charge]) -> None:
        """Sorts rows by stay; a filter that a server overlooks must not mix in other stays'."""
        wanted = frozenset(stay_ids)
        for row in rows:
            if row.reservation_id in wanted:
                self.by_stay.setdefault(row.reservation_id or 0, []).append(row)


class Charges:
    """
    Reads what was charged to guests.

    Costs nothing from the replica; live one call for each 100 stays, one more for each further 100 charges.
    """

    def __init__(self, hostaway: Hostaway, *, facts: Facts, ledgers: CopiedLedgers) -> None:
        self._hostaway = hostaway
        self._facts = facts
        self._ledgers = ledgers

    async def of(self, stay_ids: Sequence[int]) -> Charged:
        """
        What of the charges of these stays is counted; what cannot be had is named, never an error.
        """
        found = Charged()
        ids = sorted(set(stay_ids))
        if not ids:
            return found
        if kept := await self._ledgers.charges_of(ids):
            found.ages.append(kept.as_of)
            found.add(ids, kept.rows)
            return found
        parts = [ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE)]
        await asyncio.gather(*(self._read(part, found) for part in parts))
        return found

    async def whole(self, charges: Iterable[Charge]) -> dict[int, GuestCharge]:
        """The same charges with all that is known of them, by id."""
        found = {one.id: one for one in charges if isinstance(one, GuestCharge)}
        return found | await self._ledgers.charges_by_id({one.id for one in charges} - found.keys())

    async def _read(self, ids: Sequence[int], found: Charged) -> None:
        try:
            key = ("charges", tuple(ids))
            known = await self._facts.get(key, partial(self._load, ids), fresh_seconds=FRESH_SECONDS)
        except HostawayMcpError as error:
            found.unknown |= dict.fromkeys(ids, error.message)
            return
        found.ages.append(known.as_of)
        if known.complete:
            found.add(ids, known.rows)
        else:
            # Part of a stay's charges would be a wrong balance.
            found.unknown |= dict.fromkeys(ids, known.why or "Not all charges came.")

    async def _load(self, ids: Sequence[int], gathering: Gathering[GuestCharge]) -> None:
        seen: set[int] = set()
        offset = 0
        while True:
            page = await self._hostaway.guest_payments.find_charges(
                limit=PAGE, offset=offset, reservation_ids=ids
            )
            fresh = [row for row in page.rows if row.id not in seen]
            seen.update(row.id for row in fresh)
            gathering.add(fresh, page.received_at, set_aside=page.set_aside)
            offset += page.received
            end = offset >= page.count if page.count is not None else page.received < PAGE
            if end or not page.received:
                return
