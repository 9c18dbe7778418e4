"""Nobody reads or changes what is another account's."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, Table, select

from hostaway_mcp.analytics.nights import NightCount
from hostaway_mcp.models.reservations import By, ReservationStatus
from hostaway_mcp.store.amount_windows import Period
from hostaway_mcp.store.privacy import Cutoffs, Tied
from hostaway_mcp.store.remains import Needles, Searched
from hostaway_mcp.store.schema import metadata
from hostaway_mcp.store.stay_lists import Listed, Order
from hostaway_mcp.store.stay_windows import Which
from hostaway_mcp.store.store import Store
from hostaway_mcp.store.sync import Lease
from tests.store.conftest import FIRST, LAST, SEEN, Opener
from tests.store.sent import ROW_NOUNS, Sent, put_everything
from tests.store.test_rows import LATER

WHOLE = Which(By.ARRIVAL, date(2000, 1, 1), date(2100, 1, 1))
PERIOD = Period(date(2000, 1, 1), date(2100, 1, 1), by_night=False)

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
    await store.privacy.forget([1])
    await store.threads.keep(_thread(sent), messages=3, as_of=SEEN)
    assert all((await contents(store)).values())
    return store


def attempts(other: Store, sent: Sent) -> dict[str, Callable[[], Awaitable[object]]]:
    """Every public method of a store, asked for another account's rows."""
    ids = {noun: [row.id for row in getattr(sent, noun).rows] for noun in ROW_NOUNS}
    ids["units"] = [row.id for row in sent.units[1].rows]
    listing_ids = ids["listings"]
    page = sent.listings
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "calendar.age": lambda: other.calendar.age(listing_ids, FIRST, LAST),
        "calendar.ages": lambda: other.calendar.ages(listing_ids, FIRST, LAST),
        "calendar.columns": lambda: other.calendar.columns(listing_ids, FIRST, LAST),
        "calendar.days": lambda: other.calendar.days(listing_ids, FIRST, LAST),
        "calendar.free": lambda: other.calendar.free(listing_ids, FIRST, LAST),
        "calendar.older": lambda: other.calendar.older(listing_ids, FIRST, LAST, than=LATER),
        "calendar.put": lambda: other.calendar.put(listing_ids[0], [], [], FIRST, LAST, seen_at=LATER),
        "calendar.strips": lambda: other.calendar.strips(listing_ids, FIRST, LAST),
        "calendar.unpushed": lambda: other.calendar.unpushed(listing_ids, FIRST, LAST),
        "changes.add": lambda: _nothing(),
        "changes.forget": lambda: other.changes.forget(LATER + timedelta(days=1)),
        "changes.last": lambda: other.changes.last(),
        "changes.since": lambda: other.changes.since(0),
        "changes.touched": lambda: other.changes.touched("calendar", 0),
        "conversations.lately": lambda: other.conversations.lately(datetime.min.replace(tzinfo=UTC)),
        "deliveries.about": lambda: other.deliveries.about(datetime.min.replace(tzinfo=UTC)),
        "deliveries.count": lambda: other.deliveries.count(),
        "deliveries.done": lambda: other.deliveries.done(1),
        "deliveries.failed": lambda: other.deliveries.failed(1),
        "deliveries.forget": lambda: other.deliveries.forget(LATER),
        "deliveries.last": lambda: other.deliveries.last(),
        "deliveries.waiting": lambda: other.deliveries.waiting(),
        "dictionaries.all": lambda: other.dictionaries.all(),
        "dictionaries.get": lambda: other.dictionaries.get("countries"),
        "dictionaries.gone": lambda: other.dictionaries.gone("countries"),
        "conversations.stayless": lambda: other.conversations.stayless(
            datetime.min.replace(tzinfo=UTC), unseen_since=LATER
        ),
        "messages.of": lambda: other.messages.of(sent.messages.rows[0].conversation_id or 0),
        "messages.search": lambda: other.messages.search("booking"),
        "nights.each": lambda: other.nights.each(date.min, date.max),
        "nights.recount": lambda: _nothing(),
        "nights.total": lambda: _of_nights(other.nights.total(FIRST, LAST, listing_ids)),
        "nights.totals": lambda: other.nights.totals(FIRST, LAST),
        "nights.units": lambda: other.nights.units(),
        "privacy.keep_to_retention": lambda: _first(other.privacy.keep_to_retention(Cutoffs())),
        "privacy.stays": lambda: _collected(other.privacy.stays()),
        "privacy.tied": lambda: _counts(other.privacy.tied(ids["reservations"])),
        "remains.compact": lambda: other.remains.compact(),
        "remains.is_alone": lambda: other.remains.is_alone(),
        "remains.search": lambda: _rows(other.remains.search(Needles({"a"}))),
        "remains.settle": lambda: other.remains.settle(),
        "listings.active": lambda: other.listings.active(),
        "reservations.arriving": lambda: other.reservations.arriving(date.min, date.max),
        "reservations.brief": lambda: other.reservations.brief(WHOLE),
        "reservations.count_of": lambda: other.reservations.count_of(WHOLE),
        "reservations.dates": lambda: other.reservations.dates(WHOLE),
        "reservations.first_arrivals": lambda: other.reservations.first_arrivals(FIRST, LAST),
        "reservations.page": lambda: _ids(other.reservations.page(WHOLE, order=Order("arrival"), limit=9)),
        "reservations.priced": lambda: other.reservations.priced(ids["reservations"]),
        "reservations.turnovers": lambda: other.reservations.turnovers(WHOLE, frozenset(ReservationStatus)),
        "reservations.find": lambda: other.reservations.find(unread=True),
        "reservations.unit_ids": lambda: other.reservations.unit_ids(ids["reservations"]),
        "reviews.departed": lambda: other.reviews.departed(date.min, date.max),
        "charges.brief": lambda: other.charges.brief(ids["reservations"]),
        "stay_amounts.bookings": lambda: other.stay_amounts.bookings(WHOLE),
        "stay_amounts.debtors": lambda: _first(other.stay_amounts.debtors(WHOLE)),
        "stay_amounts.hours": lambda: other.stay_amounts.hours(WHOLE, ReservationStatus),
        "stay_amounts.idle": lambda: other.stay_amounts.idle(WHOLE, PERIOD, listing_ids),
        "stay_amounts.listings_of": lambda: other.stay_amounts.listings_of(WHOLE, PERIOD, listing_ids),
        "stay_amounts.moved": lambda: _nothing(),
        "stay_amounts.odd": lambda: other.stay_amounts.odd(WHOLE, PERIOD, []),
        "stay_amounts.put": lambda: _nothing(),
        "stay_amounts.rows": lambda: other.stay_amounts.rows(WHOLE),
        "stay_amounts.shares": lambda: other.stay_amounts.shares(WHOLE, PERIOD, listing_ids),
        "sync.ages": lambda: other.sync.ages("calendar"),
        "sync.forget": lambda: other.sync.forget("reservations"),
        "sync.mark": lambda: other.sync.mark("reservations", ["all"], "asked"),
        "sync.release": lambda: other.sync.release("reservations", "us"),
        "sync.stamp": lambda: other.sync.stamp("calendar"),
        "sync.state": lambda: other.sync.state("reservations", "all"),
        "sync.states": lambda: other.sync.states(),
        "tasks.dates": lambda: other.tasks.dates(),
        "threads.count": lambda: other.threads.count(),
        "threads.get": lambda: other.threads.get([_thread(sent)]),
        "units.of": lambda: other.units.of(sent.units[0]),
        "units.several": lambda: other.units.several(),
        "waits.gone": lambda: _nothing(),
        "waits.read_whole": lambda: _nothing(),
        "waits.waiting": lambda: other.waits.waiting(
            datetime.min.replace(tzinfo=UTC), skew=timedelta(0), read_skew=timedelta(0)
        ),
        "waits.recount": lambda: _nothing(),
        "waits.show": lambda: _nothing(),
        # Those that write rows of their own come last.
        "deliveries.keep": lambda: other.deliveries.keep("d1", None, None, {}, LATER),
        "dictionaries.put": lambda: other.dictionaries.put("countries", {}, seen_at=LATER),
        "sync.calendars": lambda: _calendars(other),
        "sync.take": lambda: other.sync.take("reservations", "all", Lease("reservations", "them", 10)),
        "sync.claim": lambda: other.sync.claim("reservations", "them", 10),
        "sync.save": lambda: other.sync.save("reservations", "all", {}, LATER),
        "threads.keep": lambda: other.threads.keep(_thread(sent), messages=1, as_of=LATER),
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
            f"{noun}.rewrite": _nothing,
            f"{noun}.unseen": partial(rows.unseen, LATER),
            f"{noun}.versions": rows.versions,
            f"{noun}.where": partial(rows.where, id=ids[noun]),
        }
    calls["listings.put"] = lambda: other.listings.put(
        page.rows, [{**raw, "name": "theirs"} for raw in page.raw], seen_at=LATER
    )
    calls["privacy.forget"] = lambda: other.privacy.forget(ids["reservations"])
    return calls


def _thread(sent: Sent) -> int:
    return sent.conversations.rows[0].id


async def _nothing() -> None:
    """Takes a connection that a caller has; there is none to be had from outside."""


async def _first(answer: Awaitable[tuple[Any, ...]]) -> Any:
    return (await answer)[0]


async def _of_nights(answer: Awaitable[NightCount]) -> Any:
    return (await answer).nights


async def _calendars(store: Store) -> Any:
    known = await store.sync.calendars()
    return known.listings, known.read, known.oldest


async def _ids(answer: Awaitable[Listed]) -> Any:
    return (await answer).ids


async def _counts(answer: Awaitable[Tied]) -> Any:
    return (await answer).counts


async def _rows(answer: Awaitable[Searched]) -> Any:
    searched = await answer
    return searched.rows, searched.found


async def _collected(rows: AsyncIterator[Any]) -> list[Any]:
    return [row async for row in rows]


READS = {
    "active",
    "ages",
    "all",
    "arriving",
    "brief",
    "calendars",
    "count",
    "dates",
    "days",
    "each",
    "find",
    "first_arrivals",
    "free",
    "get",
    "ids",
    "last",
    "of",
    "page",
    "search",
    "several",
    "since",
    "stayless",
    "turnovers",
    "versions",
    "where",
}
WRITES = {
    "remains.compact",
    "deliveries.keep",
    "dictionaries.put",
    "sync.claim",
    "sync.save",
    "sync.take",
    "threads.keep",
    "units.put_of",
    "listings.put",
}


def nothing(answer: object) -> bool:
    """Whether an answer holds no row: none, zero, or empty all the way down."""
    if isinstance(answer, dict):
        return all(nothing(value) for value in answer.values())
    if isinstance(answer, tuple):
        return all(nothing(value) for value in answer)
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
