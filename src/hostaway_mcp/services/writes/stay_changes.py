"""Changes of a stay: dates, guests, notes, custom fields, door code, contact."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.nights import is_free
from hostaway_mcp.services.writes.kinds import Back, Landed, State, Verdict, check_as_left, is_as
from hostaway_mcp.services.writes.stays import StayReader
from hostaway_mcp.store.journal.records import Step, StepBody

NIGHTS = "nights to be taken"
REVERSIBLE = frozenset({"hostNote", "guestNote", "customFieldValues"})
"""What can be taken back from what it was before; dates cannot: their nights may be sold by then."""

Values = dict[str, Any]


class StayKind:
    """Some fields of one stay. Repeating such a request changes nothing more."""

    name = "reservation"

    def __init__(self, reader: StayReader) -> None:
        self._reader = reader

    async def present(self, step: Step) -> State:
        """The fields in question as they are now and, before it is sent, whether its new nights are free."""
        assert step.body is not None  # who has none is not asked
        assert step.reservation_id is not None  # steps of this kind have one
        stay = await self._reader.stay(step.reservation_id)
        present = values_of(stay) | {"counts as": str(stay.status_class)}
        nights = step.body.rests_on.get(NIGHTS)
        if nights and step.sent_at is None:
            assert step.listing_id is not None  # steps of this kind have one
            first, last = (date.fromisoformat(day(nights)) for day in (min, max))
            present[NIGHTS] = free_nights(await self._reader.days(step.listing_id, first, last), nights)
        return present

    def verdict(self, step: Step, present: State) -> Verdict:
        """Applied if the fields are as wanted, absent if they are as before."""
        assert step.body is not None  # who has nothing to compare is not asked
        if is_as(step.body.wanted, present):
            return Verdict(Landed.APPLIED)
        before = {name: step.body.rests_on[name] for name in step.body.wanted}
        return Verdict(Landed.ABSENT if is_as(before, present) else Landed.OTHER)

    def result_of(self, _step: Step, _reply: Any) -> dict[str, Any]:
        """Nothing: the fields themselves are read back."""
        return {}

    def reverse(self, step: Step, present: State) -> Back | None:
        """Notes and custom fields as they were, unless somebody changed them since."""
        assert step.body is not None  # who has none is not asked
        if not step.body.wanted.keys() <= REVERSIBLE:
            return None
        check_as_left(step.body, present)
        before = {name: step.body.rests_on[name] for name in step.body.wanted}
        body = StepBody(
            what=step.body.what,
            before=step.body.after,
            after={name: step.body.before.get(name, "none") for name in step.body.after},
            operation=step.body.operation,
            path=step.body.path,
            body={name: _sent(name, value) for name, value in before.items()},
            rests_on={name: present[name] for name in (*before, "counts as")},
            wanted=before,
        )
        return Back(body)


def values_of(stay: Reservation) -> Values:
    """What can be changed of a stay, under Hostaway's keys; of its door code only a digest."""
    return {
        "arrivalDate": as_json(stay.arrival),
        "departureDate": as_json(stay.departure),
        "numberOfGuests": stay.number_of_guests,
        "adults": stay.adults,
        "children": stay.children,
        "infants": stay.infants,
        "pets": stay.pets,
        "hostNote": stay.host_note or "",
        "guestNote": stay.guest_note or "",
        "phone": stay.phone or "",
        "guestEmail": stay.guest_email or "",
        "doorCode": digest(stay.door_code.get_secret_value() if stay.door_code else ""),
        "customFieldValues": pairs_of({one.custom_field_id: one.value for one in stay.custom_field_values}),
    }


def pairs_of(values: Mapping[int, object]) -> list[list[Any]]:
    """Custom values in one order and form; Hostaway's documentation does not say which form comes back."""
    return [[number, str(value)] for number, value in sorted(values.items()) if value not in (None, "")]


def digest(code: str) -> str:
    """A name for a door code by which a change of it is seen, and the code is not."""
    return hashlib.sha256(code.encode()).hexdigest()[:16] if code else ""


def free_nights(days: Mapping[date, CalendarDay], nights: Mapping[str, Any]) -> dict[str, bool]:
    """Whether each of these nights can be sold."""
    return {
        night: (day := days.get(date.fromisoformat(night))) is not None and is_free(day) for night in nights
    }


def _sent(name: str, value: Any) -> Any:
    if name != "customFieldValues":
        return value
    return [{"customFieldId": number, "value": said} for number, said in value]
