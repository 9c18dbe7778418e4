"""Deliveries that come at once share a transaction, and each is answered for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.deliveries import hint_of
from hostaway_mcp.store.engine import Database
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN

T = TypeVar("T")

CROWD = 100


class Transactions:
    """Counts them, can hold one up, and lets one fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.fails = False
        self.levels: list[object] = []
        self.open = asyncio.Event()
        self.open.set()
        write = Database.write_at_once

        async def counted(database: Database, whose: str, work: Callable[[Connection], T]) -> T:
            loop = asyncio.get_running_loop()

            def watched(connection: Connection) -> T:
                if database.is_sqlite:
                    self.levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())
                self.count += 1
                result = work(connection)
                if database.is_sqlite:
                    asyncio.run_coroutine_threadsafe(self.open.wait(), loop).result()
                else:
                    await_only(self.open.wait())
                if self.fails:
                    raise StorageError("The disk of the store is full.")
                return result

            return await write(database, whose, watched)

        monkeypatch.setattr(Database, "write_at_once", counted)


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> Transactions:
    """Of the store, watched."""
    return Transactions(monkeypatch)


async def keep(store: Store, *names: str) -> list[Any]:
    """These deliveries at once."""
    kept = (store.deliveries.keep(name, "reservation.updated", 5, {}, SEEN) for name in names)
    return await asyncio.gather(*kept, return_exceptions=True)


async def test_many_at_once_share_few_transactions(store: Store, transactions: Transactions) -> None:
    """The first has one alone; whoever came meanwhile shares the next. Their order stays."""
    names = [f"delivery {number}" for number in range(CROWD)]
    assert await keep(store, *names) == [True] * CROWD
    assert transactions.count <= 2
    assert [one.id for one in await store.deliveries.waiting(CROWD)] == list(range(1, CROWD + 1))


async def test_the_same_one_is_kept_once_however_it_comes(store: Store) -> None:
    """Twice in a transaction, and again in the next; one of them is told that it is new."""
    assert sorted(await keep(store, "a", "a", "b", "a")) == [False, False, True, True]
    assert await keep(store, "b", "c", "a") == [False, True, False]
    assert len(await store.deliveries.waiting()) == 3


async def test_nobody_is_answered_before_the_commit(store: Store, transactions: Transactions) -> None:
    """Those who wait for somebody else's transaction too."""
    transactions.open.clear()
    task = asyncio.create_task(keep(store, "a", "b", "c"))
    await asyncio.sleep(0.05)
    assert not task.done()
    assert await store.deliveries.waiting() == ()
    transactions.open.set()
    assert await task == [True, True, True]


async def test_what_was_acknowledged_outlasts_a_power_cut(store: Store, transactions: Transactions) -> None:
    """SQLite waits for the disk (FULL, 2) when a delivery is kept, whatever was written before."""
    await keep(store, "a")
    await store.sync.claim("work", "us", 60)
    await keep(store, "b")
    assert transactions.levels in ([2, 2], [])


async def test_what_could_not_be_kept_is_told_to_each(store: Store, transactions: Transactions) -> None:
    """And the next attempt is not held up by it."""
    transactions.fails = True
    assert [type(one) for one in await keep(store, "a", "b", "c")] == [StorageError] * 3
    transactions.fails = False
    assert await keep(store, "a", "b", "c") == [True] * 3


async def test_who_gives_up_holds_up_nobody(store: Store, transactions: Transactions) -> None:
    """
    A connection that breaks while its transaction is under way takes nobody else's delivery with it; its
    own is kept once when it comes again.
    """
    transactions.open.clear()
    first = asyncio.create_task(keep(store, "a"))
    await asyncio.sleep(0.02)
    others = asyncio.create_task(keep(store, "b", "c"))
    await asyncio.sleep(0.02)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    transactions.open.set()
    assert await others == [True, True]
    await keep(store, "a")
    assert len(await store.deliveries.waiting()) == 3


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (
            {"object": "reservation", "event": "e", "data": {"id": 5, "guestName": "Anna"}, "accountId": 1},
            {"object": "reservation", "event": "e", "data": {"id": 5}},
        ),
        (
            {"event": "message.received", "data": {"conversationId": "7", "reservationId": 8, "body": "Hi"}},
            {"event": "message.received", "data": {"conversationId": "7", "reservationId": 8}},
        ),
        ({"event": "x" * 101, "data": {"id": "a guest's words"}}, {"data": {}}),
        ({"data": "test"}, {"data": {}}),
        ([], {"data": {}}),
    ],
)
def test_of_a_body_only_numbers_are_kept(body: Any, hint: dict[str, Any]) -> None:
    """What a delivery is about is read from Hostaway; a guest's words need not lie here meanwhile."""
    assert hint_of(body) == hint
