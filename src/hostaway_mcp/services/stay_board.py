"""Who arrives, who leaves and who stays on, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hostaway_mcp.errors import InputError, UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import ListAnswer, Missing, Record
from hostaway_mcp.services.cursors import ANSWER_BYTES, Cut, SortKey, cut
from hostaway_mcp.services.dates import ONE_DAY, Span, read_span
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.portfolio import Portfolio, fold, in_place
from hostaway_mcp.services.reservations.rows import ReservationRow, listing_name, row_of
from hostaway_mcp.services.stays import By, NamedListings, Stays, Wanted, named_listings

MAX_DAYS = 14
ROOM_BYTES = ANSWER_BYTES - 1_200
"""For the rows; the days and their counts take the rest."""

_ON_THE_BOARD = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY})
PARTS = ("arrivals", "departures", "in_house", "requests")


class BoardRow(ReservationRow):
    """A stay on the board."""

    same_day_turnover: bool | None = None
    """True where one stay leaves the listing and another comes on this day."""


class DayCounts(Record):
    """How many stays a day has in all, also those that did not fit into the answer."""

    arrivals: int
    departures: int
    in_house: int
    requests: int = 0
    same_day_turnovers: int = 0


class BoardDay(Record):
    """One day, by the listings' own dates; booked stays and owner stays."""

    date: date
    counts: DayCounts
    arrivals: tuple[BoardRow, ...] = ()
    departures: tuple[BoardRow, ...] = ()
    in_house: tuple[BoardRow, ...] = ()
    """Those who slept here and stay on; who arrives or leaves on this day is not among them."""
    requests: tuple[BoardRow, ...] = ()
    """Stays that would arrive on this day and still need somebody to accept, verify or pay."""


class Board(ListAnswer):
    """The days in order; `total` counts entries, one for each stay and day."""

    days: tuple[BoardDay, ...]


class _Placed(Record):
    """A row and where it stands."""

    day: date
    part: str
    row: BoardRow


@dataclass(frozen=True, slots=True)
class _Entry:
    """One stay on one day."""

    day: date
    part: str
    stay: Reservation
    listing: str
    turnover: bool = False

    @property
    def key(self) -> SortKey:
        return (self.day.isoformat(), PARTS.index(self.part), fold(self.listing)[:60], self.stay.id)


class StayBoard:
    """
    Puts stays on a board.

    Costs what find_reservations costs for the same nights: one call for each 100 stays, none from the
    replica.
    """

    def __init__(self, *, stays: Stays, portfolio: Portfolio) -> None:
        self._stays = stays
        self._portfolio = portfolio

    async def board(
        self,
        *,
        day: str | None = None,
        days: int | None = None,
        group: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Board:
        """
        The days from `day` (default today) on; `question` is what the caller wrote, for cursors.

        Raises:
            InputError: a date or cursor that cannot be read, or more than 14 days.
            UnknownNameError: no listing is in the group.
            HostawayMcpError: nothing at all could be had.
        """
        named = await named_listings(self._portfolio)
        inside = _inside(group, named)
        span = self._span(day, days, named.by_id, inside)
        # Who leaves on the first day slept the night before it.
        wanted = Wanted(by=By.STAY, first=span.first - ONE_DAY, last=span.last)
        known = await self._stays.read(wanted, named.by_id)
        stays = [stay for stay in known.rows if inside is None or stay.listing_id in inside]
        entries = list(_entries(stays, span, named.by_id))
        part = cut(
            entries,
            key=lambda entry: entry.key,
            show=lambda entry: _placed(entry, named.by_id),
            question=dict(question or {}),
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        return Board(
            as_of=min(known.as_of, named.as_of or known.as_of),
            complete=known.complete,
            missing=() if known.complete else (_missing(known),),
            warnings=tuple(filter(None, (named.warning, _unknown(stays)))),
            understood={"days": _in_words(span)},
            total=part.total if known.complete else None,
            next_cursor=part.next_cursor,
            days=_days(_shown_span(span, part, begun=cursor is not None), entries, part.rows),
        )

    def _span(
        self,
        day: str | None,
        days: int | None,
        listings: Mapping[int, Listing],
        inside: frozenset[int] | None,
    ) -> Span:
        here = [one for one in listings.values() if inside is None or one.id in inside]
        span = read_span(day or "today", self._portfolio.today(here))
        if days is None and span.days > MAX_DAYS:
            raise InputError(
                f"`date` is {span.days} days long; the board shows at most {MAX_DAYS}.",
                hint="Give its first day and `days`.",
            )
        return span if days is None else Span(span.first, span.first + ONE_DAY * (days - 1))


def _inside(group: str | None, named: NamedListings) -> frozenset[int] | None:
    if group is None:
        return None
    found, warnings = in_place(tuple(named.by_id.values()), group)
    if not found:
        raise UnknownNameError(named.warning or warnings[0])
    return frozenset(one.id for one in found)


def _entries(stays: Sequence[Reservation], span: Span, listings: Mapping[int, Listing]) -> Iterator[_Entry]:
    booked = [stay for stay in stays if stay.status_class in _ON_THE_BOARD]
    turnovers = _turnovers(booked)
    for stay in booked:
        for day, part in _places(stay, span):
            turnover = part != "in_house" and (day, stay.id) in turnovers
            yield _Entry(day, part, stay, listing_name(stay, listings) or "", turnover)
    for stay in stays:
        if stay.status_class is StatusClass.NEEDS_ACTION and stay.arrival in _days_of(span):
            yield _Entry(stay.arrival, "requests", stay, listing_name(stay, listings) or "")


def _places(stay: Reservation, span: Span) -> Iterator[tuple[date, str]]:
    """On which days of the board a stay is, and as what."""
    if stay.arrival is None or stay.departure is None:
        return
    for day in _days_of(span):
        if day == stay.arrival:
            yield day, "arrivals"
        elif day == stay.departure:
            yield day, "departures"
        elif stay.arrival < day < stay.departure:
            yield day, "in_house"


def _turnovers(stays: Sequence[Reservation]) -> set[tuple[date, int]]:
    """The days and stays where one leaves and another comes, as far as known into the same unit."""
    leaving: dict[tuple[int | None, date | None], list[Reservation]] = {}
    for stay in stays:
        leaving.setdefault((stay.listing_id, stay.departure), []).append(stay)
    found = set()
    for stay in stays:
        for other in leaving.get((stay.listing_id, stay.arrival), ()):
            if stay.arrival and other.id != stay.id and _may_share_a_unit(stay, other):
                found |= {(stay.arrival, stay.id), (stay.arrival, other.id)}
    return found


def _may_share_a_unit(one: Reservation, other: Reservation) -> bool:
    units, others = ({unit.listing_unit_id for unit in stay.reservation_unit} for stay in (one, other))
    return not units or not others or bool(units & others)


def _placed(entry: _Entry, listings: Mapping[int, Listing]) -> _Placed:
    row = row_of(entry.stay, listings)
    shown = BoardRow(**dict(row), same_day_turnover=entry.turnover or None)
    return _Placed(day=entry.day, part=entry.part, row=shown)


def _shown_span(span: Span, part: Cut[_Placed], *, begun: bool) -> Span:
    """The days that one answer shows: with a cursor from where it goes on, up to where it was cut."""
    if not part.rows:
        return span
    return Span(
        part.rows[0].day if begun else span.first, part.rows[-1].day if part.next_cursor else span.last
    )


def _days(span: Span, entries: Sequence[_Entry], shown: Sequence[_Placed]) -> tuple[BoardDay, ...]:
    count = Counter((entry.day, entry.part) for entry in entries)
    turnovers = Counter(entry.day for entry in entries if entry.turnover and entry.part == "arrivals")
    rows: dict[tuple[date, str], list[BoardRow]] = {}
    for one in shown:
        rows.setdefault((one.day, one.part), []).append(one.row)
    return tuple(
        BoardDay(
            date=day,
            counts=DayCounts(same_day_turnovers=turnovers[day], **{part: count[day, part] for part in PARTS}),
            **{part: tuple(rows.get((day, part), ())) for part in PARTS},
        )
        for day in _days_of(span)
    )


def _days_of(span: Span) -> list[date]:
    return [span.first + ONE_DAY * number for number in range(span.days)]


def _in_words(span: Span) -> str:
    return str(span.first) if span.days == 1 else f"{span.first} to {span.last}, both included"


def _unknown(stays: Sequence[Reservation]) -> str | None:
    count = sum(stay.status_class is StatusClass.UNKNOWN for stay in stays)
    if not count:
        return None
    return (
        f"{count} stays with a status that is not known are not on the board; find_reservations lists them."
    )


def _missing(known: Known[Reservation]) -> Missing:
    return Missing(
        what=f"Some reservations: {len(known.rows)} of those in question were read.",
        why=known.why or "Not known.",
        resume="Ask the same again in a minute, or for fewer days.",
    )
