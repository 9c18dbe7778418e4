"""Changes of tasks: made, changed, deleted; found again by what they say, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.inputs import TASK_CREATE
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import BrokenAnswerError, ChangeError, DriftError, NotFoundError
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.writes.kinds import Landed, State, Verdict, is_as
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.store.journal.records import Step, StepBody

KEYS = tuple(sorted(TASK_CREATE.keys - {"rank", "color"}))
"""Hostaway's documented keys of a task, without those of the board that it is shown on."""

SAME = ("title", "listingMapId", "reservationId", "canStartFrom", "shouldEndBy")
"""By these a task is found again; Hostaway has no key to make one only once by."""

LIKE = "like it"
"""Tasks that agree in all of these, by their numbers."""

MOST_PAGES = 5
_MOMENT = "%Y-%m-%d %H:%M:%S"


class TaskKind:
    """One task: `createTask`, `updateTask` or `deleteTask`."""

    name = "task"

    def __init__(self, hostaway: Hostaway, learner: Learner, *, clock: Clock) -> None:
        self._hostaway = hostaway
        self._learner = learner
        self._clock = clock

    async def present(self, step: Step) -> State:
        """The task as it is now, or that it is not there; of one to be made those that are like it."""
        body = step.body
        assert body is not None  # who has none is not asked
        if body.operation != "createTask":
            return await self.there(body.path["taskId"])
        made = step.result.get("task_id")
        if isinstance(made, int):
            now = await self.there(made)
            like = [*body.rests_on[LIKE], made] if now["there"] else body.rests_on[LIKE]
            return {LIKE: sorted(set(like)), "made": {str(made): now}}
        found = await self.like(body.body)
        return {LIKE: sorted(found), "made": {str(number): one for number, one in found.items()}}

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
                if all(values[key] == body.get(key) for key in SAME):
                    found[row.id] = {"there": True, **values}
            if page.received < PAGE_LIMIT:
                return found
        return None

    def verdict(self, step: Step, present: State) -> Verdict:
        """Whether the task is made, as wanted, or gone."""
        body = step.body
        assert body is not None  # who has nothing to compare is not asked
        if body.operation == "createTask":
            return _made(body, present)
        if is_as(body.wanted, present):
            return Verdict(Landed.APPLIED)
        return Verdict(Landed.ABSENT if is_as(body.rests_on, present) else Landed.OTHER)

    def result_of(self, _step: Step, reply: Any) -> dict[str, Any]:
        """The number of a task that was made."""
        number = reply.get("id") if isinstance(reply, dict) else None
        return {"task_id": number} if isinstance(number, int) else {}

    def reverse(self, step: Step, present: State) -> Step | None:
        """A made task is deleted, a changed one gets what it had, a deleted one is made again."""
        body = step.body
        assert body is not None  # who has none is not asked
        if body.operation == "createTask":
            return _delete(step, body, present)
        if body.operation == "deleteTask":
            return _make_again(step, body, present)
        if not is_as(body.wanted, present):
            raise DriftError(f"{body.what} was changed again since; that would be lost.")
        was = {key: body.rests_on[key] for key in body.wanted}
        back = StepBody(
            what=body.what,
            before=body.after,
            after=body.before,
            operation="updateTask",
            path=body.path,
            body=was,
            rests_on={key: present[key] for key in body.rests_on},
            wanted=was,
        )
        return Step(n=1, kind=self.name, body=back, listing_id=step.listing_id)


def values_of(raw: JsonObject) -> dict[str, Any]:
    """What a task says, under Hostaway's keys; a list that is lacking is an empty one."""
    lists = ("checklistItems", "customFieldValue", "expense")
    values = {key: raw.get(key) or ([] if key in lists else raw.get(key)) for key in KEYS}
    return values | {"categoriesMap": sorted(int(one) for one in raw.get("categoriesMap") or ())}


def _made(body: StepBody, present: State) -> Verdict:
    new = [number for number in present[LIKE] if number not in body.rests_on[LIKE]]
    if not new:
        return Verdict(Landed.ABSENT)
    if len(new) > 1:
        return Verdict(Landed.OTHER, "Several tasks like it appeared: look there.")
    return Verdict(Landed.APPLIED, f"It is task {new[0]}.", {"task_id": new[0]})


def _delete(step: Step, body: StepBody, present: State) -> Step:
    number = step.result.get("task_id")
    now = present["made"].get(str(number), {"there": False})
    if not isinstance(number, int) or not now["there"]:
        raise ChangeError(f"{body.what} is not there any more.")
    if any(now[key] != value for key, value in body.body.items()):
        raise DriftError(f"{body.what} was changed since; that would be lost.")
    back = StepBody(
        what=f"task {number}, {body.what}",
        before=body.after,
        after={},
        operation="deleteTask",
        path={"taskId": number},
        body=None,
        rests_on=now,
        wanted={"there": False},
    )
    return Step(n=1, kind=TaskKind.name, body=back, listing_id=step.listing_id)


def _make_again(step: Step, body: StepBody, present: State) -> Step:
    if present["there"]:
        raise ChangeError(f"{body.what} is there.")
    kept = {key: value for key, value in body.rests_on.items() if key in KEYS and value not in (None, [])}
    again = StepBody(
        what=body.what,
        before={},
        after=body.before,
        operation="createTask",
        path={},
        body=kept,
        rests_on={LIKE: []},
        wanted={},
    )
    says = f"{body.what} is made anew, with another number, and tied to no automatic task."
    return Step(n=1, kind=TaskKind.name, body=again, listing_id=step.listing_id, says=says)
