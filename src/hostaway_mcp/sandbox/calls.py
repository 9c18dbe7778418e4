"""One call as a route sees it, and the register of routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from hostaway_mcp.sandbox.documented import Json, Operation
from hostaway_mcp.sandbox.effects import Action, Effect, changes_between
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, missing, page_of
from hostaway_mcp.sandbox.faults import Fault

if TYPE_CHECKING:
    from hostaway_mcp.sandbox.sandbox import Sandbox
    from hostaway_mcp.sandbox.world.world import World


@dataclass(slots=True)
class Call:
    """A request that passed the doors: whose operation it is, with what."""

    sandbox: Sandbox
    operation: Operation
    path: dict[str, str]
    query: Sequence[tuple[str, str]]
    body: Any
    fault: Fault | None = None

    @property
    def world(self) -> World:
        """The state of the account."""
        return self.sandbox.world

    def id(self, name: str) -> int:
        """A number in the path; anything else is not found."""
        text = self.path[name]
        if not text.isdigit():
            raise missing(name)
        return int(text)

    def text(self, name: str) -> str | None:
        """A query parameter; None when it is absent or empty."""
        return next((value for key, value in self.query if key == name and value != ""), None)

    def number(self, name: str) -> int | None:
        """A whole number in the query."""
        text = self.text(name)
        try:
            return None if text is None else int(text)
        except ValueError:
            raise RefusalError(400, f"{name} must be a whole number") from None

    def day(self, name: str) -> date | None:
        """A date in the query."""
        text = self.text(name)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            raise RefusalError(400, f"{name} must be a date YYYY-MM-DD") from None

    def flag(self, name: str) -> bool:
        """A 0/1 parameter, false when absent."""
        return self.text(name) in ("1", "true")

    def many(self, name: str) -> list[str]:
        """A bracketed parameter: name[]=a&name[]=b, name[0]=a, or a comma list in one of them."""
        found = [value for key, value in self.query if re.sub(r"\[\d*\]$", "[]", key) == f"{name}[]"]
        return [part for value in found for part in value.split(",") if part]

    def did(
        self,
        action: Action,
        kind: str,
        number: int,
        *,
        before: Json | None = None,
        after: Json | None = None,
        day: str | None = None,
    ) -> None:
        """Writes down what the call has done to an object: `before` and `after` are its documents."""
        changes = changes_between(before, after)
        at = self.world.clock.now()
        self.sandbox.effects.append(Effect(self.operation.id, action, kind, number, changes, at, day))

    def page(self, rows: Sequence[Json], *, default: int = 100, most: int = 500) -> Reply:
        """One page of rows by `limit` and `offset`."""
        limit = self.size(default=default, most=most)
        offset = max(0, self.number("offset") or 0)
        return page_of(rows[offset : offset + limit], total=len(rows), limit=limit, offset=offset)

    def size(self, *, default: int = 100, most: int = 500) -> int:
        """The page size: `limit` within its bounds."""
        limit = self.number("limit")
        return default if limit is None or limit < 1 else min(limit, most)


Handler = Callable[[Call], Reply]

HANDLERS: dict[str, Handler] = {}


def serves(*operation_ids: str) -> Callable[[Handler], Handler]:
    """Registers the function that answers these operations."""

    def register(handler: Handler) -> Handler:
        for operation_id in operation_ids:
            HANDLERS[operation_id] = handler
        return handler

    return register
