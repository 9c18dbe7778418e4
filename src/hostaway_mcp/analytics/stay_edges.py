"""What is possible at the edges of a stay: to come earlier, to leave later, to stay on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)


class Edge(StrEnum):
    """What a guest may ask for."""

    EARLY_CHECK_IN = "early_check_in"
    LATE_CHECK_OUT = "late_check_out"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another stay that takes nights of the same listing; the day of departure is not slept."""

    id: int
    arrival: date
    departure: date


@dataclass(frozen=True, slots=True)
class Chance:
    """Whether something is possible, by the calendar as it is known, and why."""

    edge: Edge
    possible: bool
    night: date
    """The night that it hangs on: the one before arrival, or the one after the last."""
    because: str
    nights: int = 0
    """How many nights on end are free; of an extension only."""


def chances_of(
    arrival: date, departure: date, *, free: Mapping[date, bool], others: Sequence[Neighbour], today: date
) -> list[Chance]:
    """
    What is still possible around a stay from `arrival` to `departure`.

    Early check-in: nobody sleeps in the night before arrival. Late check-out: nobody sleeps in the night of
    departure. Extension: that night and perhaps more are free. `free` says of each night around the stay
    whether a unit is free by the calendar, so that owner stays, blocks and several units are heard of; a
    night that is not known gives no chance, and edges that are past are left out.

    A stay from 3 to 6 June; another leaves on 3 June, the nights 6 and 7 June are free, 8 June is booked: no
    early check-in (someone leaves on 3 June), late check-out, an extension by up to 2 nights.
    """
    found = []
    before = arrival - ONE_DAY
    if today <= arrival and before in free:
        leaves = [one.id for one in others if one.departure == arrival]
        found.append(
            _chance(Edge.EARLY_CHECK_IN, before, free, _why(free[before], leaves, "leaves", arrival))
        )
    if today <= departure and departure in free:
        comes = [one.id for one in others if one.arrival == departure]
        why = _why(free[departure], comes, "arrives", departure)
        found.append(_chance(Edge.LATE_CHECK_OUT, departure, free, why))
        nights = _free_nights(departure, free)
        found.append(Chance(Edge.EXTENSION, nights > 0, departure, _on(nights, departure, why), nights))
    return found


def _chance(edge: Edge, night: date, free: Mapping[date, bool], because: str) -> Chance:
    return Chance(edge, free[night], night, because)


def _free_nights(first: date, free: Mapping[date, bool]) -> int:
    count = 0
    while free.get(first + ONE_DAY * count):
        count += 1
    return count


def _why(is_free: bool, stays: Collection[int], does: str, day: date) -> str:
    night = day - ONE_DAY if does == "leaves" else day
    if is_free:
        return f"the night {night} is free"
    if stays:
        return f"reservation {', '.join(map(str, sorted(stays)))} {does} on {day}"
    return f"the night {night} is taken or blocked"


def _on(nights: int, first: date, why: str) -> str:
    if nights <= 1:
        return why
    return f"the nights {first} to {first + ONE_DAY * (nights - 1)} are free"
