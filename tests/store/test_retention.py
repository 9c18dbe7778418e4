"""What became too old goes once a day, figures stay, and no sync brings it back."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hostaway_mcp.clock import SystemClock
from hostaway_mcp.store.retention import Retention
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.retention import CHANGES_KEPT, keep_retention
from tests.store.conftest import SEEN
from tests.store.test_privacy import Kept, Told, told

FIGURES = ("listing_id", "status", "arrival", "departure", "nights", "total_price", "currency", "guest_name")


class Turned(SystemClock):
    """A clock that the test turns."""

    def __init__(self) -> None:
        super().__init__()
        self.at = SEEN

    def now(self) -> datetime:
        return self.at


async def open_store(url: str, account: str, clock: Turned, **days: int) -> Store:
    """As a process opens it that starts with these settings."""
    return await Store.open(url, account_id=account, clock=clock, retention=Retention(**days))


def contacts_of(guest: Told) -> list[str]:
    """Some of what a guest can be reached by."""
    stay, thread = guest.sent["reservations"], guest.sent["conversations"]
    values = [stay[name] for name in ("guestEmail", "phone", "guestAddress", "guestNote", "doorCode")]
    return [*values, thread["guestEmail"]]


def words_of(guest: Told) -> list[str]:
    """What was written."""
    thread = guest.sent["conversations"]["conversationMessages"][0]
    return [guest.sent["messages"][name] for name in ("body", "subject")] + [thread["body"]]


async def figures(store: Store) -> list[Any]:
    """What totals rest on."""
    stays = [one.row for one in await store.reservations.all()]
    nights = await store.nights.totals(date(2026, 6, 1), date(2026, 8, 1))
    columns = store.reservations._columns
    return [[columns(stay)[name] for name in FIGURES] for stay in stays] + [nights]


async def test_what_was_kept_before_goes_on_its_day(empty_url: str) -> None:
    """The words 30 days after the message, the contacts 20 days after the departure; the next sync changes
    nothing of it."""
    guest, clock, account = told("zq", 900_000), Turned(), f"account-{secrets.token_hex(4)}"
    store = await open_store(empty_url, account, clock, messages_days=30, contacts_days=20)
    async with store:
        home = Kept(store, empty_url)
        await guest.put(store, seen_at=SEEN)
        before, last = await figures(store), await store.changes.last()
        everything = contacts_of(guest) + words_of(guest)

        await keep_retention(store, clock=clock)
        assert await home.holds(everything) == set(everything)

        clock.at = datetime.fromisoformat("2026-07-26T09:00:00Z")
        await keep_retention(store, clock=clock)
        assert await home.holds(everything) == set(words_of(guest))

        clock.at = datetime.fromisoformat("2026-08-02T09:00:00Z")
        await keep_retention(store, clock=clock)
        assert await home.holds(everything) == set()
        assert await store.messages.search(guest.sent["messages"]["body"]) == ()

        await guest.put(store, seen_at=clock.at)
        assert await home.holds(everything) == set()
        assert await figures(store) == before
        assert await store.changes.last() == last, "nothing happened at Hostaway"


async def test_a_shorter_time_reaches_back(empty_url: str) -> None:
    """The setting was another one when the rows came."""
    guest, clock, account = told("zq", 900_000), Turned(), f"account-{secrets.token_hex(4)}"
    async with await open_store(empty_url, account, clock) as store:
        await guest.put(store, seen_at=SEEN)
        await keep_retention(store, clock=clock)
    clock.at += timedelta(days=1)
    async with await open_store(empty_url, account, clock, messages_days=1, contacts_days=1) as store:
        await keep_retention(store, clock=clock)
        assert await Kept(store, empty_url).holds(contacts_of(guest) + words_of(guest)) == set()


async def test_it_is_done_once_a_day(empty_url: str) -> None:
    """Another process leaves it alone on the same day, and while one is at it."""
    guest, clock, account = told("zq", 900_000), Turned(), f"account-{secrets.token_hex(4)}"
    one = await open_store(empty_url, account, clock)
    other = await open_store(empty_url, account, clock, contacts_days=1)
    async with one, other:
        await guest.put(one, seen_at=SEEN)
        await keep_retention(one, clock=clock)
        await keep_retention(other, clock=clock)
        home = Kept(other, empty_url)
        assert await home.holds(contacts_of(guest)) == set(contacts_of(guest))
        clock.at += timedelta(days=1)
        assert await one.sync.claim("retention", "somebody", 60)
        await keep_retention(other, clock=clock)
        assert await home.holds(contacts_of(guest)) == set(contacts_of(guest))
        await one.sync.release("retention", "somebody")
        await keep_retention(other, clock=clock)
        assert await home.holds(contacts_of(guest)) == set()


async def test_the_log_of_changes_has_an_end(empty_url: str) -> None:
    """Older entries go; the numbers are counted on."""
    guest, clock, account = told("zq", 900_000), Turned(), f"account-{secrets.token_hex(4)}"
    async with await open_store(empty_url, account, clock) as store:
        await guest.put(store, seen_at=SEEN)
        last = await store.changes.last()
        clock.at += CHANGES_KEPT + timedelta(days=1)
        await keep_retention(store, clock=clock)
        assert [one.seq for one in await store.changes.since(0)] == [last]


@pytest.mark.parametrize("missing", ["departureDate", "arrivalDate"])
async def test_a_stay_without_a_departure_counts_from_its_last_change(empty_url: str, missing: str) -> None:
    """It was changed on 6 July."""
    guest = told("zq", 900_000)
    stay = {name: value for name, value in guest.sent["reservations"].items() if name != missing}
    undated = replace(guest, sent={"reservations": stay})
    for days, gone in ((17, True), (18, False)):
        clock, account = Turned(), f"account-{secrets.token_hex(4)}"
        async with await open_store(empty_url, account, clock, contacts_days=days) as store:
            await undated.put(store, seen_at=SEEN)
            (kept,) = await store.reservations.all()
            assert (kept.row.guest_email is None) is (gone or missing == "arrivalDate")
