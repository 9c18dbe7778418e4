"""What earlier versions did not keep beside their objects, told from these after a step forward."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Table, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.clock import SystemClock
from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.models.lenient import read_row
from hostaway_mcp.models.priced_reservations import PricedReservation
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.engine import Database
from hostaway_mcp.store.ratings import Ratings
from hostaway_mcp.store.raw import unpack
from hostaway_mcp.store.schema import conversations, reservations, reviews, stay_amounts, sync_state
from hostaway_mcp.store.stay_amounts import StayAmounts
from hostaway_mcp.store.threads import NOUN as THREAD
from hostaway_mcp.store.waits import Waits

AT_ONCE = 500
AMOUNTS_SINCE = "0006"
WAITS_SINCE = "0005"
RATINGS_SINCE = "0009"


async def derive(database: Database, connection: AsyncConnection, since: str) -> None:
    """In the transaction of the step; `since` is the version that the tables had before it."""
    if since < AMOUNTS_SINCE:
        await connection.execute(delete(stay_amounts))
        async for account_id, rows in _portions(connection, reservations):
            stays = [read_row(PricedReservation, unpack(row.raw)) for row in rows]
            desk = Desk(database, account_id, SystemClock())
            await StayAmounts(desk).put(connection, (), [stay for stay in stays if stay is not None])
    if since < WAITS_SINCE:
        async for account_id, rows in _portions(connection, conversations):
            threads = [read_row(Conversation, unpack(row.raw)) for row in rows]
            beside = Waits(Desk(database, account_id, SystemClock()))
            await beside.show(connection, [thread for thread in threads if thread is not None])
            await beside.recount(connection, [row.id for row in rows])
        whole = select(sync_state).where(sync_state.c.noun == THREAD)
        for row in (await connection.execute(whole)).all():
            beside = Waits(Desk(database, row.account_id, SystemClock()))
            await beside.read_whole(connection, int(row.part), row.state["messages"], row.as_of)
    if since < RATINGS_SINCE:
        async for account_id, rows in _portions(connection, reviews):
            found = [read_row(Review, unpack(row.raw)) for row in rows]
            desk = Desk(database, account_id, SystemClock())
            await Ratings(desk).put(connection, (), [one for one in found if one is not None])


async def _portions(connection: AsyncConnection, table: Table) -> AsyncIterator[tuple[str, Sequence[Any]]]:
    """The rows of each account, as many at a time as memory has room for."""
    place, after = tuple_(table.c.account_id, table.c.id), ("", -1)
    columns = (table.c.account_id, table.c.id, table.c.raw)
    while True:
        statement = select(*columns).where(place > after).order_by(table.c.account_id, table.c.id)
        found = (await connection.execute(statement.limit(AT_ONCE))).all()
        for account_id in dict.fromkeys(row.account_id for row in found):
            yield account_id, [row for row in found if row.account_id == account_id]
        if len(found) < AT_ONCE:
            return
        after = (found[-1].account_id, found[-1].id)
