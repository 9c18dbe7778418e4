"""The audit of writes: a chain of records, added to in the transaction that each is about."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.journal.chain import BEGINNING, Anchor, Chain, Link, Verified
from hostaway_mcp.store.journal.schema import audit
from hostaway_mcp.store.journal.statements import LAST

AT_ONCE = 5_000


class Trail:
    """One account's chain."""

    def __init__(self, desk: Desk, chain: Chain, anchor: Anchor) -> None:
        self._desk = desk
        self._chain = chain
        self._anchor = anchor

    def digest(self, text: str) -> str:
        """A short keyed name for words that a record must not hold."""
        return self._chain.digest(text)

    def append(self, connection: Connection, facts: Mapping[str, Any], *, after: Link | None = None) -> Link:
        """
        Adds one record in the caller's transaction, `after` the last that it added itself; `note` them once
        they are kept.
        """
        last = after or connection.execute(LAST, {"of_account": self._desk.account_id}).first()
        seq, before = (last.seq + 1, last.hash) if last else (1, BEGINNING)
        link = self._chain.link(seq, before, {"account": self._desk.account_id, **facts})
        connection.execute(insert(audit), {"account_id": self._desk.account_id, **link._asdict()})
        return link

    def note(self, links: list[Link]) -> None:
        """
        Notes links outside of the database.

        Raises:
            StorageError: they cannot be noted.
        """
        self._anchor.note(links)

    def forget(self) -> None:
        """Removes what was noted outside; the records themselves are gone."""
        self._anchor.forget()

    async def count(self) -> int:
        """How many records there are."""
        statement = select(func.count()).select_from(audit).where(self._desk.mine(audit))
        async with self._desk.read() as connection:
            return int((await connection.execute(statement)).scalar() or 0)

    async def last(self, most: int) -> list[dict[str, Any]]:
        """The newest records, oldest first."""
        statement = select(audit.c.record).where(self._desk.mine(audit)).order_by(audit.c.seq.desc())
        async with self._desk.read() as connection:
            rows = (await connection.execute(statement.limit(most))).scalars().all()
        return [json.loads(row) for row in reversed(rows)]

    async def links(self) -> AsyncIterator[list[Link]]:
        """Every link, in order, some thousands at a time."""
        after = -(2**62)
        while True:
            statement = select(audit.c.seq, audit.c.record, audit.c.hash, audit.c.mac)
            statement = statement.where(self._desk.mine(audit), audit.c.seq > after).order_by(audit.c.seq)
            async with self._desk.read() as connection:
                rows = (await connection.execute(statement.limit(AT_ONCE))).all()
            yield [Link._make(row) for row in rows]
            if len(rows) < AT_ONCE:
                return
            after = rows[-1].seq

    async def verify(self, links: Sequence[Link] | None = None) -> Verified:
        """
        Looks at the whole chain, also by what was noted outside of the database; or at links that were kept
        elsewhere.

        Raises:
            StorageError: what is there cannot be read.
        """
        if links is None:
            links = [link async for some in self.links() for link in some]
        # A file belongs to one machine; several write into one PostgreSQL.
        alone = self._desk.database.is_sqlite
        return await asyncio.to_thread(lambda: self._chain.verify(links, self._anchor.noted(), alone=alone))
