"""The entries of a stay board: where each stay stands on which day, and which of them are shown first."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from hostaway_mcp.analytics.turnovers import Dated, S, Units, find_turnovers
from hostaway_mcp.errors import CursorError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation, ReservationStatus, StatusClass
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.cursors import SortKey, read_cursor, rows_after
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.portfolio import fold
from hostaway_mcp.services.reservations.rows import listing_name
from hostaway_mcp.services.wanted import Wanted

if TYPE_CHECKING:
    from hostaway_mcp.store.stay_boards import Dates

PARTS = ("arrivals", "departures", "in_house", "requests")
ON_THE_BOARD = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY})
BOOKED = frozenset(status for status in ReservationStatus if status.status_class in ON_THE_BOARD)
SHOWN = BOOKED | frozenset(ReservationStatus.of_class(StatusClass.NEEDS_ACTION))
Cell = tuple[date, str]
"""A day, and a part of it."""
Meeting = tuple[date, int, int]
"""A day, the stay that leaves a unit on it, and the stay that comes into it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stay on one day."""

    day: date
    part: str
    stay: Dated
    listing: str
    turnover: bool = False

    @property
    def key(self) -> SortKey:
        return (self.day.isoformat(), PARTS.index(self.part), fold(self.listing)[:60], self.stay.id)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was understood: nights, days, listings, and what the caller wrote."""

    wanted: Wanted
    span: Span
    inside: frozenset[int] | None
    listings: Mapping[int, Listing]
    question: Mapping[str, Any]
    cursor: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a board is made of."""

    entries: Sequence[Entry]
    """In order, behind the cursor; of a long board perhaps not all of them."""
    count: Counter[Cell]
    """Entries by day and part."""
    turnovers: Counter[date]
    """Units that one stay leaves and another comes into, by day."""
    unknown: int
    """Stays whose status is not known."""
    as_of: datetime
    missing: tuple[Missing, ...] = ()


def first_cells(asked: Asked, count: Counter[Cell]) -> Sequence[Cell]:
    """The parts of days from the cursor on that hold more entries than are shown."""
    cells = [(day, part) for day in days_of(asked.span) for part in PARTS if count[day, part]]
    room = asked.limit
    if asked.cursor is not None:
        begin = read_cursor(asked.question, asked.cursor)[:2]
        try:
            cells = [one for one in cells if (one[0].isoformat(), PARTS.index(one[1])) >= begin]
        except TypeError:
            raise CursorError("This cursor cannot be read.") from None
        # Of the part in which the cursor stands, all may have been shown.
        room += count[cells[0]] if cells else 0
    held = list(accumulate(count[cell] for cell in cells))
    return cells[: bisect_right(held, room) + 1]


def of_cell(day: date, part: str) -> Wanted:
    """The stays of one part of a day, and perhaps others that are on the board on that day."""
    if part == "departures":
        return Wanted(by=By.DEPARTURE, first=day, last=day)
    if part == "in_house":
        return Wanted(by=By.STAY, first=day, last=day - ONE_DAY)
    return Wanted(by=By.ARRIVAL, first=day, last=day)


def behind(entries: Iterable[Entry], asked: Asked) -> Sequence[Entry]:
    """The entries in order that come behind the cursor."""
    return rows_after(
        list(entries), key=lambda entry: entry.key, question=asked.question, cursor=asked.cursor
    )


def entries_of(
    stays: Iterable[Dated], span: Span, listings: Mapping[int, Listing], meetings: Iterable[Meeting]
) -> Iterator[Entry]:
    """Each stay on each day of the board on which it stands."""
    turnovers = {(day, number) for day, *both in meetings for number in both}
    for stay in stays:
        for day, part in stands(stay, span):
            turnover = part in ("arrivals", "departures") and (day, stay.id) in turnovers
            yield Entry(day, part, stay, _listing(stay, listings), turnover)


def _listing(stay: Dated, listings: Mapping[int, Listing]) -> str:
    if isinstance(stay, Reservation):
        return listing_name(stay, listings) or ""
    return listings[stay.listing_id or 0].name or ""


def stands(stay: Dated | Dates, span: Span) -> Iterator[tuple[date, str]]:
    """On which days of the board a stay is, and as what."""
    if stay.status_class in ON_THE_BOARD:
        yield from _places(stay, span)
    elif stay.status_class is StatusClass.NEEDS_ACTION and stay.arrival and _holds(span, stay.arrival):
        yield stay.arrival, "requests"


def _places(stay: Dated | Dates, span: Span) -> Iterator[tuple[date, str]]:
    arrival, departure = stay.arrival, stay.departure
    if arrival is None or departure is None:
        return
    if _holds(span, arrival):
        yield arrival, "arrivals"
    if _holds(span, departure) and departure != arrival:
        yield departure, "departures"
    first, last = max(arrival + ONE_DAY, span.first), min(departure - ONE_DAY, span.last)
    for number in range((last - first).days + 1):
        yield first + ONE_DAY * number, "in_house"


def _holds(span: Span, day: date) -> bool:
    return span.first <= day <= span.last


def turnovers_of(
    stays: Iterable[S], span: Span, *, units: Callable[[S], Units], several: Mapping[int, int]
) -> list[Meeting]:
    """Where one of these stays leaves a unit and another comes into it on the same day."""
    found = find_turnovers(stays, span.first, span.last, units=units, several=several)
    return [
        (one.comes.arrival, one.leaves.id, one.comes.id)
        for one in found
        if one.comes and one.comes.arrival and one.is_same_day
    ]


def days_of(span: Span) -> list[date]:
    """Its days in order."""
    return [span.first + ONE_DAY * number for number in range(span.days)]
