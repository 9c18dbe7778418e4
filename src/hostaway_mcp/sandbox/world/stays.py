"""What happens in the homes: stays, holds, questions and blocked days, two years back and nine months on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from random import Random

from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.people import Guest, draw_guest

HORIZON_DAYS = 275
DAY_SECONDS = 86_400
EPOCH_ORDINAL = 719_163

# channelId: (channelName, source, weight). Source: Hostaway API reference, "Channels".
CHANNELS: dict[int, tuple[str, int]] = {
    2018: ("airbnbOfficial", 43),
    2005: ("bookingcom", 25),
    2002: ("homeaway", 9),
    2000: ("direct", 9),
    2013: ("bookingengine", 4),
    2007: ("expedia", 4),
    2019: ("marriott", 2),
    2015: ("customIcal", 2),
    2022: ("google", 2),
}
_CHANNEL_IDS = tuple(CHANNELS)
_CHANNEL_WEIGHTS = tuple(weight for _, weight in CHANNELS.values())
_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 21, 28)
_LENGTH_WEIGHTS = (4, 15, 20, 17, 12, 6, 13, 3, 4, 2, 3, 1, 1.5)
_MEAN_NIGHTS = 5.4
_WEEKDAYS = (0.8, 0.8, 0.9, 1.1, 1.5, 1.25, 0.75)

RESERVED = frozenset(
    ("new", "modified", "confirmed", "ownerStay", "awaitingPayment", "awaitingGuestVerification")
)
HELD = frozenset(("pending", "unconfirmed"))
BLOCKING = RESERVED | HELD
QUESTIONS = ("inquiry", "inquiryPreapproved", "inquiryDenied", "inquiryTimedout", "inquiryNotPossible")


@dataclass(slots=True)
class Stay:
    """One reservation in brief; moments are seconds since 1970, and `chance` seeds its details."""

    id: int
    listing_id: int
    unit: int
    channel: int
    status: str
    arrival: date
    departure: date
    booked: int
    updated: int
    activity: int
    guest: Guest
    guests: int
    chance: int
    unread: bool = False
    unspecified: bool = False
    moved_from: date | None = None
    cancelled: int | None = None

    @property
    def nights(self) -> int:
        """Nights slept."""
        return (self.departure - self.arrival).days

    @property
    def blocks(self) -> bool:
        """Whether the stay takes its nights off the calendar ("Reservation statuses")."""
        return self.status in BLOCKING and not self.unspecified


@dataclass(frozen=True, slots=True)
class Block:
    """Nights a host closed by hand, first and last included, on one unit."""

    listing_id: int
    unit: int
    first: date
    last: date
    note: str


@dataclass(slots=True)
class Happenings:
    """Everything drawn for one home."""

    stays: list[Stay]
    blocks: list[Block]


def draw_happenings(seed: int, home: Home, today: date) -> Happenings:
    """The stays and blocks of one home."""
    drawer = _Drawer(dice(seed, "stays", home.id), home, today)
    for unit in range(home.units):
        drawer.fill(unit)
    drawer.stays.sort(key=lambda stay: (stay.arrival, stay.unit))
    return Happenings(drawer.stays, drawer.blocks)


class _Drawer:
    """Walks through the days of one home and lets things happen."""

    def __init__(self, random: Random, home: Home, today: date) -> None:
        self.random = random
        self.home = home
        self.today = today
        self.now = (today.toordinal() - EPOCH_ORDINAL) * DAY_SECONDS
        self.stays: list[Stay] = []
        self.blocks: list[Block] = []
        self._guests: list[Guest] = []
        self._occupancies = [min(0.93, 0.70 * factor**0.8) for factor in home.place.season]

    def fill(self, unit: int) -> None:
        """One unit, from its opening to the horizon."""
        last = self.home.closed or self.today + timedelta(days=HORIZON_DAYS)
        day = self.home.opened + timedelta(days=self.random.randint(0, 4))
        while day < last:
            if self.random.random() >= self._chance_of_arrival(day):
                day += timedelta(days=1)
                continue
            nights = self._draw_nights()
            if self.home.closed and day + timedelta(days=nights) > self.home.closed:
                return
            self._happen(unit, day, nights)
            day += timedelta(days=nights)

    def _chance_of_arrival(self, day: date) -> float:
        """The chance that a free day is an arrival, so that nights add up to the occupancy aimed at."""
        occupancy = self._occupancies[day.month - 1]
        ahead = (day - self.today).days
        if ahead == 0:
            return 0.55
        if ahead > 3:
            occupancy *= 0.25 + 0.75 * exp(-ahead / 55)
        chance: float = occupancy / (occupancy + (1 - occupancy) * _MEAN_NIGHTS)
        return min(0.9, _WEEKDAYS[day.weekday()] * chance)

    def _draw_nights(self) -> int:
        nights: int = self.random.choices(_LENGTHS, weights=_LENGTH_WEIGHTS)[0]
        return max(nights, self.home.min_nights)

    def _happen(self, unit: int, day: date, nights: int) -> None:
        luck = self.random.random()
        if luck < 0.03 and nights <= 6:
            note = self.random.choice(("Maintenance", "Deep clean", "Owner hold", "Boiler service"))
            self.blocks.append(Block(self.home.id, unit, day, day + timedelta(days=nights - 1), note))
            return
        status = "ownerStay" if luck < 0.05 else "modified" if luck < 0.13 else "new"
        self._book(unit, day, nights, self._provisional(status, day))
        if self.random.random() < 0.15:
            shifted = day + timedelta(days=self.random.randint(-2, 2))
            self._book(unit, shifted, self._draw_nights(), self._fruitless(shifted))

    def _provisional(self, status: str, day: date) -> str:
        """A few coming stays are not settled yet."""
        if day <= self.today + timedelta(days=2) or self.random.random() > 0.035:
            return status
        return self.random.choice(("pending", "awaitingPayment", "unconfirmed", "awaitingGuestVerification"))

    def _fruitless(self, day: date) -> str:
        """What became of a request that took no nights."""
        if day > self.today and self.random.random() < 0.4:
            return self.random.choice(("inquiry", "inquiry", "inquiryPreapproved"))
        words = ("cancelled", "inquiryTimedout", "inquiryDenied", "inquiryNotPossible", "declined", "expired")
        return self.random.choices(words, weights=(60, 12, 8, 6, 6, 8))[0]

    def _book(self, unit: int, day: date, nights: int, status: str) -> None:
        random = self.random
        channel = self._channel(status)
        booked = self._booked_at(day, status)
        cancelled = min(self.now - 60, booked + random.randint(3_600, 12 * DAY_SECONDS))
        stay = Stay(
            id=0,
            listing_id=self.home.id,
            unit=unit,
            channel=channel,
            status=status,
            arrival=day,
            departure=day + timedelta(days=nights),
            booked=booked,
            updated=0,
            activity=0,
            guest=self._guest(),
            guests=random.randint(1, self.home.capacity),
            chance=random.getrandbits(32),
            moved_from=day - timedelta(days=1) if status == "modified" and random.random() < 0.5 else None,
            cancelled=cancelled if status == "cancelled" else None,
        )
        self._date(stay)
        self.stays.append(stay)

    def _channel(self, status: str) -> int:
        """Requests to book come from Airbnb or Vrbo only ("Reservation statuses")."""
        if status in ("pending", "awaitingPayment", "awaitingGuestVerification"):
            return 2018
        if status == "unconfirmed":
            return 2002
        if status == "ownerStay":
            return 2000
        channel: int = self.random.choices(_CHANNEL_IDS, weights=_CHANNEL_WEIGHTS)[0]
        return 2018 if channel == 2015 and status != "new" else channel

    def _booked_at(self, day: date, status: str) -> int:
        """When it was booked: always before today, lately for what is still open."""
        ahead = max(0, (day - self.today).days)
        arrival = self.now + (day - self.today).days * DAY_SECONDS
        if status in HELD or status in QUESTIONS[:2] or status.startswith("awaiting"):
            return self.now - self.random.randint(600, 2 * DAY_SECONDS)
        lead = int(self.random.expovariate(1 / (18 if ahead else 34)) * DAY_SECONDS)
        return min(self.now - 900, arrival - min(lead, 300 * DAY_SECONDS)) - self.random.randint(0, 40_000)

    def _guest(self) -> Guest:
        """A new guest, or one who comes back."""
        if self._guests and self.random.random() < 0.06:
            return self.random.choice(self._guests[-40:])
        guest = draw_guest(self.random)
        self._guests.append(guest)
        return guest

    def _date(self, stay: Stay) -> None:
        """The last change and the last activity: never before the booking, never after now."""
        random = self.random
        end = self.now + (stay.departure - self.today).days * DAY_SECONDS
        latest = min(self.now - 30, max(stay.booked, end + 2 * DAY_SECONDS))
        stay.updated = random.randint(stay.booked, max(stay.booked, latest))
        if stay.cancelled:
            stay.updated = stay.cancelled
        near = abs((stay.arrival - self.today).days) <= 10 or stay.arrival <= self.today < stay.departure
        stay.unread = (near and random.random() < 0.14) or (
            stay.status == "inquiry" and random.random() < 0.6
        )
        stay.unread = stay.unread and stay.status != "ownerStay" and stay.channel != 2015
        if stay.unread:
            stay.updated = max(stay.updated, self.now - random.randint(900, 30 * 3_600))
        stay.activity = max(stay.updated, min(self.now - 20, stay.updated + random.randint(0, 90_000)))


def number_stays(stays: list[Stay]) -> None:
    """Gives ids in the order of booking, as a database would."""
    stays.sort(key=lambda stay: (stay.booked, stay.listing_id, stay.unit, stay.arrival, stay.chance))
    for index, stay in enumerate(stays):
        stay.id = 20_000_000 + 11 * index + stay.chance % 7


def add_undated_question(seed: int, stays: list[Stay], today: date) -> None:
    """One question without dates: the dates are placeholders, set to yesterday (isDatesUnspecified)."""
    questions = [stay for stay in stays if stay.status == "inquiry"] or stays
    stay = dice(seed, "undated").choice(questions)
    stay.status = "inquiry"
    stay.unspecified = True
    stay.moved_from = stay.cancelled = None
    stay.arrival = stay.departure = today - timedelta(days=1)
