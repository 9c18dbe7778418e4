"""What happens at Hostaway while a replica follows it, and what was true there when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from hostaway_mcp.sandbox import Sandbox
from tests.support.clock import FakeClock

OFFSET = 30_000_000
"""A conversation of the sandbox has its reservation's number and this."""
AROUND_DAYS = 40
"""Days of the calendar of which the past is remembered."""

Day = tuple[str, int, float | None]
"""Its status, whether it is available, its price."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stood from an instant on: stays with dates and their status, days of the calendars."""

    at: datetime
    stays: dict[int, tuple[str, date, date]]
    days: dict[tuple[int, date], Day]
    listings: dict[int, str]


class Upstream:
    """Changes the sandbox's world as guests, channels and other programs would, and remembers its past."""

    def __init__(self, sandbox: Sandbox, clock: FakeClock) -> None:
        self.world = sandbox.world
        self.clock = clock
        self.first_day = clock.now().date()
        self.past: list[Moment] = []
        self.remember()

    def remember(self) -> None:
        """Notes how things stand now; a hair later, so that no two changes are at one instant."""
        self.clock.advance(0.001)
        world, first = self.world, self.first_day
        last = first + timedelta(days=AROUND_DAYS)
        # One without dates arrives on no day, whatever its placeholders say.
        stays = {
            one.id: (one.status, one.arrival, one.departure)
            for one in world.stays.values()
            if not one.unspecified
        }
        days = {
            (number, date.fromisoformat(day["date"])): (day["status"], day["isAvailable"], day["price"])
            for number in world.listings
            for day in world.calendar(number, first, last)
        }
        names = {number: world.listings.peek(number)["name"] for number in world.listings}
        self.past.append(Moment(self.clock.now(), stays, days, names))
        self.clock.advance(0.001)

    def since(self, as_of: datetime) -> Iterator[Moment]:
        """How things stood at an instant, and at every change since."""
        begin = max((place for place, one in enumerate(self.past) if one.at <= as_of), default=0)
        # An answer shows the second that it is from: what held at its beginning or at any time since.
        yield from self.past[begin:]

    def happen(self, dice: Random) -> str:
        """Something changes; gives what."""
        name = dice.choice(HAPPENINGS) if self.world.stays else "book"
        getattr(self, name)(dice)
        self.remember()
        return name

    # What may happen.

    def note(self, dice: Random) -> None:
        """Somebody writes a note on a stay."""
        self.world.touch_reservation(self._stay(dice), hostNote=dice.choice("abc"))

    def cancel(self, dice: Random) -> None:
        """A guest cancels."""
        self.world.touch_reservation(self._stay(dice), status="cancelled")

    def confirm(self, dice: Random) -> None:
        """A stay is on again."""
        self.world.touch_reservation(self._stay(dice), status=dice.choice(("new", "modified")))

    def move(self, dice: Random) -> None:
        """A stay moves to other days, perhaps far away."""
        arrival = self.first_day + timedelta(days=dice.choice((-200, -3, 0, 5, 29, 31, 200)))
        nights = dice.randint(1, 9)
        self.world.touch_reservation(
            self._stay(dice),
            status="modified",
            arrivalDate=arrival.isoformat(),
            departureDate=(arrival + timedelta(days=nights)).isoformat(),
            nights=nights,
        )

    def book(self, dice: Random) -> None:
        """A new stay, now and then on nights that are taken."""
        arrival = self.first_day + timedelta(days=dice.randint(-2, 60))
        departure = arrival + timedelta(days=dice.randint(1, 9))
        self.world.add_reservation(dice.choice(list(self.world.listings)), arrival, departure)

    def delete(self, dice: Random) -> None:
        """A stay is deleted; no webhook tells."""
        number = self._stay(dice)
        for task in self.world.tasks.values():
            if task["reservationId"] == number:
                task["reservationId"] = None
        self.world.remove_reservation(number)

    def write(self, dice: Random) -> None:
        """A guest writes."""
        if talks := self._talks():
            self.world.receive_message(dice.choice(talks), dice.choice(("Where is the key?", "Thanks")))

    def price(self, dice: Random) -> None:
        """The price of some nights changes, or they are blocked; no webhook tells."""
        listing_id = dice.choice(list(self.world.listings))
        first = self.first_day + timedelta(days=dice.randint(0, 30))
        change: dict[str, Any] = {"price": float(dice.randint(50, 500))}
        if dice.random() < 0.3:
            change = {"isAvailable": dice.randint(0, 1)}
        for offset in range(dice.randint(1, 4)):
            self.world.calendar_changes.setdefault((listing_id, first + timedelta(days=offset)), {}).update(
                change
            )

    def rename(self, dice: Random) -> None:
        """A listing has another name; no webhook tells."""
        number = dice.choice(list(self.world.listings))
        self.world.touch_listing(number, name=f"Home {dice.randint(1, 99)}")

    def add_listing(self, dice: Random) -> None:
        """A listing more, up to a few."""
        if len(self.world.listings) < 4:
            template = self.world.listings.peek(next(iter(self.world.listings)))
            fields = {name: value for name, value in template.items() if name != "id"}
            self.world.add_listing(fields | {"name": f"New {dice.randint(1, 99)}"})

    def remove_listing(self, dice: Random) -> None:
        """A listing is deleted with its stays."""
        if len(self.world.listings) > 2:
            number = dice.choice(list(self.world.listings))
            self.world.tasks = {
                key: one for key, one in self.world.tasks.items() if one["listingMapId"] != number
            }
            self.world.expenses = {
                key: one for key, one in self.world.expenses.items() if one["listingMapId"] != number
            }
            self.world.remove_listing(number)

    def finish(self, dice: Random) -> None:
        """A task is done, or deleted."""
        if not self.world.tasks:
            return
        number = dice.choice(list(self.world.tasks))
        if dice.random() < 0.5:
            del self.world.tasks[number]
        else:
            self.world.tasks[number]["status"] = "completed"

    def _stay(self, dice: Random) -> int:
        """One of those near today, mostly."""
        stays = list(self.world.stays.values())
        near = [one for one in stays if abs((one.arrival - self.first_day).days) < AROUND_DAYS]
        return dice.choice(near if near and dice.random() < 0.8 else stays).id

    def _talks(self) -> list[int]:
        return [number for number in self.world.stays if number + OFFSET in self.world.conversations]


HAPPENINGS = (
    *("note", "cancel", "confirm", "move", "book", "write", "price") * 3,
    *("delete", "rename", "add_listing", "remove_listing", "finish"),
)
