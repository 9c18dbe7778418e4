"""
Whose rows are stored without the person: the stays and conversations of guests that were forgotten.

Hostaway still has them, and sends them again. Only numbers are kept here, which say nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.impersonal import IMPERSONAL, only
from hostaway_mcp.store.schema import forgotten, reservations
from hostaway_mcp.store.upsert import insert_new

STAYS, THREADS, MESSAGES = "reservations", "conversations", "messages"
PERSONAL = frozenset({*IMPERSONAL, MESSAGES})
"""Nouns whose rows may tell of a guest."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The numbers of stays and conversations whose guest is forgotten."""

    stays: frozenset[int] = frozenset()
    threads: frozenset[int] = frozenset()

    def covers(self, noun: str, row: Any) -> bool:
        """Whether a row tells of one of these guests."""
        stay = row.id if noun == STAYS else row.reservation_id
        thread = row.id if noun == THREADS else getattr(row, "conversation_id", None)
        return stay in self.stays or thread in self.threads


Less = Callable[[JsonObject], JsonObject | None]
"""From an object as Hostaway sent it to what may be kept of it; None if nothing."""


async def spared(
    desk: Desk, connection: AsyncConnection, noun: str, rows: Sequence[Any]
) -> list[Less | None]:
    """
    For each row of a personal noun what has to be taken out of it before it is stored; None if nothing has.

    In the transaction that stores them, so that who is forgotten meanwhile is not brought back.
    """
    known, retention, now = await read_forgotten(desk, connection), desk.retention, desk.clock.now()
    if noun == THREADS:
        # Messages may name the conversation alone.
        new = [row.id for row in rows if row.reservation_id in known.stays and row.id not in known.threads]
        await add_forgotten(desk, connection, THREADS, new, now)

    departures: Mapping[int, date] = {}
    if noun == THREADS and retention.contacts_days is not None:
        departures = await departures_of(desk, connection, [row.reservation_id or 0 for row in rows])

    def less(row: Any) -> Less | None:
        if known.covers(noun, row):
            return partial(without_guest, noun)
        departure = departures.get(row.reservation_id) if noun == THREADS else None
        if retention.concerns(row, now, departure):
            return partial(retention.left, row, now=now, departure=departure)
        return None

    return [less(row) for row in rows]


def without_guest(noun: str, sent: JsonObject) -> JsonObject | None:
    """What is kept of an object when its guest is forgotten: figures, and of a message nothing."""
    return None if noun == MESSAGES else only(IMPERSONAL[noun], sent)


async def read_forgotten(desk: Desk, connection: AsyncConnection) -> Forgotten:
    """Those of the account, in the transaction that is to store rows."""
    statement = select(forgotten.c.noun, forgotten.c.row_id).where(desk.mine(forgotten))
    ids: dict[str, set[int]] = {STAYS: set(), THREADS: set()}
    for noun, row_id in await connection.execute(statement):
        ids[noun].add(row_id)
    return Forgotten(frozenset(ids[STAYS]), frozenset(ids[THREADS]))


async def add_forgotten(
    desk: Desk, connection: AsyncConnection, noun: str, ids: Iterable[int], at: datetime
) -> None:
    """Puts numbers on the list; those that are on it stay as they are."""
    rows = [
        {"account_id": desk.account_id, "noun": noun, "row_id": one, "at": at} for one in sorted(set(ids))
    ]
    for some in portions(rows):
        await connection.execute(insert_new(connection, forgotten), list(some))


async def departures_of(desk: Desk, connection: AsyncConnection, stays: Iterable[int]) -> dict[int, date]:
    """When the guests of these stays leave, as far as it is known."""
    found: dict[int, date] = {}
    columns = (reservations.c.id, reservations.c.departure)
    for some in portions(sorted(set(stays))):
        rows = (desk.mine(reservations), reservations.c.id.in_(some), reservations.c.departure.is_not(None))
        found |= {row.id: row.departure for row in await connection.execute(select(*columns).where(*rows))}
    return found


async def forgotten_dates(
    desk: Desk, connection: AsyncConnection, listing_id: int
) -> list[tuple[date, date]]:
    """Arrival and departure of the stays in a listing whose guest is forgotten."""
    of_stay = and_(forgotten.c.noun == STAYS, forgotten.c.row_id == reservations.c.id)
    columns = (reservations.c.arrival, reservations.c.departure)
    statement = select(*columns).where(
        desk.mine(forgotten),
        desk.mine(reservations),
        of_stay,
        reservations.c.listing_id == listing_id,
        reservations.c.arrival.is_not(None),
    )
    return [(arrival, departure) for arrival, departure in await connection.execute(statement)]
