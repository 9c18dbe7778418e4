"""Webhook deliveries: kept as they come, then worked off by reading what they are about."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    BusyError,
    CredentialsError,
    HostawayMcpError,
    RateLimitedError,
    UnreachableError,
    UpstreamError,
)
from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.store.deliveries import Delivery, hint_of
from hostaway_mcp.store.raw import digest, written
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.stays import read_listed, read_stay
from hostaway_mcp.sync.threads import read_thread

LOOK_SECONDS = 2.0
"""Between two looks for deliveries: one read of the store."""
PAUSE_SECONDS = 30.0
"""After Hostaway or the store could not be used, and after the first failure of a delivery."""
AT_ONCE = 500
"""Deliveries that are worked off together: however many are about one stay, it is read once."""
FRONT_ROWS = 25
"""How much of the front of the list is read for a change: what has just changed is the first there."""
LEASE_SECONDS = 120.0
KEPT = timedelta(days=30)
"""How long a delivery is known again; Hostaway's last attempt comes within about an hour."""
SWEEP_SECONDS = 3_600.0

_WORK = "deliveries"
_MAX_EVENT_CHARS = 100
_NOT_ITS_FAULT = (BusyError, CredentialsError, RateLimitedError, UnreachableError)
"""Nothing was asked, or nobody would be answered: the delivery waits, and no attempt is counted."""

_log = logging.getLogger("hostaway_mcp.sync")


async def keep_delivery(store: Store, body: Mapping[str, Any], *, at: datetime) -> bool:
    """
    Keeps a delivery that came at an instant; False if the same one had come before.

    Deliveries have no number. What makes one the same is its whole body: `updatedOn` counts seconds, so
    two changes of one second would pass for one, while another body of the same change costs one reading.
    Kept are the numbers that say what to read: what it is now is read from Hostaway anyhow.

    Raises:
        StorageError: it was not kept.
    """
    data = body.get("data")
    number = _number(data.get("id")) if isinstance(data, Mapping) else None
    return await store.deliveries.keep(digest(written(body)), _event(body), number, hint_of(body), at)


@dataclass(frozen=True, slots=True)
class Stay:
    """A delivery is about a reservation."""

    reservation_id: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A delivery is about a conversation; one of the two is known."""

    conversation_id: int | None
    reservation_id: int | None


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of deliveries in one run."""

    done: int = 0
    failed: int = 0
    """They are tried again later, five times in all."""


class DeliveryWorker:
    """
    Works off what was kept. A delivery only says that something changed: what it is now is read from
    Hostaway, so that neither order nor number of deliveries matters.

    A delivery whose stay or conversation the store does not know needs no special care, for both are read.
    Several processes may run one; a lease in the store lets one of them work.
    """

    def __init__(self, hostaway: Hostaway, store: Store, *, clock: Clock) -> None:
        self._hostaway = hostaway
        self._store = store
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._swept = clock.monotonic() - SWEEP_SECONDS

    async def run_once(self) -> Worked:
        """
        Works off what is waiting and due, at most 500 deliveries.

        Raises:
            CredentialsError, BusyError, RateLimitedError, UnreachableError: Hostaway answers nobody now;
                what is left waits.
            StorageError: the store cannot be used.
        """
        if not await self._due() or not await self._claim():
            return Worked()
        call = calls.Call(calls.new_correlation_id(), tool=_WORK, lane=calls.Lane.BACKGROUND)
        try:
            with calls.answering(call):
                # Read again: until the lease was ours, another process may have worked these off.
                worked = await self._work_off(await self._due())
        finally:
            await self._store.sync.release(_WORK, self._owner)
        _log.info("deliveries_done", extra={"count": worked.done, "upstream_calls": call.upstream_calls})
        return worked

    async def keep(self) -> None:
        """Works off what comes for as long as it is let."""
        while True:
            pause = LOOK_SECONDS
            try:
                if (await self.run_once()).done == AT_ONCE:
                    # There may be more.
                    pause = 0.0
                await self._sweep()
            except HostawayMcpError as error:
                _log.warning("deliveries_stopped", extra={"code": error.code})
                pause = PAUSE_SECONDS
            except Exception:
                _log.exception("deliveries_broke")
                pause = PAUSE_SECONDS
            await self._clock.sleep(pause)

    async def _due(self) -> list[Delivery]:
        now = self._clock.now()
        return [one for one in await self._store.deliveries.waiting(AT_ONCE) if _due_at(one) <= now]

    async def _claim(self) -> bool:
        return await self._store.sync.claim(_WORK, self._owner, LEASE_SECONDS)

    async def _work_off(self, deliveries: list[Delivery]) -> Worked:
        about: dict[Stay | Thread | None, list[int]] = {}
        for delivery in deliveries:
            about.setdefault(about_what(delivery), []).append(delivery.id)
        reader = _Reader(self._hostaway, self._store, self._clock)
        done: list[int] = []
        failed: list[int] = []
        claimed = self._clock.monotonic()
        try:
            for what, ids in about.items():
                if self._clock.monotonic() - claimed > LEASE_SECONDS / 4:
                    await self._claim()
                    claimed = self._clock.monotonic()
                (done if await self._found(reader, what) else failed).extend(ids)
        finally:
            # Together: in a flood, writing down each alone took longer than reading.
            await self._store.deliveries.done(*done)
            await self._store.deliveries.failed(*failed)
        return Worked(len(done), len(failed))

    async def _found(self, reader: _Reader, what: Stay | Thread | None) -> bool:
        """Whether there is nothing left to do about it."""
        try:
            if isinstance(what, Stay):
                return await reader.stay(what.reservation_id)
            if isinstance(what, Thread):
                return await reader.thread(what)
        except _NOT_ITS_FAULT:
            raise
        except UpstreamError as error:
            _log.warning("delivery_failed", extra={"code": error.code, "operation": error.operation})
            return False
        _log.info("delivery_not_understood")
        return True

    async def _sweep(self) -> None:
        if self._clock.monotonic() - self._swept >= SWEEP_SECONDS:
            self._swept = self._clock.monotonic()
            await self._store.deliveries.forget(self._clock.now() - KEPT)


def about_what(delivery: Delivery) -> Stay | Thread | None:
    """What has to be read; None for what we do not know, which is no error: more events may come."""
    body = delivery.body if isinstance(delivery.body, dict) else {}
    data = body.get("data")
    if not isinstance(data, dict):
        return None
    # By the object, so that a new event about a stay is understood too.
    kind, event = body.get("object"), delivery.event or ""
    if kind == "reservation" or event.startswith("reservation."):
        number = _number(data.get("id"))
        return Stay(number) if number else None
    if kind == "conversationMessage" or event.startswith("message."):
        thread = Thread(_number(data.get("conversationId")), _number(data.get("reservationId")))
        return thread if thread.conversation_id or thread.reservation_id else None
    return None


class _Reader:
    """Reads what the deliveries of one run are about, each thing once."""

    def __init__(self, hostaway: Hostaway, store: Store, clock: Clock) -> None:
        self._hostaway = hostaway
        self._store = store
        self._clock = clock
        self._fresh: set[int] | None = None
        """Stays that were read in this run."""

    async def stay(self, number: int) -> bool:
        """
        Reads a stay. What has just changed is at the front of the list: one call for all deliveries of a
        run.
        """
        if self._fresh is None:
            self._fresh = set(await read_listed(self._hostaway, self._store, limit=FRONT_ROWS))
        if number in self._fresh:
            return True
        was_there = bool(await self._store.reservations.get([number]))
        read = await read_stay(self._hostaway, self._store, number)
        if read is None:
            # Deleted; or not there yet, if we never had it.
            return was_there
        self._fresh |= read
        return True

    async def thread(self, thread: Thread) -> bool:
        """Reads a conversation, its messages, and its stay if that is not known."""
        rows = await self._conversations(thread)
        for row in rows:
            await read_thread(self._hostaway, self._store, row.id)
        for number in {row.reservation_id for row in rows if row.reservation_id}:
            if not await self._store.reservations.get([number]):
                await self.stay(number)
        return bool(rows)

    async def _conversations(self, thread: Thread) -> list[Conversation]:
        """Through the stay, as sync reads them; a thread without one in the form of a single thread."""
        stay, number = thread.reservation_id, thread.conversation_id
        if stay is None and number is not None:
            one = await self._hostaway.conversations.get(number, include_resources=True)
            stay = one.row.reservation_id
            if stay is None:
                await self._store.conversations.put([one.row], [one.raw], seen_at=one.as_of)
                return [one.row]
        page = await self._hostaway.conversations.find(reservation_id=stay, include_resources=True)
        await self._store.conversations.put(page.rows, page.raw, seen_at=page.as_of)
        return [row for row in page.rows if number in (None, row.id)]


def _due_at(delivery: Delivery) -> datetime:
    """At once, then half a minute after it came, and each time twice as long: the last after 7 minutes."""
    return delivery.received_at + timedelta(seconds=PAUSE_SECONDS * (2**delivery.attempts - 1))


def _number(value: object) -> int | None:
    """An id that both databases can hold; Hostaway sends some numbers as text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        value = int(value)
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 63
    return value if usable and isinstance(value, int) else None


def _event(body: Mapping[str, Any]) -> str | None:
    """Its name where it may be one; no database's text takes zero characters or halves of letters."""
    event = body.get("event")
    if isinstance(event, str) and len(event) <= _MAX_EVENT_CHARS and event.isascii() and event.isprintable():
        return event
    return None
