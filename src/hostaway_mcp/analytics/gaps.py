"""Gaps: a few nights left over between others that are taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hostaway_mcp.analytics.calendar_days import ONE_DAY, Day

MAX_NIGHTS = 3
"""A longer run of free nights is no gap."""


class Rule(StrEnum):
    """What keeps a stay out of nights that are free, the most frequent first."""

    MINIMUM_STAY = "minimum_stay"
    CLOSED_TO_ARRIVAL = "closed_to_arrival"
    CLOSED_TO_DEPARTURE = "closed_to_departure"
    MAXIMUM_STAY = "maximum_stay"
    SAME_DAY_BOOKING = "same_day_booking"
    """The listing takes no booking on the day of arrival; no calendar day can change that."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A rule that stops a stay, the day that it stands on, and the nights that it asks for."""

    rule: Rule
    day: date
    nights: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What must become of the rules of one day, so that a stay can be booked; None stays as it is."""

    day: date
    min_stay: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Free nights from `first` up to the departure day `end`, closed in by nights that are `before` and `after`.

    `arrival` and `departure` are of the longest stay that can be booked inside, or else of the one that
    the `obstacles` stop and `changes` would let in. `price` is the sum of that stay's nights; None where
    a night has no price.
    """

    first: date
    end: date
    before: str
    after: str
    arrival: date
    departure: date
    obstacles: tuple[Obstacle, ...]
    changes: tuple[Change, ...]
    price: Decimal | None

    @property
    def nights(self) -> int:
        """How many nights are free."""
        return (self.end - self.first).days

    @property
    def bookable(self) -> bool:
        """Whether a stay inside can be booked as the rules are."""
        return not self.obstacles


def find_gaps(
    days: Sequence[Day], *, today: date, max_nights: int = MAX_NIGHTS, same_day: bool = True
) -> tuple[Gap, ...]:
    """
    The gaps in a listing's days, which are in order and may begin before and end behind what is asked.

    A gap is a run of 1 to `max_nights` sellable nights closed in on both sides by nights that are not. It
    can be booked if any stay inside it is allowed by the rules of its days: minimum and maximum stay and
    closed to arrival of the arrival day, closed to departure of the departure day. With `same_day` false
    nobody can arrive today. Of a gap that began before `today` what is left is shown. A run whose
    neighbour is not known is no gap.

    Worked example: nights 1 and 4 of June are booked, 2 and 3 are free at 100 and 110, and the 2nd asks
    for 3 nights at least, the 3rd for 2. A stay 2 to 4 June has 2 nights, and 2 < 3; one night from the
    2nd or the 3rd is shorter still. So the gap is stopped by the minimum stay of 2 June, a minimum of 2
    there would mend it, and a stay would bring 210.
    """
    by_date = {day.date: day for day in days}
    earliest = today if same_day else today + ONE_DAY
    return tuple(
        _gap(by_date, run, today, earliest)
        for run in _runs(days)
        if len(run) <= max_nights
        and run[-1].date >= today
        and run[0].date - ONE_DAY in by_date
        and run[-1].date + ONE_DAY in by_date
    )


def obstacles_to(
    days: Mapping[date, Day], arrival: date, departure: date, *, earliest: date
) -> tuple[Obstacle, ...]:
    """
    The rules that stop a stay on sellable nights; none if it can be booked.

    The rules of length are those of the day of arrival. Worked example: arrival on a day with a minimum
    of 3 that is closed to arrival, for 2 nights: both rules stop it.
    """
    begin, end, nights = days[arrival], days.get(departure), (departure - arrival).days
    found = []
    if begin.min_stay is not None and nights < begin.min_stay:
        found.append(Obstacle(Rule.MINIMUM_STAY, arrival, begin.min_stay))
    if begin.closed_to_arrival:
        found.append(Obstacle(Rule.CLOSED_TO_ARRIVAL, arrival))
    if end is not None and end.closed_to_departure:
        found.append(Obstacle(Rule.CLOSED_TO_DEPARTURE, departure))
    # A maximum of nothing is how a calendar says that there is none.
    if begin.max_stay and nights > begin.max_stay:
        found.append(Obstacle(Rule.MAXIMUM_STAY, arrival, begin.max_stay))
    if arrival < earliest:
        found.append(Obstacle(Rule.SAME_DAY_BOOKING, arrival))
    return tuple(found)


def changes_for(obstacles: Sequence[Obstacle], nights: int) -> tuple[Change, ...]:
    """The changes, one a day, that take these obstacles out of a stay's way; none if a rule has no day."""
    if any(one.rule is Rule.SAME_DAY_BOOKING for one in obstacles):
        return ()
    found: dict[date, Change] = {}
    for one in obstacles:
        change = found.get(one.day, Change(one.day))
        match one.rule:
            case Rule.MINIMUM_STAY:
                change = replace(change, min_stay=nights)
            case Rule.MAXIMUM_STAY:
                change = replace(change, max_stay=nights)
            case Rule.CLOSED_TO_ARRIVAL:
                change = replace(change, closed_to_arrival=False)
            case Rule.CLOSED_TO_DEPARTURE:
                change = replace(change, closed_to_departure=False)
        found[one.day] = change
    return tuple(found.values())


def _runs(days: Sequence[Day]) -> Iterator[list[Day]]:
    """Sellable nights on end."""
    run: list[Day] = []
    for day in days:
        if run and not (day.sellable and day.date == run[-1].date + ONE_DAY):
            yield run
            run = []
        if day.sellable:
            run.append(day)
    if run:
        yield run


def _gap(days: Mapping[date, Day], whole: Sequence[Day], today: date, earliest: date) -> Gap:
    run = [day for day in whole if day.date >= today]
    first, end = run[0].date, run[-1].date + ONE_DAY
    stays = [
        (run[begin].date, run[begin].date + ONE_DAY * nights)
        for nights in range(len(run), 0, -1)
        for begin in range(len(run) - nights + 1)
    ]
    stopped = {stay: obstacles_to(days, *stay, earliest=earliest) for stay in stays}
    stay = next((one for one in stays if not stopped[one]), None)
    if stay is None:
        # All nights, or all that somebody may still arrive for.
        stay = next((one for one in stays if one[0] >= earliest), stays[0])
    nights = [days[stay[0] + ONE_DAY * offset] for offset in range((stay[1] - stay[0]).days)]
    prices = [night.price for night in nights if night.price]
    return Gap(
        first=first,
        end=end,
        before=days[whole[0].date - ONE_DAY].held,
        after=days[end].held,
        arrival=stay[0],
        departure=stay[1],
        obstacles=stopped[stay],
        changes=changes_for(stopped[stay], len(nights)),
        price=sum(prices, Decimal(0)) if len(prices) == len(nights) else None,
    )
