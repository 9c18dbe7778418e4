"""
What the replica can answer with: rows, and the moment as of which they are all true.

Two ages rule: younger than `fresh`, the copy answers alone; up to `usable` it answers too, while one
refresh runs behind it; older than that, or where it does not reach, Hostaway is asked, and the copy answers
only when Hostaway does not.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
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
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation
from hostaway_mcp.services.answers import OLD_COPY
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
    lacks: str | None = None
    """What is known to be missing in them."""


class Copy:
    """
    Reads the replica for the services. A replica that is not there, does not reach or cannot be read is
    None, never an error: Hostaway can still be asked.
    """

    def __init__(self, replica: Replica, *, clock: Clock) -> None:
        self._replica = replica
        self._clock = clock
        self._listings: dict[int, tuple[str, Listing]] = {}

    async def listings(self, ages: Ages = LISTINGS) -> Copied[Listing] | None:
        """Every listing, archived ones too, with amenities, pictures and custom values."""

        async def read(store: Store) -> Copied[Listing] | None:
            as_of = whole(await store.sync.state("listings", "all"))
            if as_of is None or not self._may_use(as_of, ages, "listings", "all"):
                return None
            return Copied(await self._all_listings(store), as_of)

        return await self._read(read)

    async def _all_listings(self, store: Store) -> tuple[Listing, ...]:
        """By id; one that is as it was is not decoded again."""
        versions = await store.listings.versions()
        known = {number: self._listings.get(number, ("", None)) for number in versions}
        other = [number for number, version in versions.items() if known[number][0] != version]
        known |= {kept.row.id: (versions[kept.row.id], kept.row) for kept in await store.listings.get(other)}
        self._listings = {number: (version, row) for number, (version, row) in known.items() if row}
        return tuple(row for _, row in self._listings.values())

    async def stays(self, wanted: Wanted, ages: Ages = STAYS) -> Copied[Reservation] | None:
        """The stays that are wanted, and perhaps some more at the bounds of the window."""

        async def read(store: Store) -> Copied[Reservation] | None:
            as_of = covered(wanted, await store.sync.states("reservations"))
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
            return await self._read(lambda store: self._undated(store, wanted, ages))
        return await self._read(read)

    async def custom_fields(self, ages: Ages = LISTINGS) -> Copied[CustomField] | None:
        """The custom fields of every kind of object."""

        async def read(store: Store) -> Copied[CustomField] | None:
            as_of = whole(await store.sync.state("custom_fields", "all"))
            if as_of is None or not self._may_use(as_of, ages, "custom_fields", "all"):
                return None
            return Copied(tuple(kept.row for kept in await store.custom_fields.all()), as_of)

        return await self._read(read)

    async def stay(self, number: int, ages: Ages = STAYS) -> Copied[Reservation] | None:
        """One stay by its number; without the terms that it was booked under, which lists do not have."""

        async def read(store: Store) -> Copied[Reservation] | None:
            as_of = whole(await store.sync.state("reservations", "changes"))
            found = await store.reservations.get([number])
            if as_of is None or not found or not self._may_use(as_of, ages, "reservations", "changes"):
                return None
            note_copied()
            # A stay that was read after the last look at the changes is as true as they are at least.
            return Copied((found[0].row,), max(as_of, found[0].seen_at))

        return await self._read(read)

    async def _undated(self, store: Store, wanted: Wanted, ages: Ages) -> Copied[Reservation] | None:
        """Stays of all dates, or those of any date that have something unread."""
        states = await store.sync.states("reservations")
        as_of, lacks = whole_at(states), None
        if wanted.unread:
            unread = whole(await store.sync.state("conversations", "unread"))
            changes = whole(next((one for one in states if one.part == "changes"), None))
            as_of = min(unread, changes) if unread and changes else None
            if as_of and not self._may_use(as_of, ages, "conversations", "unread"):
                return None
        else:
            lacks = begins_at(states)
        if as_of is None or not self._may_use(as_of, ages, "reservations", "changes"):
            return None
        found = await store.reservations.find(
            by=wanted.by,
            first=wanted.first - timedelta(days=1) if wanted.first > date.min else date.min,
            last=wanted.last + timedelta(days=1) if wanted.last < date.max else date.max,
            listing_id=wanted.listing_id,
            channel_id=wanted.channel_id,
            match=wanted.match,
            guest_email=wanted.guest_email,
            unread=wanted.unread,
        )
        return Copied(tuple(kept.row for kept in found), as_of, lacks)

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
            warn_of(error)
    gathering.copied = True
    gathering.lacks = found.lacks
    gathering.add(found.rows, found.as_of)


def note_copied() -> None:
    """Notes in the answer's `source` that rows of the replica were used."""
    if call := calls.current():
        call.copied = True


def note_live() -> None:
    """Notes in the answer's `source` that rows were read from Hostaway."""
    if call := calls.current():
        call.live = True


def warn_of(error: UpstreamError) -> None:
    """Has the answer say that it is a copy because Hostaway does not answer."""
    if call := calls.current():
        call.warn(f"{OLD_COPY}: {error.message}")


def covered(wanted: Wanted, states: Iterable[State]) -> datetime | None:
    """As of when the replica has all stays of a window; None if it has not."""
    parts = {state.part: state for state in states}
    changes = whole(parts.get("changes"))
    needed = _parts_needed(wanted, parts)
    if changes is None or needed is None:
        return None
    for name in needed:
        # A row may have moved from one window to another while they were read; only a look at the changes
        # after the last of them has seen it for certain.
        state = parts.get(name)
        if whole(state) is None or state is None or datetime.fromisoformat(state.state["ended"]) > changes:
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
    needed = ["near", "ahead", *history_parts(anchor)]
    if wanted.first >= begin:
        return needed
    return [*needed, OLDER] if begins_at(parts.values()) is None else None


LONGEST_STAY_DAYS = 180
OLDER = "older"
"""The part that holds what was before the history, where that is little."""
BEGINS = "The replica begins with arrivals on"
ONE_DAY = timedelta(days=1)


def whole(state: State | None) -> datetime | None:
    """As of when a part of the replica is whole, also while it is read anew; None before the first time."""
    return state.as_of if state is not None else None


def whole_at(states: Iterable[State]) -> datetime | None:
    """As of when the replica has all stays of two years and ahead; None if it has not."""
    states = tuple(states)
    anchor = next((date.fromisoformat(one.state["day"]) for one in states if one.part == "anchor"), None)
    return covered(Wanted(by=By.STAY, first=anchor - ONE_DAY), states) if anchor else None


def begins_at(states: Iterable[State]) -> str | None:
    """What the replica lacks of all stays that ever were; None if it has all of them."""
    from hostaway_mcp.sync.older import begin_of_history

    parts = {state.part: state for state in states}
    older = parts.get(OLDER)
    if "anchor" not in parts or (older and whole(older) and older.state.get("after_id") is None):
        return None
    begin = begin_of_history(date.fromisoformat(parts["anchor"].state["day"]))
    return f"{BEGINS} {begin}; ask with `from` and `to` for what was before."


def resume_of(why: str | None, otherwise: str) -> str | None:
    """How to get what is missing, unless the reason says so itself."""
    return None if why and why.startswith(BEGINS) else otherwise
