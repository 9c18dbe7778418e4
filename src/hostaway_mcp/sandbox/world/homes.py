"""The homes of the portfolio: the facts that listings, prices and stays are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.places import PLACES, Place

FIRST_LISTING = 40_160
ARCHIVED = (11, 29)
MULTI_UNIT = {5: 4, 18: 6}


@dataclass(frozen=True, slots=True)
class Home:
    """One home as it was set up. A change made later through the API is in its listing, never here."""

    id: int
    index: int
    place: Place
    name: str
    nickname: str
    units: int
    price: int
    cleaning_fee: int
    extra_person: int
    capacity: int
    guests_included: int
    bedrooms: int
    min_nights: int
    weekly: float | None
    monthly: float | None
    deposit: int
    check_in: int
    check_out: int
    owner_id: int
    opened: date
    closed: date | None

    @property
    def archived(self) -> bool:
        """Whether the listing is archived."""
        return self.closed is not None


def draw_homes(seed: int, count: int, today: date) -> list[Home]:
    """The homes of one account; the same seed, size and date give the same homes."""
    return [_draw_home(dice(seed, "home", index), index, today) for index in range(count)]


def _draw_home(random: Random, index: int, today: date) -> Home:
    place = PLACES[index % len(PLACES)]
    bedrooms = random.choices((0, 1, 2, 3, 4), weights=(12, 36, 30, 16, 6))[0]
    capacity = max(2, bedrooms * 2 + random.choice((0, 1, 2)))
    price = round(place.price * (0.72 + 0.3 * bedrooms) * random.uniform(0.88, 1.16))
    opened_days = 760 if random.random() < 0.22 else random.randint(45, 430)
    return Home(
        id=FIRST_LISTING + 7 * index,
        index=index,
        place=place,
        name=_name(place, index),
        nickname=f"{place.city[:3].upper()}-{100 + index // len(PLACES) * 10 + index % len(PLACES)}",
        units=_units(index),
        price=price,
        cleaning_fee=25 + 15 * bedrooms + random.choice((0, 5, 10)),
        extra_person=random.choice((0, 10, 12, 15, 20)),
        capacity=capacity,
        guests_included=max(2, capacity - random.choice((0, 1, 2))),
        bedrooms=bedrooms,
        min_nights=random.choices((1, 2, 3), weights=(25, 55, 20))[0],
        weekly=random.choice((None, 0.9, 0.92, 0.95)),
        monthly=random.choice((None, 0.75, 0.8)),
        deposit=random.choice((0, 0, 0, 0, 0, 150)),
        check_in=random.choice((14, 15, 15, 16, 16)),
        check_out=random.choice((10, 10, 11, 11, 12)),
        owner_id=1_003 + index % 6,
        opened=today - timedelta(days=opened_days),
        closed=today - timedelta(days=60 + 9 * (index % 7)) if index % 40 in ARCHIVED else None,
    )


def _name(place: Place, index: int) -> str:
    """A name people would use; from the second round on it is numbered, which makes near-doubles."""
    turn, position = index // len(PLACES), index % len(PLACES)
    name = place.names[(turn + position // 3) % len(place.names)]
    repeat = turn // len(place.names)
    return name if repeat == 0 else f"{name} {repeat + 1}"


def _units(index: int) -> int:
    """How many rooms of the same kind the listing sells; a few in every forty have more than one."""
    return MULTI_UNIT.get(index % 40, 1)
