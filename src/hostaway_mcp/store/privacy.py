"""Takes persons out of what is kept: a guest who asks for it, and what is older than the operator keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.lenient import JsonObject, Wire, read_row
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.store.changes import Change, Changes, Kind
from hostaway_mcp.store.deliveries import DeliveryState, hint_of
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.forgotten import (
    MESSAGES,
    STAYS,
    THREADS,
    add_forgotten,
    departures_of,
    without_guest,
)
from hostaway_mcp.store.impersonal import IMPERSONAL
from hostaway_mcp.store.raw import pack, unpack, written
from hostaway_mcp.store.rows import Rows
from hostaway_mcp.store.schema import (
    calendar_raw,
    changes,
    conversations,
    deliveries,
    messages,
    metadata,
    reservations,
)
from hostaway_mcp.store.waits import Waits

TIED = (*IMPERSONAL, MESSAGES)
"""The nouns that are a guest's by the number of the stay."""
_MODELS: Mapping[str, type[Wire]] = {
    STAYS: Reservation,
    THREADS: Conversation,
    MESSAGES: ConversationMessage,
}


@dataclass(frozen=True, slots=True)
class Tied:
    """What is kept of some stays: the numbers of rows by noun, and the objects themselves."""

    ids: Mapping[str, frozenset[int]]
    sent: Mapping[str, tuple[JsonObject, ...]] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each noun."""
        return {noun: len(ids) for noun, ids in self.ids.items()}


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Up to when messages have lost their words and departed guests their contacts; None: none has."""

    messages: datetime | None = None
    contacts: date | None = None


class Privacy:
    """What one account keeps of persons."""

    def __init__(self, desk: Desk, nouns: Mapping[str, Rows[Any]]) -> None:
        self._desk = desk
        self._nouns = nouns

    async def tied(self, stays: Collection[int]) -> Tied:
        """Everything that is kept of these stays, and of their conversations."""
        async with self._desk.read() as connection:
            return await self._tied(connection, stays)

    async def stays(self) -> AsyncIterator[tuple[int, JsonObject]]:
        """Every stay as Hostaway sent it, with its number: for what no column tells, such as telephones."""
        async for row in self._each(reservations, reservations.c.id, reservations.c.raw):
            yield row.id, unpack(row.raw)

    async def forget(self, stays: Collection[int]) -> dict[str, int]:
        """
        Takes the guest out of these stays and of whatever is tied to them, for good: also what Hostaway
        sends of them from now on is kept without. Gives how many rows of each table had something.

        Raises:
            StorageError: nothing was changed.
        """
        at = self._desk.clock.now()
        async with self._desk.write() as connection:
            tied = await self._tied(connection, stays)
            await add_forgotten(self._desk, connection, STAYS, stays, at)
            await add_forgotten(self._desk, connection, THREADS, tied.ids[THREADS], at)
            done = {"calendar": await self._without_notes(connection, stays)}
            for noun in IMPERSONAL:
                less = partial(without_guest, noun)
                done[noun] = await self._nouns[noun].rewrite(connection, tied.ids[noun], less, log_at=at)
            done[MESSAGES] = await self._without_messages(connection, tied.ids[MESSAGES], at)
            await Waits(self._desk).recount(connection, tied.ids[THREADS])
            done["changes"] = await self._without_values(connection, tied)
            done["deliveries"] = await self._without_bodies(connection, tied)
        return done

    async def keep_to_retention(self, after: Cutoffs) -> tuple[int, Cutoffs]:
        """
        Takes out what became too old since the last time, which reached until `after`; gives how many rows
        had it, and how far it reaches now.

        Raises:
            StorageError: the rest is taken out the next time.
        """
        desk, now = self._desk, self._desk.clock.now()
        until = Cutoffs(desk.retention.messages_before(now), desk.retention.departed_by(now))
        changed = 0
        for noun, condition in _too_old(desk, after, until):
            table, model = metadata.tables[noun], _MODELS[noun]
            async with desk.read() as connection:
                statement = select(table.c.id).where(desk.mine(table), condition)
                ids = list((await connection.execute(statement)).scalars())
            for some in portions(ids):
                # In portions, so that whoever writes besides does not wait for all of them.
                async with desk.write() as connection:
                    departures = await self._departures(connection, some) if noun == THREADS else {}
                    less = partial(_left, desk, model, now, departures)
                    changed += await self._nouns[noun].rewrite(connection, some, less)
        return changed, until

    async def _tied(self, connection: AsyncConnection, stays: Collection[int]) -> Tied:
        ids: dict[str, set[int]] = {noun: set() for noun in TIED}
        sent: dict[str, list[JsonObject]] = {noun: [] for noun in TIED}
        for noun in TIED:
            table = metadata.tables[noun]
            for condition in _of_stays(noun, stays, ids[THREADS]):
                statement = select(table.c.id, table.c.raw).where(self._desk.mine(table), condition)
                for row in await connection.execute(statement):
                    if row.id not in ids[noun]:
                        ids[noun].add(row.id)
                        sent[noun].append(unpack(row.raw))
        return Tied(
            {noun: frozenset(some) for noun, some in ids.items()},
            {noun: tuple(some) for noun, some in sent.items()},
        )

    async def _departures(self, connection: AsyncConnection, threads: Collection[int]) -> dict[int, date]:
        rows = (self._desk.mine(conversations), conversations.c.id.in_(threads))
        found = await connection.execute(select(conversations.c.reservation_id).where(*rows))
        return await departures_of(self._desk, connection, [one for one in found.scalars() if one])

    async def _without_messages(self, connection: AsyncConnection, ids: Collection[int], at: datetime) -> int:
        for some in portions(sorted(ids)):
            mine = (self._desk.mine(messages), messages.c.id.in_(some))
            await connection.execute(delete(messages).where(*mine))
            await Changes(self._desk).add(
                connection, [Change(at, Kind.GONE, messages.name, one) for one in some]
            )
        return len(ids)

    async def _without_values(self, connection: AsyncConnection, tied: Tied) -> int:
        """The log of these rows keeps that something changed, and of stays the columns for figures."""
        cleaned = 0
        for noun, ids in tied.ids.items():
            private = self._nouns[noun].private
            for some in portions(sorted(ids)):
                rows = (self._desk.mine(changes), changes.c.noun == noun, changes.c.row_id.in_(some))
                log = select(changes.c.seq, changes.c.what).where(*rows)
                for seq, what in (await connection.execute(log)).all():
                    fields = {
                        name: pair for name, pair in what.get("fields", {}).items() if name not in private
                    }
                    less = {"fields": fields} if fields and noun == STAYS else {}
                    if less != what:
                        one = (self._desk.mine(changes), changes.c.seq == seq)
                        await connection.execute(update(changes).where(*one).values(what=less))
                        cleaned += 1
        return cleaned

    async def _without_bodies(self, connection: AsyncConnection, tied: Tied) -> int:
        """Of what waits the numbers are left that say what to read; nothing else needs a body any more."""
        mine = self._desk.mine(deliveries)
        cleaned = 0
        found = await connection.execute(select(deliveries).where(mine, deliveries.c.body.is_not(None)))
        for row in found.all():
            body = unpack(row.body)
            if not _is_about(body, tied):
                continue
            less = pack(written(hint_of(body))) if row.state == DeliveryState.WAITING else None
            one = update(deliveries).where(mine, deliveries.c.id == row.id)
            await connection.execute(one.values(body=less))
            cleaned += 1
        return cleaned

    async def _without_notes(self, connection: AsyncConnection, stays: Collection[int]) -> int:
        """Hosts write who comes into the calendar's notes."""
        columns = (reservations.c.listing_id, reservations.c.arrival, reservations.c.departure)
        cleaned = 0
        for some in portions(sorted(set(stays))):
            dated = (reservations.c.id.in_(some), reservations.c.arrival.is_not(None))
            of_stays = select(*columns).where(self._desk.mine(reservations), *dated)
            for listing_id, arrival, departure in (await connection.execute(of_stays)).all():
                cleaned += await self._without_notes_of(connection, listing_id, arrival, departure)
        return cleaned

    async def _without_notes_of(
        self, connection: AsyncConnection, listing_id: int, first: date, last: date
    ) -> int:
        table, cleaned = calendar_raw, 0
        mine = (self._desk.mine(table), table.c.listing_id == listing_id)
        months = table.c.month.between(first.replace(day=1), last)
        found = await connection.execute(select(table.c.month, table.c.raw).where(*mine, months))
        for month, packed in found.all():
            days = unpack(packed)
            noted = [day for day in days if days[day].get("note") and f"{first}" <= day <= f"{last}"]
            for day in noted:
                days[day]["note"] = None
            if noted:
                one = update(table).where(*mine, table.c.month == month)
                await connection.execute(one.values(raw=pack(written(days))))
                cleaned += len(noted)
        return cleaned

    async def _each(self, table: Table, *columns: Any) -> AsyncIterator[Any]:
        statement = select(*columns).where(self._desk.mine(table))
        async with self._desk.database.stream(statement) as rows:
            async for row in rows:
                yield row


def _of_stays(noun: str, stays: Collection[int], threads: Collection[int]) -> Iterator[ColumnElement[bool]]:
    """Which rows of a noun are tied to these stays; `threads` are their conversations, once known."""
    table = metadata.tables[noun]
    of_stay = table.c.id if noun == STAYS else table.c.reservation_id
    for some in portions(sorted(set(stays))):
        yield of_stay.in_(some)
    if noun == MESSAGES:
        for some in portions(sorted(threads)):
            yield table.c.conversation_id.in_(some)


def _is_about(body: Any, tied: Tied) -> bool:
    hint = hint_of(body)
    data = hint.get("data", {})
    if hint.get("object") == "reservation" or str(hint.get("event")).startswith("reservation."):
        return data.get("id") in tied.ids[STAYS]
    return data.get("reservationId") in tied.ids[STAYS] or data.get("conversationId") in tied.ids[THREADS]


def _left(
    desk: Desk, model: type[Wire], now: datetime, departures: Mapping[int, date], sent: JsonObject
) -> JsonObject:
    row = read_row(model, sent)
    departure = departures.get(row.reservation_id or 0) if isinstance(row, Conversation) else None
    return desk.retention.left(row, sent, now=now, departure=departure)


def _too_old(desk: Desk, after: Cutoffs, until: Cutoffs) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """By noun the rows to look at; some of them may be young enough."""
    if until.messages is not None:
        yield MESSAGES, _between(messages.c.at, after.messages, until.messages)
        # A conversation carries its latest messages, which grow old one by one.
        yield THREADS, _between(conversations.c.last_message_at, after.messages, None)
    if until.contacts is not None:
        departed = _between(reservations.c.departure, after.contacts, until.contacts)
        yield STAYS, departed
        of_stay = exists().where(
            desk.mine(reservations), reservations.c.id == conversations.c.reservation_id, departed
        )
        yield THREADS, or_(of_stay, conversations.c.reservation_id.is_(None))


def _between(column: Any, after: Any, until: Any) -> ColumnElement[bool]:
    """Behind the one and up to the other; what has no date is looked at each time."""
    behind = column > after if after is not None else true()
    return or_(column.is_(None), and_(behind, column <= until if until is not None else true()))
