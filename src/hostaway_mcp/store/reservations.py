"""Reservations: found by their dates, channel, guest and listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.lenient import read_row
from hostaway_mcp.models.names import plain
from hostaway_mcp.models.priced_reservations import PricedReservation
from hostaway_mcp.models.reservations import By, Reservation, ReservationStatus
from hostaway_mcp.store.desk import Desk, portions
from hostaway_mcp.store.nights import Nights, nights_of
from hostaway_mcp.store.raw import unpack
from hostaway_mcp.store.rows import Columns, Kept, Rows, Step
from hostaway_mcp.store.schema import conversations, reservations
from hostaway_mcp.store.spans import Span
from hostaway_mcp.store.stay_amounts import StayAmounts
from hostaway_mcp.store.stay_boards import Dates, Stay, StayBoards, Turnover
from hostaway_mcp.store.stay_lists import Listed, Order, Place, StayLists
from hostaway_mcp.store.stay_windows import Which, staying
from hostaway_mcp.store.words import searchable

PRIVATE = ("guest_name", "guest_folded", "guest_email")
MAX_EMAIL_CHARS = 320
_other = reservations.alias("named")
_OF_NIGHTS = ("listing_id", "status_class", "arrival", "departure", "units")


class Reservations(Rows[Reservation]):
    """The reservations of one account, of every status."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, reservations, Reservation, columns, private=PRIVATE)
        self._boards, self._lists = StayBoards(desk), StayLists(desk)
        self.amounts = StayAmounts(desk)

    async def find(
        self,
        *,
        by: str | None = None,
        first: date = date.min,
        last: date = date.max,
        listing_id: int | None = None,
        channel_id: int | None = None,
        match: str | None = None,
        guest_email: str | None = None,
        unread: bool = False,
    ) -> tuple[Kept[Reservation], ...]:
        """
        The stays that fit all that is asked, by id; one without dates is in no window of dates.

        `first` and `last` are included: nights for `By.STAY`, days for the rest. For booked and updated
        they are days in UTC; who means the listing's own asks one day wider and looks again. `match` are
        letters of the guest's name, accents and umlauts forgiven. `unread` means that a conversation about
        the stay has unread messages.
        """
        conditions = list(_window(By(by), first, last)) if by else []
        if listing_id is not None:
            conditions.append(reservations.c.listing_id == listing_id)
        if channel_id is not None:
            conditions.append(reservations.c.channel_id == channel_id)
        if match is not None:
            letters = plain(match)
            # Nothing but punctuation is in nobody's name.
            conditions.append(self._is_called(letters) if letters else false())
        if guest_email is not None:
            conditions.append(reservations.c.guest_email == _address(guest_email))
        if unread:
            conditions.append(self._is_unread())
        return await self._select(*conditions)

    async def arriving(self, first: date, last: date) -> frozenset[int]:
        """The ids of the stays that arrive from `first` to `last`, both included."""
        days = reservations.c.arrival.between(first, last)
        statement = select(reservations.c.id).where(self._desk.mine(reservations), days)
        async with self._desk.read() as connection:
            return frozenset((await connection.execute(statement)).scalars())

    def _is_called(self, letters: str) -> ColumnElement[bool]:
        # Looked for in an index alone: the rows themselves are large.
        called = self._desk.holds(_other.c.guest_folded, letters)
        return reservations.c.id.in_(select(_other.c.id).where(self._desk.mine(_other), called))

    def _is_unread(self) -> ColumnElement[bool]:
        return exists().where(
            self._desk.mine(conversations),
            conversations.c.reservation_id == reservations.c.id,
            conversations.c.unread.is_(True),
        )

    async def page(
        self,
        which: Which,
        *,
        statuses: frozenset[ReservationStatus] | None = None,
        order: Order,
        after: Place | None = None,
        limit: int,
    ) -> Listed:
        """The first `limit` stays of these statuses behind a place; counted are those of every status."""
        return await self._lists.page(which, statuses=statuses, order=order, after=after, limit=limit)

    async def first_arrivals(self, first: date, last: date) -> dict[int, date]:
        """When the first stay of a window arrives, by listing, the soonest first."""
        return await self._boards.first_arrivals(Which(By.STAY, first, last))

    async def brief(
        self, which: Which, statuses: frozenset[ReservationStatus] | None = None
    ) -> tuple[Stay, ...]:
        """The stays that are meant, as they stand on a calendar, in no order."""
        return await self._boards.brief(which, statuses)

    async def count_of(self, which: Which, statuses: frozenset[ReservationStatus] | None = None) -> int:
        """How many stays are meant."""
        return await self._boards.count_of(which, statuses)

    async def dates(self, which: Which) -> tuple[Dates, ...]:
        """How many stays have the same dates and status."""
        return await self._boards.dates(which)

    async def priced(self, ids: Iterable[int]) -> tuple[PricedReservation, ...]:
        """The dates and the money of these stays, in no order; read in half the time of whole stays."""
        found: list[Any] = []
        async with self._desk.read() as connection:
            for some in portions(sorted(set(ids))):
                statement = select(reservations.c.raw).where(
                    self._desk.mine(reservations), reservations.c.id.in_(some)
                )
                found += (await connection.execute(statement)).scalars()
        rows = (read_row(PricedReservation, unpack(raw)) for raw in found)
        return tuple(row for row in rows if row is not None)

    async def unit_ids(self, ids: Iterable[int]) -> dict[int, frozenset[int]]:
        """The units of these stays, by id, of which Hostaway says which they have."""
        return await self._boards.unit_ids(ids)

    async def turnovers(self, which: Which, statuses: frozenset[ReservationStatus]) -> tuple[Turnover, ...]:
        """Where one of these stays leaves and one that is meant comes to the same listing on that day."""
        return await self._boards.turnovers(which, statuses)

    async def _after(self, connection: AsyncConnection, steps: Sequence[Step]) -> None:
        before = [step.before for step in steps if step.before is not None]
        await self.amounts.put(connection, before, [step.row for step in steps if step.row])
        await Nights(self._desk).recount(connection, _touched(steps))


def columns(stay: Reservation) -> Columns:
    """What questions about stays are answered from."""
    full_name = " ".join(filter(None, (stay.guest_first_name, stay.guest_last_name)))
    arrival, departure = stay.arrival, stay.departure
    units = {unit.listing_unit_id for unit in stay.reservation_unit}
    return {
        "listing_id": stay.listing_id,
        "channel_id": int(stay.channel) or stay.channel_id,
        "status": stay.status.value,
        "status_class": stay.status_class.value,
        "arrival": arrival,
        "departure": departure,
        "nights": (departure - arrival).days if arrival and departure else None,
        "units": max(1, len(stay.reservation_unit)),
        "unit_ids": ",".join(map(str, sorted(units))) or None,
        "guest_name": stay.guest_name or full_name or None,
        "guest_folded": searchable(stay.guest_name, full_name),
        "guest_email": _address(stay.guest_email),
        "booked_on": stay.reservation_date or stay.inserted_on,
        "inserted_on": stay.inserted_on,
        "active_on": stay.latest_activity_on or stay.updated_on,
        "total_price": stay.total_price,
        "remaining_balance": stay.remaining_balance,
        "currency": stay.currency,
    }


def _address(email: str | None) -> str | None:
    # An index of PostgreSQL's takes no entry of more than some 2,700 bytes.
    return (email or "").strip().casefold()[:MAX_EMAIL_CHARS] or None


def _touched(steps: Sequence[Step]) -> Iterator[Span]:
    for step in steps:
        before, after = step.before, step.after
        if before and after and all(before[name] == after[name] for name in _OF_NIGHTS):
            continue
        yield from nights_of(before) if before else ()
        yield from nights_of(after) if after else ()


def _window(by: By, first: date, last: date) -> Iterator[ColumnElement[bool]]:
    stay = reservations.c
    match by:
        case By.STAY:
            yield or_(*(and_(*conditions) for conditions in staying(first, last)))
        case By.ARRIVAL:
            yield stay.arrival.between(first, last)
        case By.DEPARTURE:
            yield stay.departure.between(first, last)
        case By.BOOKED:
            yield from within_days(stay.booked_on, first, last)
        case By.UPDATED:
            yield from within_days(stay.active_on, first, last)


def within_days(column: ColumnElement[Any], first: date, last: date) -> Iterator[ColumnElement[bool]]:
    """Instants from the first day to the last in UTC, both included."""
    yield column >= datetime.combine(first, time(), UTC)
    if last < date.max:
        yield column < datetime.combine(last + timedelta(days=1), time(), UTC)
