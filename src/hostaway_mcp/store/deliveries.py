"""Webhook deliveries as they came, until they are worked off."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update

from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.raw import pack, unpack, written
from hostaway_mcp.store.schema import deliveries

ATTEMPTS = 5
"""A delivery that failed this often is not tried again; the next reading of everything makes up for it."""

AT_ONCE = 500
"""Deliveries that share a transaction at most."""
_MAX_WORD_CHARS = 100


class DeliveryState(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery. Its body is a hint that something changed, not what it is now."""

    id: int
    received_at: datetime
    event: str | None
    object_id: int | None
    attempts: int
    body: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Coming:
    """A delivery on its way in, and whether it was new, once that is known."""

    digest: str
    row: Mapping[str, Any] = field(repr=False)
    kept: asyncio.Future[bool]


class Deliveries:
    """The deliveries of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._coming: list[_Coming] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(
        self,
        digest: str,
        event: str | None,
        object_id: int | None,
        body: object,
        received_at: datetime,
    ) -> bool:
        """
        Keeps a delivery to be worked off; False if one of this digest had come before.

        Those that come at once, or while others are being written, share the next transaction; each returns
        when its own is durable. Whoever stops waiting before it began takes no part in it.

        Raises:
            StorageError: it was not kept.
        """
        row = {
            "account_id": self._desk.account_id,
            "received_at": received_at,
            "event": event,
            "object_id": object_id,
            "digest": digest,
            "body": pack(written(body)),
            "state": DeliveryState.WAITING.value,
            "attempts": 0,
        }
        mine = _Coming(digest, row, asyncio.get_running_loop().create_future())
        self._coming.append(mine)
        if self._writing is None or self._writing.done():
            # It begins when all who are on their way in have joined, and nobody's giving up ends it.
            self._writing = asyncio.create_task(self._write())
        return await mine.kept

    async def _write(self) -> None:
        """Writes whatever waits by now, in the order in which it came, until nothing does."""
        while self._coming:
            coming, self._coming = self._coming[:AT_ONCE], self._coming[AT_ONCE:]
            if coming := [one for one in coming if not one.kept.done()]:
                await self._keep_all(coming)

    async def _keep_all(self, coming: Sequence[_Coming]) -> None:
        try:
            new = await self._insert(coming)
        except BaseException as error:
            for one in coming:
                if not one.kept.done():
                    one.kept.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for one in coming:
            if not one.kept.done():
                one.kept.set_result(one.digest in new)
                new.discard(one.digest)

    async def _insert(self, coming: Sequence[_Coming]) -> set[str]:
        """Writes those that are new, and gives their digests."""
        by_digest: dict[str, Mapping[str, Any]] = {}
        for one in coming:
            by_digest.setdefault(one.digest, one.row)

        def write(connection: Connection) -> set[str]:
            for some in portions(list(by_digest)):
                known = (self._desk.mine(deliveries), deliveries.c.digest.in_(some))
                for digest in connection.execute(select(deliveries.c.digest).where(*known)).scalars():
                    del by_digest[digest]
            if by_digest:
                number = connection.execute(self._desk.highest(deliveries, "id")).scalar() or 0
                rows = [{**row, "id": number + n} for n, row in enumerate(by_digest.values(), 1)]
                connection.execute(insert(deliveries), rows)
            return set(by_digest)

        return await self._desk.write_at_once(write)

    async def about(self, since: datetime) -> frozenset[int]:
        """What the deliveries were about that came since an instant, by Hostaway's numbers."""
        number = deliveries.c.object_id
        mine = (self._desk.mine(deliveries), deliveries.c.received_at >= since, number.is_not(None))
        statement = select(number).where(*mine)
        async with self._desk.read() as connection:
            return frozenset((await connection.execute(statement)).scalars())

    async def waiting(self, limit: int = 100) -> tuple[Delivery, ...]:
        """Those to be worked off, in the order in which they came."""
        mine = (self._desk.mine(deliveries), deliveries.c.state == DeliveryState.WAITING.value)
        statement = select(deliveries).where(*mine).order_by(deliveries.c.id).limit(limit)
        async with self._desk.read() as connection:
            found = (await connection.execute(statement)).all()
        return tuple(
            Delivery(r.id, r.received_at, r.event, r.object_id, r.attempts, unpack(r.body)) for r in found
        )

    async def done(self, *delivery_ids: int) -> None:
        """Worked off; the digests stay, against the same ones coming again, the bodies do not."""
        await self._set(delivery_ids, state=DeliveryState.DONE.value, body=None)

    async def failed(self, *delivery_ids: int) -> None:
        """One attempt more of each that failed; after five it waits no longer."""
        attempts = deliveries.c.attempts + 1
        state = case((attempts >= ATTEMPTS, DeliveryState.FAILED.value), else_=DeliveryState.WAITING.value)
        await self._set(delivery_ids, state=state, attempts=attempts)

    async def count(self) -> Mapping[str, int]:
        """How many there are, by state."""
        mine = self._desk.mine(deliveries)
        statement = select(deliveries.c.state, func.count()).where(mine).group_by(deliveries.c.state)
        async with self._desk.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def last(self) -> tuple[datetime, str | None] | None:
        """When the newest of all came, and what event it was; None if none ever did."""
        statement = select(deliveries.c.received_at, deliveries.c.event).where(self._desk.mine(deliveries))
        async with self._desk.read() as connection:
            found = (await connection.execute(statement.order_by(deliveries.c.id.desc()).limit(1))).first()
        return (found.received_at, found.event) if found else None

    async def forget(self, before: datetime) -> int:
        """Removes those that wait no longer and came before an instant, and gives how many."""
        newest = select(func.max(deliveries.c.id)).where(self._desk.mine(deliveries)).scalar_subquery()
        rows = (
            self._desk.mine(deliveries),
            deliveries.c.state != DeliveryState.WAITING.value,
            deliveries.c.received_at < before,
            deliveries.c.id < newest,
        )
        async with self._desk.write() as connection:
            return (await connection.execute(delete(deliveries).where(*rows))).rowcount

    async def _set(self, delivery_ids: Sequence[int], **values: Any) -> None:
        if not delivery_ids:
            return
        async with self._desk.write() as connection:
            for some in portions(delivery_ids):
                rows = (
                    self._desk.mine(deliveries),
                    deliveries.c.id.in_(some),
                    deliveries.c.state == DeliveryState.WAITING.value,
                )
                await connection.execute(update(deliveries).where(*rows).values(**values))


def hint_of(body: Any) -> dict[str, Any]:
    """What a delivery is about: its kind and the numbers to read, none of the words that came with it."""
    body = body if isinstance(body, dict) else {}
    data = body.get("data") if isinstance(body.get("data"), dict) else {}
    numbers = {
        name: data[name] for name in ("id", "conversationId", "reservationId") if _is_number(data.get(name))
    }
    return {name: body[name] for name in ("object", "event") if _is_word(body.get(name))} | {"data": numbers}


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) < 19
    return isinstance(value, int) and not isinstance(value, bool)


def _is_word(value: object) -> bool:
    return (
        isinstance(value, str) and len(value) <= _MAX_WORD_CHARS and value.isascii() and value.isprintable()
    )
