"""Things that are made, changed and deleted: found again by what they say, and taken back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from hostaway_mcp.errors import ChangeError, DriftError
from hostaway_mcp.services.writes.kinds import Back, Landed, State, Verdict, check_as_left, is_as
from hostaway_mcp.store.journal.records import Step, StepBody

LIKE = "like it"
"""Those that agree with one to be made in all by which it is found again, by their numbers."""


class ThingKind(ABC):
    """
    Requests that make, change or delete one thing of a noun.

    Hostaway has no key to make something only once by, so what was made is found by what it says, among
    those that were not there before.
    """

    name: str
    noun: ClassVar[str]
    """`Task`, as in Hostaway's `createTask`."""
    keys: ClassVar[tuple[str, ...]]
    """Hostaway's documented keys of which its state is made."""

    @abstractmethod
    async def there(self, number: int) -> dict[str, Any]:
        """Its values under Hostaway's keys, and that it is there; the replica learns it."""

    @abstractmethod
    async def like(self, body: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        """
        Those that say the same as a body, by their numbers.

        Raises:
            BrokenAnswerError: there are too many to look through.
        """

    def body_of(self, wanted: State, _present: State) -> dict[str, Any]:
        """What is sent to give it these values."""
        return dict(wanted)

    @property
    def path_key(self) -> str:
        """`taskId`, as in Hostaway's path."""
        return f"{self.name}Id"

    @property
    def result_key(self) -> str:
        """`task_id`, as answers have it."""
        return f"{self.name}_id"

    def to_make(self, what: str, after: Mapping[str, str], body: Any, *, like: Sequence[int]) -> StepBody:
        """The request that makes one; `like` are the numbers of those that say the same already."""
        return StepBody(
            what=what,
            before={},
            after=after,
            operation=f"create{self.noun}",
            path={},
            body=body,
            rests_on={LIKE: like},
            wanted={},
        )

    def to_delete(self, what: str, before: Mapping[str, str], number: int, was: State) -> StepBody:
        """The request that deletes one that is as it `was`."""
        return StepBody(
            what=what,
            before=before,
            after={},
            operation=f"delete{self.noun}",
            path={self.path_key: number},
            body=None,
            rests_on=was,
            wanted={"there": False},
        )

    async def present(self, step: Step) -> State:
        """The thing as it is now, or that it is not there; of one to be made those that are like it."""
        body = step.body
        assert body is not None  # who has none is not asked
        if body.operation != f"create{self.noun}":
            return await self.there(body.path[self.path_key])
        made = step.result.get(self.result_key)
        if isinstance(made, int):
            now = await self.there(made)
            like = [*body.rests_on[LIKE], made] if now["there"] else body.rests_on[LIKE]
            return {LIKE: sorted(set(like)), "made": {str(made): now}}
        found = await self.like(body.body)
        return {LIKE: sorted(found), "made": {str(number): one for number, one in found.items()}}

    def verdict(self, step: Step, present: State) -> Verdict:
        """Whether it is made, as wanted, or gone."""
        body = step.body
        assert body is not None  # who has nothing to compare is not asked
        if body.operation == f"create{self.noun}":
            return self._made(body, present)
        if is_as(body.wanted, present):
            return Verdict(Landed.APPLIED)
        return Verdict(Landed.ABSENT if is_as(body.rests_on, present) else Landed.OTHER)

    def result_of(self, _step: Step, reply: Any) -> dict[str, Any]:
        """The number of what was made."""
        number = reply.get("id") if isinstance(reply, dict) else None
        return {self.result_key: number} if isinstance(number, int) else {}

    def reverse(self, step: Step, present: State) -> Back | None:
        """What was made is deleted, what was changed gets what it had, what was deleted is made again."""
        body = step.body
        assert body is not None  # who has none is not asked
        if body.operation == f"create{self.noun}":
            return self._delete(step, body, present)
        if body.operation == f"delete{self.noun}":
            return self._make_again(body, present)
        check_as_left(body, present)
        was = {key: body.rests_on[key] for key in body.wanted}
        back = replace(
            body,
            before=body.after,
            after=body.before,
            body=self.body_of(was, present),
            rests_on={key: present[key] for key in body.rests_on},
            wanted=was,
        )
        return Back(back)

    def _made(self, body: StepBody, present: State) -> Verdict:
        new = [number for number in present[LIKE] if number not in body.rests_on[LIKE]]
        if not new:
            return Verdict(Landed.ABSENT)
        if len(new) > 1:
            return Verdict(Landed.OTHER, "Several like it appeared: look there.")
        return Verdict(Landed.APPLIED, f"It is {self.name} {new[0]}.", {self.result_key: new[0]})

    def _delete(self, step: Step, body: StepBody, present: State) -> Back:
        number = step.result.get(self.result_key)
        now = present["made"].get(str(number), {"there": False})
        if not isinstance(number, int) or not now["there"]:
            raise ChangeError(f"{body.what} is not there any more.")
        if any(now[key] != value for key, value in body.body.items()):
            raise DriftError(f"{body.what} was changed since; that would be lost.")
        return Back(self.to_delete(f"{self.name} {number}, {body.what}", body.after, number, now))

    def _make_again(self, body: StepBody, present: State) -> Back:
        if present["there"]:
            raise ChangeError(f"{body.what} is there.")
        kept = {key: body.rests_on[key] for key in self.keys if body.rests_on[key] not in (None, [])}
        again = self.to_make(body.what, body.before, kept, like=[])
        return Back(again, f"{body.what} is made anew, with another number.")
