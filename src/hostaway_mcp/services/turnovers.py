"""Which homes must be made ready between two stays, those with the least time first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from hostaway_mcp.analytics.turnovers import (
    Dated,
    Hours,
    Staying,
    Turnover,
    Units,
    find_turnovers,
    units_of_stay,
)
from hostaway_mcp.errors import UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.services.answers import ListAnswer, Missing
from hostaway_mcp.services.copied_stays import Narrowed
from hostaway_mcp.services.cursors import cut_ordered, leading, rows_after
from hostaway_mcp.services.dates import ONE_DAY, Span, read_days
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.narrowed import ids_of_group
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.stay_sheet import BOOKED
from hostaway_mcp.services.stays import Stays, Wanted, named_listings
from hostaway_mcp.services.task_book import TaskBook, Team
from hostaway_mcp.services.turnover_rows import (
    Timed,
    TurnoverRow,
    check_in_hour,
    check_out_hour,
    row_of_turnover,
    timed_of,
)

MAX_DAYS = 14
LOOK_AHEAD = timedelta(days=14)
"""How long after the last day the next arrivals are looked for."""
ROOM_BYTES = 12_000


class TurnoverAnswer(ListAnswer):
    """Turnovers in the order of their slack."""

    turnovers: tuple[TurnoverRow, ...]
    same_day: int = 0
    """How many have an arrival on the day of departure."""


@dataclass(frozen=True, slots=True)
class _Found:
    turnovers: Sequence[Turnover[Staying]]
    as_of: datetime
    missing: tuple[Missing, ...] = ()


class TurnoverPlan:
    """
    Plans turnovers.

    Costs nothing from the replica. Live one call for each 100 stays of the days asked for and two weeks
    more, one for each 100 tasks that are due in them, and one for the users.
    """

    def __init__(self, *, stays: Stays, portfolio: Portfolio, tasks: TaskBook) -> None:
        self._stays = stays
        self._portfolio = portfolio
        self._tasks = tasks

    async def plan(
        self,
        *,
        day: str | None = None,
        days: int | None = None,
        group: str | None = None,
        limit: int = 40,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
        look_ahead: timedelta = LOOK_AHEAD,
    ) -> TurnoverAnswer:
        """
        The turnovers whose departure is on the days from `day` (default today) on, by slack.

        `question` is what the caller wrote, for cursors; with a `look_ahead` of nothing only arrivals on
        those days are seen.

        Raises:
            InputError: a date or cursor that cannot be read, or more than 14 days.
            UnknownNameError: no listing is in the group.
            HostawayMcpError: nothing at all could be had.
        """
        named = await named_listings(self._portfolio)
        inside = ids_of_group(named, group)
        span = self._span(day, days, named.by_id, inside)
        found = await self._find(span, span.last + look_ahead, inside, named.by_id)
        timed = [timed_of(one, named.by_id) for one in found.turnovers]
        asked = dict(question or {})
        some = timed if cursor else leading(timed, limit + 1, by=lambda one: one.interval.place)
        ordered = rows_after(some, key=lambda one: one.key, question=asked, cursor=cursor)
        whole = await self._whole(ordered[:limit])
        ordered = [*(one for one in ordered[:limit] if one.turnover.leaves.id in whole), *ordered[limit:]]
        tasks, team, missing = await self._beside(ordered[:limit], Span(span.first, span.last + look_ahead))
        part = cut_ordered(
            ordered,
            total=len(timed),
            key=lambda one: one.key,
            show=lambda one: row_of_turnover(one, whole, named.by_id, tasks, team),
            question=asked,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        missing = (*found.missing, *missing)
        until = span.last + look_ahead
        return TurnoverAnswer(
            as_of=min(found.as_of, named.as_of or found.as_of, tasks.as_of if tasks else found.as_of),
            complete=not missing,
            missing=missing,
            warnings=tuple(filter(None, (named.warning, team.warning, _nobody(timed, span, found)))),
            understood={"days": _in_words(span), "next arrivals": f"looked for until {until}"},
            total=None if found.missing else part.total,
            next_cursor=part.next_cursor,
            turnovers=part.rows,
            same_day=sum(one.turnover.is_same_day for one in timed),
        )

    def _span(
        self,
        day: str | None,
        days: int | None,
        listings: Mapping[int, Listing],
        inside: frozenset[int] | None,
    ) -> Span:
        here = [one for one in listings.values() if inside is None or one.id in inside]
        return read_days(day, days, self._portfolio.today(here), most=MAX_DAYS, what="a plan has")

    async def _find(
        self, span: Span, until: date, inside: frozenset[int] | None, listings: Mapping[int, Listing]
    ) -> _Found:
        # Who leaves on the first day slept the night before it.
        wanted = Wanted(by=By.STAY, first=span.first - ONE_DAY, last=until)
        hours = partial(_hours, listings)
        several = self._portfolio.several()
        leaving = (span.first, span.last)
        copied = await self._stays.hours(wanted, Narrowed(inside, statuses=BOOKED), leaving=leaving)
        if copied is not None:
            several = {**await self._tasks.several(), **several}
            return await self._copied(copied.rows, copied.as_of, span, several, hours)
        known = await self._stays.read(wanted, listings)
        stays = [one for one in known.rows if inside is None or one.listing_id in inside]
        found = find_turnovers(
            stays, span.first, span.last, units=units_of_stay, several=several, hours=hours
        )
        return _Found(
            [_staying(one) for one in found], known.as_of, () if known.complete else (_missing(known),)
        )

    async def _copied(
        self,
        rows: Sequence[Staying],
        as_of: datetime,
        span: Span,
        several: Mapping[int, int],
        hours: Callable[[Staying], Hours],
    ) -> _Found:
        """From the replica: whole are read only stays of listings with several units, for the units' sake."""
        alone = [one for one in rows if one.listing_id not in several]
        units = await self._stays.whole([one.id for one in rows if one.listing_id in several])
        found = find_turnovers(alone, span.first, span.last, units=_not_known, hours=hours)
        others = find_turnovers(
            units, span.first, span.last, units=units_of_stay, several=several, hours=hours
        )
        return _Found([*found, *map(_staying, others)], as_of)

    async def _whole(self, shown: Sequence[Timed]) -> dict[int, Reservation]:
        """The stays of what is shown, whole, by id."""
        pairs = [one.turnover for one in shown]
        stays = [stay for one in pairs for stay in (one.leaves, one.comes) if stay is not None]
        there = {stay.id: stay for stay in stays if isinstance(stay, Reservation)}
        lacking = sorted({stay.id for stay in stays} - there.keys())
        return there | {stay.id: stay for stay in (await self._stays.whole(lacking) if lacking else ())}

    async def _beside(
        self, shown: Sequence[Timed], due: Span
    ) -> tuple[Known[Task] | None, Team, tuple[Missing, ...]]:
        """The tasks of what is shown that are due on these days, and who does them."""
        if not shown:
            return None, Team({}), ()
        pairs = [one.turnover for one in shown]
        stays = {stay.id for one in pairs for stay in (one.leaves, one.comes) if stay is not None}
        listings = {one.leaves.listing_id for one in pairs if one.leaves.listing_id is not None}
        try:
            known = await self._tasks.beside(stays, listings, first=due.first, last=due.last)
        except UpstreamError as error:
            return None, Team({}), (_no_tasks(error.message),)
        assigned = any(one.assignee_user_id for one in known.rows)
        team = await self._tasks.team() if assigned else Team({})
        return known, team, () if known.complete else (_no_tasks(known.why or "Not known."),)


def _staying(one: Turnover[Reservation]) -> Turnover[Staying]:
    return Turnover(one.leaves, one.comes, one.unit_id, one.unit_known)


def _hours(listings: Mapping[int, Listing], stay: Staying) -> Hours:
    listing = listings.get(stay.listing_id or 0)
    return check_in_hour(stay, listing), check_out_hour(stay, listing)


def _not_known(_: Dated) -> Units:
    return frozenset()


def _nobody(timed: Sequence[Timed], span: Span, found: _Found) -> str | None:
    return None if timed or found.missing else f"No stay leaves on {_in_words(span)}."


def _in_words(span: Span) -> str:
    return str(span.first) if span.days == 1 else f"{span.first} to {span.last}, both included"


def _missing(known: Known[Reservation]) -> Missing:
    return Missing(
        what=f"Some reservations: {len(known.rows)} of those in question were read.",
        why=known.why or "Not known.",
        resume="Ask the same again in a minute, or for fewer days.",
    )


def _no_tasks(why: str) -> Missing:
    return Missing(what="Some tasks of these turnovers.", why=why, resume="Ask again in a minute.")
