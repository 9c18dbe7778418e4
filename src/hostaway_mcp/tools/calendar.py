"""Tools about calendars."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from hostaway_mcp.services.calendar import MAX_LISTINGS, Aspect, CalendarAnswer, CalendarRow, Run
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence, word
from hostaway_mcp.tools.calendar_lines import IN_SHORT, in_short, is_plain
from hostaway_mcp.tools.catalogue import Cursor, Day, Listed, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import cell, paragraphs


class GetCalendar(Question):
    """The parameters of get_calendar."""

    listing: ListingRef | None = Field(None, description="ids or names")
    group: Text | None = Field(None, description="city or country")
    from_: Day | None = Field(None, alias="from", description="first day; default today")
    to: Day | None = Field(None, description="last day, inclusive; default 30 days")
    show: Listed[Aspect] = Field(["status", "price"], min_length=1)
    limit: int = Field(MAX_LISTINGS, ge=1, le=MAX_LISTINGS)
    cursor: Cursor = None


def _text(answer: CalendarAnswer) -> str:
    rows = answer.calendars
    if len(rows) > 1 and all(is_plain(row) for row in rows):
        return paragraphs(*in_short(rows), IN_SHORT)
    return paragraphs(*map(_calendar, rows)) or "No calendar to show."


def _calendar(row: CalendarRow) -> str:
    head = ", ".join(
        part
        for part in (
            f"{fence(row.name)} ({row.listing_id})",
            word(row.city),
            f"{row.units} units" if row.units and row.units > 1 else None,
            f"prices a night in {row.currency}" if row.currency else None,
        )
        if part
    )
    return paragraphs(head, *(f"  {days}: {says}" for days, says in _lines(row.runs)))


def _lines(runs: tuple[Run, ...]) -> Iterator[tuple[str, str]]:
    """
    One line a run; runs on end that differ only in their price share a line, `118 ×2, 131`.

    So a month in which every night has its own price is a line, not thirty.
    """
    group: list[Run] = []
    for run in runs:
        if group and not _same_but_price(group[-1], run):
            yield _line(group)
            group = []
        group.append(run)
    if group:
        yield _line(group)


def _same_but_price(one: Run, other: Run) -> bool:
    if (other.first - one.last).days != 1 or (one.price is None) != (other.price is None):
        return False
    same = {"first": one.first, "last": one.last, "price": one.price}
    return other.model_copy(update=same) == one


def _line(runs: list[Run]) -> tuple[str, str]:
    first, last = runs[0].first, runs[-1].last
    days = f"{first}" if first == last else f"{first} to {last:%m-%d}"
    if last.year != first.year:
        days = f"{first} to {last}"
    prices = ", ".join(_price(run) for run in runs if run.price)
    return days, ", ".join(part for part in (_says(runs[0]), prices) if part)


def _price(run: Run) -> str:
    assert run.price is not None  # the caller looked
    amount, nights = f"{run.price.amount:f}".removesuffix(".00"), (run.last - run.first).days + 1
    return amount if nights == 1 else f"{amount} ×{nights}"


def _says(run: Run) -> str:
    parts = (
        run.status,
        f"reservation {run.reservation_id}" if run.reservation_id else None,
        f"min {run.min_stay} nights" if run.min_stay is not None else None,
        f"max {run.max_stay}" if run.max_stay is not None else None,
        "closed to arrival" if run.closed_to_arrival else None,
        "closed to departure" if run.closed_to_departure else None,
        f"{run.units_free} free" if run.units_free is not None else None,
        f"{run.units_reserved} booked" if run.units_reserved else None,
        f"{run.units_pending} pending" if run.units_pending else None,
        f"{run.units_blocked} blocked" if run.units_blocked else None,
        f"note {fence(run.note)}" if run.note else None,
    )
    return ", ".join(cell(part) for part in parts if part)


@tool(title="Get calendars", toolset=Toolset.CALENDAR, text=_text)
async def get_calendar(services: Services, question: GetCalendar) -> CalendarAnswer:
    """
    Listings day by day, as runs of like days: free, booked (which reservation), blocked, and the price of
    each open night (`show` price alone: of every night); rules are minimum stay and closed days. What can
    be booked for dates: check_availability. Text of several listings has free nights and price ranges.
    """
    return await services.calendar.show(
        listing=question.listing,
        group=question.group,
        first=question.from_,
        last=question.to,
        show=question.show,
        limit=question.limit,
        cursor=question.cursor,
    )
