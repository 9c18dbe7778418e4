"""The journal of what writes really did, which tests count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from hostaway_mcp.sandbox.documented import Json

Action = Literal["created", "updated", "deleted", "cancelled", "sent", "exported"]

_MOMENTS = ("updatedOn", "latestActivityOn")


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What one write did to one object.

    `kind` is the object's name, such as "reservation", "message" or "calendarDay"; `id` its id (of a
    calendar day the listing's, with its `day`). `changes` has old and new value by field, without the
    moments that every write moves; it is empty where a write left things as they were.
    """

    operation: str
    action: Action
    kind: str
    id: int
    changes: Mapping[str, tuple[Any, Any]]
    at: datetime
    day: str | None = None

    @property
    def changed(self) -> bool:
        """Whether the object is another than before."""
        return bool(self.changes)


class Effects(list[Effect]):
    """Every effect in the order in which it came about."""

    def of(self, kind: str, number: int | None = None, *, action: Action | None = None) -> list[Effect]:
        """The effects on one kind of object, or on one object."""
        return [
            one
            for one in self
            if one.kind == kind and number in (None, one.id) and action in (None, one.action)
        ]

    def tally(self) -> Counter[str]:
        """How many of each, such as {"message sent": 1}."""
        return Counter(f"{one.kind} {one.action}" for one in self)


def changes_between(before: Json | None, after: Json | None) -> dict[str, tuple[Any, Any]]:
    """Old and new value of each field that differs; None before is an object that was not there."""
    old, new = before or {}, after or {}
    return {
        name: (old.get(name), new.get(name))
        for name in old | new
        if old.get(name) != new.get(name) and name not in _MOMENTS
    }
