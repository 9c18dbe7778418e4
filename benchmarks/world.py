"""A replica of a large account: rows as the sandbox sends them, many times over, kept by the store itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import httpx2

from benchmarks.papers import Papers, PaperTemplates, paper_templates
from hostaway_mcp.client import Hostaway
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.conversations import ConversationMessage
from hostaway_mcp.models.lenient import JsonObject, read_rows
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.services.copy import LONGEST_STAY_DAYS
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.reservations import HISTORY_DAYS, history_parts

ACCOUNT = "1"
AHEAD_DAYS = 180
CALENDAR_DAYS = 90
"""Of the year that sync brings, as much as the questions reach into."""
CALENDAR_BEHIND_DAYS = 28
"""Days before today, which the replica has of every calendar."""
STAYS_EACH = 40
MESSAGES_EACH = 4
LISTINGS_AT_ONCE = 25
"""Whose stays are kept together, some 1,000 rows."""

CHANGED_AT_ONCE = 20

STATUSES = ("new",) * 14 + ("modified",) * 3 + ("cancelled",) * 3 + ("ownerStay", "inquiry", "pending")
CHANNELS = (2018, 2018, 2018, 2005, 2005, 2002, 2000, 2013)
FIRST_NAMES = ("Anna", "Ben", "Chloé", "Dağhan", "Eva", "François", "Grete", "Håkon", "Inês", "Jonas")
SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "za", "mül", "per")
WORDS = ("parking", "late", "check in", "towels", "wifi", "keys", "refund", "noise", "cot", "early")


@dataclass(frozen=True)
class Templates:
    """An object of each kind with everything that Hostaway sends."""

    listings: Sequence[JsonObject]
    stays: Sequence[JsonObject]
    day: JsonObject
    message: JsonObject
    papers: PaperTemplates


async def templates() -> Templates:
    """From a small sandbox."""
    sandbox = Sandbox(seed=1, listings=40, limits=None)
    async with Hostaway(
        account_id=sandbox.account_id,
        client_secret=sandbox.client_secret,
        base_url="http://localhost/v1",
        http=httpx2.ASGITransport(app=sandbox.app),
    ) as hostaway:
        listings = await hostaway.listings.find(limit=40, include_resources=True)
        stays = await hostaway.reservations.find(limit=100, include_resources=True, include_payments=True)
        one, today = listings.rows[0].id, datetime.now(UTC).date()
        days = await hostaway.calendar.find_days(one, start_date=today, end_date=today)
        threads = await hostaway.conversations.find(limit=1)
        messages = await hostaway.conversations.find_messages(threads.rows[0].id)
    papers = await paper_templates(sandbox)
    return Templates(listings.raw, stays.raw, days.raw[0], messages.raw[0], papers)


@dataclass(frozen=True)
class World:
    """What is made of the templates; `seed` decides about everything."""

    of: Templates
    listings: int
    today: date
    seed: int = 1

    calendar_days: int = CALENDAR_DAYS

    @property
    def first_day(self) -> date:
        return self.today - timedelta(days=HISTORY_DAYS)

    @property
    def reach(self) -> tuple[int, int]:
        """Days before and after today that a question may be about and be answered from the replica."""
        # Who leaves on a day is among those who slept the night before it.
        return LONGEST_STAY_DAYS - HISTORY_DAYS + 1, AHEAD_DAYS

    async def fill(self, store: Store) -> dict[str, int]:
        """Keeps all of it, as old as it is when sync has just brought it; gives how many rows of each."""
        seen_at = datetime.now(UTC)
        # Questions about what changed lately are about the last day, not about the first fill.
        filled_at = seen_at - timedelta(days=2)
        papers = Papers(self.of.papers, seen_at, self.seed)
        count = Counter({"listings": 0, "reservations": 0, "calendar_days": 0, "messages": 0})
        for start in range(0, self.listings, LISTINGS_AT_ONCE):
            numbers = range(start, min(start + LISTINGS_AT_ONCE, self.listings))
            rows, raw, _ = read_rows(Listing, [self.listing(number) for number in numbers])
            await store.listings.put(rows, raw, seen_at=filled_at)
            count["listings"] += len(rows)
            sent = [stay for number in numbers for stay in self.stays(number)]
            stays, raw, _ = read_rows(Reservation, sent)
            await store.reservations.put(stays, raw, seen_at=filled_at)
            count["reservations"] += len(stays)
            for number in numbers:
                days, raw, _ = read_rows(CalendarDay, list(self.days(number, stays)))
                first, last = days[0].date, days[-1].date
                await store.calendar.put(listing_id(number), days, raw, first, last, seen_at=seen_at)
                count["calendar_days"] += len(days)
            messages, raw, _ = read_rows(ConversationMessage, list(self.messages(stays, numbers)))
            await store.messages.put(messages, raw, seen_at=filled_at)
            count["messages"] += len(messages)
            count.update(await papers.fill(store, stays, filled_at))
        await self._change_some(store)
        await _mark_whole(store, self)
        return dict(count)

    async def _change_some(self, store: Store) -> None:
        """What has changed in the last hours: a stay of every tenth listing."""
        now = datetime.now(UTC)
        for start in range(0, self.listings, 10 * CHANGED_AT_ONCE):
            numbers = range(start, min(start + 10 * CHANGED_AT_ONCE, self.listings), 10)
            at = now - timedelta(minutes=30 * (1 + start % 97))
            moved = {"updatedOn": f"{at:%Y-%m-%d %H:%M:%S}", "totalPrice": 999}
            rows, raw, _ = read_rows(Reservation, [{**next(self.stays(one)), **moved} for one in numbers])
            await store.reservations.put(rows, raw, seen_at=at)

    def listing(self, number: int) -> JsonObject:
        template = self.of.listings[number % len(self.of.listings)]
        name = f"{template['name']} {number}"
        return {**template, "id": listing_id(number), "name": name, "internalListingName": f"U{number}"}

    def stays(self, number: int) -> Iterator[JsonObject]:
        """One after another over two years and half a year ahead; those that were cancelled lie between."""
        dice = Random(f"{self.seed} stays {number}")  # noqa: S311 - the same world each time
        step = (HISTORY_DAYS + AHEAD_DAYS) / STAYS_EACH
        for place in range(STAYS_EACH):
            nights = dice.randint(2, int(step) - 4)
            arrival = self.first_day + timedelta(days=round(place * step) + dice.randint(0, 3))
            yield self._stay(dice, number, place, arrival, nights)

    def _stay(self, dice: Random, number: int, place: int, arrival: date, nights: int) -> JsonObject:
        booked = datetime.combine(min(arrival, self.today) - timedelta(days=dice.randint(1, 60)), time(9, 30))
        active = min(booked + timedelta(days=dice.randint(0, 60)), datetime.combine(self.today, time()))
        first = dice.choice(FIRST_NAMES)
        last = "".join(dice.choices(SYLLABLES, k=3)).capitalize()
        return {
            **dice.choice(self.of.stays),
            "id": number * 1_000 + place + 1,
            "listingMapId": listing_id(number),
            "channelId": dice.choice(CHANNELS),
            "status": dice.choice(STATUSES),
            "arrivalDate": str(arrival),
            "departureDate": str(arrival + timedelta(days=nights)),
            "nights": nights,
            "guestName": f"{first} {last}",
            "guestFirstName": first,
            "guestLastName": last,
            "guestEmail": f"{first}.{last}.{number}@guest.example",
            "reservationDate": str(booked),
            "insertedOn": str(booked),
            "latestActivityOn": str(active),
            "updatedOn": str(active),
            "reservationUnit": [],
        }

    def days(self, number: int, stays: Sequence[Reservation]) -> Iterator[JsonObject]:
        """The next days, taken where a stay takes them."""
        here = [one for one in stays if one.listing_id == listing_id(number)]
        taken = {
            one.arrival + timedelta(days=night)
            for one in here
            if one.arrival and one.departure and one.status_class in {"confirmed", "owner_stay"}
            for night in range((one.departure - one.arrival).days)
        }
        for offset in range(-CALENDAR_BEHIND_DAYS, self.calendar_days):
            day = self.today + timedelta(days=offset)
            free = day not in taken
            yield {
                **self.of.day,
                "date": str(day),
                "status": "available" if free else "reserved",
                "isAvailable": int(free),
                "availableUnitsToSell": int(free),
                "countReservedUnits": int(not free),
                "countPendingUnits": 0,
                "countBlockedUnits": 0,
                "countBlockingReservations": int(not free),
                "price": 80 + (number + offset * 7) % 160,
            }

    def messages(self, stays: Sequence[Reservation], numbers: range) -> Iterator[JsonObject]:
        """Of some stays of each listing, a question."""
        dice = Random(f"{self.seed} messages {numbers.start}")  # noqa: S311 - the same world each time
        for one in dice.sample(list(stays), len(numbers) * MESSAGES_EACH):
            words = " ".join(dice.sample(WORDS, 3))
            yield {
                **self.of.message,
                "id": one.id,
                "conversationId": one.id,
                "reservationId": one.id,
                "listingMapId": one.listing_id,
                "isIncoming": 1,
                "date": str(one.inserted_on)[:19],
                "insertedOn": str(one.inserted_on)[:19],
                "body": f"Hello, a question about {words}, for {one.guest_name} in room {one.id}.",
            }


async def _mark_whole(store: Store, world: World) -> None:
    """As sync leaves it: every part read, and all changes since seen."""
    at = datetime.now(UTC)
    done: dict[str, Any] = {"began": at.isoformat(), "ended": (at - timedelta(seconds=1)).isoformat()}
    await store.sync.save("reservations", "anchor", {"day": world.today.isoformat()}, at)
    nouns = ("listings", "custom_fields", "conversations", "reviews", "tasks", "charges", "expenses", "users")
    parts = [*((noun, "all") for noun in nouns), ("conversations", "recent"), ("conversations", "unread")]
    parts += [("reservations", part) for part in ("near", "ahead", "changes", *history_parts(world.today))]
    parts += [("calendar", str(listing_id(number))) for number in range(world.listings)]
    for noun, part in parts:
        await store.sync.save(noun, part, done, at)


def listing_id(number: int) -> int:
    """The number that Hostaway would have given a listing."""
    return 100_000 + number
