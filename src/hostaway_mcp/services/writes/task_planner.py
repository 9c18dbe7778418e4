"""Makes plans of tasks to be made, changed, given to somebody, completed or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.inputs import as_json, as_moment
from hostaway_mcp.clock import Clock, zone_or_utc
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.tasks import TaskCategory
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.portfolio import Portfolio, label
from hostaway_mcp.services.task_book import TaskBook, Team, user_meant
from hostaway_mcp.services.tasks import NOBODY
from hostaway_mcp.services.untrusted import clean, clean_name, fence
from hostaway_mcp.services.writes.moments import read_moment
from hostaway_mcp.services.writes.plans import Plan
from hostaway_mcp.services.writes.tasks import TaskKind
from hostaway_mcp.services.writes.thing_plans import Draft, check_open, check_twice, draft_each
from hostaway_mcp.services.writes.words import check_text, few
from hostaway_mcp.store.journal.records import StepBody

Action = Literal["create", "update", "assign", "complete", "delete"]

TEXT_CHARS = 300
_NOUNS = "tasks"
_VERBS = {
    "create": "Make",
    "update": "Change",
    "assign": "Assign",
    "complete": "Complete",
    "delete": "Delete",
}
_NAMES = {
    "title": "title",
    "description": "description",
    "listingMapId": "listing",
    "reservationId": "reservation",
    "assigneeUserId": "assignee",
    "canStartFrom": "start",
    "shouldEndBy": "due",
    "categoriesMap": "categories",
    "priority": "priority",
    "status": "status",
    "resolutionNote": "resolution",
    "cost": "cost",
    "costCurrency": "currency",
    "costDescription": "cost is for",
    "checklistItems": "checklist",
}
"""What a reader is shown, in this order."""


@dataclass(frozen=True, slots=True)
class TaskWish:
    """What is wanted of one task; None leaves it."""

    task_id: int | None = None
    title: str | None = None
    description: str | None = None
    listing: int | str | None = None
    reservation: int | None = None
    assignee: int | str | None = None
    starts_at: str | None = None
    due_at: str | None = None
    categories: Sequence[str] | None = None
    priority: int | None = None
    status: str | None = None
    resolution: str | None = None
    cost: Decimal | None = None


class TaskPlanner:
    """Makes plans; costs one read for each task, one for each stay that is named alone, and the users."""

    def __init__(
        self, kind: TaskKind, *, hostaway: Hostaway, portfolio: Portfolio, tasks: TaskBook, clock: Clock
    ) -> None:
        self._kind = kind
        self._hostaway = hostaway
        self._portfolio = portfolio
        self._tasks = tasks
        self._clock = clock

    async def plan(self, *, action: Action, wishes: Sequence[TaskWish], arguments: Mapping[str, Any]) -> Plan:
        """
        What would become of each task; those that are so already are left out.

        Raises:
            InputError: a task lacks what the action needs, or has what it does not take; a moment that cannot
                be read.
            UnknownNameError, AmbiguousNameError: as to listings and users.
            HostawayMcpError: no task could be read.
        """
        for wish in wishes:
            _check(action, wish)
        check_twice(wishes, [one.task_id for one in wishes], "task")
        now = self._clock.now()
        # Who somebody is matters only where they are named or shown.
        people = action == "delete" or any(one.assignee is not None for one in wishes)
        team = await self._tasks.team() if people else Team({})
        listings = await self._portfolio.by_id()
        placed = [(wish, await self._place(wish)) for wish in wishes]

        async def draft(one: tuple[TaskWish, Listing | None]) -> Draft | None:
            wish, place = one
            if action == "create":
                return await self._create(wish, place, team, now)
            return await self._change(action, wish, place, team, listings)

        drafts = await draft_each(
            self._kind.name, placed, draft, called=lambda one: _called(one[0]), clock=self._clock
        )
        what = "1 task" if len(drafts.each) == 1 else f"{len(drafts.each)} tasks"
        return Plan(
            tool="save_task",
            arguments=arguments,
            summary=f"{_VERBS[action]} {what}",
            steps=drafts.steps,
            touches=drafts.touches("ops"),
            as_of=now,
            warnings=few([*filter(None, (team.warning,)), *drafts.warnings]),
            missing=drafts.missing,
        )

    async def _place(self, wish: TaskWish) -> Listing | None:
        return None if wish.listing is None else await self._portfolio.one(wish.listing)

    async def _create(self, wish: TaskWish, place: Listing | None, team: Team, now: datetime) -> Draft:
        if place is None and wish.reservation is not None:
            stay = (await self._hostaway.reservations.get(wish.reservation)).row
            place = await self._portfolio.one(stay.listing_id) if stay.listing_id else None
        check_open(place, _NOUNS)
        body = self._body(wish, place, team)
        like = sorted(await self._kind.like(body))
        title = fence(clean_name(body["title"]))
        what = f"new task {title}" + (f" at {label(place)}" if place else "")
        draft = Draft(
            self._kind.to_make(what, _shown(body, place, team), body, like=like), place, _cost(body)
        )
        if like:
            draft.warnings.append(f"{what}: there is one like it already, task {like[0]}.")
        due = _moment(body.get("shouldEndBy"))
        if due and due < now:
            draft.warnings.append(f"{what}: it is due in the past.")
        return draft

    async def _change(
        self,
        action: Action,
        wish: TaskWish,
        place: Listing | None,
        team: Team,
        listings: Mapping[int, Listing],
    ) -> Draft | None:
        number = wish.task_id
        assert number is not None  # it was checked
        was = await self._kind.there(number)
        if not was["there"]:
            raise InputError(f"There is no task {wish.task_id} in this account.")
        home = listings.get(was["listingMapId"] or 0)
        check_open(home if action != "delete" else None, _NOUNS)
        check_open(place, _NOUNS)
        what = f"task {wish.task_id} {fence(clean_name(was['title']))}".strip()
        what += f" at {label(home)}" if home else ""
        if action == "delete":
            before = _shown({key: value for key, value in was.items() if value}, home, team)
            return Draft(self._kind.to_delete(what, before, number, was), home)
        if action == "complete":
            wish = TaskWish(task_id=wish.task_id, resolution=wish.resolution, status="completed")
        asked = self._body(wish, place or home, team)
        if place is None:
            asked.pop("listingMapId", None)
        changed = {key: value for key, value in asked.items() if was[key] != value}
        if not changed:
            return None
        step_body = StepBody(
            what=what,
            before=_shown({key: was[key] for key in changed}, home, team),
            after=_shown(changed, place or home, team),
            operation="updateTask",
            path={"taskId": number},
            body=changed,
            rests_on={"there": True, "status": was["status"]} | {key: was[key] for key in changed},
            wanted=changed,
        )
        draft = Draft(step_body, place or home, _cost(changed))
        draft.warnings += [f"{what}: {said}" for said in _doubts(was, changed)]
        return draft

    def _body(self, wish: TaskWish, place: Listing | None, team: Team) -> dict[str, Any]:
        """The documented body of what is wished, moments in UTC."""
        zone = zone_or_utc(place.time_zone_name if place else None)
        today = self._portfolio.today([place] if place else [])
        start = read_moment(wish.starts_at, zone, today) if wish.starts_at else None
        due = read_moment(wish.due_at, zone, today, end=True) if wish.due_at else None
        if start and due and due < start:
            raise InputError(f"It is due ({wish.due_at}) before it can start ({wish.starts_at}).")
        texts = {"title": wish.title, "description": wish.description, "resolutionNote": wish.resolution}
        values: dict[str, Any] = {
            **{key: check_text(text, f"`{_NAMES[key]}`") for key, text in texts.items() if text is not None},
            "listingMapId": place.id if place else None,
            "reservationId": wish.reservation,
            "canStartFrom": as_moment(start) if start else None,
            "shouldEndBy": as_moment(due) if due else None,
            "categoriesMap": _categories(wish.categories),
            "priority": wish.priority,
            "status": wish.status,
        }
        if wish.cost is not None:
            money = Money.of(wish.cost, place.currency_code if place else None)
            if money is None:
                raise InputError("`cost` needs a `listing`, whose currency it is in.")
            values |= {"cost": as_json(money.amount), "costCurrency": money.currency}
        body = {key: value for key, value in values.items() if value is not None}
        if wish.assignee is not None:
            nobody = str(wish.assignee).strip().casefold() in NOBODY
            body["assigneeUserId"] = None if nobody else user_meant(wish.assignee, team)
        return body


_TAKES: dict[str, frozenset[str]] = {
    "assign": frozenset({"task_id", "assignee"}),
    "complete": frozenset({"task_id", "resolution"}),
    "delete": frozenset({"task_id"}),
}


def _categories(names: Sequence[str] | None) -> list[int] | None:
    return None if names is None else sorted({TaskCategory[one.upper()].value for one in names})


def _check(action: Action, wish: TaskWish) -> None:
    given = {name for name in TaskWish.__dataclass_fields__ if getattr(wish, name) is not None}
    needs = {"create": {"title"}, "assign": {"task_id", "assignee"}}.get(action, {"task_id"})
    if lacks := sorted(needs - given):
        raise InputError(f"To {action} a task, `{lacks[0]}` is needed.")
    if action == "create" and "task_id" in given:
        raise InputError("A task that is made has no `task_id` yet.", hint="To change one: action=update.")
    if action == "update" and given == {"task_id"}:
        raise InputError(f"Nothing is said of task {wish.task_id}.", hint="Give what shall be otherwise.")
    if extra := sorted(given - _TAKES.get(action, given)):
        raise InputError(f"To {action} a task does not take `{extra[0]}`.", hint="action=update does.")


def _doubts(was: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    found = []
    if was["status"] in ("completed", "cancelled") and "status" not in wanted:
        found.append(f"it is {was['status']} already.")
    for key, event in (("canStartFrom", "canStartFromEvent"), ("shouldEndBy", "shouldEndByEvent")):
        if key in wanted and was[event]:
            found.append(f"its {_NAMES[key]} follows the {was[event]}; Hostaway may move it again.")
    start, due = (_moment(wanted.get(key, was[key])) for key in ("canStartFrom", "shouldEndBy"))
    if start and due and due < start and wanted.keys() & {"canStartFrom", "shouldEndBy"}:
        found.append("it is due before it can start.")
    return found


def _shown(values: Mapping[str, Any], place: Listing | None, team: Team) -> dict[str, str]:
    zone = zone_or_utc(place.time_zone_name if place else None)
    return {name: _said(key, values[key], place, team, zone) for key, name in _NAMES.items() if key in values}


def _said(key: str, value: Any, place: Listing | None, team: Team, zone: ZoneInfo) -> str:
    if value in (None, "", []):
        return "nobody" if key == "assigneeUserId" else "none"
    match key:
        case "title" | "description" | "resolutionNote" | "costDescription":
            return fence(clean(str(value), max_chars=TEXT_CHARS))
        case "listingMapId":
            return label(place) if place and place.id == value else f"{value}"
        case "assigneeUserId":
            return f"{fence(team.name(value))} ({value})"
        case "categoriesMap":
            return ", ".join(TaskCategory(one).name.lower() for one in value)
        case "canStartFrom" | "shouldEndBy":
            moment = _moment(value)
            return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}" if moment else f"{value}"
        case "cost":
            return f"{value:g}"
        case "checklistItems":
            return f"{len(value)} items"
    return f"{value}"


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if text else None
    except (TypeError, ValueError):
        return None


def _cost(values: Mapping[str, Any]) -> Money | None:
    return Money.of(Decimal(str(values["cost"])), values.get("costCurrency")) if values.get("cost") else None


def _called(wish: TaskWish) -> str:
    return f"task {wish.task_id}" if wish.task_id is not None else f"task {fence(clean_name(wish.title))}"
