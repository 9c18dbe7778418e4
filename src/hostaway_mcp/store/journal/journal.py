"""The journal of writes: durable before anything is sent, and each change of it part of the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select

from hostaway_mcp.clock import Clock
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.engine import BUSY_SECONDS, Database, open_database
from hostaway_mcp.store.journal.chain import KEY_FILE, Anchor, Chain, Link, no_key, read_key
from hostaway_mcp.store.journal.forgetting import Forgetting
from hostaway_mcp.store.journal.pen import Pen
from hostaway_mcp.store.journal.records import OPEN_STEPS, Entry, ProposalState, Step, StepState
from hostaway_mcp.store.journal.redacted import redacted
from hostaway_mcp.store.journal.rows import entry_of, proposal_row, step_of, step_row
from hostaway_mcp.store.journal.schema import JOURNAL, audit, proposals, steps
from hostaway_mcp.store.journal.statements import (
    MOVE,
    MOVE_FREE,
    MOVE_FRESH,
    MOVE_LEFT,
    MOVE_OVER,
    MOVE_PENDING,
    PLACE,
    PROPOSAL,
    SENT_THERE,
    STEPS,
    TAKE_BACK,
)
from hostaway_mcp.store.journal.trail import Trail
from hostaway_mcp.store.migrate import migrate

P = ParamSpec("P")
T = TypeVar("T")


def _reading(
    work: Callable[Concatenate[Journal, Connection, P], T],
) -> Callable[Concatenate[Journal, P], Coroutine[Any, Any, T]]:
    """A method that asks the database in one go."""

    @wraps(work)
    async def asked(self: Journal, /, *args: P.args, **named: P.kwargs) -> T:
        return await self._desk.database.read_at_once(
            lambda connection: work(self, connection, *args, **named)
        )

    return asked


def _writing(
    work: Callable[Concatenate[Journal, Pen, P], T],
) -> Callable[Concatenate[Journal, P], Coroutine[Any, Any, T]]:
    """A method that is one durable transaction, whose links are noted outside once it is kept."""

    @wraps(work)
    async def kept(self: Journal, /, *args: P.args, **named: P.kwargs) -> T:
        links: list[Link] = []

        def write(connection: Connection) -> T:
            return work(self, Pen(connection, self._desk, self.trail, links), *args, **named)

        given = await self._desk.database.write_at_once(f"journal {self._desk.account_id}", write)
        if links:
            self.trail.note(links)
        return given

    return kept


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
        database = open_database(url, busy_seconds=busy_seconds)
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

    @_writing
    def propose(self, pen: Pen, entry: Entry) -> None:
        """
        Keeps a proposal with its steps.

        Raises:
            StorageError: it could not be kept, or not be audited.
        """
        account_id = self._desk.account_id
        pen.connection.execute(insert(proposals), proposal_row(account_id, entry))
        pen.connection.execute(insert(steps), [step_row(account_id, entry, step) for step in entry.steps])
        pen.record("proposed", entry, steps=len(entry.steps))

    @_reading
    def get(self, connection: Connection, change_id: str) -> Entry | None:
        """The proposal of this name, if it is this account's."""
        wanted = {"of_account": self._desk.account_id, "of_change": change_id}
        found = self._with_steps(connection, connection.execute(PROPOSAL, wanted).mappings().all())
        return found[0] if found else None

    @_reading
    def find(
        self,
        connection: Connection,
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
        return self._entries(connection, *wanted, limit=limit)

    @_reading
    def under_way(self, connection: Connection, arguments_hash: str) -> Entry | None:
        """A proposal of the same arguments of which it is not known yet what became of it."""
        wanted = select(steps.c.change_id).where(self._desk.mine(steps), steps.c.state.in_(OPEN_STEPS))
        found = self._entries(
            connection,
            proposals.c.arguments_hash == arguments_hash,
            proposals.c.change_id.in_(wanted),
            limit=1,
        )
        return found[0] if found else None

    @_reading
    def open_entries(self, connection: Connection) -> list[Entry]:
        """Proposals with steps that may have happened, and those whose applying was cut off."""
        wanted = select(steps.c.change_id).where(self._desk.mine(steps), steps.c.state.in_(OPEN_STEPS))
        cut_off = (proposals.c.state == ProposalState.APPLYING.value) & (
            proposals.c.lease_until < self._desk.clock.now()
        )
        return self._entries(connection, proposals.c.change_id.in_(wanted) | cut_off)

    @_reading
    def count_open(self, connection: Connection) -> int:
        """How many proposals may have been done without its being known."""
        wanted = (self._desk.mine(steps), steps.c.state.in_(OPEN_STEPS))
        statement = select(func.count(steps.c.change_id.distinct())).where(*wanted)
        return int(connection.execute(statement).scalar() or 0)

    @_reading
    def count_sent(self, connection: Connection, kind: str, since: datetime) -> int:
        """How many steps of a kind were sent since an instant."""
        wanted = (self._desk.mine(steps), steps.c.kind == kind, steps.c.sent_at >= since)
        statement = select(func.count()).select_from(steps).where(*wanted)
        return int(connection.execute(statement).scalar() or 0)

    @_reading
    def first_sent(self, connection: Connection, kind: str, since: datetime) -> datetime | None:
        """When the earliest of these was sent."""
        wanted = (self._desk.mine(steps), steps.c.kind == kind, steps.c.sent_at >= since)
        rows = select(steps.c.sent_at).where(*wanted).order_by(steps.c.sent_at).limit(1)
        return connection.execute(rows).scalar()

    # What becomes of them.

    @_writing
    def claim(self, pen: Pen, entry: Entry, *, by: str, until: datetime) -> bool:
        """Takes a proposal for applying it; only one caller ever gets it."""
        return self._claim(pen, entry, by, until)

    @_writing
    def approve(self, pen: Pen, entry: Entry, *, by: str) -> bool:
        """Notes that a person agreed, before anybody applies it."""
        now = self._desk.clock.now()
        if not pen.move(MOVE_FRESH, entry, {"approved_at": now, "approved_by": by}, now=now):
            return False
        pen.record("approved", entry, approved_by=by)
        return True

    @_writing
    def close(self, pen: Pen, entry: Entry, state: ProposalState, why: str) -> bool:
        """Ends a proposal of which nothing was sent."""
        if not pen.move(MOVE_PENDING, entry, {"state": state.value, "why": why}):
            return False
        # It may name what has changed in a guest's words.
        pen.record(state.value, entry, why=redacted(why, self.trail.digest))
        return True

    @_reading
    def sent_there(self, connection: Connection, step: Step) -> int:
        """How many steps of its kind were ever sent to the same place; ask before looking at it."""
        return self._sent_there(connection, step)[0]

    @_writing
    def sending(
        self,
        pen: Pen,
        entry: Entry,
        step: Step,
        *,
        until: datetime,
        sent_before: int,
        by: str | None = None,
    ) -> bool:
        """
        Notes durably that a step is about to be sent; False if another has taken it, or if something else is
        on its way to the same place or was sent there since `sent_before` were: what was seen holds no more.
        A proposal of one step is claimed with it: `by` says who agreed.
        """
        assert step.body is not None  # a forgotten step is never sent
        if self._sent_there(pen.connection, step) != (sent_before, 0):
            return False
        if by is not None and not self._claim(pen, entry, by, until):
            return False
        values = {"state": StepState.SENDING.value, "sent_at": self._desk.clock.now()}
        if not pen.move_step(entry, step, {StepState.WAITING}, values):
            return False
        if by is None:
            pen.move(MOVE, entry, {"lease_until": until})
        body = redacted(step.body.body, self.trail.digest)
        facts = {"operation": step.body.operation, "path": dict(step.body.path), "body": body}
        if step.body.query:
            facts["query"] = dict(step.body.query)
        pen.record("sending", entry, step=step.n, kind=step.kind, **facts)
        return True

    @_writing
    def settle(
        self,
        pen: Pen,
        entry: Entry,
        step: Step,
        state: StepState,
        says: str,
        *,
        result: Mapping[str, Any] | None = None,
    ) -> bool:
        """
        Notes what became of a step, once; what was decided is not decided again. With the last step that was
        left its proposal is finished, and what it takes back is undone if all of it was done.
        """
        before = {StepState.WAITING} if step.state is StepState.WAITING else set(OPEN_STEPS)
        values: dict[str, Any] = {"state": state.value, "says": says}
        if state is not StepState.CHECKING:
            values["settled_at"] = self._desk.clock.now()
        if result is not None:
            values["result"] = dict(result)
            if step.reservation_id is None and "reservation_id" in result:
                # A stay that was made belongs to its guest from now on, who may be forgotten.
                values["reservation_id"] = result["reservation_id"]
        if not pen.move_step(entry, step, before, values):
            return False
        kept = redacted(result or {}, self.trail.digest)
        pen.record("outcome", entry, step=step.n, outcome=state.value, result=kept)
        pen.move(MOVE_OVER, entry, {"state": ProposalState.FINISHED.value, "lease_until": None})
        if entry.undo_of is not None:
            pen.move(TAKE_BACK, entry, {"undone_by": entry.change_id, "of_undone": entry.undo_of})
        return True

    @_writing
    def pause(self, pen: Pen, entry: Entry) -> None:
        """Lets go of a proposal, if steps of it are left that may be gone on with."""
        pen.move(MOVE_LEFT, entry, {"state": ProposalState.PAUSED.value, "lease_until": None})

    # How.

    def _claim(self, pen: Pen, entry: Entry, by: str, until: datetime) -> bool:
        now = self._desk.clock.now()
        values = {"state": ProposalState.APPLYING.value, "lease_until": until}
        if entry.state is ProposalState.PENDING:
            values |= {"approved_at": now, "approved_by": by}
        if not pen.move(MOVE_FREE, entry, values, now=now):
            return False
        pen.record("applying", entry, approved_by=by)
        return True

    def _sent_there(self, connection: Connection, step: Step) -> tuple[int, int]:
        place = {name: getattr(step, name) for name in PLACE}
        wanted = {"of_account": self._desk.account_id, "of_kind": step.kind, **place}
        row = connection.execute(SENT_THERE, wanted).one()
        return int(row[0]), int(row[1])

    def _entries(
        self, connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
    ) -> list[Entry]:
        statement = select(proposals).where(self._desk.mine(proposals), *wanted)
        statement = statement.order_by(proposals.c.created_at.desc(), proposals.c.change_id.desc())
        return self._with_steps(connection, connection.execute(statement.limit(limit)).mappings().all())

    def _with_steps(self, connection: Connection, found: Sequence[RowMapping]) -> list[Entry]:
        its: dict[str, list[Step]] = {row["change_id"]: [] for row in found}
        if its:
            wanted = {"of_account": self._desk.account_id, "of_changes": list(its)}
            for row in connection.execute(STEPS, wanted).mappings():
                its[row["change_id"]].append(step_of(row))
        return [entry_of(row, its[row["change_id"]]) for row in found]


async def _check_key(database: Database, directory: Path) -> None:
    """A file belongs to one machine: where it has records, a new key would prove none of them."""
    if not database.is_sqlite or (directory / KEY_FILE).exists():
        return
    async with database.read() as connection:
        if (await connection.execute(select(audit.c.seq).limit(1))).first():
            raise no_key(directory / KEY_FILE)
