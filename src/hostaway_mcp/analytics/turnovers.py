"""Turnovers: who leaves a unit, who comes into it next, and how many hours lie between."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, Protocol, TypeVar
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


S = TypeVar("S", bound=Dated)
Units = frozenset[int]
"""The units of a stay; empty where they are not known, or the listing has one."""


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


def find_turnovers(
    stays: Iterable[S],
    first: date,
    last: date,
    *,
    units: Callable[[S], Units],
    several: Container[int] = (),
) -> list[Turnover[S]]:
    """
    The turnovers whose departure is from `first` to `last`, both included, by listing and departure.

    Turnover: a departure of a confirmed or owner stay and the next arrival of such a stay on the same unit.
    A stay of several units is a turnover of each. `several` are listings with more than one unit; one whose
    stays overlap has them too. There a stay without known units may have any: the soonest arrival is taken
    that may be into the same unit, and the turnover says that the unit is not known.

    >>> A leaves on the 4th, B sleeps from the 4th to the 6th, C comes on the 9th, all in one home:
    A turns to B (same day), B turns to C, and C to nobody.
    """
    by_listing: dict[int, list[S]] = {}
    for stay in stays:
        if stay.status_class in TURNING and stay.listing_id is not None and stay.arrival and stay.departure:
            by_listing.setdefault(stay.listing_id, []).append(stay)
    found: list[Turnover[S]] = []
    for listing_id, here in sorted(by_listing.items()):
        here.sort(key=lambda stay: (stay.arrival, stay.departure, stay.id))
        many = listing_id in several or any(map(units, here)) or overlaps(here)
        for leaves in sorted(here, key=lambda stay: (stay.departure, stay.id)):
            if first <= (leaves.departure or date.min) <= last:
                found += _of(leaves, here, units, many=many)
    return found


def _of(leaves: S, here: Sequence[S], units: Callable[[S], Units], *, many: bool) -> list[Turnover[S]]:
    found = []
    numbers: list[int | None] = [*sorted(units(leaves))]
    for unit_id in numbers or [None]:
        mine = frozenset() if unit_id is None else frozenset({unit_id})
        comes = next(
            (one for one in here if _follows(one, leaves) and may_share_a_unit(mine, units(one))), None
        )
        known = not many or (unit_id is not None and (comes is None or bool(units(comes))))
        found.append(Turnover(leaves, comes, unit_id, known))
    return found


def _follows(one: Dated, leaves: Dated) -> bool:
    return one.id != leaves.id and (one.arrival or date.min) >= (leaves.departure or date.max)


def may_share_a_unit(one: Units, other: Units) -> bool:
    """Whether two stays at one listing may have the same unit: they share one, or one's is not known."""
    return not one or not other or bool(one & other)


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


def least_slack(leaves: Dated, comes: Dated) -> float:
    """A place among the others where the hours are not known: as if check-in were at the check-out hour."""
    return 24.0 * ((comes.arrival or date.max) - (leaves.departure or date.max)).days


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
