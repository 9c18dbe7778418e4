"""The gaps of calendars that are kept in memory, kept beside them until a calendar is read anew."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from hostaway_mcp.analytics.calendar_days import ONE_DAY
from hostaway_mcp.analytics.gaps import Gap, find_gaps
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.calendar_book import FREE, TAKEN, Kept
from hostaway_mcp.services.cursors import SortKey
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.portfolio import listing_key

LENGTHS = (3, 7, 14)
"""Gaps are kept for these most nights; those of fewer are among them."""
MOST_LISTS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A gap of a listing, and where it stands among others; `run` is how many nights it had when it began."""

    listing: Listing
    gap: Gap
    run: int
    key: SortKey

    @classmethod
    def of(cls, listing: Listing, gap: Gap, run: int | None = None) -> Found:
        """With its place; without `run` all its nights are left."""
        key = (gap.first.isoformat(), *listing_key(listing))
        return cls(listing, gap, gap.nights if run is None else run, key)


@dataclass(frozen=True, slots=True)
class _Listed:
    """All gaps of some calendars in order, when each begins, and what they follow from."""

    kept: Mapping[int, Kept]
    todays: Mapping[str | None, date]
    found: Sequence[Found]
    begins: Sequence[date]


class GapBook:
    """Finds the gaps of calendars that are kept, and remembers them."""

    def __init__(self) -> None:
        self._by_listing: dict[tuple[int, int], tuple[Kept, Listing, date, tuple[Found, ...]]] = {}
        self._lists: dict[tuple[int, int], _Listed] = {}
        self._zones: tuple[Sequence[Listing], tuple[Listing, ...]] = ((), ())

    def one_a_zone(self, listings: Sequence[Listing]) -> Sequence[Listing]:
        """A listing of each time zone."""
        if self._zones[0] is not listings:
            self._zones = (listings, tuple({one.time_zone_name: one for one in listings}.values()))
        return self._zones[1]

    def find(
        self,
        listings: Sequence[Listing],
        kept: Mapping[int, Kept],
        todays: Mapping[str | None, date],
        *,
        max_nights: int,
        span: Span,
    ) -> Sequence[Found]:
        """
        The gaps that have a night of the span, of the listings whose calendar is kept, in their order.

        `todays` is the day it is by the name of a listing's time zone.
        """
        most = next((length for length in LENGTHS if max_nights <= length), max_nights)
        place = (most, id(kept))
        listed = self._lists.get(place)
        if listed is None or listed.kept is not kept or listed.todays != todays:
            found = [
                gap
                for one in listings
                if one.id in kept
                for gap in self._of_listing(one, kept[one.id], todays[one.time_zone_name], most)
            ]
            found.sort(key=lambda one: one.key)
            if len(self._lists) >= MOST_LISTS:
                self._lists.clear()
            listed = self._lists[place] = _Listed(kept, todays, found, [one.gap.first for one in found])
        begin = bisect_left(listed.begins, span.first - ONE_DAY * most)
        within = listed.found[begin : bisect_right(listed.begins, span.last)]
        return [one for one in within if one.run <= max_nights and one.gap.end > span.first]

    def _of_listing(self, listing: Listing, kept: Kept, today: date, most: int) -> tuple[Found, ...]:
        known = self._by_listing.get((listing.id, most))
        if known is None or known[0] is not kept or known[1] is not listing or known[2] != today:
            known = (kept, listing, today, tuple(gaps_of(listing, kept, today, most)))
            self._by_listing[listing.id, most] = known
        return known[3]


def gaps_of(listing: Listing, kept: Kept, today: date, max_nights: int) -> list[Found]:
    """
    The gaps of one listing: `find_gaps` of the nights that may be one, which their letters tell.

    Letters TFFT: two nights that can be sold between two that cannot.
    """
    found, rules = [], (listing.min_nights, listing.max_nights)
    for run in _gap_letters(max_nights).finditer(kept.states, max(0, (today - kept.first).days - max_nights)):
        first, end = kept.first + ONE_DAY * run.start(), kept.first + ONE_DAY * run.end()
        if end <= today:
            continue
        gaps = find_gaps(
            kept.days(first - ONE_DAY, end, rules),
            today=today,
            max_nights=max_nights,
            same_day=listing.allow_same_day_booking != 0,
        )
        found += [Found.of(listing, gap, run.end() - run.start()) for gap in gaps]
    return found


@lru_cache
def _gap_letters(max_nights: int) -> re.Pattern[str]:
    return re.compile(f"(?<={TAKEN}){FREE}{{1,{max_nights}}}(?={TAKEN})")
