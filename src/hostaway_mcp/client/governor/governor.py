"""The governor of this machine: waits for turns, and writes them into the lease book of all processes."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor import Budget
from hostaway_mcp.client.governor.book import Book
from hostaway_mcp.client.governor.document import from_json, to_json
from hostaway_mcp.client.governor.records import Limits, Look
from hostaway_mcp.client.protocol import JsonObject
from hostaway_mcp.client.shared import SharedState
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import BusyError, StorageError

KEY = "governor"
"""The document of the shared state that holds the lease book."""

SHORTEST_REST_SECONDS = 0.001
"""A timer may fire a hair early; nobody spins over the rounding of a clock."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _LocalLine:
    """The requests of one event loop, account and lane that wait; the first of them looks into the book."""

    account: str
    lane: Lane
    key: str = field(default_factory=lambda: secrets.token_hex(6))
    waiters: deque[asyncio.Event] = field(default_factory=deque)

    def wake_first(self) -> None:
        if self.waiters:
            self.waiters[0].set()


class LeaseGovernor:
    """
    Gives turns by the lease book: one IP limit for the whole state, one limit for each account.

    `window_seconds` is Hostaway's window. `longest_call_seconds` is the total time limit of one request to
    Hostaway: the lease of a process that died comes back a window after it.

    Waiting: the first of a line sleeps until its predicted instant, but looks again at least five times
    a window, because another process may have left the line or ended a call sooner than expected; the
    others sleep until they are first. Nothing here runs in the background, and any number of event loops,
    threads and processes may use the same state.
    """

    def __init__(
        self,
        state: SharedState,
        *,
        clock: Clock,
        ip_limit: int = 15,
        account_limit: int = 20,
        window_seconds: float = 10.0,
        longest_call_seconds: float = 30.0,
    ) -> None:
        if min(ip_limit, account_limit) < 1 or window_seconds <= 0:
            raise ValueError("A limit is at least one request in more than no time.")
        self._state = state
        self._clock = clock
        self._limits = Limits(
            ip=ip_limit,
            account=account_limit,
            window_seconds=window_seconds,
            longest_call_seconds=longest_call_seconds,
        )
        self._lines: dict[tuple[int, int, str, Lane], _LocalLine] = {}

    def turn(self, *, account: str, lane: Lane, timeout_seconds: float) -> AbstractAsyncContextManager[None]:
        """
        One turn: entered when a request may be sent, left when its answer is complete.

        Left by an exception (a cancellation, a time limit), the request may still be on its way, and its
        lease comes back a guard later than it would have.

        Raises:
            BusyError: at once when the predicted wait is longer than `timeout_seconds`, while waiting when
                it has become so, and at the latest when the time is over. Nothing was sent.
        """
        return self._turn(account, lane, timeout_seconds)

    def refused(self, *, account: str, retry_after_seconds: float | None, applied: str | None) -> None:
        """Hostaway answered 429: everybody under that limit pauses, and those who cannot wait are told."""

        def refuse(book: Book, now: float) -> bool:
            return book.refuse(
                account=account, retry_after_seconds=retry_after_seconds, applied=applied, now=now
            )

        if self._note(refuse):
            for line in self._lines_here():
                for waiter in line.waiters:
                    waiter.set()

    def budget(self, *, account: str) -> Budget:
        """How things stand, in all processes of this machine."""
        book, now = self._read()
        return book.budget(account=account, now=now)

    def predicted_wait(self, *, account: str, lane: Lane, requests: int = 1) -> float:
        """Seconds until `requests` more requests of this lane would all have been sent."""
        line = next((one for one in self._lines_here() if (one.account, one.lane) == (account, lane)), None)
        book, now = self._read()
        key = line.key if line else ""
        return max(0.0, book.predict(key, account=account, lane=lane, requests=requests, now=now) - now)

    @asynccontextmanager
    async def _turn(self, account: str, lane: Lane, timeout_seconds: float) -> AsyncIterator[None]:
        lease = await self._wait_for_lease(account, lane, timeout_seconds)
        answered = False
        try:
            yield
            answered = True
        finally:
            self._note(lambda book, now: book.end(lease, account=account, answered=answered, now=now))
            self._wake()

    async def _wait_for_lease(self, account: str, lane: Lane, timeout_seconds: float) -> int:
        """Stands in line until the book gives a lease; leaves the line whatever happens."""
        deadline = self._clock.monotonic() + timeout_seconds
        here = (os.getpid(), id(asyncio.get_running_loop()), account, lane)
        line = self._lines.setdefault(here, _LocalLine(account, lane))
        waiter = asyncio.Event()
        line.waiters.append(waiter)
        look: Look | None = None
        try:
            while True:
                look = self._look(line, waiter, deadline, timeout_seconds)
                if look.lease is not None:
                    return look.lease
                until = look.next_look if line.waiters[0] is waiter else deadline
                await self._rest(min(until, deadline) - self._clock.monotonic(), waiter)
        finally:
            line.waiters.remove(waiter)
            if look is None or look.lease is None:
                self._leave(line)
            if not line.waiters:
                self._lines.pop(here, None)
            line.wake_first()

    def _look(self, line: _LocalLine, waiter: asyncio.Event, deadline: float, timeout_seconds: float) -> Look:
        """Looks into the book; refuses when the turn would come too late."""
        waiter.clear()
        place = line.waiters.index(waiter) + 1
        count = len(line.waiters)

        def look(book: Book, now: float) -> tuple[Look, float]:
            seen = book.look(
                line.key, account=line.account, lane=line.lane, count=count, place=place, now=now
            )
            return seen, now

        seen, now = self._write(look)
        if seen.lease is None and (seen.at > deadline or now >= deadline):
            raise _busy(max(seen.at, now) - now, timeout_seconds)
        return seen

    def _leave(self, line: _LocalLine) -> None:
        """One of the line gave up; the others of this process may be first now."""
        self._note(lambda book, _: book.leave(line.key, count=len(line.waiters)))
        self._wake()

    def _wake(self) -> None:
        """Lets the first of each line of this event loop look again: its turn may have come nearer."""
        for line in self._lines_here():
            line.wake_first()

    def _lines_here(self) -> list[_LocalLine]:
        try:
            here = (os.getpid(), id(asyncio.get_running_loop()))
        except RuntimeError:
            return []
        return [line for key, line in list(self._lines.items()) if key[:2] == here]

    async def _rest(self, seconds: float, woken: asyncio.Event) -> None:
        """Sleeps, or less when woken."""
        tasks = [
            asyncio.ensure_future(self._clock.sleep(max(SHORTEST_REST_SECONDS, seconds))),
            asyncio.ensure_future(woken.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _write(self, action: Callable[[Book, float], T]) -> T:
        """Changes the book while no other process can; the clock is read inside, so instants are in order."""

        def change(document: JsonObject | None) -> tuple[JsonObject, T]:
            now = self._clock.monotonic()
            book = from_json(document, limits=self._limits, now=now)
            answer = action(book, now)
            return to_json(book), answer

        return self._state.update(KEY, change)

    def _note(self, action: Callable[[Book, float], T]) -> T | None:
        """
        Writes down what has happened already.

        It must not fail: the answer of a request that was sent is worth more than its lease, which comes
        back by itself later than it could.
        """
        try:
            return self._write(action)
        except StorageError as error:
            _log.warning("lease_book_not_written", extra={"reason": error.message})
            return None

    def _read(self) -> tuple[Book, float]:
        now = self._clock.monotonic()
        return from_json(self._state.read(KEY), limits=self._limits, now=now), now


def _busy(wait_seconds: float, timeout_seconds: float) -> BusyError:
    return BusyError(
        f"No turn at Hostaway within the {timeout_seconds:.0f} s this call may wait; "
        f"the next one comes in about {math.ceil(wait_seconds)} s.",
        hint="Nothing was sent; ask again later or ask for less.",
        retry_after_seconds=math.ceil(wait_seconds * 10) / 10,
    )
