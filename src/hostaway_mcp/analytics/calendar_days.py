"""A calendar day as the arithmetic about calendars needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """
    One listing on one date.

    `sellable`: one more party can be booked for the night; with several units, while one of them is left.
    `held` says in a word what takes a night that is not sellable. `price` is for one night, in the
    listing's currency. The rules are those that the calendar shows for this day, with seasons in them.
    """

    date: date
    sellable: bool
    price: Decimal | None = None
    min_stay: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False
    held: str = ""
    units: int = 1


def usual_units(days: Iterable[Day]) -> int:
    """
    How many like units a listing has: what most of its days add up to, of two as frequent the fewer.

    Worked example: counters of 4, 4, 5, 4 are four units, and one night on which five stays are booked.
    """
    return usual_units_of(day.units for day in days)


def usual_units_of(sums: Iterable[int]) -> int:
    """The same of what each day adds up to; one where no day says."""
    counted = Counter(sums)
    return min(counted, key=lambda units: (-counted[units], units), default=1)
