"""A guest who is forgotten is in nothing that is kept, and does not come back; others are as they were."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from hostaway_mcp.clock import SystemClock
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.expenses import Expense
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.models.lenient import read_rows
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.store.remains import Needles
from hostaway_mcp.store.retention import Retention
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.deliveries import keep_delivery
from tests.store.conftest import SEEN
from tests.store.personal_fields import NOT_PERSONAL, SCHEMAS, texts_of
from tests.support.person import Person, found_in, in_files, in_sqlite, written_out

MODELS: dict[str, type[Any]] = {
    "reservations": Reservation,
    "conversations": Conversation,
    "messages": ConversationMessage,
    "reviews": Review,
    "tasks": Task,
    "charges": GuestCharge,
    "expenses": Expense,
}
LISTING = 40_160
NOTED = date(2026, 7, 2)
LATER = SEEN + timedelta(days=1)


class Noon(SystemClock):
    """A clock that stands still."""

    def now(self) -> datetime:
        return SEEN


@dataclass(frozen=True)
class Told:
    """A person's stay and everything about it as Hostaway sends it, and every value of theirs in it."""

    stay: int
    listing: int
    sent: dict[str, dict[str, Any]]
    values: list[str]
    day: dict[str, Any]

    async def put(self, store: Store, *, seen_at: datetime) -> None:
        """As a sync stores it."""
        for noun, sent in self.sent.items():
            rows, raw, _ = read_rows(MODELS[noun], [sent])
            await getattr(store, noun).put(rows, raw, seen_at=seen_at)
        days, raw_days, _ = read_rows(CalendarDay, [self.day])
        await store.calendar.put(self.listing, days, raw_days, NOTED, NOTED, seen_at=seen_at)


def told(prefix: str, stay: int, *, listing: int = LISTING) -> Told:
    """A stay from 1 to 5 July 2026."""
    person = Person(prefix)
    dates = {"arrivalDate": "2026-07-01", "departureDate": "2026-07-05", "updatedOn": "2026-07-06 10:00:00"}
    of_stay = {"listingMapId": listing, "reservationId": stay}
    reservation = person.reservation() | dates | {"id": stay, "listingMapId": listing, "status": "new"}
    reservation |= {"channelId": 2018, "totalPrice": 480.5, "currency": "EUR", "nights": 4, "adults": 2}
    money = {"id": 5, "type": "accommodation", "name": "baseRate", "title": "Base rate", "total": 400}
    reservation |= {"financeField": [money | {"alias": person.value("alias")}]}
    message = person.message() | of_stay | {"id": stay + 1, "conversationId": stay + 2, "isIncoming": 1}
    message |= {"date": "2026-07-02 08:00:00"}
    embedded = person.reservation() | dates | {"id": stay, "listingMapId": listing}
    conversation = person.conversation() | of_stay | {"id": stay + 2, "hasUnreadMessages": 1}
    conversation |= {
        "Reservation": embedded,
        "conversationMessages": [person.message() | {"id": stay + 3, "date": "2026-07-02 08:00:00"}],
        "messageReceivedOn": "2026-07-02 08:00:00",
    }
    sent = {
        "reservations": reservation,
        "conversations": conversation,
        "messages": message,
        "reviews": person.review() | of_stay | {"id": stay + 4, "rating": 9, "type": "guest-to-host"},
        "tasks": person.task() | of_stay | {"id": stay + 5, "status": "pending", "cost": 35.0},
        "charges": person.charge() | of_stay | {"id": stay + 6, "amount": 480.5, "currency": "EUR"},
        "expenses": person.expense()
        | of_stay
        | {"id": stay + 7, "amount": -20.0, "expenseDate": "2026-07-03"},
    }
    day = {"id": 1, "date": f"{NOTED}", "isAvailable": 0, "status": "reserved", "note": person.value("note")}
    return Told(stay, listing, sent, person.values, day)


def delivery_of(one: Told) -> dict[str, Any]:
    """As Hostaway sends it when the stay changes: with all of it."""
    return {"object": "reservation", "event": "reservation.updated", "data": one.sent["reservations"]}


@dataclass(frozen=True)
class Kept:
    """A store, and how everything in its database is read without it."""

    store: Store
    url: str

    async def holds(self, values: list[str]) -> set[str]:
        """Which values stand anywhere: in rows, and in SQLite's files as they lie on the disk."""
        if self.url.startswith("sqlite"):
            path = Path(self.url.removeprefix("sqlite:///"))
            return in_sqlite(path, values) | in_files(path.parent, values)
        return await _in_postgres(self.url, values)


async def _in_postgres(url: str, values: list[str]) -> set[str]:
    found: set[str] = set()
    connection = await asyncpg.connect(url, timeout=5)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in tables:
            for row in await connection.fetch(f'SELECT * FROM "{name}"'):
                found |= found_in(written_out(tuple(row)), values)
    finally:
        await connection.close()
    return found


@asynccontextmanager
async def kept(url: str, **retention: int) -> AsyncIterator[Kept]:
    """An empty store of an account of its own, at noon of 23 July 2026."""
    account = f"account-{secrets.token_hex(4)}"
    store = await Store.open(url, account_id=account, clock=Noon(), retention=Retention(**retention))
    async with store:
        yield Kept(store, url)


async def test_nothing_of_a_forgotten_guest_is_left_anywhere(empty_url: str) -> None:
    """More than a hundred values, in every personal field of every noun; dates and money stay."""
    guest, other = told("zq", 900_000), told("yw", 910_000, listing=LISTING + 7)
    assert len(guest.values) > 100
    async with kept(empty_url) as home:
        for one in (guest, other):
            await one.put(home.store, seen_at=SEEN)
            await keep_delivery(home.store, delivery_of(one), at=SEEN)
        card = {value for value in guest.values if value.split()[-1] in ("ccName", "ccNumber", "cvc")}
        before = await home.holds(guest.values)
        assert len(before) > 100
        assert not before & card, "card data are never kept"
        others = await home.holds(other.values)

        await home.store.privacy.forget([guest.stay])
        assert await home.store.remains.compact()

        assert await home.holds(guest.values) == set()
        assert await home.holds(other.values) == others
        assert not (await home.store.remains.search(Needles(guest.values))).found
        (stay,) = await home.store.reservations.get([guest.stay])
        assert (stay.row.listing_id, str(stay.row.total_price), stay.row.currency) == (
            LISTING,
            "480.5",
            "EUR",
        )
        assert (stay.row.arrival, stay.row.departure) == (date(2026, 7, 1), date(2026, 7, 5))
        assert [str(one.total) for one in stay.row.finance_field] == ["400"]
        assert len(stay.row.reservation_unit) == 1
        assert not await home.store.messages.of(guest.stay + 2)
        assert len(await home.store.messages.of(other.stay + 2)) == 1


async def test_a_forgotten_guest_does_not_come_back(empty_url: str) -> None:
    """However often Hostaway sends them again: by sync, by webhook, as a newer version, in another thread."""
    guest = told("zq", 900_000)
    async with kept(empty_url) as home:
        await guest.put(home.store, seen_at=SEEN)
        await home.store.privacy.forget([guest.stay])
        await guest.put(home.store, seen_at=LATER)
        await keep_delivery(home.store, delivery_of(guest), at=LATER)
        changed = told("zx", 900_000)
        changed.sent["reservations"]["updatedOn"] = "2026-07-20 10:00:00"
        changed.sent["reservations"]["totalPrice"] = 500
        changed.sent["conversations"] |= {"id": 777}
        changed.sent["messages"] |= {"id": 778, "conversationId": 777, "reservationId": None}
        await changed.put(home.store, seen_at=LATER)
        await home.store.remains.compact()

        assert await home.holds(guest.values + changed.values) == set()
        (stay,) = await home.store.reservations.get([guest.stay])
        assert str(stay.row.total_price) == "500"


async def test_what_is_read_again_is_no_change(empty_url: str) -> None:
    """Else each sync would tell the same of every stay whose guest was forgotten."""
    guest = told("zq", 900_000)
    async with kept(empty_url) as home:
        await guest.put(home.store, seen_at=SEEN)
        await home.store.privacy.forget([guest.stay])
        last = await home.store.changes.last()
        await guest.put(home.store, seen_at=LATER)
        assert await home.store.changes.last() == last


async def test_a_guest_is_forgotten_before_they_come(empty_url: str) -> None:
    """By the number of a stay that is not there yet."""
    guest = told("zq", 900_000)
    async with kept(empty_url) as home:
        await home.store.privacy.forget([guest.stay])
        await guest.put(home.store, seen_at=SEEN)
        assert await home.holds(guest.values) == set()


async def test_another_account_keeps_its_guest(empty_url: str) -> None:
    """The same stay in two accounts of one database."""
    guest = told("zq", 900_000)
    async with kept(empty_url) as one, kept(empty_url) as other:
        await guest.put(one.store, seen_at=SEEN)
        await guest.put(other.store, seen_at=SEEN)
        needles = Needles(guest.values)
        before = await other.store.remains.search(needles)
        await one.store.privacy.forget([guest.stay])
        await one.store.remains.compact()
        assert not (await one.store.remains.search(needles)).found
        assert await other.store.remains.search(needles) == before
        assert not await one.store.remains.is_alone()
        await guest.put(other.store, seen_at=LATER)
        assert (await other.store.remains.search(needles)).found == before.found


async def test_the_log_says_that_it_happened_and_not_to_whom(empty_url: str) -> None:
    """Whoever follows the changes learns which columns are empty now."""
    guest = told("zq", 900_000)
    async with kept(empty_url) as home:
        await guest.put(home.store, seen_at=SEEN)
        last = await home.store.changes.last()
        await home.store.privacy.forget([guest.stay])
        log = {(one.noun, str(one.kind)): one.what for one in await home.store.changes.since(last)}
        assert log["messages", "gone"] == {}
        assert set(log["reservations", "changed"]) <= {"fields"}


async def test_contacts_and_words_go_when_their_days_are_over(empty_url: str) -> None:
    """The name stays with the stay; dates, money and the messages' times stay too."""
    guest = told("zq", 900_000)
    async with kept(empty_url, messages_days=20, contacts_days=10) as home:
        await guest.put(home.store, seen_at=SEEN)
        name = guest.sent["reservations"]["guestName"]
        gone = [
            guest.sent["reservations"][field] for field in ("guestEmail", "phone", "guestAddress", "doorCode")
        ]
        gone += [one["value"] for one in guest.sent["reservations"]["customFieldValues"]]
        gone += [guest.sent["messages"]["body"], guest.sent["messages"]["subject"]]
        gone += [guest.sent["conversations"]["guestEmail"]]
        gone += [guest.sent["conversations"]["conversationMessages"][0]["body"]]
        assert await home.holds(gone) == set()
        assert await home.holds([name]) == {name}
        (message,) = await home.store.messages.of(guest.stay + 2)
        assert message.row.date == datetime(2026, 7, 2, 8, tzinfo=UTC)
        assert await home.store.messages.search(guest.sent["messages"]["body"]) == ()


@pytest.mark.parametrize(("messages_days", "contacts_days"), [(22, 19), (None, 19), (22, None)])
async def test_what_is_young_enough_stays(
    empty_url: str, messages_days: int | None, contacts_days: int | None
) -> None:
    """21 days after the message and 18 after the departure."""
    guest = told("zq", 900_000)
    days = {"messages_days": messages_days, "contacts_days": contacts_days}
    async with kept(empty_url, **days) as home:  # type: ignore[arg-type]
        await guest.put(home.store, seen_at=SEEN)
        values = [guest.sent["reservations"]["guestEmail"], guest.sent["messages"]["body"]]
        assert await home.holds(values) == set(values)


def test_every_personal_field_of_the_reference_is_tried() -> None:
    """Whatever may hold text is given a value above, or is named as saying nothing of a person."""
    sent = told("zq", 900_000).sent
    for noun in SCHEMAS:
        assert texts_of(noun) <= set(sent[noun]) | NOT_PERSONAL[noun], noun
