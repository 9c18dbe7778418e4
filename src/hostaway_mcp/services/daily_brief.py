"""The day on one page, put together from the answers that other questions would get."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, InputError, NoReplicaError, UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.balances import BalanceBook
from hostaway_mcp.services.brief_page import (
    ABOUT_AHEAD,
    ABOUT_NOW,
    ON_THE_BOARD,
    SECTIONS,
    Asked,
    Part,
    listed,
    page_of,
    shown,
)
from hostaway_mcp.services.brief_reads import (
    CopiedDaysOnly,
    CopiedStaysOnly,
    CopiedTasksOnly,
    StaysOfWindow,
    window_around,
)
from hostaway_mcp.services.brief_rows import (
    Brief,
    conflict_row,
    gap_row,
    stay_row,
    task_row,
    turnover_row,
    unpaid_row,
    waiting_row,
)
from hostaway_mcp.services.charges import Charges
from hostaway_mcp.services.conflicts import Conflicts
from hostaway_mcp.services.cursors import write_cursor
from hostaway_mcp.services.dates import ONE_DAY, Span, read_span
from hostaway_mcp.services.gaps import Gaps
from hostaway_mcp.services.narrowed import narrowed
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.stay_board import Board, BoardRow, StayBoard
from hostaway_mcp.services.stay_sheet import PARTS
from hostaway_mcp.services.stays import NamedListings, Stays, named_listings
from hostaway_mcp.services.task_book import TaskBook
from hostaway_mcp.services.tasks import TaskFinder
from hostaway_mcp.services.triage import InboxTriage
from hostaway_mcp.services.turnovers import TurnoverPlan

UNPAID_DAYS = 3
"""Within how many days unpaid stays arrive that are named."""
MOST_ROWS, MOST_EACH = 25, 10
"""Rows that are read of a section asked for with few others, and of one of many: no more would fit."""
FEW_SECTIONS = 3
LIVE_PAGES = 1
LIVE_THREADS = 0
"""What the inbox may cost live: the calls of a brief must stay few."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a brief is made of."""

    stays: Stays
    portfolio: Portfolio
    charges: Charges
    tasks: TaskBook
    triage: InboxTriage
    copied_tasks: CopiedTasksOnly
    copied_days: CopiedDaysOnly
    clock: Clock


class DailyBrief:
    """
    Puts the day on one page.

    From the replica it costs no call. Live one call for each 100 listings, stays of six days or so and tasks
    of the day, one for their charges, one for the users and one for the inbox; what would cost a call for
    each listing (gaps, conflicts) or all tasks that ever were is left to the tools that are for it.
    """

    def __init__(self, sources: Sources) -> None:
        self._from = sources
        self._portfolio = portfolio = sources.portfolio
        copied = CopiedStaysOnly(sources.stays)
        self._gaps = Gaps(days=sources.copied_days, portfolio=portfolio)
        self._conflicts = Conflicts(stays=copied, days=sources.copied_days, portfolio=portfolio)
        self._tasks = TaskFinder(portfolio=portfolio, tasks=sources.tasks, clock=sources.clock)
        self._older = TaskFinder(portfolio=portfolio, tasks=sources.copied_tasks, clock=sources.clock)

    async def brief(
        self, *, day: str | None = None, group: str | None = None, sections: Sequence[str] | None = None
    ) -> Brief:
        """
        The brief of `day` (default today); without `sections` all that are about that day.

        Raises:
            InputError: a date that cannot be read or is several days.
            UnknownNameError: no listing is in the group.
            HostawayMcpError: nothing at all could be had.
        """
        named = await named_listings(self._portfolio)
        here = await self._here(group, named)
        today = self._portfolio.today(here)
        span = read_span(day or "today", today)
        if span.days > 1:
            raise InputError(
                f"`date` is {span.days} days long; a brief is about one day.",
                hint="stay_board shows up to 14 days.",
            )
        chosen = _chosen(sections, span.first, today)
        stays = self._stays_of(span.first, chosen, named)
        asked = Asked(span.first, today, chosen, group, sections is not None, stays)
        parts = await asyncio.gather(*self._parts(asked))
        errors = [part.error for part in parts if part.error is not None]
        refused = [error for error in errors if not isinstance(error, NoReplicaError)]
        if refused and len(errors) == len(parts):
            raise refused[0]
        understood = asked.understood(UNPAID_DAYS)
        understood |= self._elsewhere(here, today) if span.first == today else {}
        return page_of(asked, parts, named, understood, self._from.clock.now())

    async def _here(self, group: str | None, named: NamedListings) -> Sequence[Listing]:
        everywhere = tuple(named.by_id.values())
        if group is None:
            return everywhere
        if named.warning:
            raise UnknownNameError(named.warning)
        inside, _ = await narrowed(self._portfolio, None, group, named.by_id)
        return [one for one in everywhere if inside is None or one.id in inside]

    def _stays_of(self, day: date, sections: Sequence[str], named: NamedListings) -> Stays:
        """One reading for all parts, as far as their days are close to each other."""
        unpaid = None
        around = self._portfolio.today(tuple(named.by_id.values()))
        if "unpaid" in sections and abs((day - around).days) <= UNPAID_DAYS:
            # It may be another day where a listing is.
            unpaid = Span(around - ONE_DAY, around + ONE_DAY * (UNPAID_DAYS + 1))
        return StaysOfWindow(self._from.stays, window_around(Span(day, day), unpaid))

    def _elsewhere(self, here: Sequence[Listing], today: date) -> dict[str, str]:
        """Where it is another day than where most listings are."""
        by_zone: dict[str | None, list[Listing]] = {}
        for listing in here:
            by_zone.setdefault(listing.time_zone_name, []).append(listing)
        days: dict[date, int] = {}
        for some in by_zone.values():
            there = self._portfolio.today(some[:1])
            if there != today:
                days[there] = days.get(there, 0) + len(some)
        told = [f"it is {day} at {count} listings" for day, count in sorted(days.items())]
        return {"elsewhere": "; ".join(told)} if told else {}

    def _parts(self, asked: Asked) -> Iterable[Awaitable[Part]]:
        ways = {
            "waiting": self._waiting,
            "conflicts": self._conflicting,
            "same_day_turnovers": self._turnovers,
            "unpaid": self._unpaid,
            "tasks": self._due,
            "gaps": self._open_nights,
        }
        for name, way in ways.items():
            if name in asked.sections:
                yield _guarded((name,), way(asked))
        if "tasks" in asked.sections and asked.day == asked.today:
            yield _guarded(("overdue_tasks",), self._overdue(asked))
        if board := tuple(name for name in ON_THE_BOARD if name in asked.sections):
            yield _guarded(board, self._board(asked, board))

    async def _board(self, asked: Asked, sections: Sequence[str]) -> Part:
        board = StayBoard(stays=asked.stays, portfolio=self._portfolio)
        question = {"date": str(asked.day), "group": asked.group}
        answers, rows = list[Board](), dict[str, tuple[BoardRow, ...]]()
        for name in ("arrivals", *(one for one in asked.with_rows(sections) if one != "arrivals")):
            if rows.get(name) or (answers and not getattr(answers[0].days[0].counts, name)):
                continue
            # A board is cut in its own order, so what did not fit is read from where it begins.
            place = (str(asked.day), PARTS.index(name), "", 0)
            answer = await board.board(
                day=str(asked.day),
                group=asked.group,
                limit=2 * _rows_of(asked),
                cursor=write_cursor(question, place) if answers else None,
                question=question,
            )
            answers.append(answer)
            rows |= {part: found for part in PARTS if (found := getattr(answer.days[0], part))}
        counts = {name: getattr(answers[0].days[0].counts, name) for name in (*sections, "requests")}
        rows = {name: rows.get(name, ()) for name in asked.with_rows(sections)}
        complete = all(one.complete for one in answers)
        return Part(tuple(answers), shown(rows, stay_row), counts if complete else {})

    async def _waiting(self, asked: Asked) -> Part:
        answer = await self._from.triage.triage(
            group=asked.group, limit=_rows_of(asked), most_pages=LIVE_PAGES, most_threads=LIVE_THREADS
        )
        counts = {"waiting": answer.counts.waiting, "waiting_now": answer.counts.by_urgency.get("now", 0)}
        rows = shown({"waiting": answer.waiting}, waiting_row)
        return Part((answer,), rows, counts if answer.complete else {}, warnings=answer.warnings)

    async def _conflicting(self, asked: Asked) -> Part:
        answer = await self._conflicts.check(
            first=str(asked.ahead.first), last=str(asked.ahead.last), group=asked.group, limit=_rows_of(asked)
        )
        return listed("conflicts", answer, shown({"conflicts": answer.conflicts}, conflict_row))

    async def _turnovers(self, asked: Asked) -> Part:
        plan = TurnoverPlan(stays=asked.stays, portfolio=self._portfolio, tasks=self._from.tasks)
        answer = await plan.plan(
            day=str(asked.day), group=asked.group, limit=_rows_of(asked), look_ahead=timedelta(0)
        )
        rows = [one for one in answer.turnovers if one.guests.arriving is not None]
        counts = {} if answer.total is None else {"same_day_turnovers": answer.same_day}
        return Part((answer,), shown({"same_day_turnovers": rows}, turnover_row), counts)

    async def _unpaid(self, asked: Asked) -> Part:
        book = BalanceBook(stays=asked.stays, portfolio=self._portfolio, charges=self._from.charges)
        answer = await book.find(arriving_within=UNPAID_DAYS, group=asked.group, limit=_rows_of(asked))
        part = listed("unpaid", answer, shown({"unpaid": answer.balances}, unpaid_row))
        if answer.complete:
            part.counts |= {"failed_charges": (answer.counts or {}).get("failed_charges", 0)}
            part.totals = answer.totals
        return part

    async def _due(self, asked: Asked) -> Part:
        day = str(asked.day)
        answer = await self._tasks.find(first=day, last=day, group=asked.group, limit=_rows_of(asked))
        part = listed("tasks", answer, shown({"tasks": answer.tasks}, task_row))
        part.warnings = answer.warnings
        return part

    async def _overdue(self, asked: Asked) -> Part:
        answer = await self._older.find(last=str(asked.day - ONE_DAY), group=asked.group, limit=1)
        return listed("overdue_tasks", answer, {})

    async def _open_nights(self, asked: Asked) -> Part:
        answer = await self._gaps.find(
            first=str(asked.ahead.first),
            last=str(asked.ahead.last + ONE_DAY),
            group=asked.group,
            limit=_rows_of(asked),
        )
        return listed("gaps", answer, shown({"gaps": answer.gaps}, gap_row))


def _rows_of(asked: Asked) -> int:
    return MOST_ROWS if len(asked.sections) <= FEW_SECTIONS else MOST_EACH


async def _guarded(sections: tuple[str, ...], part: Awaitable[Part]) -> Part:
    """A part that fails hides no other."""
    try:
        found = await part
    except HostawayMcpError as error:
        found = Part(error=error)
    found.sections = sections
    return found


def _chosen(sections: Sequence[str] | None, day: date, today: date) -> tuple[str, ...]:
    """In the order of a brief; without a choice those that are about that day."""
    if sections is not None:
        return tuple(name for name in SECTIONS if name in sections)
    off = set[str]()
    if not today <= day <= today + ONE_DAY:
        off |= set(ABOUT_NOW)
    if day < today:
        off |= set(ABOUT_AHEAD)
    return tuple(name for name in SECTIONS if name not in off)
