"""How the replica stands: how old each noun is, how far a first sync has come, what webhooks brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import StorageError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Instant, Record
from hostaway_mcp.services.copy import whole
from hostaway_mcp.services.learned import learned
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.store.sync import State

FRESH = timedelta(hours=6)
"""A calendar that was read so lately is as fresh as sync keeps those that nobody asks about."""
COUNTED = ("listings", "reservations", "conversations", "messages", "reviews", "tasks", "charges", "expenses")


class Freshness(Record):
    """How old a noun is: its rows (calendars for `calendar`), none of them older than `as_of`."""

    noun: str
    as_of: Instant
    rows: int


class Calendars(Record):
    """The sweep through the calendars of active listings: how many are kept, and how fresh they are."""

    listings: int
    kept: int
    oldest: Instant | None = None
    fresh_share: float
    """Of all listings, 0 to 1: those whose calendar was read within six hours."""


class Deliveries(Record):
    """What webhooks brought: the queue, and the last one that came."""

    waiting: int
    failed: int | None = None
    last_at: Instant | None = None
    last_event: str | None = None


class ReplicaNow(Record):
    """The local copy; `first_sync` says what it has while it is filled for the first time."""

    state: Literal["none", "unusable", "filling", "whole"]
    says: str | None = None
    """What is wrong with it."""
    first_sync: str | None = None
    calendars: Calendars | None = None
    deliveries: Deliveries | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The replica and its nouns at one moment."""

    replica: ReplicaNow
    freshness: tuple[Freshness, ...] = ()
    ages: Mapping[str, datetime] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """What the last look at our webhook found wrong."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What two small reads of the store tell: how old each noun is, and how many deliveries wait."""

    ages_seconds: Mapping[str, float]
    waiting: int


class ReplicaState:
    """Looks at the replica; nothing is asked of Hostaway, and none is made."""

    def __init__(self, replica: Replica, *, clock: Clock) -> None:
        self._replica = replica
        self._clock = clock

    async def look(self) -> Standing:
        """How it stands; what is wrong is part of the answer and never raised."""
        if not self._replica.is_there:
            return Standing(ReplicaNow(state="none"))
        try:
            return await self._look(await self._replica.store())
        except StorageError as error:
            return Standing(ReplicaNow(state="unusable", says=error.sentence))

    async def glance(self) -> Glance | None:
        """
        Its figures, for whoever asks every few seconds; None where this process has not opened it.

        Raises:
            StorageError: it cannot be read.
        """
        if not self._replica.is_open:
            return None
        store = await self._replica.store()
        known, now = await learned(store), self._clock.now()
        ages = {noun: (now - as_of).total_seconds() for noun, as_of in sorted(known.ages.items())}
        return Glance(ages, (await store.deliveries.count()).get("waiting", 0))

    async def _look(self, store: Store) -> Standing:
        listings = {kept.row.id: kept.row for kept in await store.listings.all()}
        states = await store.sync.states()
        known = await learned(store)
        calendars = self._calendars(states, listings.values())
        first_sync = _first_sync(states, calendars)
        now = ReplicaNow(
            state="filling" if first_sync else "whole",
            first_sync=first_sync,
            calendars=calendars if listings else None,
            deliveries=await _deliveries(store),
        )
        rows = {noun: await getattr(store, noun).count() for noun in COUNTED if noun in known.ages}
        rows |= {"calendar": calendars.kept} if "calendar" in known.ages else {}
        freshness = tuple(
            Freshness(noun=noun, as_of=known.ages[noun], rows=count) for noun, count in sorted(rows.items())
        )
        return Standing(now, freshness, known.ages, await _webhook_warnings(store))

    def _calendars(self, states: Iterable[State], listings: Iterable[Listing]) -> Calendars:
        active = {str(one.id) for one in listings if not one.is_archived}
        ages = [at for one in states if one.noun == "calendar" and one.part in active and (at := whole(one))]
        fresh = sum(self._clock.now() - at <= FRESH for at in ages)
        return Calendars(
            listings=len(active),
            kept=len(ages),
            oldest=min(ages, default=None),
            fresh_share=round(fresh / len(active), 3) if active else 0.0,
        )


async def _webhook_warnings(store: Store) -> tuple[str, ...]:
    from hostaway_mcp.sync.watch import watched

    found = await watched(store)
    return found.warnings if found else ()


async def _deliveries(store: Store) -> Deliveries | None:
    last = await store.deliveries.last()
    if last is None:
        return None
    count = await store.deliveries.count()
    return Deliveries(
        waiting=count.get("waiting", 0),
        failed=count.get("failed", 0) or None,
        last_at=last[0],
        last_event=last[1],
    )


def _first_sync(states: Iterable[State], calendars: Calendars) -> str | None:
    """What a first sync has and what it lacks, in the order in which it goes; None once it has all."""
    done = {(one.noun, one.part) for one in states if whole(one)}
    windows = [one.part for one in states if one.noun == "reservations" and one.part.startswith("from ")]
    history = sum(("reservations", part) in done for part in windows)
    steps = {
        "listings": ("listings", "all") in done,
        "stays of the next 30 days": ("reservations", "near") in done,
        "unread conversations": ("conversations", "unread") in done,
        f"{calendars.kept} of {calendars.listings} calendars": calendars.kept >= calendars.listings,
        "later stays": ("reservations", "ahead") in done,
        "tasks, charges, expenses and reviews": all(
            (noun, "all") in done for noun in ("tasks", "charges", "expenses", "reviews")
        ),
        "the list of conversations": ("conversations", "all") in done,
        f"{history} quarters of history": ("reservations", "older") in done,
    }
    if all(steps.values()):
        return None
    has = [step for step, is_done in steps.items() if is_done]
    lacks = [step for step, is_done in steps.items() if not is_done]
    return f"has {', '.join(has) or 'nothing yet'}; still to come: {', '.join(lacks)}"
