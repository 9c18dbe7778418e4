"""The rows of a turnover plan: instants, who leaves and comes, the cleaning, and what is to be noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hostaway_mcp.analytics.turnovers import (
    Staying,
    Turnover,
    cleaning_of,
    least_slack,
    moment_of,
    priority_of,
    slack_hours,
)
from hostaway_mcp.clock import known_zone
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.models.tasks import Task, TaskStatus
from hostaway_mcp.services.answers import Instant, Record
from hostaway_mcp.services.cursors import SortKey
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.portfolio import fold
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.task_book import Team
from hostaway_mcp.services.untrusted import clean_name


class Party(Record):
    """Who leaves or comes."""

    reservation_id: int
    guest: str | None = None
    guests: int | None = None
    """How many people."""
    owner_stay: bool | None = None


class Parties(Record):
    """Who leaves, and who comes next."""

    leaving: Party
    arriving: Party | None = None


class CleaningTask(Record):
    """The cleaning between the two stays."""

    state: str
    """Hostaway's status of the task, or `none` where there is no task."""
    task_id: int | None = None
    assignee: str | None = None
    due_at: Instant | None = None


class TurnoverRow(Record):
    """One home that one stay leaves and another comes into."""

    listing_id: int
    name: str
    city: str | None = None
    time_zone: str | None = None
    unit_id: int | None = None
    departure: date
    """The listing's own day."""
    departs_at: Instant | None = None
    arrives_at: Instant | None = None
    """Absent where nobody comes in the days that were looked at, or the hour is not known."""
    slack_hours: float | None = None
    """Check-in less check-out, in hours that really pass."""
    priority: str
    """impossible (0 hours or less), urgent (up to 3), high (up to 6), normal (up to 24) or low."""
    task: CleaningTask | None = None
    guests: Parties
    notes: tuple[str, ...] = ()


class Interval(NamedTuple):
    """What lies between a check-out and a check-in; instants are UTC."""

    zone: str | None
    departs_at: datetime | None
    arrives_at: datetime | None
    slack: float | None
    """In hours; None where nobody comes or an hour is not known."""
    order: float | None
    """The slack, or what it is at least; None where nobody comes."""
    place: SortKey
    """Where it stands: the least slack first, then those whom nobody follows."""


class Timed(NamedTuple):
    """A turnover with its instants."""

    turnover: Turnover[Staying]
    listing: str
    interval: Interval

    @property
    def key(self) -> SortKey:
        """Where it stands among the others."""
        place = (fold(self.listing)[:60], self.turnover.leaves.id, self.turnover.unit_id or 0)
        return (*self.interval.place, *place)


def timed_of(turnover: Turnover[Staying], listings: Mapping[int, Listing]) -> Timed:
    """A turnover with the instants of check-out and check-in, as far as hours and zone are known."""
    leaves, comes = turnover.leaves, turnover.comes
    listing = listings.get(leaves.listing_id or 0)
    name = listing.name if listing else None
    if not name and isinstance(leaves, Reservation):
        name = listing_name(leaves, listings)
    interval = _interval(
        listing.time_zone_name if listing else None,
        (leaves.departure, check_out_hour(leaves, listing)),
        (comes.arrival, check_in_hour(comes, listing)) if comes else None,
    )
    return Timed(turnover, name or f"Listing {leaves.listing_id}", interval)


Hour = tuple[date | None, int | None]
"""A day, and an hour of it where that is known."""


@lru_cache(maxsize=4_000)
def _interval(zone_name: str | None, leaves: Hour, comes: Hour | None) -> Interval:
    """Homes are left and come to at a few hours, so thousands of turnovers have some hundreds of these."""
    zone, departure = known_zone(zone_name), leaves[0]
    departs_at, arrives_at = _moment(*leaves, zone), _moment(*comes, zone) if comes else None
    slack = slack_hours(departs_at, arrives_at) if departs_at and arrives_at else None
    order = least_slack(departure, comes[0]) if comes and slack is None else slack
    arrives = arrives_at.isoformat() if arrives_at else ""
    place = (int(order is None), float(order or 0), str(departure), arrives)
    return Interval(zone.key if zone else None, departs_at, arrives_at, slack, order, place)


def check_in_hour(stay: Staying, listing: Listing | None) -> int | None:
    """The hour of check-in: the stay's own, else the listing's."""
    own = stay.check_in_time
    return own if own is not None or listing is None else listing.check_in_time_start


def check_out_hour(stay: Staying, listing: Listing | None) -> int | None:
    """The hour of check-out: the stay's own, else the listing's."""
    own = stay.check_out_time
    return own if own is not None or listing is None else listing.check_out_time


def zone_of(listing: Listing | None) -> ZoneInfo | None:
    """Where a listing's hours are counted; None where that is not known."""
    return known_zone(listing.time_zone_name) if listing else None


def _moment(day: date | None, hour: int | None, zone: ZoneInfo | None) -> datetime | None:
    return moment_of(day, hour, zone) if day is not None and hour is not None and zone else None


def row_of_turnover(
    one: Timed,
    stays: Mapping[int, Reservation],
    listings: Mapping[int, Listing],
    tasks: Known[Task] | None,
    team: Team,
) -> TurnoverRow:
    """The row of a turnover, of whose stays those in `stays` are known; without tasks no cleaning is told."""
    turnover = one.turnover
    leaves = stays[turnover.leaves.id]
    comes = stays.get(turnover.comes.id) if turnover.comes else None
    listing = listings.get(leaves.listing_id or 0)
    cleaning = _cleaning(one, tasks.rows) if tasks else None
    return TurnoverRow(
        listing_id=leaves.listing_id or 0,
        name=one.listing,
        city=clean_name(listing.city) if listing else None,
        time_zone=one.interval.zone,
        unit_id=turnover.unit_id,
        departure=leaves.departure or date.min,
        departs_at=one.interval.departs_at,
        arrives_at=one.interval.arrives_at,
        slack_hours=one.interval.slack,
        priority=priority_of(one.interval.order),
        task=_task(cleaning, team) if tasks and (cleaning or tasks.complete) else None,
        guests=Parties(leaving=_party(leaves), arriving=_party(comes) if comes else None),
        notes=tuple(_notes(one, cleaning)),
    )


def _cleaning(one: Timed, tasks: Iterable[Task]) -> Task | None:
    departs_at, arrives_at = one.interval.departs_at, one.interval.arrives_at
    return cleaning_of(one.turnover, tasks, departs_at=departs_at, arrives_at=arrives_at)


def _task(task: Task | None, team: Team) -> CleaningTask:
    if task is None:
        return CleaningTask(state="none")
    return CleaningTask(
        state=str(task.status) if task.status else "unknown",
        task_id=task.id,
        assignee=team.name(task.assignee_user_id),
        due_at=task.should_end_by,
    )


def _party(stay: Reservation) -> Party:
    return Party(
        reservation_id=stay.id,
        guest=guest_name(stay),
        guests=stay.number_of_guests,
        owner_stay=stay.status_class is StatusClass.OWNER_STAY or None,
    )


def _notes(one: Timed, task: Task | None) -> Iterable[str]:
    turnover, interval = one.turnover, one.interval
    if interval.zone is None:
        yield "time zone not known, so no hours can be told"
    elif interval.departs_at is None or (turnover.comes and interval.arrives_at is None):
        yield "check-in or check-out hour not known"
    if not turnover.unit_known:
        yield "unit not known, and the listing has several: the next guest may have another"
    if task is None or task.status is TaskStatus.COMPLETED:
        return
    if task.assignee_user_id is None:
        yield "cleaning not assigned"
    if interval.arrives_at and task.should_end_by and task.should_end_by > interval.arrives_at:
        yield "cleaning is due after check-in"
