"""Reservations: found by their dates, channel, guest and listing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func
from sqlalchemy.ext.asyncio import AsyncConnection

from hostaway_mcp.models.reservations import By, Reservation
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.nights import Night, Nights, nights_of
from hostaway_mcp.store.rows import Columns, Kept, Rows, Step
from hostaway_mcp.store.schema import conversations, reservations
from hostaway_mcp.store.words import fold, spellings

PRIVATE = ("guest_name", "guest_folded", "guest_email")
_OF_NIGHTS = ("listing_id", "status_class", "arrival", "departure", "units")


class Reservations(Rows[Reservation]):
    """The reservations of one account, of every status."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, reservations, Reservation, columns, private=PRIVATE)

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
            letters = fold(match)
            # Nothing but punctuation is in nobody's name.
            conditions.append(reservations.c.guest_folded.contains(letters) if letters else false())
        if guest_email is not None:
            conditions.append(reservations.c.guest_email == _address(guest_email))
        if unread:
            conditions.append(self._is_unread())
        return await self._select(*conditions)

    def _is_unread(self) -> ColumnElement[bool]:
        return exists().where(
            self._desk.mine(conversations),
            conversations.c.reservation_id == reservations.c.id,
            conversations.c.unread.is_(True),
        )

    async def _after(self, connection: AsyncConnection, steps: Sequence[Step]) -> None:
        await Nights(self._desk).recount(connection, _touched(steps))


def columns(stay: Reservation) -> Columns:
    """What questions about stays are answered from."""
    full_name = " ".join(filter(None, (stay.guest_first_name, stay.guest_last_name)))
    return {
        "listing_id": stay.listing_id,
        "channel_id": int(stay.channel) or stay.channel_id,
        "status": stay.status.value,
        "status_class": stay.status_class.value,
        "arrival": stay.arrival,
        "departure": stay.departure,
        "nights": stay.nights,
        "units": max(1, len(stay.reservation_unit)),
        "guest_name": stay.guest_name or full_name or None,
        "guest_folded": spellings(stay.guest_name, full_name),
        "guest_email": _address(stay.guest_email),
        "booked_on": stay.reservation_date or stay.inserted_on,
        "inserted_on": stay.inserted_on,
        "latest_activity_on": stay.latest_activity_on,
        "total_price": stay.total_price,
        "remaining_balance": stay.remaining_balance,
        "currency": stay.currency,
    }


def _address(email: str | None) -> str | None:
    return (email or "").strip().casefold() or None


def _touched(steps: Sequence[Step]) -> Iterator[Night]:
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
            yield stay.arrival <= last
            yield stay.departure > first
        case By.ARRIVAL:
            yield stay.arrival.between(first, last)
        case By.DEPARTURE:
            yield stay.departure.between(first, last)
        case By.BOOKED:
            yield from within_days(stay.booked_on, first, last)
        case By.UPDATED:
            yield from within_days(func.coalesce(stay.latest_activity_on, stay.updated_on), first, last)


def within_days(column: ColumnElement[Any], first: date, last: date) -> Iterator[ColumnElement[bool]]:
    """Instants from the first day to the last in UTC, both included."""
    yield column >= datetime.combine(first, time(), UTC)
    if last < date.max:
        yield column < datetime.combine(last + timedelta(days=1), time(), UTC)
