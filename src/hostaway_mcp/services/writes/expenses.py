"""Changes of expenses and extras: made, changed, deleted; found again by what they say, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.inputs import EXPENSE
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import BrokenAnswerError, NotFoundError
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.services.writes.kinds import State
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.things import ThingKind

KEYS = tuple(sorted(EXPENSE.keys - {"isDeleted", "categories"}))
"""Hostaway's documented keys; categories go by their names."""

SAME = ("concept", "amount", "expenseDate", "listingMapId", "reservationId")
"""By these an expense is found again; Hostaway has no key to make one only once by."""

ALWAYS = ("expenseDate", "concept", "amount")
"""Hostaway's table says that every body has these. Source: "Create an expense"."""

PAGE = 500
"""The documented most. Hostaway has no filter, so all of them are looked through."""
MOST_PAGES = 20

_LISTS = ("ownerStatementIds", "categoriesNames", "attachments")


class ExpenseKind(ThingKind):
    """One expense or extra: `createExpense`, `updateExpense` or `deleteExpense`."""

    name = "expense"
    noun = "Expense"
    keys = KEYS

    def __init__(self, hostaway: Hostaway, learner: Learner, *, clock: Clock) -> None:
        self._hostaway = hostaway
        self._learner = learner
        self._clock = clock

    async def there(self, number: int) -> dict[str, Any]:
        """An expense's values under Hostaway's keys, and that it is there; the replica learns it."""
        try:
            one = await self._hostaway.expenses.get(number)
        except NotFoundError:
            now = self._clock.now()
            await self._learner.learn("expenses", lambda store: store.expenses.gone([number], at=now))
            return {"there": False}
        raw = one.raw
        if not isinstance(raw, dict):
            raise BrokenAnswerError("Hostaway sent something else than an expense.")
        await self._learner.learn(
            "expenses", lambda store: store.expenses.put([one.row], [raw], seen_at=one.as_of)
        )
        return {"there": False} if one.row.is_deleted else {"there": True, **values_of(raw)}

    async def every(self) -> dict[int, dict[str, Any]]:
        """
        All expenses and extras of the account, by their numbers.

        Raises:
            BrokenAnswerError: there are too many to look through.
        """
        found: dict[int, dict[str, Any]] = {}
        offset = 0
        for _ in range(MOST_PAGES):
            page = await self._hostaway.expenses.find(limit=PAGE, offset=offset)
            for row, raw in zip(page.rows, page.raw, strict=True):
                if not row.is_deleted:
                    found[row.id] = {"there": True, **values_of(raw)}
            offset += page.received
            if not page.received or (page.received < PAGE if page.count is None else offset >= page.count):
                return found
        raise BrokenAnswerError("There are too many expenses to see whether this one is among them.")

    async def like(self, body: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        """The expenses that say the same as a body, by their numbers."""
        return like(body, await self.every())

    def body_of(self, wanted: State, present: State) -> dict[str, Any]:
        """With what must always be said."""
        return {key: present[key] for key in ALWAYS} | dict(wanted)


def like(body: Mapping[str, Any], every: Mapping[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Those that agree with a body in all that it says of `SAME`."""
    said = [key for key in SAME if body.get(key) is not None]
    return {number: one for number, one in every.items() if all(one[key] == body[key] for key in said)}


def values_of(raw: JsonObject) -> dict[str, Any]:
    """What an expense says, under Hostaway's keys; a list that is lacking is an empty one."""
    values: dict[str, Any] = {key: raw.get(key) or ([] if key in _LISTS else raw.get(key)) for key in KEYS}
    return values | {"categoriesNames": sorted(values["categoriesNames"])}
