"""The day on one page: its rows, shorter than those of the tools that they come from, and what fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from hostaway_mcp.services.answers import Answer, Instant, Money, Record
from hostaway_mcp.services.balances import BalanceRow, BalanceTotal
from hostaway_mcp.services.conflict_rows import ConflictRow
from hostaway_mcp.services.gaps import GapRow
from hostaway_mcp.services.stay_board import BoardRow
from hostaway_mcp.services.tasks import TaskRow
from hostaway_mcp.services.triage import WaitingRow
from hostaway_mcp.services.turnover_rows import TurnoverRow

ROOM_BYTES = 4_900
"""For a whole brief: 1,500 tokens of 3.5 bytes, less what the door's own warnings may add."""
NAME_CHARS = 28
WORDS_CHARS = 60


class BriefWaiting(Record):
    """A guest who waits for an answer."""

    conversation_id: int
    listing: str | None = None
    guest: str | None = None
    phase: str
    hours: float
    urgency: str
    intent: str
    excerpt: str | None = None
    """The beginning of the guest's words."""


class BriefConflict(Record):
    """Stays that cannot all take place, or days that channels were not told of."""

    listing_id: int
    listing: str | None = None
    kind: str
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    reservation_ids: tuple[int, ...] = ()


class BriefTurnover(Record):
    """A home that one stay leaves and another comes into on this day; hours are the listing's own."""

    listing_id: int
    listing: str | None = None
    leaving: int
    """The reservation's id."""
    arriving: int | None = None
    out: str | None = None
    """Hour of check-out."""
    into: str | None = Field(None, serialization_alias="in")
    """Hour of check-in."""
    slack_hours: float | None = None
    priority: str
    cleaning: str | None = None
    """Status of the cleaning task, `none` where there is no task; absent where that is not known."""
    assignee: str | None = None


class BriefStay(Record):
    """A stay that arrives, leaves or stays on."""

    reservation_id: int
    listing: str | None = None
    guest: str | None = None
    guests: int | None = None


class BriefUnpaid(Record):
    """A stay that arrives soon and owes the host money."""

    reservation_id: int
    listing: str | None = None
    guest: str | None = None
    arrival: date
    balance: Money
    failed: bool | None = None
    """True where a charge was tried and failed."""


class BriefTask(Record):
    """A task that is due on this day and still open."""

    task_id: int
    title: str | None = None
    listing: str | None = None
    assignee: str | None = None
    due_at: Instant | None = None
    overdue: bool | None = None


class BriefGap(Record):
    """Nights that will stay empty between others; `to` is the day of departure."""

    listing_id: int
    listing: str | None = None
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    rule: str
    """What stops every booking, or `bookable`."""
    worth: Money | None = None


class BriefCounts(Record):
    """How many there are in all; absent where that is not known or was not asked."""

    waiting: int | None = None
    waiting_now: int | None = None
    """Those of them whose urgency is `now`."""
    conflicts: int | None = None
    same_day_turnovers: int | None = None
    arrivals: int | None = None
    requests: int | None = None
    """Stays that would arrive and are not accepted yet."""
    unpaid: int | None = None
    failed_charges: int | None = None
    tasks: int | None = None
    overdue_tasks: int | None = None
    """Open ones that were due on a day before."""
    departures: int | None = None
    gaps: int | None = None
    in_house: int | None = None


class Brief(Answer):
    """One day, by the listings' own dates; what must happen soonest comes first."""

    date: date
    counts: BriefCounts
    quiet: tuple[str, ...] = ()
    """Sections that were looked at and hold nothing."""
    waiting: tuple[BriefWaiting, ...] = ()
    conflicts: tuple[BriefConflict, ...] = ()
    same_day_turnovers: tuple[BriefTurnover, ...] = ()
    arrivals: tuple[BriefStay, ...] = ()
    unpaid: tuple[BriefUnpaid, ...] = ()
    unpaid_totals: tuple[BalanceTotal, ...] = ()
    tasks: tuple[BriefTask, ...] = ()
    departures: tuple[BriefStay, ...] = ()
    gaps: tuple[BriefGap, ...] = ()
    in_house: tuple[BriefStay, ...] = ()
    more: tuple[str, ...] = ()
    """What is not shown, and which tool goes on."""


def waiting_row(row: WaitingRow) -> BriefWaiting:
    return BriefWaiting(
        conversation_id=row.conversation_id,
        listing=short(row.listing),
        guest=short(row.guest),
        phase=row.phase,
        hours=row.hours,
        urgency=row.urgency,
        intent=row.intent,
        excerpt=short(" ".join((row.excerpt or "").split()), WORDS_CHARS),
    )


def conflict_row(row: ConflictRow) -> BriefConflict:
    return BriefConflict(
        listing_id=row.listing_id,
        listing=short(row.name),
        kind=row.kind,
        first=row.dates.first,
        last=row.dates.last,
        reservation_ids=tuple(one.reservation_id for one in row.reservations),
    )


def turnover_row(row: TurnoverRow) -> BriefTurnover:
    return BriefTurnover(
        listing_id=row.listing_id,
        listing=short(row.name),
        leaving=row.guests.leaving.reservation_id,
        arriving=row.guests.arriving.reservation_id if row.guests.arriving else None,
        out=_hour(row.departs_at, row.time_zone),
        into=_hour(row.arrives_at, row.time_zone),
        slack_hours=row.slack_hours,
        priority=row.priority,
        cleaning=row.task.state if row.task else None,
        assignee=short(row.task.assignee) if row.task else None,
    )


def stay_row(row: BoardRow) -> BriefStay:
    return BriefStay(
        reservation_id=row.reservation_id,
        listing=short(row.listing),
        guest=short(row.guest),
        guests=row.guests,
    )


def unpaid_row(row: BalanceRow) -> BriefUnpaid:
    return BriefUnpaid(
        reservation_id=row.reservation_id,
        listing=short(row.listing),
        guest=short(row.guest),
        arrival=row.arrival,
        balance=row.balance,
        failed=True if row.failed else None,
    )


def task_row(row: TaskRow) -> BriefTask:
    return BriefTask(
        task_id=row.task_id,
        title=short(row.title),
        listing=short(row.listing),
        assignee=short(row.assignee),
        due_at=row.due_at,
        overdue=row.overdue,
    )


def gap_row(row: GapRow) -> BriefGap:
    return BriefGap(
        listing_id=row.listing_id,
        listing=short(row.name),
        first=row.first,
        last=row.last,
        rule=row.rule or "bookable",
        worth=row.worth,
    )


def short(words: str | None, chars: int = NAME_CHARS) -> str | None:
    """The beginning of cleaned words; a cut shows."""
    if not words or len(words) <= chars:
        return words or None
    return f"{words[: chars - 1].rstrip()}…"


def fitting(
    rows: Mapping[str, Sequence[Record]], *, used_bytes: int, room_bytes: int = ROOM_BYTES
) -> dict[str, tuple[Any, ...]]:
    """
    The first rows of each section that fit: a row of each in turn, in the order of the sections.

    A section whose next row does not fit takes no more; the others go on.
    """
    shown: dict[str, list[Record]] = {name: [] for name in rows}
    room, going_on = room_bytes - used_bytes, [name for name, some in rows.items() if some]
    while going_on:
        for name in list(going_on):
            row = rows[name][len(shown[name])]
            size = len(row.model_dump_json(exclude_none=True, by_alias=True).encode()) + 1
            # The first row of a section brings its name.
            size += 0 if shown[name] else len(name) + 6
            if size > room:
                going_on.remove(name)
                continue
            shown[name].append(row)
            room -= size
            if len(shown[name]) == len(rows[name]):
                going_on.remove(name)
    return {name: tuple(some) for name, some in shown.items()}


def _hour(moment: datetime | None, zone: str | None) -> str | None:
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}" if moment and zone else None
