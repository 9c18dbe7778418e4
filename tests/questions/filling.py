"""Fills a replica with a world as sync leaves it, in a fraction of the time: no page is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hostaway_mcp.client.rows import Page
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.expenses import Expense
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.models.lenient import JsonObject, read_rows
from hostaway_mcp.models.listings import Listing, ListingUnit
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.models.users import User, UserGroup
from hostaway_mcp.sandbox.routes.reservations import shown
from hostaway_mcp.sandbox.world.conversations import conversation_id
from hostaway_mcp.store.desk import portions
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.conversations import UNDECIDED_DAYS
from hostaway_mcp.sync.reservations import history_parts
from hostaway_mcp.sync.threads import keep_thread
from tests.questions.account import Account
from tests.support.house import House

AT_ONCE = 500
ONE_DAY = timedelta(days=1)
RECENT = timedelta(days=16)


CALENDARS, THREADS = "calendars", "threads"


@dataclass(frozen=True)
class Reach:
    """
    How much of an account is kept; all that a replica says of itself is true of it.

    Without `history` it has only the stays that had not left when it was begun, `anchor_days` ago, as sync
    has before it reads the rest. Calendars reach so many days behind and ahead of today. Of the list of
    conversations only those of the last weeks are kept; no question is about older ones.
    """

    history: bool
    behind: int
    ahead: int
    parts: frozenset[str] = frozenset({CALENDARS, THREADS})

    @property
    def anchor_days(self) -> int:
        """How many days ago the replica was begun."""
        return 0 if self.history else 3


async def fill(home: House, account: Account, reach: Reach) -> None:
    """Keeps the papers, stays, threads, charges, reviews and calendars of an account, as of now."""
    await _Filling(await home.app.replica.store(), account, home.clock.now(), reach).fill()


async def refill(home: House, account: Account, reach: Reach, stay: int) -> None:
    """Keeps a stay that has changed, as the next look at the changes does."""
    await _Filling(await home.app.replica.store(), account, home.clock.now(), reach).again(stay)


class _Filling:
    def __init__(self, store: Store, account: Account, now: datetime, reach: Reach) -> None:
        self.store, self.account, self.now, self.reach = store, account, now, reach
        self.world, self.anchor = account.world, now.date() - reach.anchor_days * ONE_DAY

    async def fill(self) -> None:
        store, world = self.store, self.world
        stays = [one.id for one in world.stays.values() if self.reach.history or one.departure >= self.anchor]
        put = self._put
        await put(store.listings, Listing, (world.listings[number] for number in world.listings))
        await put(store.users, User, (one | {"listingMapIds": None} for one in world.users.values()))
        await put(store.groups, UserGroup, world.groups)
        await put(store.custom_fields, CustomField, world.custom_fields.values())
        await put(store.tasks, Task, world.tasks.values())
        await put(store.expenses, Expense, world.expenses.values())
        await put(store.reservations, Reservation, map(self._stay, stays))
        await put(store.charges, GuestCharge, (one for number in stays for one in world.charges_of(number)))
        await put(store.reviews, Review, self._reviews(stays))
        talks = self._recent(stays) if THREADS in self.reach.parts else []
        await put(store.conversations, Conversation, map(self._conversation, talks))
        await self._threads(talks)
        if CALENDARS in self.reach.parts:
            await self._calendars()
        await self._note()

    async def again(self, stay: int) -> None:
        await self._put(self.store.reservations, Reservation, [self._stay(stay)])
        await self._noted([("reservations", "changes")])

    def _recent(self, stays: Iterable[int]) -> list[int]:
        """The front of the list of conversations."""
        since = (self.now - RECENT).timestamp()
        talks = [conversation_id(one) for one in stays if self.world.stays[one].activity >= since]
        return [number for number in talks if number in self.world.conversations]

    async def _put(self, rows: Any, model: Any, sent: Iterable[JsonObject]) -> None:
        for some in portions(list(sent), AT_ONCE):
            read, raw, _ = read_rows(model, list(some))
            await rows.put(read, raw, seen_at=self.now)

    def _stay(self, number: int) -> JsonObject:
        """As the list sends it: with payments and without the terms booked."""
        row = shown(self.world, number, resources=True, payments=True)
        return row | dict.fromkeys(POLICY_FIELDS)

    def _reviews(self, stays: Iterable[int]) -> Iterator[JsonObject]:
        for number in (stay * 10 + step for stay in stays for step in (1, 2)):
            if number in self.world.reviews:
                yield self.world.reviews[number]

    def _conversation(self, number: int) -> JsonObject:
        thread = self.world.conversations[number]
        sent = [one for one in self.account.messages(number) if one["status"] == "sent"]
        return thread | {
            "conversationMessages": sent[-1:],
            "Reservation": shown(self.world, thread["reservationId"]),
        }

    async def _threads(self, talks: Iterable[int]) -> None:
        """Those that somebody should look at, whole."""
        since = str(self.now - timedelta(days=UNDECIDED_DAYS))[:19]
        for number in talks:
            thread = self.world.conversations[number]
            sent = [one for one in self.account.messages(number) if one["status"] == "sent"]
            undecided = (thread["messageReceivedOn"] or "") >= since and sent[-1]["communicationId"]
            if thread["hasUnreadMessages"] or undecided:
                rows, raw, _ = read_rows(ConversationMessage, self.account.messages(number)[::-1])
                page = Page(rows, raw, 0, self.now)
                await keep_thread(self.store, number, [page])

    async def _calendars(self) -> None:
        first, last = self.account.reach
        for number in self.account.active:
            sent = [day | {"reservations": []} for day in self.account.calendar(number).values()]
            days, raw, _ = read_rows(CalendarDay, sent)
            await self.store.calendar.put(number, days, raw, first, last, seen_at=self.now)
        for number, some in self.world.units.items():
            if some:
                units, raw, _ = read_rows(ListingUnit, some)
                await self.store.units.put_of(number, units, raw, seen_at=self.now)

    async def _note(self) -> None:
        await self.store.sync.save("reservations", "anchor", {"day": self.anchor.isoformat()}, self.now)
        nouns = ("listings", "users", "groups", "custom_fields", "tasks", "expenses", "charges", "reviews")
        parts = [(noun, "all") for noun in nouns]
        if THREADS in self.reach.parts:
            parts += [("conversations", part) for part in ("all", "recent", "unread", "undecided")]
        stays = ["near", "ahead", "changes"]
        stays += [*history_parts(self.anchor), "older"] if self.reach.history else []
        parts += [("reservations", part) for part in stays]
        if CALENDARS in self.reach.parts:
            parts += [("calendar", str(number)) for number in self.account.active]
            parts += [("units", str(number)) for number, some in self.world.units.items() if some]
        await self._noted(parts)

    async def _noted(self, parts: Iterable[tuple[str, str]]) -> None:
        """As sync does once a part was read."""
        at = self.now.isoformat()
        for noun, part in parts:
            await self.store.sync.save(noun, part, {"began": at, "ended": at, "since": at}, self.now)


POLICY_FIELDS = (
    "cancellationPolicyDetails",
    "bookingCancellationPolicy",
    "vrboCancellationPolicy",
    "marriottCancellationPolicy",
)
"""What the list leaves out. Source: Hostaway API reference, "Retrieve reservations list"."""
