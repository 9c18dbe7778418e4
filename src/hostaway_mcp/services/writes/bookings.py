"""New stays: direct bookings and owners' own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.errors import NotFoundError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.nights import is_free, nights_between
from hostaway_mcp.services.reservations.rows import guest_name
from hostaway_mcp.services.writes.kinds import Back, Landed, State, Verdict
from hostaway_mcp.services.writes.stays import StayReader
from hostaway_mcp.store.journal.records import Step

SKEW = timedelta(minutes=1)
"""Hostaway's clock is not ours."""


class BookingKind:
    """
    One new stay. Hostaway has no key to make it only once by; the mark that is sent as `provider` comes back
    as its `source`. Source: Hostaway API reference, "Create a reservation".
    """

    name = "new_reservation"

    def __init__(self, reader: StayReader) -> None:
        self._reader = reader

    async def present(self, step: Step) -> State:
        """Before it is sent, whether the nights are free and at which price; afterwards, what was made."""
        assert step.body is not None  # who has none is not asked
        assert step.listing_id is not None  # steps of this kind have one
        body = step.body.body
        arrival, departure = (date.fromisoformat(body[name]) for name in ("arrivalDate", "departureDate"))
        if step.sent_at is None:
            days = await self._reader.days(step.listing_id, arrival, departure - ONE_DAY)
            return nights_of(days, arrival, departure)
        if number := step.result.get("reservation_id"):
            try:
                return {"made": [made_of(await self._reader.stay(number))]}
            except NotFoundError:
                return {"made": []}
        found = await self._reader.arriving(step.listing_id, arrival)
        return {"made": [made_of(one) for one in found if _is_it(one, step)]}

    def verdict(self, step: Step, present: State) -> Verdict:
        """Made if there is one such stay; another price than was sent is told."""
        assert step.body is not None  # who has nothing to compare is not asked
        made = present["made"]
        if not made:
            return Verdict(Landed.ABSENT)
        one = made[0]
        result = {"reservation_id": one["id"], "status": one["status"]}
        sent = {name: step.body.body[name] for name in ("arrivalDate", "departureDate")}
        if {name: one[name] for name in sent} != sent:
            return Verdict(Landed.OTHER, f"Reservation {one['id']} was made with other dates.", result)
        says = f"It is reservation {one['id']}."
        total = step.body.body.get("totalPrice")
        if total is not None and one["totalPrice"] != total:
            says += f" Hostaway shows a total of {one['totalPrice']} for it."
        return Verdict(Landed.APPLIED, says, result)

    def result_of(self, _step: Step, reply: Any) -> dict[str, Any]:
        """The reservation's id."""
        number = reply.get("id") if isinstance(reply, dict) else None
        return {"reservation_id": number} if isinstance(number, int) else {}

    def reverse(self, _step: Step, _present: State) -> Back | None:
        """Not possible: a stay is cancelled, which is another proposal."""
        return None


def nights_of(days: Mapping[date, CalendarDay], arrival: date, departure: date) -> dict[str, Any]:
    """What a new stay rests on: each night, whether it can be sold, and its price."""
    nights = {night: days.get(night) for night in nights_between(arrival, departure)}
    return {
        f"{night}": {"free": day is not None and is_free(day), "price": as_json(day.price) if day else None}
        for night, day in nights.items()
    }


def made_of(stay: Reservation) -> dict[str, Any]:
    """A stay that was made, in the form in which one is sent."""
    return {
        "id": stay.id,
        "status": str(stay.status),
        "arrivalDate": as_json(stay.arrival),
        "departureDate": as_json(stay.departure),
        "totalPrice": as_json(stay.total_price),
    }


def _is_it(one: Reservation, step: Step) -> bool:
    """By its mark; where Hostaway does not show that, by guest and dates among those made since."""
    assert step.body is not None  # only a step that was sent is looked for
    if one.source == step.body.query["provider"]:
        return True
    body, made = step.body.body, one.inserted_on or one.reservation_date
    return (
        made is not None
        and step.sent_at is not None
        and made >= step.sent_at - SKEW
        and f"{one.departure}" == body["departureDate"]
        and plain(guest_name(one) or "") == plain(body.get("guestName") or "")
        and str(one.status) == body["status"]
    )
