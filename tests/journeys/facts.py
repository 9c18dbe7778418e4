"""What is true in the sandbox's account, for those who ask about it: worked out from its documents alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hostaway_mcp.sandbox.world.words import CLOSINGS
from hostaway_mcp.sandbox.world.world import World
from tests.services import truth

DAY = timedelta(days=1)
CONFIRMED = {"new", "modified", "confirmed"}
BOOKED = CONFIRMED | {"ownerStay"}
"""Statuses of stays that take place. Source: Hostaway API reference, "Reservation statuses"."""

THANKS = {phrase for some in CLOSINGS.values() for phrase in some}
"""What guests of the sandbox say when they ask for nothing more."""

Document = dict[str, Any]


class Facts:
    """The documents of a world, read by somebody who knows none of the code under test."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = world.clock.now().date()
        self.listings = {number: world.listings.peek(number) for number in truth.active(world)}
        self.stays: list[Document] = [world.reservations.peek(number) for number in world.reservations]
        self.by_id = {stay["id"]: stay for stay in self.stays}

    def day(self, offset: int) -> date:
        """So many days from today."""
        return self.today + offset * DAY

    def named(self, name: str) -> Document:
        """The listing of this name."""
        return next(one for one in self.listings.values() if one["name"] == name)

    def city(self, name: str) -> set[int]:
        """The listings of a city."""
        return {number for number, one in self.listings.items() if one["city"] == name}

    def staying(
        self,
        by: str,
        first: date,
        last: date,
        *,
        statuses: set[str] | None = None,
        listings: set[int] | None = None,
        channel: str | None = None,
    ) -> set[int]:
        """
        The ids of stays: nights in the dates (`last` not slept), or arriving or departing in them.

        Unless statuses are given, all that take nights.
        """
        return {
            stay["id"]
            for stay in self.stays
            if stay["status"] in (statuses or truth.TAKING)
            and not stay["isDatesUnspecified"]
            and (listings is None or stay["listingMapId"] in listings)
            and (channel is None or stay["channelName"].startswith(channel))
            and _within(stay, by, first, last)
        }

    def nights(self, first: date, last: date, statuses: set[str]) -> Iterator[tuple[Document, date]]:
        """Every night of these stays from the first to the last, with its stay."""
        for stay in self.stays:
            if stay["status"] in statuses and not stay["isDatesUnspecified"]:
                for night in truth.nights(arrival(stay), departure(stay)):
                    if first <= night <= last:
                        yield stay, night

    def free(self, first: date, last: date, *, guests: int = 1) -> set[int]:
        """The listings that can be booked from the first to the last day, which is not slept."""
        return {
            number
            for number, one in self.listings.items()
            if one["personCapacity"] >= guests and truth.can_be_booked(self.world, number, first, last)
        }

    def reviews(self, first: date, last: date) -> list[Document]:
        """What guests wrote and rated of stays that ended in these days."""
        kept = []
        for number in self.world.reviews:
            one = self.world.reviews.peek(number)
            rated = one["type"] == "guest-to-host" and one["status"] == "published" and one["rating"]
            if (
                rated
                and not one["isCancelled"]
                and first <= date.fromisoformat(one["departureDate"][:10]) <= last
            ):
                kept.append(one)
        return kept

    def open_tasks(self) -> list[Document]:
        """Neither completed nor cancelled."""
        done = {"completed", "cancelled"}
        return [task for task in self.world.tasks.values() if task["status"] not in done]

    def expenses(self, first: date, last: date) -> list[Document]:
        """Noted in these days and not deleted."""
        return [
            one
            for one in self.world.expenses.values()
            if not one["isDeleted"] and first <= date.fromisoformat(one["expenseDate"]) <= last
        ]

    def waiting(self) -> set[int]:
        """Threads, unread or of the last fortnight, whose guest asked what no person has answered."""
        begin = str(self.day(-14))
        return {
            number
            for number in self.world.conversations
            if self._asks(number)
            and (
                self.world.conversations.peek(number)["hasUnreadMessages"]
                or max(one["date"] for one in self.world.messages_of(number)) >= begin
            )
        }

    def _asks(self, number: int) -> bool:
        asks = False
        for one in self.world.messages_of(number):
            if one["status"] != "sent":
                continue
            if one["isIncoming"]:
                asks = asks or one["body"] not in THANKS
            elif not one["communicationId"]:
                asks = False
        return asks


def arrival(stay: Document) -> date:
    """The day of arrival."""
    return date.fromisoformat(stay["arrivalDate"])


def departure(stay: Document) -> date:
    """The day of departure."""
    return date.fromisoformat(stay["departureDate"])


def money(value: object) -> Decimal:
    """An amount with two digits."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _within(stay: Document, by: str, first: date, last: date) -> bool:
    if by == "stay":
        return arrival(stay) < last and departure(stay) > first
    return first <= (arrival(stay) if by == "arrival" else departure(stay)) <= last
