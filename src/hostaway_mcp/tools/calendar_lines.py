"""Calendars of several listings in text: a line each, with the nights that are free and at what prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hostaway_mcp.services.calendar import CalendarRow, Run
from hostaway_mcp.services.untrusted import fence

IN_SHORT = "Prices: lowest to highest night. One listing alone: each night, and who stays."
_PLAIN = frozenset({"first", "last", "status", "reservation_id", "price"})
_FREE = "available"
_WORDS = {_FREE: "free", "reserved": "booked"}


def is_plain(row: CalendarRow) -> bool:
    """Whether its runs tell statuses, and at most prices and stays besides."""
    runs = row.runs
    return bool(runs) and all(
        run.status and run.model_dump(exclude_none=True).keys() <= _PLAIN for run in runs
    )


def in_short(rows: Sequence[CalendarRow]) -> Iterator[str]:
    """
    A line a listing: `⟦Loft⟧ (40160) EUR: free Aug 1-5 332-408, 9 341; blocked Aug 20; else booked`.

    "Else" is said only of listings of which every night is known that the answer is about.
    """
    first, last = min(row.runs[0].first for row in rows), max(row.runs[-1].last for row in rows)
    for row in rows:
        stretches = list(_stretches(row.runs))
        statuses = sorted({one[0].status or "" for one in stretches}, key=lambda one: (one != _FREE, one))
        otherwise = _otherwise(stretches) if _is_whole(row.runs, first, last) else None
        parts = [
            f"{_word(status)} {_listed([one for one in stretches if one[0].status == status], first)}"
            for status in statuses
            if status != otherwise
        ]
        parts += [f"else {_word(otherwise)}" if parts else f"all {_word(otherwise)}"] if otherwise else []
        currency = f" {row.currency}" if row.currency else ""
        yield f"{fence(row.name)} ({row.listing_id}){currency}: {'; '.join(parts)}"


def _stretches(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Runs on end that have the same status."""
    found: list[Run] = []
    for run in runs:
        if found and (run.status != found[-1].status or (run.first - found[-1].last).days != 1):
            yield found
            found = []
        found.append(run)
    if found:
        yield found


def _otherwise(stretches: Sequence[Sequence[Run]]) -> str | None:
    """The status that need not be listed: of the most stretches, but never the free nights."""
    others = [one[0].status for one in stretches if one[0].status != _FREE]
    return max(others, key=others.count) if others else None


def _is_whole(runs: Sequence[Run], first: date, last: date) -> bool:
    nights = sum((run.last - run.first).days + 1 for run in runs)
    return bool(runs) and nights == (last - first).days + 1


def _word(status: str | None) -> str:
    return _WORDS.get(status or "", status or "")


def _listed(stretches: Sequence[Sequence[Run]], begin: date) -> str:
    """Their dates, each month named once, with the prices of a night."""
    parts, before = [], date.min
    for one in stretches:
        days = _dates(one[0].first, one[-1].last, before, begin)
        parts.append(" ".join(filter(None, (days, _prices(one)))))
        before = one[-1].last
    return ", ".join(parts)


def _prices(runs: Sequence[Run]) -> str:
    """The lowest and the highest of a night."""
    amounts = sorted(run.price.amount for run in runs if run.price)
    ends = (f"{amount:f}".removesuffix(".00") for amount in (*amounts[:1], *amounts[-1:]))
    return "-".join(dict.fromkeys(ends))


def _dates(first: date, last: date, before: date, begin: date) -> str:
    """`Jul 30-Aug 2`; the month is left out where it was named `before`, the year where it is the first's."""
    start = _day(first, before, begin)
    return start if first == last else f"{start}-{_day(last, first, begin)}"


def _day(day: date, before: date, begin: date) -> str:
    if (day.year, day.month) == (before.year, before.month):
        return f"{day.day}"
    year = "" if day.year == begin.year else f" {day.year}"
    return f"{day:%b}{year} {day.day}"
