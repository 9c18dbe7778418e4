"""Tasks by status, category, assignee, due day and listing, the first that are due first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from hostaway_mcp.clock import Clock
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.tasks import Task, TaskCategory, TaskStatus
from hostaway_mcp.services.answers import Detail, Instant, ListAnswer, Missing, Money, Record
from hostaway_mcp.services.cursors import SortKey, cut_ordered, rows_after
from hostaway_mcp.services.dates import ONE_DAY, Span, read_period, read_span
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, in_place
from hostaway_mcp.services.stays import NamedListings, days_of, named_listings
from hostaway_mcp.services.task_book import OPEN, Due, TaskBook, Team, user_meant
from hostaway_mcp.services.untrusted import clean, clean_name

ROOM_BYTES = 12_000
TEXT_CHARS = 300
NOBODY = ("nobody", "none", "unassigned")
"""Words for tasks that nobody was given."""
DONE = (TaskStatus.COMPLETED, TaskStatus.CANCELLED)
_NEVER = "9999"
"""Sorts behind every instant."""


class TaskRow(Record):
    """A task; the last ones only with more `detail`."""

    task_id: int
    title: str | None = None
    status: str | None = None
    categories: tuple[str, ...] = ()
    listing_id: int | None = None
    listing: str | None = None
    reservation_id: int | None = None
    assignee: str | None = None
    """Absent where nobody was given it."""
    assignee_user_id: int | None = None
    starts_at: Instant | None = None
    due_at: Instant | None = None
    due_day: date | None = None
    """The listing's own day."""
    overdue: bool | None = None
    """True where it should have been done by now."""
    priority: int | None = None
    """As Hostaway has it."""
    completed_at: Instant | None = None
    cost: Money | None = None
    description: str | None = None
    resolution: str | None = None
    checklist_items: int | None = None


class TasksAnswer(ListAnswer):
    """Tasks in the order in which they are due; those without a due day last."""

    tasks: tuple[TaskRow, ...]


class Dated(Protocol):
    """A task, and where and until when it is to be done."""

    @property
    def id(self) -> int: ...
    @property
    def listing_id(self) -> int | None: ...
    @property
    def due(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class TaskQuestion:
    """What is asked for, understood; None does not matter."""

    statuses: frozenset[TaskStatus] | None = None
    categories: frozenset[TaskCategory] | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    span: Span | None = None
    listing_ids: frozenset[int] | None = None

    @property
    def looks_inside(self) -> bool:
        """Whether a task must be read whole to tell if it fits."""
        return self.categories is not None or self.unassigned


@dataclass(frozen=True, slots=True)
class _Placed:
    id: int
    listing_id: int | None
    due: datetime | None


@dataclass(frozen=True, slots=True)
class _Found:
    """Tasks that fit, in no order; those that were read whole are in `whole`."""

    rows: Sequence[Dated]
    whole: Mapping[int, Task]
    as_of: datetime
    missing: tuple[Missing, ...] = ()


class TaskFinder:
    """
    Finds tasks.

    Costs nothing from the replica. Live one call for each 100 tasks that are due on the days asked for
    (without days: of that status, or of all), and one for the users.
    """

    def __init__(self, *, portfolio: Portfolio, tasks: TaskBook, clock: Clock) -> None:
        self._portfolio = portfolio
        self._tasks = tasks
        self._clock = clock

    async def find(
        self,
        *,
        status: Sequence[TaskStatus] | None = None,
        category: Sequence[TaskCategory] | None = None,
        assignee: int | str | None = None,
        first: str | None = None,
        last: str | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 40,
        cursor: str | None = None,
        detail: Detail = "brief",
        question: Mapping[str, Any] | None = None,
    ) -> TasksAnswer:
        """
        The tasks that fit all that is asked; those still to be done, unless `status` says otherwise.

        `first` and `last` are the listings' own days on which tasks are due, both included; `question` is
        what the caller wrote, for cursors.

        Raises:
            InputError: a date or cursor that cannot be read.
            UnknownNameError, AmbiguousNameError: no such user, listing or place, or several.
            HostawayMcpError: nothing at all could be had.
        """
        named = await named_listings(self._portfolio)
        understood: dict[str, str] = {}
        inside, warnings = await self._inside(listing, group, named, understood)
        team = await self._tasks.team()
        asked = TaskQuestion(
            statuses=frozenset(OPEN if status is None else status),
            categories=frozenset(category) if category else None,
            span=self._span(first, last, named, understood),
            listing_ids=inside,
            **_whose(assignee, team, understood),
        )
        if status is None:
            understood["status"] = ", ".join(OPEN)
        found = await self._copied(asked, named.by_id) or await self._live(asked, named.by_id)
        written = dict(question or {})
        ordered = rows_after(found.rows, key=_key, question=written, cursor=cursor)
        whole = found.whole or await self._tasks.whole([one.id for one in ordered[: limit + 1]])
        gone = [one for one in ordered[: limit + 1] if one.id not in whole]
        ordered = [one for one in ordered if one not in gone] if gone else ordered
        part = cut_ordered(
            ordered,
            total=len(found.rows),
            key=_key,
            show=lambda one: self._row(whole[one.id], named.by_id, team, detail),
            question=written,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        return TasksAnswer(
            as_of=min(found.as_of, named.as_of or found.as_of),
            complete=not found.missing,
            missing=found.missing,
            warnings=tuple(filter(None, (*warnings, named.warning, team.warning))),
            understood=understood,
            total=None if found.missing else part.total,
            next_cursor=part.next_cursor,
            tasks=part.rows,
        )

    async def _inside(
        self,
        listing: ListingRef | None,
        group: str | None,
        named: NamedListings,
        understood: dict[str, str],
    ) -> tuple[frozenset[int] | None, tuple[str, ...]]:
        if listing is None and group is None:
            return None, ()
        chosen = await self._portfolio.choose(listing)
        understood |= chosen.understood
        listings = list(chosen.listings) if listing is not None else list(named.by_id.values())
        found, warnings = in_place(listings, group) if group is not None else (listings, ())
        return frozenset(one.id for one in found), warnings

    def _span(
        self, first: str | None, last: str | None, named: NamedListings, understood: dict[str, str]
    ) -> Span | None:
        """Days of which one may be open: without `from` whatever was due before counts too."""
        if first is None and last is None:
            return None
        today = self._portfolio.today(tuple(named.by_id.values()))
        if first is None:
            span = Span(date.min + 2 * ONE_DAY, read_span(last or "", today).last)
            understood["due"] = f"until {span.last}, included"
            return span
        span = read_period(first, last, today, exclusive=False, default_days=1)
        understood["due"] = f"{span.first} to {span.last}, both included"
        return span

    async def _copied(self, asked: TaskQuestion, listings: Mapping[int, Listing]) -> _Found | None:
        kept = await self._tasks.dates(
            statuses=[str(one) for one in asked.statuses or ()] if asked.statuses else None,
            assignee_id=asked.assignee_id,
            # Days are the listings' own; the replica knows instants.
            due_from=_instant(asked.span.first - ONE_DAY) if asked.span else None,
            due_until=_instant(asked.span.last + 2 * ONE_DAY) if asked.span else None,
        )
        if kept is None:
            return None
        rows = [one for one in kept.rows if _is_there(one, asked, listings)]
        if not asked.looks_inside:
            return _Found(rows, {}, kept.as_of)
        whole = await self._tasks.whole([one.id for one in rows])
        rows = [one for one in rows if one.id in whole and _fits(whole[one.id], asked)]
        return _Found(rows, whole, kept.as_of)

    async def _live(self, asked: TaskQuestion, listings: Mapping[int, Listing]) -> _Found:
        span = asked.span
        only = next(iter(asked.statuses)) if asked.statuses and len(asked.statuses) == 1 else None
        first = span.first if span and span.first.year > 1 else None
        known = await self._tasks.due(Due(first, span.last if span else None, only))
        fitting = {one.id: one for one in known.rows if _fits(one, asked)}
        rows = [_Placed(one.id, one.listing_id, one.should_end_by) for one in fitting.values()]
        rows = [one for one in rows if _is_there(one, asked, listings)]
        missing = () if known.complete else (_missing(len(known.rows), known.why),)
        return _Found(rows, fitting, known.as_of, missing)

    def _row(self, task: Task, listings: Mapping[int, Listing], team: Team, detail: Detail) -> TaskRow:
        listing = listings.get(task.listing_id or 0)
        open_still = task.status not in DONE
        row = TaskRow(
            task_id=task.id,
            title=clean_name(task.title),
            status=str(task.status) if task.status else None,
            categories=tuple(one.name.lower() for one in task.categories_map),
            listing_id=task.listing_id,
            listing=clean_name(listing.name) if listing else None,
            reservation_id=task.reservation_id,
            assignee=team.name(task.assignee_user_id),
            assignee_user_id=task.assignee_user_id,
            starts_at=task.can_start_from,
            due_at=task.should_end_by,
            due_day=_day(task.should_end_by, task.listing_id, listings),
            overdue=bool(open_still and task.should_end_by and task.should_end_by < self._clock.now())
            or None,
            priority=task.priority,
        )
        return row if detail == "brief" else row.model_copy(update=_more(task))


def _more(task: Task) -> dict[str, object]:
    return {
        "completed_at": task.completed_at,
        "cost": Money.of(task.cost, task.cost_currency),
        "description": clean(task.description, max_chars=TEXT_CHARS),
        "resolution": clean(task.resolution_note, max_chars=TEXT_CHARS),
        "checklist_items": len(task.checklist_items) or None,
    }


def _whose(assignee: int | str | None, team: Team, understood: dict[str, str]) -> dict[str, Any]:
    if assignee is None:
        return {}
    if str(assignee).strip().casefold() in NOBODY:
        return {"unassigned": True}
    number = user_meant(assignee, team)
    understood["assignee"] = f"{team.name(number)} ({number})"
    return {"assignee_id": number}


def _fits(task: Task, asked: TaskQuestion) -> bool:
    """By what only the whole task tells; one whose status is not known is still to be done."""
    if asked.statuses is not None and task.status is not None and task.status not in asked.statuses:
        return False
    if asked.assignee_id is not None and task.assignee_user_id != asked.assignee_id:
        return False
    if asked.unassigned and task.assignee_user_id is not None:
        return False
    return asked.categories is None or bool(asked.categories & set(task.categories_map))


def _is_there(task: Dated, asked: TaskQuestion, listings: Mapping[int, Listing]) -> bool:
    """By place and day."""
    if asked.listing_ids is not None and task.listing_id not in asked.listing_ids:
        return False
    if asked.span is None:
        return True
    day = _day(task.due, task.listing_id, listings)
    return day is not None and asked.span.first <= day <= asked.span.last


def _day(moment: datetime | None, listing_id: int | None, listings: Mapping[int, Listing]) -> date | None:
    return days_of(listings)(moment, listing_id) if moment else None


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _key(task: Dated) -> SortKey:
    return (task.due.isoformat() if task.due else _NEVER, task.id)


def _missing(read: int, why: str | None) -> Missing:
    return Missing(
        what=f"Some tasks: {read} of those in question were read.",
        why=why or "Not known.",
        resume="Ask the same again in a minute, or for fewer days.",
    )
