"""
What was read from Hostaway a moment ago, kept in memory for a short while.

One load per key at a time; those who ask meanwhile share it. A load goes on when the one who asked for it
runs out of time, so that the next question finds it done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from hostaway_mcp import calls
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, TimedOutError

T = TypeVar("T")

MARGIN_SECONDS = 1.0
"""What is kept of a call's time for putting the answer together."""

KEPT_SECONDS = 900.0
"""After this nobody finds what was read still fresh; it makes room."""

MAX_ENTRIES = 200
"""Questions remembered at most, so that a long-lived server does not grow; the oldest make room."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """Rows as they were at `as_of`; `complete` is false when some could not be had, and `why` says why."""

    rows: tuple[T, ...]
    as_of: datetime
    complete: bool = True
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What is remembered under one key."""

    key: Hashable
    rows: tuple[object, ...]
    as_of: datetime


@dataclass(slots=True)
class Gathering(Generic[T]):
    """Rows as they come in; a load adds to it page by page, and the first page's instant is their age."""

    rows: list[T] = field(default_factory=list)
    as_of: datetime | None = None
    set_aside: int = 0
    """Rows that Hostaway sent and that could not be read."""
    copied: bool = False
    """Whether the rows are the replica's."""
    lacks: str | None = None
    """What is known to be missing in them."""

    def add(self, rows: Sequence[T], at: datetime, *, set_aside: int = 0) -> None:
        """Adds a page that was read at `at`."""
        self.rows.extend(rows)
        self.set_aside += set_aside
        self.as_of = min(self.as_of or at, at)


Load = Callable[[Gathering[T]], Awaitable[None]]

RESTS_ON: Mapping[str, frozenset[str]] = {
    "listings": frozenset({"listings"}),
    "listings with resources": frozenset({"listings"}),
    "stays": frozenset({"reservations", "conversations"}),
    "calendar": frozenset({"calendar", "reservations"}),
    "free": frozenset({"calendar"}),
    "messages": frozenset({"messages", "conversations"}),
    "tasks": frozenset({"tasks"}),
    "users": frozenset({"users"}),
    "expenses": frozenset({"expenses"}),
    "listing custom fields": frozenset({"custom_fields"}),
    "reservation custom fields": frozenset({"custom_fields"}),
}
"""Which nouns of the replica each kind of fact is made of, by the first word of its key."""


@dataclass(frozen=True, slots=True)
class News:
    """That rows of a noun are others since `at` (UTC); `known` are rows that were there before."""

    noun: str
    at: datetime
    known: bool = True


@dataclass(slots=True)
class _Entry(Generic[T]):
    gathering: Gathering[T]
    task: asyncio.Task[None]
    started_at: float
    loaded_at: float | None = None
    warnings: list[str] = field(default_factory=list)
    """What the load had to warn of; everyone who is given its rows is told."""
    known: Known[T] | None = None
    """What a load that is done came to; the same object for everyone, by which it is recognized."""
    outdated: bool = False
    """Whether something newer became known while it was being loaded."""


class Facts:
    """The memory; one for each account."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[Hashable, _Entry[object]] = {}
        self.version = 0
        """Another number whenever something came in or was dropped."""

    async def get(self, key: Hashable, load: Load[T], *, fresh_seconds: float) -> Known[T]:
        """
        The rows under `key`, loaded if they are older than `fresh_seconds`.

        If time runs out or Hostaway fails in the middle, what was had so far comes back as incomplete.

        Raises:
            HostawayMcpError: nothing at all could be had.
        """
        entry: _Entry[T] | None = self._entries.get(key)  # type: ignore[assignment]
        if entry is None or self._is_stale(entry, fresh_seconds):
            entry = self._start(key, load)
        known = await self._wait(entry)
        if call := calls.current():
            call.copied |= entry.gathering.copied
            call.live |= not entry.gathering.copied
            if entry.loaded_at is not None:
                call.used_facts(entry.loaded_at + fresh_seconds)
        return known

    def forget(self, *keys: Hashable) -> None:
        """Drops what is kept under these keys; without keys, everything."""
        self.version += 1
        for key in keys or tuple(self._entries):
            entry = self._entries.pop(key, None)
            if entry:
                entry.task.cancel()

    def outdate(self, news: Collection[News]) -> None:
        """
        Drops what something newer is known of. Copies go for whatever is new; what was read live stays
        unless a row that was known has changed since, so that the replica's first fill costs no calls.
        """
        for key, entry in tuple(self._entries.items()):
            nouns = RESTS_ON.get(str(key[0] if isinstance(key, tuple) else key), frozenset())
            heard = [one for one in news if one.noun in nouns]
            if not entry.task.done():
                entry.outdated |= bool(heard)
            elif any(entry.gathering.copied or _is_newer(one, entry.gathering) for one in heard):
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        self.version += 1
        del self._entries[key]

    def held(self) -> tuple[Held, ...]:
        """What is remembered now, for those who ask how fresh it is."""
        return tuple(
            Held(key, tuple(entry.gathering.rows), entry.gathering.as_of)
            for key, entry in self._entries.items()
            if entry.gathering.as_of is not None
        )

    def _is_stale(self, entry: _Entry[T], fresh_seconds: float) -> bool:
        if not entry.task.done():
            return False
        if entry.task.cancelled() or entry.task.exception() or entry.loaded_at is None:
            return True
        if entry.outdated and entry.gathering.copied:
            return True
        return self._clock.monotonic() - entry.loaded_at > fresh_seconds

    def _start(self, key: Hashable, load: Load[T]) -> _Entry[T]:
        self._make_room()
        own = _background_call()
        gathering: Gathering[T] = Gathering()
        task = asyncio.create_task(self._load(key, load, gathering, own))
        entry: _Entry[T] = _Entry(gathering, task, self._clock.monotonic(), warnings=own.warnings)
        # An error is looked at by whoever waits; nobody may be waiting any more.
        entry.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._entries[key] = entry  # type: ignore[assignment]
        return entry

    def _make_room(self) -> None:
        done = [(entry.started_at, key) for key, entry in self._entries.items() if entry.task.done()]
        done.sort(key=lambda one: one[0])
        too_many = max(0, len(self._entries) - MAX_ENTRIES + 1)
        for index, (started_at, key) in enumerate(done):
            if index < too_many or self._clock.monotonic() - started_at > KEPT_SECONDS:
                del self._entries[key]

    async def _load(self, key: Hashable, load: Load[T], gathering: Gathering[T], own: calls.Call) -> None:
        call = calls.current()
        with calls.answering(own):
            try:
                await load(gathering)
            finally:
                if call:
                    call.upstream_calls += own.upstream_calls
                    call.live |= own.live
        entry = self._entries.get(key)
        if entry is not None and entry.gathering is gathering:
            entry.loaded_at = self._clock.monotonic()
        self.version += 1

    async def _wait(self, entry: _Entry[T]) -> Known[T]:
        done = entry.task.done() or (await asyncio.wait({entry.task}, timeout=self._time_left()))[0]
        gathering = entry.gathering
        if call := calls.current():
            for warning in entry.warnings:
                call.warn(warning)
        if entry.known is not None:
            return entry.known
        error: BaseException | None = TimedOutError("Hostaway took longer than this answer may take.")
        if done:
            error = None if entry.task.cancelled() else entry.task.exception()
            if error is None and not entry.task.cancelled():
                why = gathering.lacks
                if gathering.set_aside:
                    why = f"{gathering.set_aside} rows could not be read."
                at = gathering.as_of or self._clock.now()
                entry.known = Known(tuple(gathering.rows), at, complete=why is None, why=why)
                return entry.known
        if error is not None and not isinstance(error, HostawayMcpError):
            raise error
        if not gathering.rows or gathering.as_of is None:
            raise error or TimedOutError("The read was given up.")
        why = error.message if isinstance(error, HostawayMcpError) else "The read was given up."
        return Known(tuple(gathering.rows), gathering.as_of, complete=False, why=why)

    def _time_left(self) -> float | None:
        call = calls.current()
        if call is None or call.deadline is None:
            return None
        return max(0.0, call.deadline - self._clock.monotonic() - MARGIN_SECONDS)


def _is_newer(news: News, gathering: Gathering[Any]) -> bool:
    return news.known and gathering.as_of is not None and gathering.as_of < news.at


def _background_call() -> calls.Call:
    """The load's own call: without the deadline of the one who asked, in the same lane."""
    call = calls.current()
    if call is None:
        return calls.Call(correlation_id=calls.new_correlation_id())
    return calls.Call(
        correlation_id=call.correlation_id, tool=call.tool, caller=call.caller, lane=call.lane, asker=call
    )
