"""How far the reading of each noun has come, and who reads on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import leases, sync_state
from hostaway_mcp.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class State:
    """What a reader wrote down for its next turn; `as_of` (UTC) is when the part was true as a whole."""

    noun: str
    part: str
    state: Mapping[str, Any]
    as_of: datetime | None


class Sync:
    """The reading of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def state(self, noun: str, part: str = "") -> State | None:
        """How far a part of a noun is; None before the first time."""
        rows = (self._desk.mine(sync_state), sync_state.c.noun == noun, sync_state.c.part == part)
        async with self._desk.read() as connection:
            found = (await connection.execute(select(sync_state).where(*rows))).one_or_none()
        return State(found.noun, found.part, found.state, found.as_of) if found else None

    async def states(self, noun: str | None = None) -> tuple[State, ...]:
        """How far everything is, or all parts of one noun."""
        statement = select(sync_state).where(self._desk.mine(sync_state))
        if noun is not None:
            statement = statement.where(sync_state.c.noun == noun)
        async with self._desk.read() as connection:
            ordered = statement.order_by(sync_state.c.noun, sync_state.c.part)
            found = (await connection.execute(ordered)).all()
        return tuple(State(r.noun, r.part, r.state, r.as_of) for r in found)

    async def save(self, noun: str, part: str, state: Mapping[str, Any], as_of: datetime | None) -> None:
        """Writes down how far it is, as JSON."""
        row = {
            "account_id": self._desk.account_id,
            "noun": noun,
            "part": part,
            "state": dict(state),
            "as_of": as_of,
        }
        async with self._desk.write() as connection:
            await connection.execute(upsert(connection, sync_state), [row])

    async def forget(self, noun: str, part: str | None = None) -> None:
        """Drops what was written down, for a part or the whole noun."""
        statement = delete(sync_state).where(self._desk.mine(sync_state), sync_state.c.noun == noun)
        if part is not None:
            statement = statement.where(sync_state.c.part == part)
        async with self._desk.write() as connection:
            await connection.execute(statement)

    async def claim(self, work: str, owner: str, seconds: float) -> bool:
        """
        Takes a piece of work for some seconds, or holds it longer; False while somebody else has it.

        Processes on several machines must agree on the time to within much less than `seconds`.
        """
        now = self._desk.clock.now()
        row = {
            "account_id": self._desk.account_id,
            "work": work,
            "owner": owner,
            "until": now + timedelta(seconds=seconds),
        }
        async with self._desk.write() as connection:
            statement = upsert(
                connection,
                leases,
                when=lambda there, _: or_(there.c.until <= now, there.c.owner == owner),
            )
            return (await connection.execute(statement.values(row))).rowcount == 1

    async def release(self, work: str, owner: str) -> None:
        """Gives work back; nothing happens if somebody else has it by now."""
        rows = (self._desk.mine(leases), leases.c.work == work, leases.c.owner == owner)
        async with self._desk.write() as connection:
            await connection.execute(delete(leases).where(*rows))
