"""Makes a proposal of what shall be otherwise about a stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hostaway_mcp.analytics.balances import host_collects
from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import ChangeError, InputError, UpstreamError
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.dates import ONE_DAY, read_day
from hostaway_mcp.services.nights import nights_between
from hostaway_mcp.services.reservations.parts import is_secret, masked_email, masked_phone
from hostaway_mcp.services.reservations.reservations import Reservations
from hostaway_mcp.services.reservations.rows import total_of
from hostaway_mcp.services.untrusted import clean, clean_name, fence
from hostaway_mcp.services.writes.custom_values import chosen_field, fitting
from hostaway_mcp.services.writes.plans import Plan
from hostaway_mcp.services.writes.stay_changes import (
    NIGHTS,
    StayKind,
    digest,
    free_nights,
    pairs_of,
    values_of,
)
from hostaway_mcp.services.writes.stays import MeantStay, StayFinder, StayReader
from hostaway_mcp.store.journal.records import Step, StepBody

NOTE_CHARS = 300
HIDDEN = "set (hidden)"


@dataclass(frozen=True, slots=True)
class StayChange:
    """What becomes of a stay; None leaves it, an empty text removes a note."""

    from_: str | None = None
    to: str | None = None
    guests: int | None = None
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    pets: int | None = None
    host_note: str | None = None
    guest_note: str | None = None
    door_code: str | None = None
    phone: str | None = None
    email: str | None = None
    custom_fields: Mapping[str, str | int | float] | None = None


_COUNTS = {
    "guests": "numberOfGuests",
    "adults": "adults",
    "children": "children",
    "infants": "infants",
    "pets": "pets",
}
_NOTES = {"host_note": "hostNote", "guest_note": "guestNote"}


@dataclass(slots=True)
class _Draft:
    """What is gathered: shown before and after, sent, wanted, and what it rests on besides."""

    meant: MeantStay
    was: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)
    besides: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    days: int = 0

    def change(self, key: str, value: Any, *, shown: tuple[str, Any, Any], wanted: Any = None) -> None:
        """One field, if it is not so already; `shown` is its name with how it was and will be."""
        wanted = value if wanted is None else wanted
        if self.was[key] == wanted:
            return
        name, was, then = shown
        self.body[key], self.wanted[key] = value, wanted
        self.before[name], self.after[name] = was, then


class StayPlanner:
    """Plans of changes of stays: one call for the stay, one more for new nights and one for their price."""

    def __init__(
        self, finder: StayFinder, reader: StayReader, *, hostaway: Hostaway, reservations: Reservations
    ) -> None:
        self._finder = finder
        self._reader = reader
        self._hostaway = hostaway
        self._reservations = reservations

    async def plan(
        self, *, reservation: int | str, change: StayChange, arguments: Mapping[str, Any], now: datetime
    ) -> Plan:
        """
        The change; what is so already is left out.

        Raises:
            InputError: unreadable or impossible dates, an unknown custom field or choice.
            ChangeError: the stay is over and done with, or a new night is not free.
        """
        meant = await self._finder.one(reservation)
        draft = _Draft(meant, values_of(meant.stay))
        await self._dates(draft, change)
        _counts(draft, change)
        _texts(draft, change)
        _contact(draft, change)
        if change.custom_fields:
            known = await self._reservations.custom_fields()
            _custom(draft, change.custom_fields, known)
        return Plan(
            tool="update_reservation",
            arguments=arguments,
            summary=f"Change {', '.join(draft.after)} of reservation {meant.stay.id}",
            steps=(_step(draft),) if draft.body else (),
            touches=(meant.touch(StayKind.name, now, days=draft.days),),
            as_of=now,
            warnings=tuple(draft.warnings),
            understood=meant.understood,
        )

    async def _dates(self, draft: _Draft, change: StayChange) -> None:
        if change.from_ is None and change.to is None:
            return
        stay, today = draft.meant.stay, draft.meant.today
        arrival = read_day(change.from_, today) if change.from_ else stay.arrival
        departure = read_day(change.to, today) if change.to else stay.departure
        if arrival is None or departure is None:
            raise InputError("The stay has no dates yet.", hint="Give both `from` and `to`.")
        _check_dates(stay, arrival, departure, today)
        was = (f"{stay.arrival or 'none'}", f"{stay.departure or 'none'}")
        draft.change("arrivalDate", f"{arrival}", shown=("arrival", was[0], f"{arrival}"))
        draft.change("departureDate", f"{departure}", shown=("departure", was[1], f"{departure}"))
        if not draft.body:
            return
        # Both are sent, so that they are one stay whatever else changes.
        draft.body |= {"arrivalDate": f"{arrival}", "departureDate": f"{departure}"}
        draft.wanted |= draft.body
        await self._nights(draft, arrival, departure)
        await self._money(draft, change, arrival, departure)

    async def _nights(self, draft: _Draft, arrival: date, departure: date) -> None:
        stay = draft.meant.stay
        own = set(nights_between(stay.arrival, stay.departure)) if stay.arrival and stay.departure else set()
        new = [night for night in nights_between(arrival, departure) if night not in own]
        draft.days = len(own.symmetric_difference(nights_between(arrival, departure)))
        if not new:
            return
        days = await self._reader.days(draft.meant.listing.id, min(new), max(new) + ONE_DAY)
        free = free_nights(days, dict.fromkeys(f"{night}" for night in new))
        if taken := [night for night, is_so in free.items() if not is_so]:
            raise ChangeError(f"Not free: the night{'s' if len(taken) > 1 else ''} {', '.join(taken[:7])}.")
        draft.besides[NIGHTS] = free
        first = days.get(arrival)
        if first and first.minimum_stay and (departure - arrival).days < first.minimum_stay:
            draft.warnings.append(f"The calendar asks for {first.minimum_stay} nights at least.")

    async def _money(self, draft: _Draft, change: StayChange, arrival: date, departure: date) -> None:
        """
        Whether Hostaway recalculates a stay that is moved is not documented, so its money is not touched.
        """
        meant = draft.meant
        if not host_collects(meant.stay):
            if meant.stay.status_class is not StatusClass.OWNER_STAY:
                draft.warnings.append(
                    f"The booking came by {meant.stay.channel.label}: its dates and its money are that "
                    f"channel's; Hostaway may refuse, and the channel may not learn of it."
                )
            return
        total = total_of(meant.stay)
        if total is None:
            return
        draft.warnings.append(
            f"The money stays as it is: {total}. {await self._priced(draft, change, arrival, departure)}"
        )

    async def _priced(self, draft: _Draft, change: StayChange, arrival: date, departure: date) -> str:
        meant = draft.meant
        try:
            price = await self._hostaway.calendar.calculate_price(
                meant.listing.id,
                starting_date=arrival,
                ending_date=departure,
                number_of_guests=change.guests or meant.stay.number_of_guests or 1,
            )
        except UpstreamError:
            return "Hostaway's price for the new dates could not be had."
        total = meant.stay.total_price
        currency = meant.listing.currency_code
        if total is None or currency != meant.stay.currency:
            return f"Hostaway's price for the new dates is {Money.of(price.row.total_price, currency)}."
        difference = price.row.total_price - total
        more = f"{meant.money(abs(difference))} {'more' if difference > 0 else 'less'}"
        return f"Hostaway's price for the new dates is {meant.money(price.row.total_price)}, {more}."


def _check_dates(stay: Reservation, arrival: date, departure: date, today: date) -> None:
    if departure <= arrival:
        raise InputError(f"Departure {departure} is not after arrival {arrival}.")
    if arrival != stay.arrival and min(arrival, stay.arrival or arrival) < today:
        raise InputError(f"An arrival in the past cannot change; it is {today} there.")
    if departure != stay.departure and departure < today:
        raise InputError(f"{departure} is in the past; it is {today} there.")


def _counts(draft: _Draft, change: StayChange) -> None:
    for ours, theirs in _COUNTS.items():
        value = getattr(change, ours)
        if value is not None:
            was = draft.was[theirs]
            draft.change(theirs, value, shown=(ours, "none" if was is None else was, value))
    most = draft.meant.listing.person_capacity
    guests = draft.body.get("numberOfGuests")
    if guests and most and guests > most:
        draft.warnings.append(f"The listing sleeps {most}.")
    parts = [draft.body.get(name, draft.was[name]) for name in ("adults", "children")]
    whole = draft.body.get("numberOfGuests", draft.was["numberOfGuests"])
    if draft.body.keys() & _COUNTS.values() and parts[0] and whole and whole != sum(filter(None, parts)):
        draft.warnings.append(
            f"{whole} guests, but adults {parts[0]} and children {parts[1] or 0}; Hostaway keeps both."
        )
    if "numberOfGuests" in draft.body and NIGHTS not in draft.besides and total_of(draft.meant.stay):
        draft.warnings.append("The money stays as it is, also if more guests cost more.")


def _texts(draft: _Draft, change: StayChange) -> None:
    secrets = (draft.meant.stay.door_code, draft.meant.listing.door_security_code)
    for ours, theirs in _NOTES.items():
        text = getattr(change, ours)
        if text is not None:
            was = fence(clean(draft.was[theirs], secrets=secrets, max_chars=NOTE_CHARS)) or "none"
            name = ours.replace("_", " ")
            draft.change(theirs, text, shown=(name, was, fence(text) or "removed"))
    if change.door_code is not None:
        was = HIDDEN if draft.was["doorCode"] else "none"
        then = "another (hidden)" if change.door_code else "removed"
        code = digest(change.door_code)
        draft.change("doorCode", change.door_code, shown=("door code", was, then), wanted=code)


def _contact(draft: _Draft, change: StayChange) -> None:
    if change.email is not None:
        if change.email and "@" not in change.email:
            raise InputError("`email` is not a mail address.")
        was = masked_email(draft.was["guestEmail"]) or "none"
        draft.change("guestEmail", change.email, shown=("email", was, fence(change.email) or "removed"))
    if change.phone is not None:
        was = masked_phone(draft.was["phone"]) or "none"
        draft.change("phone", change.phone, shown=("phone", was, fence(change.phone) or "removed"))


def _custom(draft: _Draft, values: Mapping[str, str | int | float], known: Sequence[CustomField]) -> None:
    stay = draft.meant.stay
    there = {one.custom_field_id: one.value for one in stay.custom_field_values}
    whole = dict(there)
    for name, value in values.items():
        one = chosen_field(known, name)
        whole[one.id] = fitting(one, value)
        if str(there.get(one.id) or "") == str(whole[one.id]):
            continue
        title = fence(clean_name(one.name)) or f"field {one.id}"
        was = fence(clean(str(there.get(one.id) or ""), secrets=(stay.door_code,), max_chars=NOTE_CHARS))
        then = fence(str(whole[one.id]))
        draft.before[title] = (HIDDEN if is_secret(one) else was) if was else "none"
        draft.after[title] = ("another (hidden)" if is_secret(one) else then) if then else "removed"
    pairs = pairs_of(whole)
    if pairs != draft.was["customFieldValues"]:
        # The whole array is replaced, so that what is left out would be lost.
        draft.body["customFieldValues"] = [
            {"customFieldId": number, "value": value}
            for number, value in sorted(whole.items())
            if value not in (None, "")
        ]
        draft.wanted["customFieldValues"] = pairs


def _step(draft: _Draft) -> Step:
    meant = draft.meant
    rests_on = {name: draft.was[name] for name in draft.wanted}
    return Step(
        n=1,
        kind=StayKind.name,
        body=StepBody(
            what=meant.what,
            before=draft.before,
            after=draft.after,
            operation="updateReservation",
            path={"reservationId": meant.stay.id},
            body=draft.body,
            rests_on=rests_on | {"counts as": str(meant.stay.status_class)} | draft.besides,
            wanted=draft.wanted,
        ),
        listing_id=meant.listing.id,
        reservation_id=meant.stay.id,
    )
