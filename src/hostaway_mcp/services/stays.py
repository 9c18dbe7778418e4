"""The stays of a window or of a guest: read once, kept for a moment, shared by every question about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.paging import walk_changes
from hostaway_mcp.client.rows import Page
from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.errors import BrokenAnswerError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation
from hostaway_mcp.services.copied_stays import CopiedStays
from hostaway_mcp.services.copy import STAYS, copied_or_live
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.names import fits, spellings
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.wanted import DayOf, Wanted, dated

__all__ = ["By", "DayOf", "Stays", "Wanted", "dated"]

FRESH_SECONDS = 45.0
ONE_DAY = timedelta(days=1)
NEAR_BEFORE, NEAR_AFTER = timedelta(days=14), timedelta(days=60)
"""Around today, where a stay that somebody asks for by name most likely is."""


class Stays:
    """
    Reads reservations of every status; Hostaway has no filter by status.

    A question costs one call for each 100 reservations between its bounds, none within 45 seconds of the
    same question. Whether Hostaway's bounds are included is not documented, so they are drawn a day wider
    and narrowed here.
    """

    def __init__(self, hostaway: Hostaway, *, facts: Facts, copy: CopiedStays) -> None:
        self.rest_on(copy)
        self._hostaway = hostaway
        self._facts = facts

    def rest_on(self, copy: CopiedStays) -> None:
        """Answers from this copy whatever it can."""
        # Parts of lists and what stands on a calendar, from the replica alone; None where it will not do.
        self.copy = copy
        self.page, self.calendared, self.with_units = copy.page, copy.calendared, copy.with_units
        self.brief, self.count, self.whole = copy.brief, copy.count, copy.whole
        self.debtors, self.hours = copy.debtors, copy.hours

    async def read(self, wanted: Wanted, listings: Mapping[int, Listing]) -> Known[Reservation]:
        """
        The stays that are wanted, each once as last seen; `listings` say in which zone a day is.

        If some pages cannot be had, what was had comes back as incomplete.

        Raises:
            HostawayMcpError: nothing at all could be had.
        """

        known = await self._facts.get(
            ("stays", wanted), partial(self._load, wanted), fresh_seconds=FRESH_SECONDS
        )
        day_of = days_of(listings)
        rows = tuple(stay for stay in latest(known.rows) if wanted.fits(stay, day_of))
        return Known(rows, known.as_of, known.complete, known.why)

    async def of_guest(
        self, name: str, listings: Mapping[int, Listing], *, today: date
    ) -> tuple[Known[Reservation], str | None]:
        """
        The stays of guests whose name holds these words, and a warning if not all of them could be meant.

        One call, up to three for a name with accents. Hostaway searches the letters as they are; only when
        it finds nobody are the stays around today read, to forgive accents and the order of words.
        """
        spelled = list(dict.fromkeys((" ".join(name.casefold().split()), *sorted(spellings(name)))))
        found = await asyncio.gather(*(self.read(Wanted(match=words), listings) for words in spelled))
        known = together(*found)
        rows = tuple(stay for stay in known.rows if goes_by(stay, name))
        if rows or not known.complete:
            return Known(rows, known.as_of, known.complete, known.why), None
        near = Wanted(by=By.STAY, first=today - NEAR_BEFORE, last=today + NEAR_AFTER)
        around = await self.read(near, listings)
        rows = tuple(stay for stay in around.rows if goes_by(stay, name))
        warning = (
            "Hostaway knows nobody who is spelled like that; other spellings were looked for only among "
            f"the stays from {near.first} to {near.last}."
        )
        return Known(rows, around.as_of, around.complete, around.why), warning

    async def _load(self, wanted: Wanted, gathering: Gathering[Reservation]) -> None:
        await copied_or_live(
            gathering,
            lambda ages: self.copy.stays(wanted, ages),
            partial(self._load_live, wanted),
            ages=STAYS,
        )

    async def _load_live(self, wanted: Wanted, gathering: Gathering[Reservation]) -> None:
        filters, counted = _filters(wanted), set[int | None]()
        received_at: list[datetime] = []

        async def fetch(after_id: int | None, limit: int) -> Page[Reservation]:
            page = await self._hostaway.reservations.find(after_id=after_id, limit=limit, **filters)
            received_at.append(page.received_at)
            # The walk reads its beginning again; what was unreadable there is counted once.
            gathering.set_aside += 0 if after_id in counted else page.set_aside
            counted.add(after_id)
            return page

        settled = True
        steps = walk_changes(fetch, key=lambda stay: stay.id, updated=lambda stay: stay.updated_on)
        async for step in steps:
            settled = step.settled
            gathering.add(step.rows, received_at[-1])
        if not settled:
            raise BrokenAnswerError("The reservations changed faster than they could be read.")


@dataclass(frozen=True, slots=True)
class NamedListings:
    """The listings by id, for naming stays; none and a warning where stays can only be shown by id."""

    by_id: Mapping[int, Listing]
    as_of: datetime | None = None
    warning: str | None = None


async def named_listings(portfolio: Portfolio) -> NamedListings:
    """The listings as far as they can be had: a stay is worth showing without its listing's name."""
    try:
        known = await portfolio.listings()
    except UpstreamError as error:
        return NamedListings(
            {}, warning=f"The listings could not be read, so they are shown by id: {error.message}"
        )
    return NamedListings(await portfolio.by_id(), known.as_of)


def together(*parts: Known[Reservation]) -> Known[Reservation]:
    """Several readings as one: as old as the oldest, complete if all of them are."""
    return Known(
        latest(tuple(row for part in parts for row in part.rows)),
        min(part.as_of for part in parts),
        all(part.complete for part in parts),
        next((part.why for part in parts if part.why), None),
    )


def goes_by(stay: Reservation, name: str) -> bool:
    """Whether these words are part of the guest's name."""
    full = " ".join(filter(None, (stay.guest_first_name, stay.guest_last_name)))
    return fits(name, stay.guest_name, full)


def latest(rows: tuple[Reservation, ...]) -> tuple[Reservation, ...]:
    """Each reservation once, as last seen; one that moved while it was read comes twice."""
    seen: dict[int, Reservation] = {}
    for row in rows:
        known = seen.get(row.id)
        if known is None or _changed(row) >= _changed(known):
            seen[row.id] = row
    return tuple(seen.values())


def days_of(listings: Mapping[int, Listing]) -> DayOf:
    """Tells the day of a moment where a listing is; in UTC where the zone is not known."""
    zones: dict[int | None, ZoneInfo] = {}

    def day_of(moment: datetime, listing_id: int | None) -> date:
        if listing_id not in zones:
            listing = listings.get(listing_id) if listing_id is not None else None
            zones[listing_id] = zone_or_utc(listing.time_zone_name if listing else None)
        return moment.astimezone(zones[listing_id]).date()

    return day_of


def todays_of(listings: Mapping[int, Listing], now: datetime) -> Callable[[int | None], date]:
    """Tells the day that it is where a listing is; in UTC where the zone is not known."""
    days: dict[str | None, date] = {}

    def today_of(listing_id: int | None) -> date:
        listing = listings.get(listing_id) if listing_id is not None else None
        zone = listing.time_zone_name if listing else None
        if zone not in days:
            days[zone] = now.astimezone(zone_or_utc(zone)).date()
        return days[zone]

    return today_of


def _changed(stay: Reservation) -> float:
    moment = stay.updated_on or stay.latest_activity_on
    return moment.timestamp() if moment else 0.0


def _filters(wanted: Wanted) -> dict[str, Any]:
    """The documented filters that hold all that is wanted."""
    first = wanted.first - ONE_DAY if wanted.first > date.min else date.min
    last = wanted.last + ONE_DAY if wanted.last < date.max else date.max
    bounds: dict[By | None, dict[str, Any]] = {
        # A departure on the first day is no night of the window, so that day is the wider bound already.
        By.STAY: {"arrival_end_date": last, "departure_start_date": wanted.first},
        By.ARRIVAL: {"arrival_start_date": first, "arrival_end_date": last},
        By.DEPARTURE: {"departure_start_date": first, "departure_end_date": last},
        # There is no filter for the day of booking, but a stay's last activity is never before it.
        By.BOOKED: {"latest_activity_start": first},
        By.UPDATED: {"latest_activity_start": first, "latest_activity_end": last},
    }
    return {
        "listing_id": wanted.listing_id,
        "channel_id": wanted.channel_id,
        "match": wanted.match,
        "guest_email": wanted.guest_email,
        "has_unread_conversation_messages": True if wanted.unread else None,
        "include_payments": True,
        "include_resources": True if wanted.resources else None,
        **bounds.get(wanted.by, {}),
    }
