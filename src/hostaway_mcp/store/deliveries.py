"""Webhook deliveries as they came, until they are worked off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import case, delete, func, select, update

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.raw import pack, unpack, written
from hostaway_mcp.store.schema import deliveries
from hostaway_mcp.store.upsert import insert_new

ATTEMPTS = 5
"""A delivery that failed this often is not tried again; the next reading of everything makes up for it."""


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


class Deliveries:
    """The deliveries of one account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def keep(
        self,
        digest: str,
        event: str | None,
        object_id: int | None,
        body: object,
        received_at: datetime,
    ) -> bool:
        """Keeps a delivery to be worked off; False if one of this digest had come before."""
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
        async with self._desk.write() as connection:
            number = await self._desk.next_number(connection, deliveries, "id")
            kept = await connection.execute(insert_new(connection, deliveries).values(**row, id=number))
            return kept.rowcount == 1

    async def waiting(self, limit: int = 100) -> tuple[Delivery, ...]:
        """Those to be worked off, in the order in which they came."""
        mine = (self._desk.mine(deliveries), deliveries.c.state == DeliveryState.WAITING.value)
        statement = select(deliveries).where(*mine).order_by(deliveries.c.id).limit(limit)
        async with self._desk.read() as connection:
            found = (await connection.execute(statement)).all()
        return tuple(
            Delivery(r.id, r.received_at, r.event, r.object_id, r.attempts, unpack(r.body)) for r in found
        )

    async def done(self, delivery_id: int) -> None:
        """Worked off; its digest stays, against the same one coming again, its body does not."""
        await self._set(delivery_id, state=DeliveryState.DONE.value, body=None)

    async def failed(self, delivery_id: int) -> None:
        """One attempt more that failed; after five it waits no longer."""
        attempts = deliveries.c.attempts + 1
        state = case((attempts >= ATTEMPTS, DeliveryState.FAILED.value), else_=DeliveryState.WAITING.value)
        await self._set(delivery_id, state=state, attempts=attempts)

    async def count(self) -> Mapping[str, int]:
        """How many there are, by state."""
        mine = self._desk.mine(deliveries)
        statement = select(deliveries.c.state, func.count()).where(mine).group_by(deliveries.c.state)
        async with self._desk.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

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

    async def _set(self, delivery_id: int, **values: Any) -> None:
        rows = (
            self._desk.mine(deliveries),
            deliveries.c.id == delivery_id,
            deliveries.c.state == DeliveryState.WAITING.value,
        )
        async with self._desk.write() as connection:
            await connection.execute(update(deliveries).where(*rows).values(**values))
