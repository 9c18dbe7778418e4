"""
The nights of a listing's month in one row, as sums that a database takes apart.

Each measure is a text of 32 numbers of `width` digits: how much there was before the first night, after the
first, after the second and so on. Example: nights 1, 2 and 3 of one unit, of which the second was sold, are
`00010203030303...` units and `00000101010101...` sold; of the nights 2 and 3 there are 03 - 01 = 2 units and
01 - 00 = 1 sold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, FromClause, cast, func
from sqlalchemy.engine import RowMapping

MEASURES = ("known", "units", "sold", "owner", "blocked")
"""`known` are nights of which anything is known."""
_MOST_DAYS = 31


class Night(NamedTuple):
    """What became of a listing's units in one night."""

    units: int
    sold: int
    owner: int
    blocked: int


def month_of(day: date) -> int:
    """The number of the first day of a day's month."""
    return day.toordinal() - day.day + 1


def written(nights: Mapping[int, Night]) -> dict[str, Any]:
    """The columns of a month, from its nights by day of the month."""
    sums = [[0] for _ in MEASURES]
    for day in range(1, _MOST_DAYS + 1):
        there = nights.get(day)
        values = (1, *there) if there else (0,) * len(MEASURES)
        for running, value in zip(sums, values, strict=True):
            running.append(running[-1] + value)
    width = max(2, *(len(str(running[-1])) for running in sums))
    texts = ("".join([str(number).zfill(width) for number in running]) for running in sums)
    return {"width": width, **dict(zip(MEASURES, texts, strict=True))}


def read(row: RowMapping) -> dict[int, Night]:
    """The nights of a month by day of the month, from its columns."""
    width = row["width"]
    places = [slice(place * width, (place + 1) * width) for place in range(_MOST_DAYS + 1)]
    sums = [[int(row[name][place]) for place in places] for name in MEASURES]
    found = {}
    for day in range(1, _MOST_DAYS + 1):
        known, *values = (running[day] - running[day - 1] for running in sums)
        if known:
            found[day] = Night(*values)
    return found


class Part(NamedTuple):
    """Months of a period of which the same days lie in it: those behind day `begin` up to day `end`."""

    first_month: int
    last_month: int
    begin: int
    end: int


def taken(months: FromClause, name: str, *, begin: ColumnElement[int] | None, end: ColumnElement[int]) -> Any:
    """How much of a measure lies in a month, behind day `begin`, if there is one, up to day `end`."""

    def after(day: ColumnElement[int]) -> ColumnElement[int]:
        width = months.c.width
        return cast(func.substr(months.c[name], day * width + 1, width), BigInteger)

    return after(end) if begin is None else after(end) - after(begin)


def parts_of(first: date, last: date) -> Iterator[Part]:
    """The months from the first day to the last, both included."""
    begin, end = month_of(first), month_of(last)
    if begin == end:
        yield Part(begin, end, first.day - 1, last.day)
    elif begin < end:
        yield Part(begin, begin, first.day - 1, _MOST_DAYS)
        if begin + _MOST_DAYS < end:
            yield Part(begin + 1, end - 1, 0, _MOST_DAYS)
        yield Part(end, end, 0, last.day)


def date_in(month: int, day: int) -> date:
    """A day of a month."""
    return date.fromordinal(month) + timedelta(days=day - 1)
