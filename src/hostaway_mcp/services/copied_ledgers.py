"""What the replica has beside a stay: charges, tasks, reviews."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from hostaway_mcp.models.expenses import Expense
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.models.lenient import Wire
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.services.copy import Ages, Copied, Copy, note_copied, whole

if TYPE_CHECKING:
    from hostaway_mcp.store.charges import ChargeRow
    from hostaway_mcp.store.rows import Rows
    from hostaway_mcp.store.store import Store

M = TypeVar("M", bound=Wire)

CHARGES = Ages(timedelta(minutes=70), timedelta(hours=6))
TASKS = Ages(timedelta(minutes=20), timedelta(days=1))
EXPENSES = Ages(timedelta(minutes=70), timedelta(days=1))
REVIEWS = Ages(timedelta(minutes=70), timedelta(days=2))
"""Sync reads these lists whole, each as often as its fresh age says, with room for the reading itself."""


class CopiedLedgers(Copy):
    """Rows that belong to stays; None where the replica has not read all of them lately."""

    async def charges(self, stay_id: int) -> Copied[GuestCharge] | None:
        """What a guest owes, paid or was given back."""
        return await self._read(lambda store: self._of(store, store.charges, "charges", [stay_id], CHARGES))

    async def charges_of(self, stay_ids: Collection[int]) -> Copied[ChargeRow] | None:
        """Of several stays what balances are made of."""

        async def read(store: Store) -> Copied[ChargeRow] | None:
            as_of = whole(await store.sync.state("charges", "all"))
            if as_of is None or not self._may_use(as_of, CHARGES, "charges", "all"):
                return None
            note_copied()
            return Copied(await store.charges.brief(stay_ids), as_of)

        return await self._read(read)

    async def charges_by_id(self, ids: Collection[int]) -> dict[int, GuestCharge]:
        """These charges whole; one that has just gone is left out."""
        if not ids:
            return {}

        async def read(store: Store) -> Copied[GuestCharge]:
            return Copied(tuple(one.row for one in await store.charges.get(ids)), self._clock.now())

        found = await self._read(read)
        return {one.id: one for one in found.rows} if found else {}

    async def tasks(self, stay_id: int) -> Copied[Task] | None:
        """What is to be done about a stay."""
        return await self._read(lambda store: self._of(store, store.tasks, "tasks", [stay_id], TASKS))

    async def reviews(self, stay_ids: Collection[int]) -> Copied[Review] | None:
        """Reviews in both directions."""
        return await self._read(lambda store: self._of(store, store.reviews, "reviews", stay_ids, REVIEWS))

    async def expenses(self, ages: Ages = EXPENSES) -> Copied[Expense] | None:
        """Every expense and extra."""

        async def read(store: Store) -> Copied[Expense] | None:
            as_of = whole(await store.sync.state("expenses", "all"))
            if as_of is None or not self._may_use(as_of, ages, "expenses", "all"):
                return None
            return Copied(tuple(one.row for one in await store.expenses.all()), as_of)

        return await self._read(read)

    async def _of(
        self, store: Store, rows: Rows[M], noun: str, stay_ids: Collection[int], ages: Ages
    ) -> Copied[M] | None:
        as_of = whole(await store.sync.state(noun, "all"))
        if as_of is None or not self._may_use(as_of, ages, noun, "all"):
            return None
        found = await rows.where(reservation_id=list(stay_ids))
        note_copied()
        return Copied(tuple(one.row for one in found), as_of)
