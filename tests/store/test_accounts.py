"""Nobody reads or changes what is another account's."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, Table, select

from hostaway_mcp.store import Store
from hostaway_mcp.store.schema import metadata
from tests.store.conftest import FIRST, LAST, SEEN, Opener
from tests.store.sent import ROW_NOUNS, Sent, put_everything
from tests.store.test_rows import LATER

Contents = dict[str, list[Any]]


async def contents(store: Store) -> Contents:
    """Every row of every table that is the account's."""
    async with store._desk.read() as connection:
        return {
            table.name: list(await connection.execute(_ordered(store, table)))
            for table in metadata.sorted_tables
        }


def _ordered(store: Store, table: Table) -> Select[Any]:
    return select(table).where(store._desk.mine(table)).order_by(*table.primary_key)


async def filled(store: Store, sent: Sent) -> Store:
    """A store with something in every table."""
    few = replace(sent, stays=(), calendars=dict(list(sent.calendars.items())[:1]))
    await put_everything(store, few, seen_at=SEEN)
    await store.sync.save("reservations", "all", {"after": 5}, SEEN)
    await store.sync.claim("reservations", "us", 10_000_000)
    await store.deliveries.keep("d1", "reservation.created", 5, {"a": 1}, SEEN)
    assert all((await contents(store)).values())
    return store


def attempts(other: Store, sent: Sent) -> dict[str, Callable[[], Awaitable[object]]]:
    """Every public method of a store, asked for another account's rows."""
    ids = {noun: [row.id for row in getattr(sent, noun).rows] for noun in ROW_NOUNS}
    ids["units"] = [row.id for row in sent.units[1].rows]
    listing_ids = ids["listings"]
    page = sent.listings
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "calendar.ages": lambda: other.calendar.ages(listing_ids, FIRST, LAST),
        "calendar.days": lambda: other.calendar.days(listing_ids, FIRST, LAST),
        "calendar.put": lambda: other.calendar.put(listing_ids[0], [], [], FIRST, LAST, seen_at=LATER),
        "changes.add": lambda: _nothing(),
        "changes.forget": lambda: other.changes.forget(LATER + timedelta(days=1)),
        "changes.last": lambda: other.changes.last(),
        "changes.since": lambda: other.changes.since(0),
        "deliveries.count": lambda: other.deliveries.count(),
        "deliveries.done": lambda: other.deliveries.done(1),
        "deliveries.failed": lambda: other.deliveries.failed(1),
        "deliveries.forget": lambda: other.deliveries.forget(LATER),
        "deliveries.waiting": lambda: other.deliveries.waiting(),
        "dictionaries.all": lambda: other.dictionaries.all(),
        "dictionaries.get": lambda: other.dictionaries.get("countries"),
        "dictionaries.gone": lambda: other.dictionaries.gone("countries"),
        "messages.of": lambda: other.messages.of(sent.messages.rows[0].conversation_id or 0),
        "messages.search": lambda: other.messages.search("booking"),
        "nights.each": lambda: other.nights.each(date.min, date.max),
        "nights.recount": lambda: _nothing(),
        "nights.totals": lambda: other.nights.totals(FIRST, LAST),
        "reservations.find": lambda: other.reservations.find(unread=True),
        "sync.forget": lambda: other.sync.forget("reservations"),
        "sync.release": lambda: other.sync.release("reservations", "us"),
        "sync.state": lambda: other.sync.state("reservations", "all"),
        "sync.states": lambda: other.sync.states(),
        "units.of": lambda: other.units.of(sent.units[0]),
        # Those that write rows of their own come last.
        "deliveries.keep": lambda: other.deliveries.keep("d1", None, None, {}, LATER),
        "dictionaries.put": lambda: other.dictionaries.put("countries", {}, seen_at=LATER),
        "sync.claim": lambda: other.sync.claim("reservations", "them", 10),
        "sync.save": lambda: other.sync.save("reservations", "all", {}, LATER),
        "units.put_of": lambda: other.units.put_of(1, sent.units[1].rows, sent.units[1].raw, seen_at=LATER),
    }
    for noun in (*ROW_NOUNS, "units"):
        rows = getattr(other, noun)
        calls |= {
            f"{noun}.all": rows.all,
            f"{noun}.count": rows.count,
            f"{noun}.get": partial(rows.get, ids[noun]),
            f"{noun}.gone": partial(rows.gone, ids[noun], at=LATER),
            f"{noun}.ids": rows.ids,
            f"{noun}.put": partial(rows.put, [], [], seen_at=LATER),
            f"{noun}.where": partial(rows.where, id=ids[noun]),
        }
    calls["listings.put"] = lambda: other.listings.put(
        page.rows, [{**raw, "name": "theirs"} for raw in page.raw], seen_at=LATER
    )
    return calls


async def _nothing() -> None:
    """Takes a connection that a caller has; there is none to be had from outside."""


READS = {
    "all",
    "ages",
    "count",
    "days",
    "each",
    "find",
    "get",
    "ids",
    "last",
    "of",
    "search",
    "since",
    "where",
}
WRITES = {"deliveries.keep", "dictionaries.put", "sync.claim", "sync.save", "units.put_of", "listings.put"}


def nothing(answer: object) -> bool:
    """Whether an answer holds no row: none, zero, or empty all the way down."""
    if isinstance(answer, dict):
        return all(nothing(value) for value in answer.values())
    return not answer or answer == type(answer)()


async def test_no_method_reaches_another_account(open_store: Opener, sent: Sent) -> None:
    """Each public method of each noun, with the ids of an account that it is not for."""
    mine, other = await filled(await open_store(), sent), await open_store()
    before = await contents(mine)
    calls = attempts(other, sent)
    public = {
        f"{noun}.{name}"
        for noun, part in vars(other).items()
        if noun != "_desk"
        for name, _ in inspect.getmembers(part, callable)
        if not name.startswith("_")
    }
    assert public == set(calls)
    for name in [*(one for one in calls if one not in WRITES), *WRITES]:
        answer = await calls[name]()
        if name not in WRITES:
            assert nothing(answer), name
        if name.partition(".")[2] not in READS:
            assert await contents(mine) == before, name
    assert await contents(mine) == before
    assert await mine.messages.search("booking")


async def test_an_account_is_forgotten_alone(open_store: Opener, sent: Sent) -> None:
    """Nothing is left of it, and nothing is missing of the other."""
    mine, other = await filled(await open_store(), sent), await filled(await open_store(), sent)
    before = await contents(mine)
    await other.forget_account()
    assert not any((await contents(other)).values())
    assert await contents(mine) == before
    assert await other.messages.search("booking") == ()
