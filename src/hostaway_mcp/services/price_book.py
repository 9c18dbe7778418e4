"""The odd nights of many calendars, month by month, kept until a calendar is read anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hostaway_mcp.analytics.calendar_days import ONE_DAY, Day
from hostaway_mcp.analytics.prices import Limits, OddNight, odd_nights
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.calendar_book import FREE, Kept
from hostaway_mcp.services.calendar_days import BEHIND, padded
from hostaway_mcp.services.dates import Span

AROUND_BEFORE, AROUND_AFTER = 21, 14
"""Days read around a month, so that each of its days has a week on both sides and weekdays are known."""
MOST = 12
"""Months and limits remembered of all listings together; twelve months are a year."""


@dataclass(frozen=True, slots=True)
class Month:
    """
    The nights of a question within one month, and the days that their prices are judged by.

    Always the same days for the same night, so that a longer question says the same of it.
    """

    nights: Span
    days: Span


def months_of(span: Span, today: date) -> list[Month]:
    """
    The months of a question, as far as the replica is sure to reach.

    20 November to 5 December, asked on 1 November: November by 11 October to 14 December, December by 10
    November to 14 January.
    """
    found, first = [], span.first.replace(day=1)
    reach = padded(span, today, before=0, after=31 + AROUND_AFTER)
    while first <= span.last:
        after = (first + timedelta(days=31)).replace(day=1)
        begin = max(first - ONE_DAY * AROUND_BEFORE, min(span.first, today - BEHIND))
        end = min(after + ONE_DAY * (AROUND_AFTER - 1), reach.last)
        nights = Span(max(first, span.first), min(after - ONE_DAY, span.last))
        found.append(Month(nights, Span(begin, end)))
        first = after
    return found


def odd_in(days: Sequence[Day], months: Sequence[Month], limits: Limits) -> list[OddNight]:
    """The odd nights of one listing, by the days alone, each by the days of its month."""
    found: list[OddNight] = []
    for month in months:
        near = [day for day in days if month.days.first <= day.date <= month.days.last]
        found += odd_nights(near, first=month.nights.first, last=month.nights.last, limits=limits)
    return found


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was found in the days of a month, by listing, and the calendars that it follows from."""

    kept: Mapping[int, Kept]
    by_listing: Mapping[int, tuple[Kept, Listing, tuple[OddNight, ...]]]
    odd: Mapping[int, tuple[OddNight, ...]]


class PriceBook:
    """Finds the odd nights of calendars that are kept, and remembers them."""

    def __init__(self) -> None:
        self._months: dict[tuple[Span, Limits], _Judged] = {}
        self._open: tuple[Mapping[int, Kept], dict[Span, int]] = ({}, {})

    def odd(
        self, listings: Sequence[Listing], kept: Mapping[int, Kept], months: Sequence[Month], limits: Limits
    ) -> dict[int, list[OddNight]]:
        """The same as `odd_in` of each listing whose calendar is kept, of those that have odd nights."""
        found: dict[int, list[OddNight]] = {}
        limits = replace(limits, last_year=None)
        for month in months:
            for number, nights in self._month(listings, kept, month, limits).items():
                inside = [one for one in nights if month.nights.first <= one.day.date <= month.nights.last]
                if inside:
                    found.setdefault(number, []).extend(inside)
        return found

    def open_nights(self, kept: Mapping[int, Kept], span: Span) -> int:
        """How many nights of the span can be sold."""
        if self._open[0] is not kept:
            self._open = (kept, {})
        if span not in self._open[1]:
            total = 0
            for one in kept.values():
                begin = (span.first - one.strip.first).days
                total += one.states.count(FREE, begin, begin + span.days)
            self._open[1][span] = total
        return self._open[1][span]

    def _month(
        self, listings: Sequence[Listing], kept: Mapping[int, Kept], month: Month, limits: Limits
    ) -> Mapping[int, tuple[OddNight, ...]]:
        place = (month.days, limits)
        judged = self._months.get(place)
        if judged is None or judged.kept is not kept:
            before = judged.by_listing if judged else {}
            by_listing = {}
            for one in listings:
                if one.id in kept:
                    known = before.get(one.id)
                    if known is None or known[0] is not kept[one.id] or known[1] is not one:
                        known = (kept[one.id], one, _odd_nights(one, kept[one.id], month.days, limits))
                    by_listing[one.id] = known
            odd = {number: nights for number, (_, _, nights) in by_listing.items() if nights}
            if place not in self._months and len(self._months) >= MOST:
                self._months.pop(next(iter(self._months)))
            judged = self._months[place] = _Judged(kept, {**before, **by_listing}, odd)
        return judged.odd


def _odd_nights(listing: Listing, kept: Kept, days: Span, limits: Limits) -> tuple[OddNight, ...]:
    known = kept.days(days.first, days.last, (listing.min_nights, listing.max_nights))
    return odd_nights(known, first=days.first, last=days.last, limits=limits)
