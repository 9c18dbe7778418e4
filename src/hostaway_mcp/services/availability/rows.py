"""The rows of an availability answer, what was seen for them, and which of them come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import Field

from hostaway_mcp.analytics.turnovers import Dated
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import StatusClass
from hostaway_mcp.services.answers import ListAnswer, Missing, Money
from hostaway_mcp.services.availability.wish import Window, Wish, sleeps
from hostaway_mcp.services.calendar import Failures
from hostaway_mcp.services.cursors import ANSWER_BYTES, SortKey, rows_after
from hostaway_mcp.services.portfolio import ListingRow, listing_key

BLOCKING = {
    StatusClass.CONFIRMED: "booked",
    StatusClass.OWNER_STAY: "owner stay",
    StatusClass.NEEDS_ACTION: "held by a request",
}
"""Stays that take their nights off the calendar. Source: NOTES of the API, "Statuses"."""


class FreeRow(ListingRow):
    """A listing that can be booked for the dates."""

    first: date | None = Field(default=None, serialization_alias="from")
    """Arrival, where it is not the day asked for."""
    last: date | None = Field(default=None, serialization_alias="to")
    nightly: Money | None = None
    """The average price of a night, by the calendar."""
    total: Money | None = None
    min_stay: int | None = None
    units_free: int | None = None
    """How many of its units are free; where it has several."""


class TakenRow(ListingRow):
    """A listing that cannot be booked for the dates."""

    because: str


class AvailabilityAnswer(ListAnswer):
    """Free and taken listings; `total` counts both."""

    free: tuple[FreeRow, ...]
    taken: tuple[TakenRow, ...]
    price_basis: str = ""
    """What `total` of a free listing holds."""


AnyRow = FreeRow | TakenRow


@dataclass
class Seen:
    """What was found out so far, and how old the oldest of it is."""

    ages: list[datetime]
    candidates: frozenset[int] | None = None
    """Listings that may be free by what one call can tell; None when nothing is known."""
    stays: dict[int, list[Dated]] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    failures: Failures = field(default_factory=Failures)
    unpriced: Failures = field(default_factory=Failures)

    def remember(self, stays: Sequence[Dated]) -> None:
        """Keeps the stays that take nights, by listing."""
        for stay in stays:
            if stay.status_class in BLOCKING and stay.listing_id is not None:
                kept = self.stays.setdefault(stay.listing_id, [])
                if all(stay.id != other.id for other in kept):
                    kept.append(stay)

    def stays_in(self, listing: Listing, window: Window) -> list[Dated]:
        """The stays that take nights of the window, in order."""
        found = [
            stay
            for stay in self.stays.get(listing.id, ())
            if stay.arrival and stay.departure and stay.arrival < window[1] and stay.departure > window[0]
        ]
        return sorted(found, key=lambda stay: (stay.arrival or date.min, stay.id))


@dataclass
class Page:
    """The listings still to be shown, in order: those that may be free first."""

    wish: Wish
    seen: Seen
    waiting: Sequence[Listing] = ()
    place: SortKey | None = None
    """Where the list goes on; None at its end."""

    @classmethod
    def of(
        cls,
        scope: Sequence[Listing],
        wish: Wish,
        seen: Seen,
        *,
        question: Mapping[str, Any],
        cursor: str | None,
        in_order: bool,
    ) -> Page:
        """Those of `scope` that come behind the cursor; they may be `in_order` of their names already."""
        page = cls(wish, seen)
        if in_order:
            ranks: tuple[list[Listing], ...] = ([], [], [])
            for one in scope:
                ranks[rank_of(one, wish, seen)].append(one)
            scope = [one for some in ranks for one in some]
        page.waiting = rows_after(scope, key=page.key, question=question, cursor=cursor, in_order=in_order)
        return page

    def key(self, listing: Listing) -> SortKey:
        """Where a listing stands."""
        return (rank_of(listing, self.wish, self.seen), *listing_key(listing))

    def fit(self, rows: Mapping[int, AnyRow], limit: int) -> list[AnyRow]:
        """The rows of the first `limit` listings as far as they fit into an answer."""
        shown: list[AnyRow] = []
        room = ANSWER_BYTES
        for listing in self.waiting[:limit]:
            row = rows.get(listing.id)
            room -= len(row.model_dump_json(exclude_none=True).encode()) + 1 if row else 0
            if room < 0 and shown:
                return shown
            shown += [row] if row else []
            self.place = self.key(listing)
        if len(self.waiting) <= limit:
            self.place = None
        return shown


def may_be_free(listing: Listing, wish: Wish, seen: Seen) -> bool:
    """Whether no stay stands in the way of one of the windows; the calendar may still."""
    if listing.id not in seen.stays:
        return True
    return any(not seen.stays_in(listing, window) for window in wish.windows)


def rank_of(listing: Listing, wish: Wish, seen: Seen) -> int:
    """0: may be free, 1: is taken as far as one can tell, 2: too small."""
    if not sleeps(listing, wish.guests):
        return 2
    return 0 if seen.candidates is None or listing.id in seen.candidates else 1
