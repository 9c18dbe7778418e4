"""Tasks from the replica, who does them, and which listings have several units."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from hostaway_mcp.models.tasks import Task
from hostaway_mcp.models.users import User
from hostaway_mcp.services.copied_ledgers import TASKS
from hostaway_mcp.services.copied_listings import UNITS
from hostaway_mcp.services.copied_stays import rests_on_the_replica
from hostaway_mcp.services.copy import Ages, Copied, Copy, whole

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.store.tasks import TaskDates


Found = TypeVar("Found")


class CopiedTasks(Copy):
    """Tasks in the replica; None where it has not read all of them lately."""

    async def beside(self, stay_ids: Collection[int], listing_ids: Collection[int]) -> Copied[Task] | None:
        """The tasks of these stays, and those of these listings that belong to no stay."""

        async def read(store: Store) -> Copied[Task] | None:
            as_of = await self._tasks_as_of(store)
            if as_of is None:
                return None
            rest = await store.tasks.where(listing_id=list(listing_ids), reservation_id=None)
            of_stays = {one.row.id: one.row for one in await store.tasks.where(reservation_id=list(stay_ids))}
            of_stays |= {one.row.id: one.row for one in rest}
            return Copied(tuple(of_stays.values()), as_of)

        return self._noted(await self._read(read))

    async def dates(
        self,
        *,
        statuses: Collection[str] | None,
        assignee_id: int | None,
        due_from: datetime | None,
        due_until: datetime | None,
    ) -> Copied[TaskDates] | None:
        """Where and until when those tasks are due that fit; bounds are UTC and included."""

        async def read(store: Store) -> Copied[TaskDates] | None:
            as_of = await self._tasks_as_of(store)
            if as_of is None:
                return None
            found = await store.tasks.dates(
                statuses=statuses, assignee_id=assignee_id, due_from=due_from, due_until=due_until
            )
            return Copied(found, as_of)

        return self._noted(await self._read(read))

    async def whole(self, ids: Collection[int]) -> dict[int, Task]:
        """These tasks by id; one that has just gone is left out."""

        async def read(store: Store) -> Copied[Task]:
            return Copied(tuple(one.row for one in await store.tasks.get(ids)), self._clock.now())

        found = await self._read(read)
        return {one.id: one for one in found.rows} if found else {}

    async def users(self, ages: Ages = UNITS) -> Copied[User] | None:
        """The users of the account."""

        async def read(store: Store) -> Copied[User] | None:
            as_of = whole(await store.sync.state("users", "all"))
            if as_of is None or self._clock.now() - as_of > ages.usable:
                return None
            return Copied(tuple(one.row for one in await store.users.all()), as_of)

        return await self._read(read)

    async def several(self) -> dict[int, int]:
        """The listings that have several units and how many, as far as their calendars were read."""

        async def read(store: Store) -> Copied[tuple[int, int]]:
            return Copied(tuple((await store.units.several()).items()), self._clock.now())

        found = await self._read(read)
        return dict(found.rows) if found else {}

    async def _tasks_as_of(self, store: Store) -> datetime | None:
        as_of = whole(await store.sync.state("tasks", "all"))
        return as_of if as_of and self._may_use(as_of, TASKS, "tasks", "all") else None

    def _noted(self, found: Copied[Found] | None) -> Copied[Found] | None:
        if found is not None:
            rests_on_the_replica()
        return found
