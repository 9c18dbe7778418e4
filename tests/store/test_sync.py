"""State, leases and deliveries."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.store import Store
from hostaway_mcp.store.sync import State
from tests.store.conftest import SEEN
from tests.store.test_rows import LATER


class Turned:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.at = datetime(2026, 7, 23, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


async def test_state_is_what_was_saved_last(store: Store) -> None:
    """For each part of a noun."""
    assert await store.sync.state("reservations", "all") is None
    await store.sync.save("reservations", "all", {"after": 5}, None)
    await store.sync.save("reservations", "all", {"after": 6}, SEEN)
    await store.sync.save("listings", "all", {}, SEEN)
    expected = State("reservations", "all", {"after": 6}, SEEN)
    assert await store.sync.state("reservations", "all") == expected
    assert await store.sync.states("reservations") == (expected,)
    assert [one.noun for one in await store.sync.states()] == ["listings", "reservations"]
    await store.sync.forget("reservations")
    assert await store.sync.states("reservations") == ()


async def test_work_is_for_one_at_a_time(store: Store) -> None:
    """Until it is given back, or its time is over."""
    clock = Turned()
    sync = Store(Desk(store._desk.database, store.account_id, clock)).sync  # type: ignore[arg-type]
    claims = await asyncio.gather(*(sync.claim("stays", f"process {n}", 30) for n in range(8)))
    assert sum(claims) == 1
    owner = f"process {claims.index(True)}"
    assert await sync.claim("stays", owner, 30)
    assert await sync.claim("listings", "another", 30)
    await sync.release("stays", "another")
    assert not await sync.claim("stays", "another", 30)
    clock.at += timedelta(seconds=30)
    assert await sync.claim("stays", "another", 30)
    await sync.release("stays", "another")
    assert await sync.claim("stays", owner, 30)


async def test_a_delivery_is_kept_once(store: Store) -> None:
    """One change may be delivered more than once. Source: Hostaway API reference, "Webhooks"."""
    assert await store.deliveries.keep("a", "reservation.updated", 5, {"id": 5}, SEEN)
    assert not await store.deliveries.keep("a", "reservation.updated", 5, {"id": 5}, LATER)
    assert await store.deliveries.keep("b", None, None, "test", LATER)
    first, second = await store.deliveries.waiting()
    assert (first.event, first.object_id, first.body, first.received_at) == (
        "reservation.updated",
        5,
        {"id": 5},
        SEEN,
    )
    await store.deliveries.done(first.id)
    assert await store.deliveries.waiting() == (second,)
    assert not await store.deliveries.keep("a", None, 5, {}, LATER)


async def test_a_delivery_that_keeps_failing_is_given_up(store: Store) -> None:
    """After five attempts."""
    await store.deliveries.keep("a", None, 5, {}, SEEN)
    for attempts in range(5):
        (waiting,) = await store.deliveries.waiting()
        assert waiting.attempts == attempts
        await store.deliveries.failed(waiting.id)
    assert await store.deliveries.waiting() == ()
    assert await store.deliveries.count() == {"failed": 1}
    await store.deliveries.keep("b", None, 5, {}, SEEN)
    assert await store.deliveries.forget(LATER) == 1
    assert await store.deliveries.count() == {"waiting": 1}
