"""How far the reading of each noun has come, and who reads on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Text, and_, cast, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.schema import leases, listings, sync_state
from hostaway_mcp.store.threads import NOUN as THREAD
from hostaway_mcp.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class State:
    """What a reader wrote down for its next turn; `as_of` (UTC) is when the part was true as a whole."""

    noun: str
    part: str
    state: Mapping[str, Any]
    as_of: datetime | None

    def marked(self, mark: str) -> datetime | None:
        """When somebody marked the part with this word."""
        at = self.state.get(_MARKS, {}).get(mark)
        return datetime.fromisoformat(at) if at else None


@dataclass(frozen=True, slots=True)
class Calendars:
    """How many active listings there are, how many calendars of theirs were read, and when the oldest was."""

    listings: int
    read: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Lease:
    """Work that somebody takes or holds for some seconds from now; for 0 seconds, gives back."""

    work: str
    owner: str
    seconds: float


_MARKS = "marks"


class Sync:
    """The reading of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def state(self, noun: str, part: str = "") -> State | None:
        """How far a part of a noun is; None before the first time."""
        async with self._desk.read() as connection:
            found = (await connection.execute(self._one(noun, part))).one_or_none()
        return State(found.noun, found.part, found.state, found.as_of) if found else None

    async def states(self, noun: str | None = None, *, but: Collection[str] = (THREAD,)) -> tuple[State, ...]:
        """How far everything is (`but` some nouns, such as threads, which are many), or one noun."""
        which = sync_state.c.noun == noun if noun is not None else sync_state.c.noun.not_in(but)
        statement = select(sync_state).where(self._desk.mine(sync_state), which)
        async with self._desk.read() as connection:
            ordered = statement.order_by(sync_state.c.noun, sync_state.c.part)
            found = (await connection.execute(ordered)).all()
        return tuple(State(r.noun, r.part, r.state, r.as_of) for r in found)

    async def calendars(self) -> Calendars:
        """How many calendars of active listings were read, and when the oldest of them was."""
        part = and_(
            self._desk.mine(sync_state),
            sync_state.c.noun == "calendar",
            sync_state.c.part == cast(listings.c.id, Text),
        )
        oldest = func.min(sync_state.c.as_of, type_=sync_state.c.as_of.type)
        statement = select(func.count(), func.count(sync_state.c.as_of), oldest)
        joined = statement.select_from(listings.outerjoin(sync_state, part))
        active = (self._desk.mine(listings), listings.c.archived.is_not(True))
        async with self._desk.read() as connection:
            return Calendars(*(await connection.execute(joined.where(*active))).one())

    async def ages(self, noun: str) -> dict[str, datetime]:
        """As of when each part of a noun is true; those that never were are left out."""
        statement = select(sync_state.c.part, sync_state.c.as_of).where(
            self._desk.mine(sync_state), sync_state.c.noun == noun, sync_state.c.as_of.is_not(None)
        )
        async with self._desk.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def stamp(self, noun: str) -> tuple[object, ...]:
        """Something that is other once a part of a noun was read again: how many, the oldest, the newest."""
        at = sync_state.c.as_of
        bounds = (func.min(at, type_=Text()), func.max(at, type_=Text()))
        statement = select(func.count(at), *bounds).where(
            self._desk.mine(sync_state), sync_state.c.noun == noun
        )
        async with self._desk.read() as connection:
            return tuple((await connection.execute(statement)).one())

    async def take(self, noun: str, part: str, lease: Lease) -> tuple[bool, State | None]:
        """Claims the work on a part; gives whether it is ours, and how far it is by then."""
        async with self._desk.write() as connection:
            ours = await self._hold(connection, lease)
            found = (await connection.execute(self._one(noun, part))).one_or_none() if ours else None
        return ours, State(found.noun, found.part, found.state, found.as_of) if found else None

    async def save(
        self,
        noun: str,
        part: str,
        state: Mapping[str, Any],
        as_of: datetime | None,
        *,
        lease: Lease | None = None,
    ) -> None:
        """Writes down how far it is, as JSON, and holds the lease or gives it back; marks stay."""
        async with self._desk.write() as connection:
            if lease:
                await self._hold(connection, lease)
            there = (await connection.execute(self._one(noun, part))).one_or_none()
            marks = {_MARKS: there.state[_MARKS]} if there and _MARKS in there.state else {}
            await self._write(connection, noun, part, {**state, **marks}, as_of)

    async def mark(self, noun: str, parts: Iterable[str], mark: str) -> None:
        """Marks parts that were read before with a word and the instant, for whoever reads them next."""
        now = self._desk.clock.now().isoformat()
        async with self._desk.write() as connection:
            for part in parts:
                there = (await connection.execute(self._one(noun, part))).one_or_none()
                if there is not None:
                    marks = {**there.state.get(_MARKS, {}), mark: now}
                    state = {**there.state, _MARKS: marks}
                    await self._write(connection, noun, part, state, there.as_of)

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
        async with self._desk.write() as connection:
            return await self._hold(connection, Lease(work, owner, seconds))

    async def release(self, work: str, owner: str) -> None:
        """Gives work back; nothing happens if somebody else has it by now."""
        async with self._desk.write() as connection:
            await self._hold(connection, Lease(work, owner, 0))

    async def _hold(self, connection: AsyncConnection, lease: Lease) -> bool:
        if not lease.seconds:
            rows = (self._desk.mine(leases), leases.c.work == lease.work, leases.c.owner == lease.owner)
            return (await connection.execute(delete(leases).where(*rows))).rowcount == 1
        now = self._desk.clock.now()
        row = {
            "account_id": self._desk.account_id,
            "work": lease.work,
            "owner": lease.owner,
            "until": now + timedelta(seconds=lease.seconds),
        }
        statement = upsert(
            connection,
            leases,
            when=lambda there, _: or_(there.c.until <= now, there.c.owner == lease.owner),
        )
        return (await connection.execute(statement.values(row))).rowcount == 1

    def _one(self, noun: str, part: str) -> Select[Any]:
        rows = (self._desk.mine(sync_state), sync_state.c.noun == noun, sync_state.c.part == part)
        return select(sync_state).where(*rows)

    async def _write(
        self,
        connection: AsyncConnection,
        noun: str,
        part: str,
        state: Mapping[str, Any],
        as_of: datetime | None,
    ) -> None:
        row = {
            "account_id": self._desk.account_id,
            "noun": noun,
            "part": part,
            "state": dict(state),
            "as_of": as_of,
        }
        await connection.execute(upsert(connection, sync_state), [row])
