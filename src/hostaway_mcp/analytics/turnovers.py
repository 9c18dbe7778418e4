"""Turnovers: who leaves a unit, who comes into it next, and how many hours lie between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from types import MappingProxyType
from typing import Generic, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.models.tasks import Task, TaskCategory, TaskEvent, TaskStatus

TURNING = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY})
"""Stays after which a unit is made ready, and for which it must be ready."""

PRIORITIES = (("impossible", 0.0), ("urgent", 3.0), ("high", 6.0), ("normal", 24.0))
"""A priority, and up to which slack in hours it is given; whatever has more hours is `low`."""


class Dated(Protocol):
    """A stay, and what of it stands on a calendar: a `Reservation`, or a row of the replica's."""

    @property
    def id(self) -> int: ...
    @property
    def listing_id(self) -> int | None: ...
    @property
    def status_class(self) -> StatusClass: ...
    @property
    def arrival(self) -> date | None: ...
    @property
    def departure(self) -> date | None: ...


class Staying(Dated, Protocol):
    """A stay with the hours that it has of its own."""

    @property
    def check_in_time(self) -> int | None: ...
    @property
    def check_out_time(self) -> int | None: ...


T = TypeVar("T")
S = TypeVar("S", bound=Dated)
Units = frozenset[int]
"""The units of a stay; empty where they are not known, or the listing has one."""
EMPTY: Mapping[int, int | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Turnover(Generic[S]):
    """One stay leaves a unit; `comes` is the next into the same unit, None if none of the stays is."""

    leaves: S
    comes: S | None
    unit_id: int | None = None
    unit_known: bool = True
    """False where the listing has several units and it is not known that both have the same one."""

    @property
    def is_same_day(self) -> bool:
        """Whether the next stay comes on the day on which this one leaves."""
        return self.comes is not None and self.comes.arrival == self.leaves.departure


class Slot(NamedTuple, Generic[T]):
    """One unit that a stay leaves or comes into on a day: which one and at which hour, if that is known."""

    stay: T
    unit_id: int | None = None
    hour: int | None = None


Meeting = tuple[Slot[T], Slot[T]]
"""Who leaves a unit, and who comes into it on the same day."""
Hours = tuple[int | None, int | None]
"""Of check-in and check-out."""


def same_day_pairs(
    leaving: Sequence[Slot[T]], coming: Sequence[Slot[T]], staying: int, units: int | None
) -> list[Meeting[T]]:
    """
    Who of those who come on a day must have a unit of those who leave on it: each arrival follows one
    departure at most, and each departure is followed by one arrival at most.

    Known units say it themselves. Of the others as many arrivals meet a departure as find no unit that was
    free in the night before; `staying` is how many units are slept in on both nights, and of a listing whose
    `units` are not known it is taken to be full. The last to come meet the first to leave: what is impossible
    even so cannot be helped by another choice of units.

    Worked example: 4 units, 3 guests leave, none stays on, 2 come. 1 unit was free, so 1 of the 2 meets a
    departure. With `units` not known, 2 do; with 3 who leave and 1 who comes, 1 does, never 3.
    """
    into = {slot.unit_id: slot for slot in reversed(coming) if slot.unit_id is not None}
    known = [(gone, into.pop(gone.unit_id)) for gone in leaving if gone.unit_id in into]
    gone_known, come_known = {id(gone) for gone, _ in known}, {id(come) for _, come in known}
    left = sorted((one for one in leaving if id(one) not in gone_known), key=_hour_or(0))
    came = sorted((one for one in coming if id(one) not in come_known), key=_hour_or(24))
    needed = min(len(left), len(came))
    if units is not None:
        needed = min(needed, len(left) + len(came) + len(known) + staying - units)
    may = [one for one in came if _first_of(left, one, units)]
    # Who may have few of the units chooses first.
    for come in sorted(may[-needed:] if needed > 0 else (), key=lambda one: one.unit_id is None):
        if gone := _first_of(left, come, units):
            left.remove(gone)
            known.append((gone, come))
    return known


def _first_of(left: Sequence[Slot[T]], come: Slot[T], units: int | None = None) -> Slot[T] | None:
    """The first of those who left a unit that may be the one of who comes."""
    anywhere = units == 1 or come.unit_id is None
    return next((one for one in left if anywhere or one.unit_id in (None, come.unit_id)), None)


def _hour_or(otherwise: int) -> Callable[[Slot[T]], int]:
    return lambda slot: otherwise if slot.hour is None else slot.hour


def find_turnovers(
    stays: Iterable[S],
    first: date,
    last: date,
    *,
    units: Callable[[S], Units],
    several: Mapping[int, int | None] = EMPTY,
    hours: Callable[[S], Hours] = lambda _: (None, None),
) -> list[Turnover[S]]:
    """
    The turnovers whose departure is from `first` to `last`, both included, by listing and departure.

    Turnover: a departure of a confirmed or owner stay and the next arrival of such a stay on the same unit.
    A stay of several units is a turnover of each. `several` are listings with more than one unit, and how
    many, where that is known; one whose stays overlap has them too. There a stay without known units may
    have any, and the turnover says so: on the day of departure `same_day_pairs` tells who must follow; who
    comes later follows whoever left first and is not followed yet. No arrival follows two departures.

    >>> A leaves on the 4th, B sleeps from the 4th to the 6th, C comes on the 9th, all in one home:
    A turns to B (same day), B turns to C, and C to nobody.
    """
    by_listing: dict[int, list[S]] = {}
    for stay in stays:
        if stay.status_class in TURNING and stay.listing_id is not None and stay.arrival and stay.departure:
            by_listing.setdefault(stay.listing_id, []).append(stay)
    found: list[Turnover[S]] = []
    for listing_id, here in sorted(by_listing.items()):
        leaving = [stay for stay in here if first <= (stay.departure or date.min) <= last]
        # On most days nobody leaves most listings.
        if not leaving:
            continue
        here.sort(key=_BY_ARRIVAL)
        many = listing_id in several or any(map(units, here)) or overlaps(here)
        # In one home they follow one another; most listings are one.
        follows: dict[tuple[int, int | None], S] = {(one.id, None): after for one, after in pairwise(here)}
        if many:
            follows = _followers(here, units, hours, several.get(listing_id))
        for leaves in sorted(leaving, key=_BY_DEPARTURE):
            for unit_id in _numbers(units(leaves)):
                comes = follows.get((leaves.id, unit_id))
                known = not many or (unit_id is not None and (comes is None or bool(units(comes))))
                found.append(Turnover(leaves, comes, unit_id, known))
    return found


_BY_ARRIVAL, _BY_DEPARTURE = attrgetter("arrival", "departure", "id"), attrgetter("departure", "id")


def _numbers(units: Units) -> Sequence[int | None]:
    return sorted(units) or (None,)


def _followers(
    here: Sequence[S], units: Callable[[S], Units], hours: Callable[[S], Hours], many: int | None
) -> dict[tuple[int, int | None], S]:
    """Who comes next, by the stay that leaves and its unit."""
    leaving, coming = defaultdict[date, list[Slot[S]]](list), defaultdict[date, list[Slot[S]]](list)
    for stay in here:
        if stay.arrival is None or stay.departure is None or stay.arrival >= stay.departure:
            continue
        into, out = hours(stay)
        for unit_id in _numbers(units(stay)):
            coming[stay.arrival].append(Slot(stay, unit_id, into))
            leaving[stay.departure].append(Slot(stay, unit_id, out))
    follows: dict[tuple[int, int | None], S] = {}
    waiting: list[Slot[S]] = []
    slept = 0
    for day in sorted(leaving.keys() | coming.keys()):
        gone, come = leaving.get(day, []), coming.get(day, [])
        slept -= len(gone)
        pairs = same_day_pairs(gone, come, slept, many) if gone and come else []
        slept += len(come)
        met = {id(slot) for pair in pairs for slot in pair}
        for one in come:
            if id(one) not in met and (before := _longest_empty(waiting, one)):
                waiting.remove(before)
                pairs.append((before, one))
        waiting += [one for one in gone if id(one) not in met]
        follows |= {(left.stay.id, left.unit_id): come.stay for left, come in pairs}
    return follows


def _longest_empty(waiting: Sequence[Slot[T]], come: Slot[T]) -> Slot[T] | None:
    """Of those who left, who had the same unit for sure; else who left first of those who may have had it."""
    same = (one for one in waiting if one.unit_id is not None and one.unit_id == come.unit_id)
    return next(same, None) or _first_of(waiting, come)


def units_of_stay(stay: Reservation) -> Units:
    """The units that a stay has, where Hostaway says so."""
    return frozenset(unit.listing_unit_id for unit in stay.reservation_unit)


def overlaps(stays: Sequence[Dated]) -> bool:
    """Whether two of these stays, in the order of their arrivals, sleep there on one night."""
    end = date.min
    for stay in stays:
        if stay.arrival is None or stay.departure is None:
            continue
        if stay.arrival < end:
            return True
        end = max(end, stay.departure)
    return False


@lru_cache(maxsize=2_000)
def moment_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """
    The instant (UTC) of an hour on a day where the listing is.

    An hour that a clock change leaves out is the one after it; of an hour that comes twice the first is
    meant. 11 o'clock on 2026-03-29 in Lisbon is 10:00Z, a day before it was 11:00Z.
    """
    wall = datetime.combine(day, time()) + timedelta(hours=hour)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def slack_hours(departs_at: datetime, arrives_at: datetime) -> float:
    """
    Slack: check-in less check-out, in hours that really pass.

    From 11:00 on Saturday 2026-03-28 to 15:00 on Sunday in Lisbon the walls say 28 hours; an hour is left out
    in that night, so the slack is 27. A turnover within one day from 11 to 15 o'clock has 4.
    """
    return round((arrives_at - departs_at).total_seconds() / 3_600, 2)


def least_slack(departure: date | None, arrival: date | None) -> float:
    """A place among the others where the hours are not known: as if check-in were at the check-out hour."""
    return 24.0 * ((arrival or date.max) - (departure or date.max)).days


def priority_of(slack: float | None) -> str:
    """
    How soon somebody must begin: impossible (no time at all), urgent (up to 3 hours), high (up to 6), normal
    (up to a day), low (more, or nobody comes yet).
    """
    if slack is None:
        return "low"
    return next((word for word, most in PRIORITIES if slack <= most), "low")


def cleaning_of(
    turnover: Turnover[S],
    tasks: Iterable[Task],
    *,
    departs_at: datetime | None = None,
    arrives_at: datetime | None = None,
) -> Task | None:
    """
    The cleaning between two stays: a task of the category cleaning that was not cancelled and belongs to the
    stay that leaves; else to the one that comes, if it is counted from the departure before; else to the
    listing alone, in the hours between. One that ends before the check-out is another cleaning.
    """
    ranked = [
        (rank, task.id, task)
        for task in tasks
        if TaskCategory.CLEANING in task.categories_map
        and task.status is not TaskStatus.CANCELLED
        and not (departs_at and task.should_end_by and task.should_end_by <= departs_at)
        and (rank := _belongs(task, turnover, arrives_at)) is not None
    ]
    return min(ranked)[2] if ranked else None


def _belongs(task: Task, turnover: Turnover[S], arrives_at: datetime | None) -> int | None:
    comes = turnover.comes
    if task.reservation_id == turnover.leaves.id:
        return 0
    if comes is not None and task.reservation_id == comes.id:
        return 1 if task.can_start_from_event is TaskEvent.PREVIOUS_DEPARTURE else None
    if task.reservation_id is not None or task.listing_id != turnover.leaves.listing_id:
        return None
    begin = task.can_start_from or task.should_end_by
    return 2 if begin and (arrives_at is None or begin < arrives_at) else None
