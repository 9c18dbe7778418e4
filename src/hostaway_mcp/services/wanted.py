"""Which stays a question wants, and which day of a stay its dates are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from hostaway_mcp.models.reservations import By, Reservation


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which stays. Without `by` those of all dates. `first` and `last` are included: nights for a stay,
    days for the rest. `match` are letters of the guest's name as Hostaway searches them.
    """

    by: By | None = None
    first: date = date.min
    last: date = date.max
    listing_id: int | None = None
    channel_id: int | None = None
    match: str | None = None
    guest_email: str | None = None
    unread: bool = False
    resources: bool = False
    """Whether units and finance fields are needed too; the replica has them always."""

    def fits(self, stay: Reservation, day_of: DayOf) -> bool:
        """Whether the stay's dates are in the window; a stay without dates is in no window of dates."""
        if self.by is None:
            return True
        if self.by is By.STAY:
            if stay.arrival is None or stay.departure is None:
                return False
            return stay.arrival <= self.last and stay.departure > self.first
        day = dated(stay, self.by, day_of)
        return day is not None and self.first <= day <= self.last


DayOf = Callable[[datetime, int | None], date]
"""The day of a moment where a listing is."""


def dated(stay: Reservation, by: By, day_of: DayOf) -> date | None:
    """The day that `by` is about, in the listing's zone; None if there is none."""
    if by in (By.STAY, By.ARRIVAL):
        return stay.arrival
    if by is By.DEPARTURE:
        return stay.departure
    # `reservationDate` is empty on some live rows; then the row's own making is the nearest to it.
    moment = (
        stay.reservation_date or stay.inserted_on
        if by is By.BOOKED
        else stay.latest_activity_on or stay.updated_on
    )
    return day_of(moment, stay.listing_id) if moment else None
