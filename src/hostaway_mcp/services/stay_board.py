"""Who arrives, who leaves and who stays on, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hostaway_mcp.analytics.turnovers import Dated, units_of_stay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import ListAnswer, Missing, Record
from hostaway_mcp.services.copied_stays import Calendared, Narrowed
from hostaway_mcp.services.cursors import ANSWER_BYTES, Cut, cut_ordered
from hostaway_mcp.services.dates import ONE_DAY, Span, read_days
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.narrowed import ids_of_group
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.reservations.rows import ReservationRow, row_of
from hostaway_mcp.services.stay_sheet import (
    BOOKED,
    PARTS,
    SHOWN,
    Asked,
    Cell,
    Entry,
    Meeting,
    Sheet,
    behind,
    days_of,
    entries_of,
    first_cells,
    of_cell,
    stands,
    turnovers_of,
)
from hostaway_mcp.services.stays import By, Stays, Wanted, named_listings

MAX_DAYS = 14
SMALLEST_ROW_BYTES = 190
"""No row with dates is shorter."""
FEW_CELLS = 4
"""So many parts of days are looked at one by one."""
ROOM_BYTES = ANSWER_BYTES - 1_200
"""For the rows; the days and their counts take the rest."""


class BoardRow(ReservationRow):
    """A stay on the board."""

    same_day_turnover: bool | None = None
    """True where one stay leaves a unit and another comes into it on this day, as in plan_turnovers."""


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


class StayBoard:
    """
    Puts stays on a board.

    Costs what find_reservations costs for the same nights: nothing from the replica, live one call for each
    100 stays.
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
        inside = ids_of_group(named, group)
        span = self._span(day, days, named.by_id, inside)
        # Who leaves on the first day slept the night before it.
        wanted = Wanted(by=By.STAY, first=span.first - ONE_DAY, last=span.last)
        asked = Asked(wanted, span, inside, named.by_id, dict(question or {}), cursor, limit)
        sheet = await self._copied(asked) or await self._live(asked)
        part = cut_ordered(
            sheet.entries,
            total=sheet.count.total(),
            key=lambda entry: entry.key,
            show=lambda entry: _placed(entry, named.by_id),
            question=asked.question,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        return Board(
            as_of=min(sheet.as_of, named.as_of or sheet.as_of),
            complete=not sheet.missing,
            missing=sheet.missing,
            warnings=tuple(filter(None, (named.warning, _unknown(sheet.unknown)))),
            understood={"days": _in_words(span)},
            total=None if sheet.missing else part.total,
            next_cursor=part.next_cursor,
            days=_days(_shown_span(span, part, begun=cursor is not None), sheet, part.rows),
        )

    async def _copied(self, asked: Asked) -> Sheet | None:
        """From the replica: all days are counted, and the stays of the first few are looked at."""
        whole = await self._stays.calendared(asked.wanted, Narrowed(asked.inside, statuses=BOOKED))
        if whole is None:
            return None
        count: Counter[Cell] = Counter()
        for dates in whole.dates:
            for day, part in stands(dates, asked.span):
                count[day, part] += dates.count
        stays = await self._of_cells(asked, first_cells(asked, count))
        if stays is None:
            return None
        most = min(asked.limit, ROOM_BYTES // SMALLEST_ROW_BYTES)
        meetings = await self._meetings(asked, whole)
        entries = behind(entries_of(stays, asked.span, asked.listings, meetings), asked)[: most + 1]
        by_id = {one.id: one for one in await self._stays.whole([entry.stay.id for entry in entries])}
        return Sheet(
            [replace(one, stay=by_id[one.stay.id]) for one in entries if one.stay.id in by_id],
            count,
            Counter(day for day, *_ in meetings),
            sum(one.count for one in whole.dates if one.status_class is StatusClass.UNKNOWN),
            whole.as_of,
        )

    async def _meetings(self, asked: Asked, whole: Calendared) -> Sequence[Meeting]:
        """Where listings have several units, by all of their stays."""
        several = {**whole.several, **self._portfolio.several()}
        met = Counter((one.listing_id, one.day) for one in whole.turnovers)
        unclear = {
            one.listing_id
            for one in whole.turnovers
            if one.listing_id in several or one.units_known or met[one.listing_id, one.day] > 1
        }
        sure = [(one.day, one.leaves, one.comes) for one in whole.turnovers if one.listing_id not in unclear]
        if not unclear:
            return sure
        stays, units = await self._stays.with_units(
            asked.wanted, Narrowed(frozenset(unclear), statuses=BOOKED)
        )
        return sure + turnovers_of(
            stays, asked.span, units=lambda stay: units.get(stay.id, frozenset()), several=several
        )

    async def _of_cells(self, asked: Asked, cells: Sequence[Cell]) -> Sequence[Dated] | None:
        """The stays of some parts of days; of few parts those alone: a large portfolio has many others."""
        if len(cells) > FEW_CELLS:
            windows = [replace(asked.wanted, first=cells[0][0] - ONE_DAY, last=cells[-1][0])]
        else:
            windows = [of_cell(*cell) for cell in cells]
        narrowed, stays = Narrowed(asked.inside, statuses=SHOWN), dict[int, Dated]()
        for wanted in windows:
            brief = await self._stays.brief(wanted, narrowed)
            if brief is None:
                return None
            stays |= {one.id: one for one in brief.rows}
        return await self._with_names(list(stays.values()), asked.listings)

    async def _with_names(self, stays: Sequence[Dated], listings: Mapping[int, Listing]) -> Sequence[Dated]:
        """Those whose listing is not known say themselves what it is called."""
        nameless = [one.id for one in stays if one.listing_id not in listings]
        by_id = {one.id: one for one in await self._stays.whole(nameless)} if nameless else {}
        return [by_id.get(one.id, one) for one in stays]

    async def _live(self, asked: Asked) -> Sheet:
        known = await self._stays.read(asked.wanted, asked.listings)
        stays = [one for one in known.rows if asked.inside is None or one.listing_id in asked.inside]
        several = self._portfolio.several()
        meetings = turnovers_of(stays, asked.span, units=units_of_stay, several=several)
        entries = list(entries_of(stays, asked.span, asked.listings, meetings))
        return Sheet(
            behind(entries, asked),
            Counter((entry.day, entry.part) for entry in entries),
            Counter(day for day, *_ in meetings),
            sum(one.status_class is StatusClass.UNKNOWN for one in stays),
            known.as_of,
            () if known.complete else (_missing(known),),
        )

    def _span(
        self,
        day: str | None,
        days: int | None,
        listings: Mapping[int, Listing],
        inside: frozenset[int] | None,
    ) -> Span:
        here = [one for one in listings.values() if one.id in inside] if inside else tuple(listings.values())
        return read_days(day, days, self._portfolio.today(here), most=MAX_DAYS, what="the board shows")


def _placed(entry: Entry, listings: Mapping[int, Listing]) -> _Placed:
    assert isinstance(entry.stay, Reservation)  # What is shown was read whole.
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


def _days(span: Span, sheet: Sheet, shown: Sequence[_Placed]) -> tuple[BoardDay, ...]:
    rows: dict[tuple[date, str], list[BoardRow]] = {}
    for one in shown:
        rows.setdefault((one.day, one.part), []).append(one.row)
    return tuple(
        BoardDay(
            date=day,
            counts=DayCounts(
                same_day_turnovers=sheet.turnovers[day], **{part: sheet.count[day, part] for part in PARTS}
            ),
            **{part: tuple(rows.get((day, part), ())) for part in PARTS},
        )
        for day in days_of(span)
    )


def _in_words(span: Span) -> str:
    return str(span.first) if span.days == 1 else f"{span.first} to {span.last}, both included"


def _unknown(count: int) -> str | None:
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
