"""A conflict as an answer shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hostaway_mcp.analytics.conflicts import Conflict, ConflictKind
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.answers import ListAnswer, Record
from hostaway_mcp.services.calendar_days import DayRange
from hostaway_mcp.services.portfolio import ListingRow
from hostaway_mcp.services.reservations.rows import guest_name


class ConflictStay(Record):
    """A stay of a conflict."""

    reservation_id: int
    guest: str | None = None
    channel: str
    status: str
    arrival: date | None = None
    departure: date | None = None


class ConflictRow(ListingRow):
    """A listing with one of its conflicts."""

    kind: str
    dates: DayRange
    """Nights, or for a turnover and for days not pushed the days; first and last included."""
    reservations: tuple[ConflictStay, ...] = ()
    says: str


class KindCount(Record):
    """How many conflicts of a kind there are."""

    kind: str
    conflicts: int


class ConflictsAnswer(ListAnswer):
    """The conflicts by date."""

    conflicts: tuple[ConflictRow, ...]
    counts: tuple[KindCount, ...] = ()
    looked_at: str
    """How many stays and listings this rests on."""


def stay_row(stay: Reservation) -> ConflictStay:
    return ConflictStay(
        reservation_id=stay.id,
        guest=guest_name(stay),
        channel=stay.channel.label,
        status=str(stay.status),
        arrival=stay.arrival,
        departure=stay.departure,
    )


def in_words(one: Conflict, stays: Sequence[Reservation], listing: Listing) -> str:
    nights = (one.last - one.first).days + 1
    many = f"{nights} night{'s' if nights > 1 else ''}"
    match one.kind:
        case ConflictKind.OVERLAP:
            twins = "; same guest and dates, perhaps one booking that came twice" if _are_twins(stays) else ""
            return f"{len(one.stays)} stays have the same unit for {many}{twins}"
        case ConflictKind.OVERBOOKED:
            return f"{len(one.stays)} stays for {one.units} units on {many}"
        case ConflictKind.NOT_PUSHED:
            return (
                "Channels may not know these days yet; if it lasts, look at the calendar's sync in Hostaway"
            )
        case ConflictKind.SHORT_TURNOVER:
            hours = {stay.id: (stay.check_out_time, stay.check_in_time) for stay in stays}
            out = _hour(hours.get(one.stays[0], _NO_HOURS)[0], listing.check_out_time)
            into = _hour(hours.get(one.stays[1], _NO_HOURS)[1], listing.check_in_time_start)
            return f"Check-out {out}, next check-in {into}: {one.slack_hours:g} h between"


_NO_HOURS = (None, None)


def _hour(own: int | None, usual: int | None) -> str:
    hour = usual if own is None else own
    return f"{hour}:00"


def _are_twins(stays: Sequence[Reservation]) -> bool:
    seen = {(guest_name(one), one.arrival, one.departure) for one in stays}
    return len(stays) > 1 and len(seen) == 1 and next(iter(seen))[0] is not None
