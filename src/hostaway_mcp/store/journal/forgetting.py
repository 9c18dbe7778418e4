"""What the journal forgets: guests, accounts, what nobody needs. The audit has none of their words."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.engine import write_anew
from hostaway_mcp.store.journal.records import OPEN_STEPS
from hostaway_mcp.store.journal.schema import audit, proposals, steps
from hostaway_mcp.store.journal.trail import Trail

TABLES = (audit, steps, proposals)
MESSAGE = "message"
"""The kind of step whose words are somebody's letter."""

_EMPTY_STEP: dict[str, Any] = {"body": None, "says": None, "result": None}


class Forgetting:
    """Takes out of one account's journal what must not be kept; what became of each proposal stays."""

    def __init__(self, desk: Desk, trail: Trail) -> None:
        self._desk = desk
        self._trail = trail

    async def guest(
        self,
        *,
        reservation_ids: Collection[int] = (),
        conversation_ids: Collection[int] = (),
        named_in: Callable[[str], object] = lambda _: False,
    ) -> int:
        """
        Empties every proposal about these stays and threads, and those in whose words `named_in` finds the
        guest, such as one for a stay that was to be made. Gives how many.
        """
        about = steps.c.reservation_id.in_(reservation_ids) | steps.c.conversation_id.in_(conversation_ids)
        async with self._desk.read() as connection:
            tied = select(steps.c.change_id).where(self._desk.mine(steps), about, steps.c.body.is_not(None))
            names = set((await connection.execute(tied)).scalars())
        names |= {name async for name, words in self.words() if named_in(words)}
        for some in portions(sorted(names)):
            await self._empty(some)
        return len(names)

    async def messages(self, before: datetime) -> int:
        """
        Takes the words out of messages that were proposed before an instant and of which it is known what
        became; they are in the thread, or were never sent. Gives how many.
        """
        old = select(steps.c.change_id).join(
            proposals,
            (steps.c.account_id == proposals.c.account_id) & (steps.c.change_id == proposals.c.change_id),
        )
        old = old.where(
            self._desk.mine(steps),
            steps.c.kind == MESSAGE,
            steps.c.body.is_not(None),
            steps.c.state.not_in(OPEN_STEPS),
            proposals.c.created_at < before,
        )
        async with self._desk.read() as connection:
            names = sorted((await connection.execute(old)).scalars())
        for some in portions(names):
            await self._empty(some)
        return len(names)

    async def older(self, before: datetime) -> int:
        """Removes proposals that were made before an instant and wait for nothing; the audit stays."""
        waiting = select(steps.c.change_id).where(self._desk.mine(steps), steps.c.state.in_(OPEN_STEPS))
        old = select(proposals.c.change_id).where(
            self._desk.mine(proposals),
            proposals.c.created_at < before,
            proposals.c.change_id.not_in(waiting),
        )
        async with self._write() as connection:
            names = (await connection.execute(old)).scalars().all()
            for some in portions(names):
                for table in (steps, proposals):
                    gone = (self._desk.mine(table), table.c.change_id.in_(some))
                    await connection.execute(delete(table).where(*gone))
        return len(names)

    async def account(self) -> None:
        """Removes everything of this account, its audit too."""
        async with self._write() as connection:
            for table in TABLES:
                await connection.execute(delete(table).where(self._desk.mine(table)))
        self._trail.forget()

    async def words(self) -> AsyncIterator[tuple[str, str]]:
        """Each proposal's name, with all that is written of it: its own row, and each of its steps."""
        for table in (proposals, steps):
            async with self._desk.read() as connection:
                rows = (
                    (await connection.execute(select(table).where(self._desk.mine(table)))).mappings().all()
                )
            for row in rows:
                yield row["change_id"], "\n".join(_text(value) for value in row.values() if value is not None)

    async def is_alone(self) -> bool:
        """Whether nobody else's rows are in this database."""
        async with self._desk.read() as connection:
            for table in TABLES:
                others = select(exists().where(~self._desk.mine(table)))
                if (await connection.execute(others)).scalar():
                    return False
        return True

    async def compact(self) -> bool:
        """
        Writes the database anew without what was removed; False if somebody holds an earlier state of it.

        Raises:
            StorageError: somebody else writes, or the disk is full.
        """
        async with self._desk.database.alone() as connection:
            if self._desk.database.is_sqlite:
                return await write_anew(connection)
            for table in TABLES:
                await connection.execute(text(f'VACUUM "{table.name}"'))
        return True

    async def _empty(self, names: Collection[str]) -> None:
        def these(table: Table) -> tuple[Any, ...]:
            return self._desk.mine(table), table.c.change_id.in_(names)

        said = {"summary": "forgotten", "question": "", "why": None}
        async with self._write() as connection:
            await connection.execute(update(proposals).where(*these(proposals)).values(said))
            await connection.execute(update(steps).where(*these(steps)).values(_EMPTY_STEP))

    def _write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._desk.database.write(f"journal {self._desk.account_id}", durable=True)


def _text(value: object) -> str:
    return zlib.decompress(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
