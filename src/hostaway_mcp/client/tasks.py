"""Tasks: cleaning, maintenance and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import CREATE_TASK, DELETE_TASK, GET_TASK, LIST_TASKS, UPDATE_TASK
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Done, Noun, One, Page, Written
from hostaway_mcp.models.tasks import Task, TaskEvent, TaskStatus


class Tasks(Noun):
    """Source: Hostaway API reference, "Tasks"."""

    async def find(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        channel_id: int | None = None,
        can_start_from_event: TaskEvent | None = None,
        should_end_by_event: TaskEvent | None = None,
        reservation_id: int | None = None,
        match: str | None = None,
        status: TaskStatus | None = None,
        can_start_from_start: date | None = None,
        can_start_from_end: date | None = None,
        should_end_by_start: date | None = None,
        should_end_by_end: date | None = None,
    ) -> Page[Task]:
        """Tasks that fit all that is asked; there is no filter by listing or assignee."""
        query = {
            "limit": limit,
            "offset": offset,
            "channelId": channel_id,
            "canStartFromEvent": can_start_from_event,
            "shouldEndByEvent": should_end_by_event,
            "reservationId": reservation_id,
            "match": match,
            "status": status,
            "canStartFromStart": can_start_from_start,
            "canStartFromEnd": can_start_from_end,
            "shouldEndByStart": should_end_by_start,
            "shouldEndByEnd": should_end_by_end,
        }
        return await self._page(LIST_TASKS, Task, query=query)

    async def get(self, task_id: int) -> One[Task]:
        """
        One task.

        Raises:
            NotFoundError: no such task in this account.
        """
        return await self._one(GET_TASK, Task, path={"taskId": task_id})

    async def create(self, body: Mapping[str, Json]) -> Written[Task]:
        """A new task, from at least a `title`; its moments are UTC."""
        return await self._write(CREATE_TASK, Task, body=inputs.TASK_CREATE.wire(body))

    async def update(self, task_id: int, body: Mapping[str, Json]) -> Written[Task]:
        """Changes the named fields of a task."""
        return await self._write(
            UPDATE_TASK, Task, path={"taskId": task_id}, body=inputs.TASK_UPDATE.wire(body)
        )

    async def delete(self, task_id: int) -> Done:
        """Deletes a task."""
        return await self._do(DELETE_TASK, path={"taskId": task_id})
