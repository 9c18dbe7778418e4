"""
What the replica can answer with: rows, and the moment as of which they are all true.

Two ages rule: younger than `fresh`, the copy answers alone; up to `usable` it answers too, while one
refresh runs behind it; older than that, or where it does not reach, Hostaway is asked, and the copy answers
only when Hostaway does not.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from hostaway_mcp import calls
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    StorageError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
    UpstreamError,
)
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation, StatusClass
from hostaway_mcp.services.facts import Gathering
from hostaway_mcp.services.wanted import Wanted
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.store.sync import State

T = TypeVar("T")

_log = logging.getLogger("hostaway_mcp.services")


@dataclass(frozen=True, slots=True)
class Ages:
    """How old rows of a noun may be."""

    fresh: timedelta
    usable: timedelta


LISTINGS = Ages(timedelta(hours=6), timedelta(days=7))
STAYS = Ages(timedelta(minutes=6), timedelta(days=1))
CALENDAR = Ages(timedelta(minutes=15), timedelta(days=1))
WHATEVER = Ages(timedelta(days=36_500), timedelta(days=36_500))
"""For when Hostaway does not answer: any copy is better than none, and says how old it is."""


@dataclass(frozen=True, slots=True)
class Copied(Generic[T]):
    """Rows of the replica that answer a question whole; `as_of` is UTC."""

    rows: tuple[T, ...]
    as_of: datetime


class Copy:
    """
    Reads the replica for the services. A replica that is not there, does not reach or cannot be read is
    None, never an error: Hostaway can still be asked.
    """

    def __init__(self, replica: Replica, *, clock: Clock) -> None:
        self._replica = replica
        self._clock = clock

    async def listings(self, ages: Ages = LISTINGS) -> Copied[Listing] | None:
        """Every listing, archived ones too, with amenities, pictures and custom values."""

        async def read(store: Store) -> Copied[Listing] | None:
            as_of = _whole(await store.sync.state("listings", "all"))
            if as_of is None or not self._may_use(as_of, ages, "listings", "all"):
                return None
            return Copied(tuple(kept.row for kept in await store.listings.all()), as_of)

        return await self._read(read)

    async def stays(self, wanted: Wanted, ages: Ages = STAYS) -> Copied[Reservation] | None:
        """The stays that are wanted, and perhaps some more at the bounds of the window."""

        async def read(store: Store) -> Copied[Reservation] | None:
            as_of = _covered(wanted, await store.sync.states("reservations"))
            if as_of is None or not self._may_use(as_of, ages, "reservations", "changes"):
                return None
            # Days of booking and change are the listing's own; the store knows them in UTC.
            wider = timedelta(days=1)
            found = await store.reservations.find(
                by=wanted.by,
                first=wanted.first - wider if wanted.first > date.min else date.min,
                last=wanted.last + wider if wanted.last < date.max else date.max,
                listing_id=wanted.listing_id,
                channel_id=wanted.channel_id,
                match=wanted.match,
                guest_email=wanted.guest_email,
            )
            return Copied(tuple(kept.row for kept in found), as_of)

        if wanted.by is None or wanted.unread:
            # The copy goes two years back, and knows what is unread only from the threads that it read.
            return None
        return await self._read(read)

    async def days(
        self, listing_id: int, first: date, last: date, ages: Ages = CALENDAR, *, stays: bool = False
    ) -> Copied[CalendarDay] | None:
        """The calendar days of one listing, first and last included; `stays` adds those that take a day."""

        async def read(store: Store) -> Copied[CalendarDay] | None:
            found = await self._days(store, [listing_id], first, last, ages)
            return Copied(found.rows[0][1], found.as_of) if found else None

        plain = await self._read(read)
        if plain is None or not stays:
            return plain
        wanted = Wanted(by=By.STAY, first=first, last=last, listing_id=listing_id)
        taken = await self.stays(wanted, STAYS if ages is CALENDAR else ages)
        if taken is None:
            return None
        rows = tuple(_with_stays(day, taken.rows) for day in plain.rows)
        return Copied(rows, min(plain.as_of, taken.as_of))

    async def free(
        self, listings: Sequence[Listing], first: date, last: date, ages: Ages = CALENDAR
    ) -> Copied[Listing] | None:
        """Those of the listings that can be slept in on every night from `first` to `last`, both included."""

        async def read(store: Store) -> Copied[Listing] | None:
            found = await self._days(store, [one.id for one in listings], first, last, ages)
            if found is None:
                return None
            open_ones = {number for number, days in found.rows if all(day.is_available for day in days)}
            return Copied(tuple(one for one in listings if one.id in open_ones), found.as_of)

        return await self._read(read) if listings else None

    async def custom_fields(self, ages: Ages = LISTINGS) -> Copied[CustomField] | None:
        """The custom fields of every kind of object."""

        async def read(store: Store) -> Copied[CustomField] | None:
            as_of = _whole(await store.sync.state("custom_fields", "all"))
            if as_of is None or not self._may_use(as_of, ages, "custom_fields", "all"):
                return None
            return Copied(tuple(kept.row for kept in await store.custom_fields.all()), as_of)

        return await self._read(read)

    async def _days(
        self, store: Store, listing_ids: Sequence[int], first: date, last: date, ages: Ages
    ) -> Copied[tuple[int, tuple[CalendarDay, ...]]] | None:
        known = await store.calendar.ages(listing_ids, first, last)
        as_of = [known[number] for number in listing_ids]
        oldest = min((age for age in as_of if age is not None), default=None)
        if oldest is None or None in as_of:
            return None
        if not all(self._may_use(age, ages, "calendar", str(n)) for n, age in known.items() if age):
            return None
        days = await store.calendar.days(listing_ids, first, last)
        rows = tuple((number, tuple(one.row for one in kept)) for number, kept in days.items())
        return Copied(rows, oldest)

    def _may_use(self, as_of: datetime, ages: Ages, noun: str, part: str) -> bool:
        age = self._clock.now() - as_of
        if ages.fresh < age <= ages.usable:
            self._replica.refresh(noun, part)
        return age <= ages.usable

    async def _read(self, read: Callable[[Store], Awaitable[Copied[T] | None]]) -> Copied[T] | None:
        if not self._replica.is_there:
            return None
        try:
            return await read(await self._replica.store())
        except StorageError as error:
            _log.warning("replica_not_read", extra={"says": error.message})
            return None


async def copied_or_live(
    gathering: Gathering[T],
    copied: Callable[[Ages], Awaitable[Copied[T] | None]],
    live: Callable[[Gathering[T]], Awaitable[None]],
    *,
    ages: Ages,
) -> None:
    """
    Rows from the copy where it will do, else from Hostaway; and from any copy where Hostaway does not answer.

    Raises:
        UpstreamError: neither has them.
    """
    found = await copied(ages)
    if found is None:
        try:
            await live(gathering)
            return
        except (UnavailableError, UnreachableError, TimedOutError) as error:
            found = await copied(WHATEVER) if not gathering.rows else None
            if found is None:
                raise
            _warn_of(error)
    gathering.copied = True
    gathering.add(found.rows, found.as_of)


HOLDING = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION})
"""Stays that take a night. Source: Hostaway API reference, "Reservation statuses"."""


def _with_stays(day: CalendarDay, stays: Iterable[Reservation]) -> CalendarDay:
    takes = tuple(
        stay
        for stay in stays
        if stay.status_class in HOLDING
        and stay.arrival
        and stay.departure
        and stay.arrival <= day.date < stay.departure
    )
    return day.model_copy(update={"reservations": takes})


def _warn_of(error: UpstreamError) -> None:
    if call := calls.current():
        call.warn(f"Hostaway does not answer, so this is from the local copy: {error.message}")


def _covered(wanted: Wanted, states: Iterable[State]) -> datetime | None:
    """As of when the replica has all stays of a window; None if it has not."""
    parts = {state.part: state for state in states}
    changes = _whole(parts.get("changes"))
    needed = _parts_needed(wanted, parts)
    if changes is None or needed is None:
        return None
    for name in needed:
        # A row may have moved from one window to another while they were read; only a look at the changes
        # after the last of them has seen it for certain.
        state = parts.get(name)
        if _whole(state) is None or state is None or datetime.fromisoformat(state.state["ended"]) > changes:
            return None
    return changes


def _parts_needed(wanted: Wanted, parts: dict[str, State]) -> list[str] | None:
    from hostaway_mcp.sync.reservations import HISTORY_DAYS, NEAR_DAYS, history_parts

    if "anchor" not in parts:
        return None
    anchor = date.fromisoformat(parts["anchor"].state["day"])
    if wanted.by in ("stay", "arrival", "departure") and wanted.first >= anchor:
        return ["near"] if wanted.last <= anchor + timedelta(days=NEAR_DAYS) else ["near", "ahead"]
    # A long stay that began before the history does may reach into it; and what changed lately may be old.
    begin = anchor if wanted.by == "updated" else anchor - timedelta(days=HISTORY_DAYS - LONGEST_STAY_DAYS)
    return ["near", "ahead", *history_parts(anchor)] if wanted.first >= begin else None


LONGEST_STAY_DAYS = 180


def _whole(state: State | None) -> datetime | None:
    """As of when a part of the replica is whole; None if it is not there, or still being read."""
    return state.as_of if state is not None and not state.state.get("unfinished") else None
