"""Threads: which conversations are kept with all their messages, and as of when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.schema import sync_state
from hostaway_mcp.store.upsert import upsert
from hostaway_mcp.store.waits import Waits

NOUN = "thread"
"""Each is a part of its own of what was read; there may be as many as conversations."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation that was read whole at `as_of` (UTC), and how many messages it had."""

    as_of: datetime
    messages: int


class Threads:
    """The threads of one account that were read whole; the messages themselves are kept as messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def get(self, conversation_ids: Iterable[int]) -> Mapping[int, Thread]:
        """Those of these conversations that were read whole."""
        found: dict[int, Thread] = {}
        for some in portions(sorted(set(conversation_ids))):
            rows = sync_state.c.part.in_([str(number) for number in some])
            statement = select(sync_state).where(self._desk.mine(sync_state), sync_state.c.noun == NOUN, rows)
            async with self._desk.read() as connection:
                for row in await connection.execute(statement):
                    found[int(row.part)] = Thread(row.as_of, row.state["messages"])
        return found

    async def keep(self, conversation_id: int, *, messages: int, as_of: datetime) -> None:
        """Notes that a conversation was read whole."""
        row = {
            "account_id": self._desk.account_id,
            "noun": NOUN,
            "part": str(conversation_id),
            "state": {"messages": messages},
            "as_of": as_of,
        }
        async with self._desk.write() as connection:
            await connection.execute(upsert(connection, sync_state), [row])
            await Waits(self._desk).read_whole(connection, conversation_id, messages, as_of)

    async def count(self) -> int:
        """How many were read whole."""
        mine = (self._desk.mine(sync_state), sync_state.c.noun == NOUN)
        async with self._desk.read() as connection:
            found = await connection.execute(select(func.count()).select_from(sync_state).where(*mine))
            return int(found.scalar_one())
