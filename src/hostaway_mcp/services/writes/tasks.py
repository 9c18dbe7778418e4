"""Changes of tasks: made, changed, deleted; found again by what they say, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.inputs import TASK_CREATE
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import BrokenAnswerError, NotFoundError
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.things import ThingKind

KEYS = tuple(sorted(TASK_CREATE.keys - {"rank", "color"}))
"""Hostaway's documented keys of a task, without those of the board that it is shown on."""

SAME = ("title", "listingMapId", "reservationId", "canStartFrom", "shouldEndBy")
"""By these a task is found again; Hostaway has no key to make one only once by."""

MOST_PAGES = 5
_MOMENT = "%Y-%m-%d %H:%M:%S"


class TaskKind(ThingKind):
    """One task: `createTask`, `updateTask` or `deleteTask`."""

    name = "task"
    noun = "Task"
    keys = KEYS

    def __init__(self, hostaway: Hostaway, learner: Learner, *, clock: Clock) -> None:
        self._hostaway = hostaway
        self._learner = learner
        self._clock = clock

    async def there(self, number: int) -> dict[str, Any]:
        """A task's values under Hostaway's keys, and that it is there; the replica learns it."""
        try:
            one = await self._hostaway.tasks.get(number)
        except NotFoundError:
            now = self._clock.now()
            await self._learner.learn("tasks", lambda store: store.tasks.gone([number], at=now))
            return {"there": False}
        raw = one.raw
        if not isinstance(raw, dict):
            raise BrokenAnswerError("Hostaway sent something else than a task.")
        await self._learner.learn("tasks", lambda store: store.tasks.put([one.row], [raw], seen_at=one.as_of))
        return {"there": True, **values_of(raw)}

    async def like(self, body: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        """
        The tasks that say the same as a body, by their numbers: among those due around then, or those that
        match its title where it is not due or that would be too many.

        Raises:
            BrokenAnswerError: there are too many to look through.
        """
        due = datetime.strptime(body["shouldEndBy"], _MOMENT).date() if body.get("shouldEndBy") else None  # noqa: DTZ007
        for match in (None, body["title"]) if due else (body["title"],):
            found = await self._like(body, match, due)
            if found is not None:
                return found
        raise BrokenAnswerError("There are too many tasks to see whether this one is among them.")

    async def _like(
        self, body: Mapping[str, Any], match: str | None, due: date | None
    ) -> dict[int, dict[str, Any]] | None:
        found: dict[int, dict[str, Any]] = {}
        for number in range(MOST_PAGES):
            page = await self._hostaway.tasks.find(
                limit=PAGE_LIMIT,
                offset=number * PAGE_LIMIT,
                match=match,
                # How Hostaway takes these days is not documented, so one more is read on either side.
                should_end_by_start=due - ONE_DAY if due else None,
                should_end_by_end=due + ONE_DAY if due else None,
            )
            for row, raw in zip(page.rows, page.raw, strict=True):
                values = values_of(raw)
                # What was not said may be filled in by Hostaway.
                if all(values[key] == body[key] for key in SAME if body.get(key) is not None):
                    found[row.id] = {"there": True, **values}
            if page.received < PAGE_LIMIT:
                return found
        return None


def values_of(raw: JsonObject) -> dict[str, Any]:
    """What a task says, under Hostaway's keys; a list that is lacking is an empty one."""
    lists = ("checklistItems", "customFieldValue", "expense")
    values = {key: raw.get(key) or ([] if key in lists else raw.get(key)) for key in KEYS}
    return values | {"categoriesMap": sorted(int(one) for one in raw.get("categoriesMap") or ())}
