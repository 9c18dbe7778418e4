"""
The documents of a world, for those who work out what is true in it with nothing but them.

Nothing here or in the gold reads the code under test. Words are those of Hostaway's API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from hostaway_mcp.sandbox.world.world import World

Json = dict[str, Any]
DAY = timedelta(days=1)

CONFIRMED = {"new", "modified", "confirmed"}
OWNER = {"ownerStay"}
BOOKED = CONFIRMED | OWNER
HELD = {"pending", "unconfirmed", "awaitingPayment", "awaitingGuestVerification"}
INQUIRY = {"inquiry", "inquiryPreapproved"}
TAKING = BOOKED | HELD
"""Statuses of stays that take nights. Source: Hostaway API reference, "Reservation statuses"."""

CHANNELS = {
    2018: "airbnb", 2005: "bookingcom", 2002: "vrbo", 2000: "direct", 2013: "booking_engine", 2007: "expedia",
    2019: "marriott", 2015: "custom_ical", 2022: "google",
}  # fmt: skip
HOST_COLLECTS = {2000, 2013, 2017, 2020, 2021, 2022}
"""Channels whose guests pay the host; Booking.com's (2005) do where the card is not virtual."""
BOOKINGCOM = 2005


class Account:
    """
    One account as its documents tell it.

    `since` leaves out stays that left before; calendars are read from so many days `behind` today to so many
    `ahead`. What is looked at is kept, so that nothing is written twice.
    """

    def __init__(
        self, world: World, *, since: date | None = None, behind: int = 10, ahead: int = 130
    ) -> None:
        self.world = world
        self.now = world.clock.now()
        self.today = self.now.date()
        self.listings: dict[int, Json] = {number: world.listings[number] for number in world.listings}
        self.reach = self.day(-behind), self.day(ahead)
        self._since = since
        self._days: dict[int, dict[date, Json]] = {}
        self._kept: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, worked out the first time."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @cached_property
    def stays(self) -> list[Json]:
        """Every reservation."""
        brief = self.world.stays.values()
        return [
            self.world.reservations[one.id]
            for one in brief
            if self._since is None or one.departure >= self._since
        ]

    @cached_property
    def by_id(self) -> dict[int, Json]:
        """The reservations by id."""
        return {stay["id"]: stay for stay in self.stays}

    @cached_property
    def dated(self) -> list[Json]:
        """The reservations that have dates."""
        return [stay for stay in self.stays if not stay["isDatesUnspecified"]]

    @cached_property
    def active(self) -> dict[int, Json]:
        """The listings in use."""
        return {number: one for number, one in self.listings.items() if one["specialStatus"] != "archived"}

    def day(self, offset: int) -> date:
        """So many days from today."""
        return self.today + offset * DAY

    def named(self, name: str) -> Json:
        """The listing of this name."""
        return next(one for one in self.active.values() if one["name"] == name)

    def city(self, name: str | None) -> dict[int, Json]:
        """The listings of a city; without one all that are in use."""
        return {number: one for number, one in self.active.items() if name in (None, one["city"])}

    def units(self, listing_id: int) -> int:
        """How many units a listing has."""
        return len(self.world.units.get(listing_id) or ()) or 1

    def zone(self, listing_id: int) -> ZoneInfo:
        """The clock of a listing."""
        return ZoneInfo(self.listings[listing_id]["timeZoneName"])

    def local_day(self, moment: str, listing_id: int) -> date:
        """The day it was at the listing at a moment that Hostaway writes in UTC."""
        return instant(moment).astimezone(self.zone(listing_id)).date()

    def calendar(self, listing_id: int) -> dict[date, Json]:
        """The calendar's documents by day, as far as calendars are read."""
        if listing_id not in self._days:
            days = self.world.calendar(listing_id, *self.reach)
            self._days[listing_id] = {day_of(one["date"]): one for one in days}
        return self._days[listing_id]

    def days(self, listing_id: int, first: date, last: date) -> list[Json]:
        """Those of these days, both included."""
        known = self.calendar(listing_id)
        return [known[day] for day in span(first, last)]

    def messages(self, conversation_id: int) -> list[Json]:
        """What was written in a conversation and what is still to be sent, the oldest first."""
        return self.world.keep_thread(conversation_id)

    def open_days(self, listing_id: int, first: date, last: date) -> list[Json]:
        """Those of them that can be sold."""
        return [one for one in self.days(listing_id, first, last) if one["isAvailable"]]

    def paid(self, stay: Json) -> Decimal:
        """What the guest has paid the host less what was given back."""
        total = Decimal(0)
        for charge in self.world.charges_of(stay["id"]):
            if charge["status"] in ("paid", "succeeded", "captureSuccess"):
                amount = exact(charge["amount"])
                total += {"charge": amount, "refund": -amount}.get(charge["type"], Decimal(0))
        return total

    def arriving(self, first: date, last: date, statuses: set[str] = TAKING) -> list[Json]:
        """The stays that arrive on these days, both included."""
        return self._of_days("arrivalDate", first, last, statuses)

    def leaving(self, first: date, last: date, statuses: set[str] = TAKING) -> list[Json]:
        """The stays that leave on these days, both included."""
        return self._of_days("departureDate", first, last, statuses)

    def _of_days(self, what: str, first: date, last: date, statuses: set[str]) -> list[Json]:
        by_day = self.once(what, lambda: _grouped(self.dated, what))
        return [
            stay
            for day in span(first, last)
            for stay in by_day.get(str(day), ())
            if stay["status"] in statuses
        ]

    def at(self, listing_id: int) -> list[Json]:
        """The reservations of a listing that have dates."""
        return list(self.once("listings", lambda: _grouped(self.dated, "listingMapId")).get(listing_id, ()))

    def sleeping(self, first: date, last: date, statuses: set[str] = TAKING) -> list[Json]:
        """The stays with a night from the first to the last, both included."""
        return [
            stay for stay in self.dated if stay["status"] in statuses and nights_within(stay, first, last)
        ]


def _grouped(stays: list[Json], key: str) -> dict[Any, list[Json]]:
    found: dict[Any, list[Json]] = {}
    for stay in stays:
        found.setdefault(stay[key], []).append(stay)
    return found


def day_of(text: str) -> date:
    """The date at the beginning of a text."""
    return date.fromisoformat(text[:10])


def instant(text: str) -> datetime:
    """A moment as Hostaway writes it, in UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def arrival(stay: Json) -> date:
    """The day of arrival."""
    return day_of(stay["arrivalDate"])


def departure(stay: Json) -> date:
    """The day of departure, which is not slept."""
    return day_of(stay["departureDate"])


def span(first: date, last: date) -> list[date]:
    """Every day, both ends included."""
    return [first + offset * DAY for offset in range((last - first).days + 1)]


def nights_within(stay: Json, first: date, last: date) -> int:
    """How many of a stay's nights lie in these days."""
    return max(0, (min(departure(stay), last + DAY) - max(arrival(stay), first)).days)


def exact(amount: object) -> Decimal:
    """An amount without the noise of a float."""
    return Decimal(str(amount or 0))


def money(amount: Decimal | Fraction | float, currency: str) -> str:
    """An amount to the cent, halves to the even one: `12.00 EUR`."""
    if isinstance(amount, Fraction):
        return f"{Decimal(round(amount * 100)).scaleb(-2)} {currency}"
    return f"{exact(amount).quantize(Decimal('0.01'), ROUND_HALF_EVEN)} {currency}"


def runs(days: list[date]) -> Iterator[list[date]]:
    """Days that follow one another, together."""
    run: list[date] = []
    for day in days:
        if run and day != run[-1] + DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run
