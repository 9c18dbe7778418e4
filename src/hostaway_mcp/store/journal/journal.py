"""The journal of writes: durable before anything is sent, and each change of it part of the audit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import ColumnElement, RowMapping, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.clock import Clock
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.engine import BUSY_SECONDS, Database, open_database
from hostaway_mcp.store.journal.chain import KEY_FILE, Anchor, Chain, Link, no_key, read_key
from hostaway_mcp.store.journal.forgetting import Forgetting
from hostaway_mcp.store.journal.records import (
    OPEN_STEPS,
    Entry,
    ProposalState,
    Step,
    StepBody,
    StepState,
)
from hostaway_mcp.store.journal.redacted import redacted
from hostaway_mcp.store.journal.schema import JOURNAL, audit, proposals, steps
from hostaway_mcp.store.journal.trail import Trail
from hostaway_mcp.store.migrate import migrate
from hostaway_mcp.store.raw import pack, unpack, written

PLACE = ("listing_id", "reservation_id", "conversation_id")
"""Where in Hostaway a step changes something."""


class Journal:
    """
    What one account's callers proposed and what became of it. Others may be in the same database.

    Each change of state is one transaction together with its record in the audit: what cannot be audited
    does not happen.
    """

    def __init__(self, desk: Desk, trail: Trail) -> None:
        self._desk = desk
        self.trail = trail
        self.forgetting = Forgetting(desk, trail)

    @classmethod
    async def open(
        cls, url: str, *, account_id: str, directory: Path, clock: Clock, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """
        Opens `sqlite:///path` or `postgresql://…`; the audit's key and anchor are in `directory`.

        Raises:
            StorageError: it cannot be reached, read or written, a newer hostaway-mcp made it, or the key
                of its audit is lost.
        """
        database = open_database(url, busy_seconds=busy_seconds, durable=True)
        try:
            await migrate(database, JOURNAL)
            await _check_key(database, directory)
            chain = Chain(read_key(directory))
        except BaseException:
            await database.aclose()
            raise
        desk = Desk(database, account_id, clock)
        return cls(desk, Trail(desk, chain, Anchor(directory, account_id)))

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._desk.database.aclose()

    # Proposals.

    async def propose(self, entry: Entry) -> None:
        """
        Keeps a proposal with its steps.

        Raises:
            StorageError: it could not be kept, or not be audited.
        """
        row = {name: value for name, value in asdict(entry).items() if name != "steps"}
        row |= {"account_id": self._desk.account_id, "state": entry.state.value}
        async with self._write() as (connection, links):
            await connection.execute(insert(proposals).values(row))
            await connection.execute(insert(steps), [self._row(entry, step) for step in entry.steps])
            links.append(await self._record(connection, "proposed", entry, steps=len(entry.steps)))

    async def get(self, change_id: str) -> Entry | None:
        """The proposal of this name, if it is this account's."""
        found = await self._entries(proposals.c.change_id == change_id)
        return found[0] if found else None

    async def find(
        self,
        *,
        states: Collection[ProposalState] = (),
        since: datetime | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[Entry]:
        """Proposals, the newest first; `before` is where an earlier list ended."""
        wanted: list[ColumnElement[bool]] = []
        if states:
            wanted.append(proposals.c.state.in_([state.value for state in states]))
        if since is not None:
            wanted.append(proposals.c.created_at >= since)
        if before is not None:
            at, change_id = before
            earlier = proposals.c.created_at < at
            same = (proposals.c.created_at == at) & (proposals.c.change_id < change_id)
            wanted.append(earlier | same)
        return await self._entries(*wanted, limit=limit)

    async def under_way(self, arguments_hash: str) -> Entry | None:
        """A proposal of the same arguments of which it is not known yet what became of it."""
        wanted = select(steps.c.change_id).where(self._desk.mine(steps), steps.c.state.in_(OPEN_STEPS))
        found = await self._entries(
            proposals.c.arguments_hash == arguments_hash, proposals.c.change_id.in_(wanted), limit=1
        )
        return found[0] if found else None

    async def open_entries(self) -> list[Entry]:
        """Proposals with steps that may have happened, and those whose applying was cut off."""
        wanted = select(steps.c.change_id).where(self._desk.mine(steps), steps.c.state.in_(OPEN_STEPS))
        cut_off = (proposals.c.state == ProposalState.APPLYING.value) & (
            proposals.c.lease_until < self._desk.clock.now()
        )
        return await self._entries(proposals.c.change_id.in_(wanted) | cut_off)

    async def count_open(self) -> int:
        """How many proposals may have been done without its being known."""
        wanted = (self._desk.mine(steps), steps.c.state.in_(OPEN_STEPS))
        statement = select(func.count(steps.c.change_id.distinct())).where(*wanted)
        async with self._desk.read() as connection:
            return int((await connection.execute(statement)).scalar() or 0)

    async def count_sent(self, kind: str, since: datetime) -> int:
        """How many steps of a kind were sent since an instant."""
        wanted = (self._desk.mine(steps), steps.c.kind == kind, steps.c.sent_at >= since)
        async with self._desk.read() as connection:
            statement = select(func.count()).select_from(steps).where(*wanted)
            return int((await connection.execute(statement)).scalar() or 0)

    async def first_sent(self, kind: str, since: datetime) -> datetime | None:
        """When the earliest of these was sent."""
        wanted = (self._desk.mine(steps), steps.c.kind == kind, steps.c.sent_at >= since)
        async with self._desk.read() as connection:
            rows = select(steps.c.sent_at).where(*wanted).order_by(steps.c.sent_at).limit(1)
            return (await connection.execute(rows)).scalar()

    # What becomes of them.

    async def claim(self, entry: Entry, *, by: str, until: datetime) -> bool:
        """Takes a proposal for applying it; only one caller ever gets it."""
        now = self._desk.clock.now()
        fresh = (proposals.c.state == ProposalState.PENDING.value) & (proposals.c.expires_at > now)
        wanted = fresh | (proposals.c.state == ProposalState.PAUSED.value)
        values = {"state": ProposalState.APPLYING.value, "lease_until": until}
        if entry.state is ProposalState.PENDING:
            values |= {"approved_at": now, "approved_by": by}
        async with self._write() as (connection, links):
            if not await self._move(connection, entry, wanted, values):
                return False
            links.append(await self._record(connection, "applying", entry, approved_by=by))
        return True

    async def approve(self, entry: Entry, *, by: str) -> bool:
        """Notes that a person agreed, before anybody applies it."""
        wanted = (proposals.c.state == ProposalState.PENDING.value) & (
            proposals.c.expires_at > self._desk.clock.now()
        )
        values = {"approved_at": self._desk.clock.now(), "approved_by": by}
        async with self._write() as (connection, links):
            if not await self._move(connection, entry, wanted, values):
                return False
            links.append(await self._record(connection, "approved", entry, approved_by=by))
        return True

    async def close(self, entry: Entry, state: ProposalState, why: str) -> bool:
        """Ends a proposal of which nothing was sent."""
        async with self._write() as (connection, links):
            wanted = proposals.c.state == ProposalState.PENDING.value
            if not await self._move(connection, entry, wanted, {"state": state.value, "why": why}):
                return False
            # It may name what has changed in a guest's words.
            why = redacted(why, self.trail.digest)
            links.append(await self._record(connection, state.value, entry, why=why))
        return True

    async def sent_there(self, step: Step) -> int:
        """How many steps of its kind were ever sent to the same place; ask before looking at it."""
        async with self._desk.read() as connection:
            return (await self._sent_there(connection, step))[0]

    async def sending(self, entry: Entry, step: Step, *, until: datetime, sent_before: int) -> bool:
        """
        Notes durably that a step is about to be sent; False if another has taken it, or if something else is
        on its way to the same place or was sent there since `sent_before` were: what was seen holds no more.
        """
        assert step.body is not None  # a forgotten step is never sent
        async with self._write() as (connection, links):
            if await self._sent_there(connection, step) != (sent_before, 0):
                return False
            values = {"state": StepState.SENDING.value, "sent_at": self._desk.clock.now()}
            if not await self._move_step(connection, entry, step, {StepState.WAITING}, values):
                return False
            await self._move(connection, entry, None, {"lease_until": until})
            body = redacted(step.body.body, self.trail.digest)
            facts = {"operation": step.body.operation, "path": dict(step.body.path), "body": body}
            if step.body.query:
                facts["query"] = dict(step.body.query)
            links.append(
                await self._record(connection, "sending", entry, step=step.n, kind=step.kind, **facts)
            )
        return True

    async def settle(
        self,
        entry: Entry,
        step: Step,
        state: StepState,
        says: str,
        *,
        result: Mapping[str, Any] | None = None,
    ) -> bool:
        """Notes what became of a step, once; what was decided is not decided again."""
        before = {StepState.WAITING} if step.state is StepState.WAITING else set(OPEN_STEPS)
        values: dict[str, Any] = {"state": state.value, "says": says}
        if state is not StepState.CHECKING:
            values["settled_at"] = self._desk.clock.now()
        if result is not None:
            values["result"] = dict(result)
            if step.reservation_id is None and "reservation_id" in result:
                # A stay that was made belongs to its guest from now on, who may be forgotten.
                values["reservation_id"] = result["reservation_id"]
        async with self._write() as (connection, links):
            if not await self._move_step(connection, entry, step, before, values):
                return False
            facts = {
                "step": step.n,
                "outcome": state.value,
                "result": redacted(result or {}, self.trail.digest),
            }
            links.append(await self._record(connection, "outcome", entry, **facts))
        return True

    async def end(self, entry: Entry) -> None:
        """Ends the applying of a proposal: finished if nothing is left of it, else paused."""
        left = select(steps.c.n).where(*self._of(entry, steps), steps.c.state == StepState.WAITING.value)
        async with self._write() as (connection, _):
            some = (await connection.execute(left.limit(1))).first()
            state = ProposalState.PAUSED if some else ProposalState.FINISHED
            wanted = proposals.c.state == ProposalState.APPLYING.value
            await self._move(connection, entry, wanted, {"state": state.value, "lease_until": None})

    async def undone(self, entry: Entry, by: str) -> None:
        """Notes which proposal undid this one."""
        async with self._write() as (connection, _):
            await self._move(connection, entry, None, {"undone_by": by})

    # How.

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[tuple[AsyncConnection, list[Link]]]:
        links: list[Link] = []
        async with self._desk.database.write(f"journal {self._desk.account_id}") as connection:
            yield connection, links
        if links:
            self.trail.note(links)

    async def _record(self, connection: AsyncConnection, event: str, entry: Entry, **facts: Any) -> Link:
        at = self._desk.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = {"at": at, "event": event, "change": entry.change_id, "tool": entry.tool}
        said |= {"door": entry.door, "caller": entry.caller}
        return await self.trail.append(connection, said | facts)

    async def _move(
        self,
        connection: AsyncConnection,
        entry: Entry,
        wanted: ColumnElement[bool] | None,
        values: Mapping[str, Any],
    ) -> bool:
        rows = self._of(entry, proposals) if wanted is None else (*self._of(entry, proposals), wanted)
        return (await connection.execute(update(proposals).where(*rows).values(**values))).rowcount == 1

    async def _move_step(
        self,
        connection: AsyncConnection,
        entry: Entry,
        step: Step,
        before: Collection[StepState],
        values: Mapping[str, Any],
    ) -> bool:
        rows = (*self._of(entry, steps), steps.c.n == step.n)
        states = steps.c.state.in_([state.value for state in before])
        return (await connection.execute(update(steps).where(*rows, states).values(**values))).rowcount == 1

    def _of(self, entry: Entry, table: Any) -> tuple[ColumnElement[bool], ...]:
        return self._desk.mine(table), table.c.change_id == entry.change_id

    async def _sent_there(self, connection: AsyncConnection, step: Step) -> tuple[int, int]:
        places = ((getattr(steps.c, name), getattr(step, name)) for name in PLACE)
        same = [column.is_not_distinct_from(value) for column, value in places]
        sent = (self._desk.mine(steps), steps.c.kind == step.kind, steps.c.sent_at.is_not(None), *same)
        under_way = func.count(case((steps.c.state.in_(OPEN_STEPS), 1)))
        row = (await connection.execute(select(func.count(), under_way).where(*sent))).one()
        return int(row[0]), int(row[1])

    async def _entries(self, *wanted: ColumnElement[bool], limit: int | None = None) -> list[Entry]:
        statement = select(proposals).where(self._desk.mine(proposals), *wanted)
        statement = statement.order_by(proposals.c.created_at.desc(), proposals.c.change_id.desc())
        async with self._desk.read() as connection:
            found = (await connection.execute(statement.limit(limit))).mappings().all()
            names = [row["change_id"] for row in found]
            mine = select(steps).where(self._desk.mine(steps), steps.c.change_id.in_(names))
            rows = (await connection.execute(mine.order_by(steps.c.n))).mappings().all() if names else []
        by_name: dict[str, list[Step]] = {name: [] for name in names}
        for row in rows:
            by_name[row["change_id"]].append(_step(row))
        return [_entry(row, by_name[row["change_id"]]) for row in found]

    def _row(self, entry: Entry, step: Step) -> dict[str, Any]:
        return {
            "account_id": self._desk.account_id,
            "change_id": entry.change_id,
            "n": step.n,
            "kind": step.kind,
            "state": step.state.value,
            "body": pack(written(asdict(step.body))) if step.body else None,
            "listing_id": step.listing_id,
            "reservation_id": step.reservation_id,
            "conversation_id": step.conversation_id,
        }


async def _check_key(database: Database, directory: Path) -> None:
    """A file belongs to one machine: where it has records, a new key would prove none of them."""
    if not database.is_sqlite or (directory / KEY_FILE).exists():
        return
    async with database.read() as connection:
        if (await connection.execute(select(audit.c.seq).limit(1))).first():
            raise no_key(directory / KEY_FILE)


def _step(row: RowMapping) -> Step:
    return Step(
        n=row["n"],
        kind=row["kind"],
        body=StepBody(**unpack(row["body"])) if row["body"] else None,
        listing_id=row["listing_id"],
        reservation_id=row["reservation_id"],
        conversation_id=row["conversation_id"],
        state=StepState(row["state"]),
        sent_at=row["sent_at"],
        settled_at=row["settled_at"],
        says=row["says"],
        result=row["result"] or {},
    )


def _entry(row: RowMapping, its: Sequence[Step]) -> Entry:
    names = Entry.__dataclass_fields__.keys() - {"steps", "state"}
    return Entry(steps=tuple(its), state=ProposalState(row["state"]), **{name: row[name] for name in names})
