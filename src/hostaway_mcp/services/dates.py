"""
Dates in words: `2026-06-03`, `today`, `+7d`, `next weekend`, `2026-06`, `june`, `friday`.

A word means a span of days. What was understood is given back, so that an answer can echo it. Nothing is
guessed that could be a slip: years far away are refused with the year that was probably meant.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from hostaway_mcp.errors import InputError
from hostaway_mcp.redaction import quoted

ONE_DAY = timedelta(days=1)
MAX_DAYS = 731
"""The longest period that one question may cover: two years."""

_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_WEEKDAYS |= {name.lower(): i for i, name in enumerate(calendar.day_abbr)}
_UNITS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_EXAMPLES = "Use YYYY-MM-DD, today, tomorrow, +7d, next weekend, friday, or a month such as 2026-06."
_YEARS_AHEAD = 3
_FIRST_YEAR = 2008
"""Before it nobody rented through a channel manager; such a year is a slip."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` up to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def read_span(words: str, today: date) -> Span:
    """
    The days that `words` mean, seen from `today`.

    Raises:
        InputError: not a date, an impossible date, or a year that is surely a slip.
    """
    text = " ".join(words.strip().lower().split())
    for read in (_iso, _relative, _named, _month_or_weekday, _month_and_day):
        if span := read(text, today):
            _check_year(span.first, today)
            return span
    raise InputError(f'"{quoted(words, 40)}" is not a date.', hint=_EXAMPLES)


def read_day(words: str, today: date) -> date:
    """The first day that `words` mean."""
    return read_span(words, today).first


def read_period(
    first: str | None, last: str | None, today: date, *, exclusive: bool, default_days: int = 30
) -> Span:
    """
    The days asked for with `from` and `to`; the span's last day is always included.

    With `exclusive` the `to` itself is not part of the period (nights), else it is (days). One word for
    both (`from: 2026-06`) means the whole of it. Without `to` the period is that word's span if it is
    longer than a day, else `default_days` from there.

    Raises:
        InputError: unreadable, reversed, empty or longer than two years.
    """
    start = read_span(first, today) if first else Span(today, today)
    if last is None:
        if start.days > 1:
            return start
        return Span(start.first, start.first + timedelta(days=default_days - 1))
    end = _read_end(last, start, today)
    final = end.last if end.days > 1 or not exclusive else end.first - ONE_DAY
    if final < start.first:
        _refuse_order(start.first, end.first, exclusive=exclusive)
    span = Span(start.first, final)
    if span.days > MAX_DAYS:
        raise InputError(
            f"From {span.first} to {span.last} is {span.days} days; one question covers at most {MAX_DAYS}.",
            hint="Ask for a shorter period.",
        )
    return span


def read_days(day: str | None, days: int | None, today: date, *, most: int, what: str) -> Span:
    """
    The days from `day` (default today; a word may be several) on, where `what` has so many at most.

    Raises:
        InputError: a date that cannot be read, or more days.
    """
    span = read_span(day or "today", today)
    if days is None and span.days > most:
        raise InputError(
            f"`date` is {span.days} days long; {what} at most {most}.", hint="Give its first day and `days`."
        )
    return span if days is None else Span(span.first, span.first + ONE_DAY * (days - 1))


def _read_end(words: str, start: Span, today: date) -> Span:
    """`friday` to `sunday` is the Sunday after that Friday, although another Sunday may come sooner."""
    end = read_span(words, today)
    if end.last < start.first and _comes_again(words):
        return read_span(words, start.first)
    return end


def _comes_again(words: str) -> bool:
    text = " ".join(words.strip().lower().split())
    return bool(re.fullmatch(r"\d{1,2}-\d{1,2}", text)) or bool(re.fullmatch(r"(on |next )?[a-z]+", text))


def _refuse_order(first: date, last: date, *, exclusive: bool) -> None:
    if exclusive and first == last:
        raise InputError(
            f"From {first} to {last} there is no night.",
            hint=f"`to` is the day of departure: use {first + ONE_DAY} for one night.",
        )
    raise InputError(f"`to` ({last}) is before `from` ({first}).", hint="Exchange the two dates.")


def _check_year(day: date, today: date) -> None:
    if _FIRST_YEAR <= day.year <= today.year + _YEARS_AHEAD:
        return
    meant = today.year if (day.month, day.day) >= (today.month, today.day) else today.year + 1
    last = calendar.monthrange(meant, day.month)[1]
    raise InputError(
        f"The year {day.year} is surely a slip.",
        hint=f"Did you mean {meant}-{day.month:02d}-{min(day.day, last):02d}?",
    )


def _iso(text: str, today: date) -> Span | None:
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        day = _date(*(int(part) for part in match.groups()))
        return Span(day, day)
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})", text):
        return _month(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{1,2})-(\d{1,2})", text):
        # Without a year: the next time this day comes.
        day = _next_day(int(match[1]), int(match[2]), today)
        return Span(day, day)
    return None


def _next_day(month: int, day: int, today: date) -> date:
    """The next time this day comes, today included."""
    if (month, day) == (2, 29):
        leap = next(
            y for y in range(today.year, today.year + 9) if calendar.isleap(y) and date(y, 2, 29) >= today
        )
        return date(leap, 2, 29)
    found = _date(today.year, month, day)
    return found if found >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        if 1 <= month <= 12 and 1 <= year <= 9999:
            days = calendar.monthrange(year, month)[1]
            raise InputError(
                f"{year}-{month:02d}-{day:02d} does not exist.",
                hint=f"{calendar.month_name[month]} {year} has {days} days.",
            ) from None
        raise InputError(f"{year}-{month:02d}-{day:02d} does not exist.", hint=_EXAMPLES) from None


def _month(year: int, month: int) -> Span:
    first = _date(year, month, 1)
    return Span(first, date(year, month, calendar.monthrange(year, month)[1]))


def _relative(text: str, today: date) -> Span | None:
    match = re.fullmatch(r"([+-]|in )\s?(\d{1,4})\s?([a-z]+)", text) or re.fullmatch(
        r"()(\d{1,4}) ([a-z]+) ago", text
    )
    if not match or match[3] not in _UNITS:
        return None
    sign = -1 if match[1] in {"-", ""} else 1
    day = today + timedelta(days=sign * int(match[2]) * _UNITS[match[3]])
    return Span(day, day)


def _named(text: str, today: date) -> Span | None:
    monday = today - timedelta(days=today.weekday())
    friday = monday + timedelta(days=4)
    next_month = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    last_month = today.replace(day=1) - ONE_DAY
    spans = {
        "today": (today, today),
        "now": (today, today),
        "tonight": (today, today),
        "tomorrow": (today + ONE_DAY, today + ONE_DAY),
        "yesterday": (today - ONE_DAY, today - ONE_DAY),
        "this week": (monday, monday + timedelta(days=6)),
        "next week": (monday + timedelta(days=7), monday + timedelta(days=13)),
        "last week": (monday - timedelta(days=7), monday - ONE_DAY),
        # Nights of Friday and Saturday; from Sunday on, "this weekend" is the coming one.
        "this weekend": _weekend(friday if today <= friday + ONE_DAY else friday + timedelta(days=7)),
        "weekend": _weekend(friday if today <= friday + ONE_DAY else friday + timedelta(days=7)),
        "next weekend": _weekend(friday + timedelta(days=7) if today >= friday else friday),
        "this month": (today.replace(day=1), next_month - ONE_DAY),
        "next month": (next_month, _month(next_month.year, next_month.month).last),
        "last month": (last_month.replace(day=1), last_month),
        "this year": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
    return Span(*spans[text]) if text in spans else None


def _weekend(friday: date) -> tuple[date, date]:
    return friday, friday + ONE_DAY


def _month_or_weekday(text: str, today: date) -> Span | None:
    word, _, year = text.removeprefix("next ").removeprefix("on ").removeprefix("in ").partition(" ")
    if word in _WEEKDAYS and not year:
        ahead = (_WEEKDAYS[word] - today.weekday()) % 7
        day = today + timedelta(days=ahead or (7 if text.startswith("next ") else 0))
        return Span(day, day)
    if word in _MONTHS and (not year or re.fullmatch(r"[0-9]{4}", year)):
        month = _MONTHS[word]
        return _month(int(year) if year else today.year + (month < today.month), month)
    return None


def _month_and_day(text: str, today: date) -> Span | None:
    """`june 3`, `3 june`, `3 june 2026`, `june 3, 2026`."""
    plain = text.removeprefix("on ").replace(",", " ")
    match = re.fullmatch(r"(?P<m>[a-z]+) +(?P<d>\d{1,2})(?: +(?P<y>\d{4}))?", plain) or re.fullmatch(
        r"(?P<d>\d{1,2}) +(?P<m>[a-z]+)(?: +(?P<y>\d{4}))?", plain
    )
    if not match or match["m"] not in _MONTHS:
        return None
    month, number = _MONTHS[match["m"]], int(match["d"])
    day = _date(int(match["y"]), month, number) if match["y"] else _next_day(month, number, today)
    return Span(day, day)
