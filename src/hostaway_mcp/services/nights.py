"""What one calendar day says about a stay: sold or not, and which rule would stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hostaway_mcp.analytics.calendar_days import usual_units_of
from hostaway_mcp.analytics.nights import units_of_day
from hostaway_mcp.models.calendar import CalendarDay, CalendarDayStatus
from hostaway_mcp.services.dates import ONE_DAY

_WORDS = {
    CalendarDayStatus.HARD_BLOCK: "blocked",
    CalendarDayStatus.MBLOCKED: "blocked",
    CalendarDayStatus.MRESERVED: "reserved",
}
"""Reserved and deprecated words of Hostaway's in the plain ones. Source: "Calendar day statuses"."""

_TAKEN = {"reserved": "booked", "pending": "held by a request", "blocked": "blocked"}


def status_of(day: CalendarDay) -> str:
    """The day's status in plain words: available, reserved, pending, blocked, conflicted or unknown."""
    if day.status is not None:
        return _WORDS.get(day.status, day.status.value)
    if day.is_available is None:
        return "unknown"
    return "available" if day.is_available else "blocked"


def units_left(day: CalendarDay) -> int | None:
    """How many units can still be sold that night; None where Hostaway does not count (one unit)."""
    return day.available_units_to_sell


def units_of(days: Sequence[CalendarDay]) -> int | None:
    """
    How many like units the listing has: what most of its days that count add up to, one where none does.

    A night on which more stays are booked than there are units adds up to more.
    """
    if not days:
        return None
    return usual_units_of(filter(None, map(units_of_day, days)))


def is_free(day: CalendarDay) -> bool:
    """
    Whether the night can be sold, to one party, by the calendar alone.

    A listing with several units is free while a unit is left, whatever word the day carries.
    """
    left = units_left(day)
    if day.is_available is False or left == 0:
        return False
    status = status_of(day)
    return status == "available" or (status in {"reserved", "pending"} and (left or 0) > 0)


def nights_between(arrival: date, departure: date) -> list[date]:
    """The nights of a stay; the day of departure is not one."""
    return [arrival + ONE_DAY * offset for offset in range((departure - arrival).days)]


def obstacle(days: Mapping[date, CalendarDay], arrival: date, departure: date) -> str | None:
    """
    Why a stay cannot be booked by the calendar, or None if it can; None of the days may be lacking but
    the day of departure.

    The rules of length and arrival are those of the day of arrival.
    """
    nights = nights_between(arrival, departure)
    taken = [night for night in nights if not is_free(days[night])]
    if taken:
        return "; ".join(_taken_runs(days, taken))
    first, last = days[arrival], days.get(departure)
    if first.minimum_stay and len(nights) < first.minimum_stay:
        return f"minimum stay {first.minimum_stay} nights"
    if first.maximum_stay and len(nights) > first.maximum_stay:
        return f"maximum stay {first.maximum_stay} nights"
    if first.closed_on_arrival:
        return f"closed to arrival on {arrival}"
    if last is not None and last.closed_on_departure:
        return f"closed to departure on {departure}"
    return None


def written_period(first: date, last: date) -> str:
    """Days in a sentence: one date, or two with `to`."""
    return f"{first}" if first == last else f"{first} to {last}"


def _taken_runs(days: Mapping[date, CalendarDay], nights: Sequence[date]) -> list[str]:
    """`booked the nights 2026-08-02 to 2026-08-04`, a part for each run of like nights."""
    runs: list[tuple[str, date, date]] = []
    for night in nights:
        word = _TAKEN.get(status_of(days[night]), "not available")
        if runs and runs[-1][0] == word and runs[-1][2] == night - ONE_DAY:
            runs[-1] = (word, runs[-1][1], night)
        else:
            runs.append((word, night, night))
    return [
        f"{word} the night{'s' if first != last else ''} {written_period(first, last)}"
        for word, first, last in runs
    ]
