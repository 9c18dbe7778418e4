"""Conflicts: stays that cannot all take place as they are booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from hostaway_mcp.analytics.calendar_days import ONE_DAY
from hostaway_mcp.analytics.turnovers import Slot, moment_of, same_day_pairs, slack_hours

UTC = ZoneInfo("UTC")
CLEANING_HOURS = 2.0
"""Hostaway has no field for how long a cleaning takes; nobody cleans a home in less."""


class ConflictKind(StrEnum):
    """What is wrong, the worst first."""

    OVERLAP = "overlap"
    """Two stays have the same unit on the same night."""
    OVERBOOKED = "overbooked"
    """A listing with several units has more stays than units."""
    NOT_PUSHED = "not_pushed"
    """Channels were not told of the day yet, so that they may sell what is not free."""
    SHORT_TURNOVER = "short_turnover"
    """One stay leaves and another comes with less time between than a cleaning takes."""


@dataclass(frozen=True, slots=True)
class Booked:
    """
    A stay that takes nights of a listing: confirmed, of the owner, or held by a request.

    `units` is how many units it takes; `unit_ids` which ones, where that is known. The hours are of the
    listing's clock: from when the guest may come, and until when they must have left.
    """

    id: int
    listing_id: int
    arrival: date
    departure: date
    units: int = 1
    unit_ids: frozenset[int] = frozenset()
    check_in_hour: int | None = None
    check_out_hour: int | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """What of a listing matters here: its units, its hours and the clock that they are read on."""

    listing_id: int
    units: int = 1
    check_in_hour: int | None = None
    check_out_hour: int | None = None
    zone: ZoneInfo = UTC


@dataclass(frozen=True, slots=True)
class Conflict:
    """
    What is wrong on the nights from `first` to `last`, both included, and with which stays.

    A short turnover has its one day, and `slack_hours` that really pass between the two.
    """

    kind: ConflictKind
    listing_id: int
    first: date
    last: date
    stays: tuple[int, ...] = ()
    units: int = 1
    slack_hours: float | None = None


def find_conflicts(
    stays: Iterable[Booked], homes: Mapping[int, Home], *, cleaning_hours: float = CLEANING_HOURS
) -> tuple[Conflict, ...]:
    """
    Overlaps, overbooked nights and short turnovers of some listings, by day.

    Two stays overlap on the nights that both take: arrival ≤ night < departure. Departure and arrival on
    one day share no night and are no conflict, unless the hours between them are fewer than
    `cleaning_hours`.

    Worked example: one unit, stays 1 to 4 June, 3 to 5 June and 5 to 7 June; check-out 11, check-in 15.
    The first two both take the night of 3 June: an overlap. The last two share the 5th only, with four
    hours between: no conflict.
    """
    by_listing: dict[int, list[Booked]] = defaultdict(list)
    for stay in stays:
        if stay.listing_id in homes and stay.departure > stay.arrival:
            by_listing[stay.listing_id].append(stay)
    found: list[Conflict] = []
    for listing_id, some in by_listing.items():
        some.sort(key=lambda stay: (stay.arrival, stay.departure, stay.id))
        found += double_booked(some, homes[listing_id])
        found += short_turnovers(some, homes[listing_id], cleaning_hours)
    return tuple(sorted(found, key=lambda one: (one.first, one.listing_id, one.kind, one.stays)))


def double_booked(stays: Sequence[Booked], home: Home) -> Iterator[Conflict]:
    """
    The nights on which the stays of one listing need more units than there are, or the same one twice.

    Nights on end with the same stays are one conflict. `stays` are in the order of arrival.

    Worked example: a listing with two units and three stays over the night of 3 June is overbooked on it;
    with the same unit assigned to two of its two stays it is an overlap all the same.
    """
    run: Conflict | None = None
    for night, here in _crowded(stays):
        clash = _clash(here, home)
        if clash is None:
            continue
        kind, ids = clash
        if run and (run.kind, run.stays) == (kind, ids) and run.last == night - ONE_DAY:
            run = Conflict(kind, home.listing_id, run.first, night, ids, home.units)
            continue
        if run:
            yield run
        run = Conflict(kind, home.listing_id, night, night, ids, home.units)
    if run:
        yield run


def short_turnovers(stays: Sequence[Booked], home: Home, cleaning_hours: float) -> Iterator[Conflict]:
    """
    Days on which a unit has too few hours between one stay and the next.

    In a listing with several units a stay that comes may take one that was free anyway: `same_day_pairs`
    tells which must follow one that leaves, and each follows one at most.

    Worked example: check-out 11 and check-in 15 are four hours; with a check-out agreed for 14 it is one
    hour, which is shorter than a cleaning of two. On the night of a clock change the hours are those that
    really pass.
    """
    leaving, coming = defaultdict(list), defaultdict(list)
    for stay in stays:
        leaving[stay.departure].append(stay)
        coming[stay.arrival].append(stay)
    for day in sorted(leaving.keys() & coming.keys()):
        for gone, come in _pairs(day, leaving[day], coming[day], home, stays):
            slack = _slack_hours(day, gone, come, home)
            if slack is not None and slack < cleaning_hours:
                kind, ids = ConflictKind.SHORT_TURNOVER, (gone.id, come.id)
                yield Conflict(kind, home.listing_id, day, day, ids, home.units, slack)


def days_in_runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in order as runs on end, each from its first to its last."""
    run: tuple[date, date] | None = None
    for day in days:
        if run and day == run[1] + ONE_DAY:
            run = (run[0], day)
            continue
        if run:
            yield run
        run = (day, day)
    if run:
        yield run


def _crowded(stays: Sequence[Booked]) -> Iterator[tuple[date, list[Booked]]]:
    """The nights that more than one stay takes, or one that takes several units."""
    active: list[Booked] = []
    for index, stay in enumerate(stays):
        active = [one for one in active if one.departure > stay.arrival]
        active.append(stay)
        if len(active) < 2 and stay.units < 2:
            continue
        # Until the next one comes the same stays are there, but for those that leave.
        until = stays[index + 1].arrival if index + 1 < len(stays) else date.max
        night = stay.arrival
        while night < until:
            here = [one for one in active if one.departure > night]
            if len(here) < 2 and not any(one.units > 1 for one in here):
                break
            yield night, here
            night += ONE_DAY


def _clash(here: Sequence[Booked], home: Home) -> tuple[ConflictKind, tuple[int, ...]] | None:
    if sum(stay.units for stay in here) > home.units:
        kind = ConflictKind.OVERLAP if home.units == 1 else ConflictKind.OVERBOOKED
        return kind, tuple(sorted(stay.id for stay in here))
    holders: dict[int, list[int]] = defaultdict(list)
    for stay in here:
        for unit in stay.unit_ids:
            holders[unit].append(stay.id)
    twice = {number for ids in holders.values() if len(ids) > 1 for number in ids}
    return (ConflictKind.OVERLAP, tuple(sorted(twice))) if twice else None


def _pairs(
    day: date, leaving: Sequence[Booked], coming: Sequence[Booked], home: Home, stays: Sequence[Booked]
) -> Iterable[tuple[Booked, Booked]]:
    """Which of those who leave and those who come have the same unit, as far as it must be so."""
    if home.units == 1 and len(leaving) == len(coming) == 1:
        return ((leaving[0], coming[0]),)
    left = [slot for stay in leaving for slot in _slots(stay, stay.check_out_hour, home.check_out_hour)]
    came = [slot for stay in coming for slot in _slots(stay, stay.check_in_hour, home.check_in_hour)]
    staying = sum(stay.units for stay in stays if stay.arrival < day < stay.departure)
    pairs = same_day_pairs(left, came, staying, home.units)
    # Two stays may share several units, and are in conflict once.
    return dict.fromkeys((gone.stay, come.stay) for gone, come in pairs)


def _slots(stay: Booked, own: int | None, usual: int | None) -> list[Slot[Booked]]:
    hour = usual if own is None else own
    known = sorted(stay.unit_ids)
    return [Slot(stay, unit_id, hour) for unit_id in (*known, *[None] * (stay.units - len(known)))]


def _slack_hours(day: date, gone: Booked, come: Booked, home: Home) -> float | None:
    """Hours that really pass; None where one of the two is not known."""
    out = gone.check_out_hour if gone.check_out_hour is not None else home.check_out_hour
    into = come.check_in_hour if come.check_in_hour is not None else home.check_in_hour
    if out is None or into is None or not (0 <= out <= 23 and 0 <= into <= 23):
        return None
    return slack_hours(moment_of(day, out, home.zone), moment_of(day, into, home.zone))
