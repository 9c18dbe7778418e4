"""What happened since a moment, from the log that the replica keeps: each change once, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hostaway_mcp import calls
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import CursorError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Answer, Missing
from hostaway_mcp.services.change_log import Asked, ChangeRow, Page, Reader
from hostaway_mcp.services.conversations import DATA_NOT_ORDERS
from hostaway_mcp.services.cursors import read_cursor, write_cursor
from hostaway_mcp.services.learned import THREADS_ON_DEMAND, Learned, learned, never_synced, no_replica
from hostaway_mcp.services.moments import read_moment
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.stays import named_listings
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

DEFAULT_SINCE = "-24h"

Mark = tuple[int, str]
"""The number of a change, and when it was learned, which tells this log from one that was begun anew."""


class ChangesSince(Answer):
    """Changes in the order in which they were learned."""

    changes: tuple[ChangeRow, ...]
    next_cursor: str
    """Where to go on, also when there is nothing more yet: then what is learned later comes from there."""
    more: bool
    """Whether there is more already."""


@dataclass(frozen=True, slots=True)
class Start:
    """Behind which change to begin, from which moment on if one was asked for, and what is not known."""

    seq: int
    since: datetime | None = None
    missing: tuple[Missing, ...] = ()


class Changes:
    """
    Tells what happened, from the replica alone: it costs no call to Hostaway, besides the listings for
    their names where those are not known.
    """

    def __init__(self, replica: Replica, *, portfolio: Portfolio, clock: Clock) -> None:
        self._replica = replica
        self._portfolio = portfolio
        self._clock = clock

    async def since(
        self,
        *,
        since: str | None = None,
        kinds: Sequence[str] | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> ChangesSince:
        """
        The changes from a moment or behind a cursor on.

        Raises:
            InputError: `since` cannot be read or is still to come; the cursor is another question's.
            StorageError: the replica cannot be read.
        """
        asked = Asked.read(kinds)
        place = _place(asked, since, cursor)
        if not self._replica.is_there:
            return self._without_replica(asked, since, place)
        _never_remembered()
        store = await self._replica.store()
        listings = (await named_listings(self._portfolio)).by_id
        known = await learned(store)
        if not known.ages:
            return self._without_replica(asked, since, place)
        begin = await _begin(store)
        start = await self._start(store, since, place, listings, known, begin)
        page = await Reader(store, listings, begin).read(asked, start.seq, limit)
        missing = (*start.missing, *known.missing(asked.nouns, since=start.since))
        return ChangesSince(
            as_of=known.as_of(asked.nouns) or self._clock.now(),
            source="replica",
            complete=not missing,
            missing=missing,
            warnings=_warnings(asked, page),
            understood={"since": f"{start.since:%Y-%m-%dT%H:%M:%SZ}"} if start.since else {},
            changes=tuple(page.rows),
            next_cursor=write_cursor(asked.question, await _mark(store, page.seq)),
            more=page.more,
        )

    async def begin(
        self, *, since: str | None = None, kinds: Sequence[str] | None = None, after: Mark | None = None
    ) -> Start:
        """
        Where a stream of changes begins: behind `after`, at the moment or cursor `since`, or now.

        Raises:
            InputError: `since` cannot be read or is still to come; the cursor is another question's.
            NoReplicaError: there is no replica, or an empty one.
            StorageError: the replica cannot be read.
        """
        asked = Asked.read(kinds)
        place = after or _place(asked, since, None)
        if not self._replica.is_there:
            raise no_replica()
        store = await self._replica.store()
        listings = (await named_listings(self._portfolio)).by_id
        known = await learned(store)
        if not known.ages:
            raise no_replica()
        return await self._start(store, since or "now", place, listings, known, await _begin(store))

    async def page(self, asked: Asked, after: int, limit: int) -> Page:
        """
        The next rows of a stream, and how far they reach.

        Raises:
            StorageError: the replica cannot be read.
        """
        store = await self._replica.store()
        listings = (await named_listings(self._portfolio)).by_id
        return await Reader(store, listings, await _begin(store)).read(asked, after, limit)

    async def begun_anew(self) -> Missing:
        """What is said where the log does not go on behind a change that it once had."""
        return _begun_anew(await _begin(await self._replica.store()))

    async def _start(
        self,
        store: Store,
        since: str | None,
        place: Mark | None,
        listings: Mapping[int, Listing],
        known: Learned,
        begin: datetime | None,
    ) -> Start:
        if place is not None:
            whole = await _is_unbroken(store, place)
            return Start(place[0]) if whole else Start(0, missing=(_begun_anew(begin),))
        moment = read_moment(since or DEFAULT_SINCE, listings.values(), clock=self._clock)
        followed = begin or known.as_of(known.ages) or moment
        later = (_begins_later(followed),) if moment < followed else ()
        first = await store.changes.since(moment, limit=1)
        # What follows the first change of the time asked for is in order of learning, not of the clock.
        return Start(first[0].seq - 1 if first else await store.changes.last(), moment, later)

    def _without_replica(self, asked: Asked, since: str | None, place: Mark | None) -> ChangesSince:
        moment = None if place else read_moment(since or DEFAULT_SINCE, (), clock=self._clock)
        return ChangesSince(
            as_of=self._clock.now(),
            source="replica",
            complete=False,
            missing=(never_synced("All changes; they are known from the first sync on"),),
            understood={"since": f"{moment:%Y-%m-%dT%H:%M:%SZ}"} if moment else {},
            changes=(),
            next_cursor=write_cursor(asked.question, place or (0, "")),
            more=False,
        )


def _place(asked: Asked, since: str | None, cursor: str | None) -> Mark | None:
    """The change that a cursor stands behind."""
    # A cursor is JSON in base64, whose first letters no date has.
    cursor = cursor or (since if since and since.startswith("Wy") else None)
    if cursor is None:
        return None
    match read_cursor(asked.question, cursor):
        case (int(seq), str(at)) if 0 <= seq < 1 << 63:
            return seq, at
    raise CursorError("This cursor cannot be read.")


async def _mark(store: Store, seq: int) -> Mark:
    found = await store.changes.since(seq - 1, limit=1) if seq else ()
    return mark(seq, found[0].at) if found and found[0].seq == seq else (seq, "")


def mark(seq: int, at: datetime) -> Mark:
    """What stands for a change, for whoever goes on behind it."""
    return seq, f"{at:%Y%m%d%H%M%S}"


async def _begin(store: Store) -> datetime | None:
    """When the log begins."""
    first = await store.changes.since(0, limit=1)
    return first[0].at if first else None


async def _is_unbroken(store: Store, place: Mark) -> bool:
    """Whether the log still has all that follows a cursor, and is the one that it was given for."""
    seq, at = place
    if not seq:
        return True
    found = await store.changes.since(seq - 1, limit=1)
    if not found or (at and found[0].seq == seq and mark(seq, found[0].at) != place):
        return False
    return found[0].seq <= seq + 1


def _begins_later(begin: datetime) -> Missing:
    return Missing(
        what=f"Changes before {begin:%Y-%m-%d %H:%M}Z",
        why="The replica follows changes since then, as long as a server or `hostaway-mcp sync` runs.",
        resume="find_reservations with by=updated shows which stays changed before.",
    )


def _begun_anew(begin: datetime | None) -> Missing:
    since = f" since {begin:%Y-%m-%d %H:%M}Z" if begin else ""
    return Missing(
        what="Changes that followed the cursor",
        why=f"The log was cut or begun anew after the cursor was given; here is all that it has{since}.",
        resume="Go on with the new next_cursor.",
    )


def _warnings(asked: Asked, page: Page) -> tuple[str, ...]:
    threads = {"messages", "conversations"} & set(asked.nouns)
    said = (
        DATA_NOT_ORDERS if any(row.text for row in page.rows) else None,
        f"{THREADS_ON_DEMAND}." if threads else None,
        f"{page.first_read} objects that were there before, and that the replica read for the first time, "
        "are left out."
        if page.first_read
        else None,
    )
    return tuple(filter(None, said))


def _never_remembered() -> None:
    """An answer from the log is not kept for whoever asks again: sync may have learned something."""
    if call := calls.current():
        call.used_facts(1e-9)
