"""What a guest could be sold around a stay, judged by the neighbours and the calendar: yes or no, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hostaway_mcp.analytics.turnovers import moment_of

KEPT_HOURS = 3
"""So much is kept for cleaning before a promise is made: an hour more than anybody needs at least."""
MOST_NIGHTS = 7
"""No longer extension is offered."""
GAP_NIGHTS = 3
"""So many nights between two stays are a gap at most."""
FREE = "free"
ONE_DAY = timedelta(days=1)

EARLY, LATE = "early_check_in", "late_check_out"
BEFORE, AFTER, GAP = "extend_before", "extend_after", "gap_offer"


@dataclass(frozen=True, slots=True)
class Night:
    """One night of the listing; `state` is `free`, or the word for what takes it."""

    state: str
    price: Decimal | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False

    @property
    def is_free(self) -> bool:
        """Whether it can be sold."""
        return self.state == FREE


@dataclass(frozen=True, slots=True)
class Around:
    """
    A stay and what lies around it. Hours are the listing's, 0 to 23; `leaves_hour` and `comes_hour` are those
    of whoever leaves on the day of arrival or comes on the day of departure.
    """

    arrival: date
    departure: date
    check_in: int
    check_out: int
    usual_check_in: int
    usual_check_out: int
    zone: ZoneInfo
    today: date
    nights: Mapping[date, Night]
    leaves_hour: int | None = None
    comes_hour: int | None = None
    max_stay: int | None = None
    late_fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """
    Something to offer. `until` is the last moment at which it can be agreed: the hour that it replaces. `at`
    is the new hour of check-in or check-out (UTC); `first` and `last` are added nights; `worth` is in the
    listing's currency: their prices by the calendar, or the listing's own fee.
    """

    kind: str
    possible: bool
    because: str
    until: datetime
    at: datetime | None = None
    first: date | None = None
    last: date | None = None
    worth: Decimal | None = None


def offers_at_arrival(around: Around) -> Iterator[Offer]:
    """
    Early check-in and nights before, where the calendar tells about the night before the arrival.

    Arrival at 15:00, usual check-out 11:00. The night before free: early check-in from 11:00, and that night
    as an extension; closed in by a stay ending there, it is a gap offer. Booked until 11:00: cleaning takes 3
    hours, so check-in is possible from 14:00. Booked until 12:00: not possible.
    """
    before = around.nights.get(around.arrival - ONE_DAY)
    if before is None:
        return
    regular = moment_of(around.arrival, around.check_in, around.zone)
    night = around.arrival - ONE_DAY
    if before.is_free:
        hour = around.usual_check_out
        because = f"the night of {night} is free"
    elif around.leaves_hour is not None:
        hour = around.leaves_hour + KEPT_HOURS
        because = _turned(before.state, around.leaves_hour, "leaves")
    else:
        hour, because = around.check_in, f"the night of {night} is {before.state}"
    possible = hour < around.check_in
    because += f", so from {_clock(hour)}" if possible else _not_sooner(before)
    if possible and before.is_free and night >= around.today:
        because += "; it is still for sale, so block it when agreed"
    at = moment_of(around.arrival, hour, around.zone) if possible else None
    yield Offer(EARLY, possible, because, regular, at)
    if night >= around.today:
        yield _before(around)


def offers_at_departure(around: Around) -> Iterator[Offer]:
    """
    Late check-out and nights after, where the calendar tells about the night of the departure.

    Check-out at 11:00, usual check-in 15:00. That night free: until 15:00, and it can be added. The next
    guest comes at 15:00: cleaning takes 3 hours, so until 12:00. Blocked: not possible.
    """
    after = around.nights.get(around.departure)
    if after is None:
        return
    regular = moment_of(around.departure, around.check_out, around.zone)
    if after.is_free:
        hour = around.usual_check_in
        because = f"the night of {around.departure} is free"
    elif around.comes_hour is not None:
        hour = around.comes_hour - KEPT_HOURS
        because = _turned(after.state, around.comes_hour, "comes")
    else:
        hour, because = around.check_out, f"the night of {around.departure} is {after.state}"
    possible = hour > around.check_out
    because += f", so until {_clock(hour)}" if possible else _not_sooner(after)
    if possible and after.is_free:
        because += "; it is still for sale, so block it when agreed"
    at = moment_of(around.departure, hour, around.zone) if possible else None
    yield Offer(LATE, possible, because, regular, at, worth=around.late_fee if possible else None)
    yield _after(around)


def _before(around: Around) -> Offer:
    run = _run(around, around.arrival - ONE_DAY, -1)
    kept = [
        day
        for number, day in enumerate(run, 1)
        if not around.nights[day].closed_to_arrival and _short_enough(around, number)
    ]
    first = min(kept, default=None)
    until = moment_of(first or around.arrival - ONE_DAY, around.usual_check_in, around.zone)
    if first is None:
        return Offer(BEFORE, False, _why_not(around, around.arrival - ONE_DAY, run, "arrival"), until)
    beyond = around.nights.get(run[-1] - ONE_DAY)
    is_gap = _is_gap(run, beyond, past=run[-1] <= around.today) and first == run[-1]
    is_gap = is_gap and _is_shut(around, around.arrival)
    return _added(around, GAP if is_gap else BEFORE, until, first, around.arrival - ONE_DAY)


def _after(around: Around) -> Offer:
    until = moment_of(around.departure, around.check_out, around.zone)
    run = _run(around, around.departure, 1)
    kept = [
        day
        for number, day in enumerate(run, 1)
        if not _closed_to_departure(around, day + ONE_DAY) and _short_enough(around, number)
    ]
    last = max(kept, default=None)
    if last is None:
        return Offer(AFTER, False, _why_not(around, around.departure, run, "departure"), until)
    is_gap = _is_gap(run, around.nights.get(run[-1] + ONE_DAY)) and last == run[-1]
    is_gap = is_gap and _is_shut(around, around.departure - ONE_DAY)
    return _added(around, GAP if is_gap else AFTER, until, around.departure, last)


def _added(around: Around, kind: str, until: datetime, first: date, last: date) -> Offer:
    nights = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    prices = [around.nights[night].price for night in nights]
    known = [price for price in prices if price is not None]
    worth = sum(known, Decimal(0)) if len(known) == len(prices) else None
    what = f"the night of {first} is" if first == last else f"the {len(nights)} nights {first} to {last} are"
    because = f"{what} free" + (
        ", and that is the whole gap to the next stay or block" if kind == GAP else ""
    )
    return Offer(kind, True, because, until, None, first, last, worth)


def _run(around: Around, start: date, step: int) -> list[date]:
    """The free nights on end from `start` on, none of them past."""
    run: list[date] = []
    day = start
    while len(run) <= MOST_NIGHTS and day >= around.today:
        night = around.nights.get(day)
        if night is None or not night.is_free:
            break
        run.append(day)
        day += step * ONE_DAY
    return run


def _is_gap(run: list[date], beyond: Night | None, *, past: bool = False) -> bool:
    return len(run) <= GAP_NIGHTS and (past or (beyond is not None and not beyond.is_free))


def _is_shut(around: Around, day: date) -> bool:
    """Whether the stay's own night beside the run is sold out; with several units others may be free."""
    night = around.nights.get(day)
    return night is None or not night.is_free


def _short_enough(around: Around, more: int) -> bool:
    whole = (around.departure - around.arrival).days + more
    return more <= MOST_NIGHTS and (around.max_stay is None or whole <= around.max_stay)


def _closed_to_departure(around: Around, day: date) -> bool:
    night = around.nights.get(day)
    return night is not None and night.closed_to_departure


def _why_not(around: Around, night: date, run: list[date], what: str) -> str:
    if not run:
        return f"the night of {night} is {around.nights[night].state}"
    if not _short_enough(around, 1):
        return f"the stay would be longer than {around.max_stay} nights, the maximum"
    return f"the free nights are closed to {what}"


def _turned(state: str, hour: int, does: str) -> str:
    who = "an owner" if state == "an owner stay" else "a guest"
    return f"{who} {does} at {_clock(hour)} that day and cleaning takes {KEPT_HOURS} hours"


def _not_sooner(night: Night) -> str:
    return ", but that is no gain" if night.is_free else ""


def _clock(hour: int) -> str:
    return f"{hour:02d}:00"
