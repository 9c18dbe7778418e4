"""Makes a proposal of a new stay: whether it is free, by which rules, at which price."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from hostaway_mcp.analytics.waterfall import inside
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.errors import BrokenAnswerError, ChangeError, InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.availability.wish import covers, read_dates, sleeps
from hostaway_mcp.services.nights import is_free, nights_between, obstacle
from hostaway_mcp.services.portfolio import Portfolio, label
from hostaway_mcp.services.reservations.money import components_of
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.services.writes.bookings import BookingKind, nights_of
from hostaway_mcp.services.writes.plans import Plan, PriceMove
from hostaway_mcp.services.writes.stays import StayReader, touch_of
from hostaway_mcp.store.journal.records import Step, StepBody

Status = Literal["new", "ownerStay"]

MARK = "hostaway-mcp"
FAR_OFF = Decimal("0.3")
"""A price that is further from Hostaway's than this share is warned of."""
_LINE = ("listingFeeSettingId", "type", "name", "title", "alias", "quantity", "value", "total",
         "isIncludedInTotalPrice", "isOverriddenByUser", "isQuantitySelectable", "isMandatory",
         "isDeleted")  # fmt: skip
"""What a booking takes of a price's component. Source: "Create a reservation", finance fields."""


@dataclass(frozen=True, slots=True)
class NewGuest:
    """Who books."""

    name: str = ""
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewStay:
    """What shall be booked; `price` is for the whole stay, in the listing's currency."""

    listing: int | str
    first: str
    last: str
    status: Status
    guest: NewGuest
    guests: int | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Priced:
    """The total that is sent and shown, Hostaway's own, and the parts of that."""

    total: Decimal
    own: Decimal
    lines: Sequence[Mapping[str, Any]] = ()
    shown: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())


class BookingPlanner:
    """Plans of new stays: one call for the calendar, one for the price of a booking."""

    def __init__(self, reader: StayReader, *, hostaway: Hostaway, portfolio: Portfolio) -> None:
        self._reader = reader
        self._hostaway = hostaway
        self._portfolio = portfolio

    async def plan(self, wanted: NewStay, *, arguments: Mapping[str, Any], now: datetime) -> Plan:
        """
        The stay as it would be booked.

        Raises:
            InputError: unreadable or past dates, a booking without a guest, an owner's stay with money.
            ChangeError: a night is not free, or the listing is archived.
            HostawayMcpError: calendar or price cannot be had.
        """
        home = await self._portfolio.one(wanted.listing)
        if home.is_archived:
            raise ChangeError(f"{label(home)} is archived; Hostaway refuses new stays there.")
        arrival, departure = read_dates(wanted.first, wanted.last, self._portfolio.today([home]))
        _check(wanted)
        days = await self._reader.days(home.id, arrival, departure)
        warnings = _rules(home, days, arrival, departure, wanted)
        priced = await self._priced(home, arrival, departure, wanted)
        step = _step(home, days, arrival, departure, wanted, priced)
        money = Money.of(priced.total, home.currency_code) if priced else None
        kind = "an owner's stay" if wanted.status == "ownerStay" else "a direct booking"
        return Plan(
            tool="create_reservation",
            arguments=arguments,
            summary=f"Make {kind} of listing {home.id}, {arrival} to {departure}",
            steps=(step,),
            touches=(
                touch_of(
                    home,
                    BookingKind.name,
                    now,
                    days=(departure - arrival).days,
                    prices=_moves(home, priced, (departure - arrival).days),
                    amount=money,
                ),
            ),
            as_of=now,
            warnings=(*warnings, *(priced.warnings if priced else ())),
            money=money,
            understood={
                "listing": label(home),
                "dates": f"{arrival} to {departure} (departure, not slept)",
                "guests": f"{wanted.guests}" if wanted.guests else "1 for the price, since none were named",
            },
        )

    async def _priced(self, home: Listing, arrival: date, departure: date, wanted: NewStay) -> _Priced | None:
        """Hostaway's own price with its parts, or the one that is asked for, without parts."""
        if wanted.status == "ownerStay":
            return None
        price = await self._hostaway.calendar.calculate_price(
            home.id, starting_date=arrival, ending_date=departure, number_of_guests=wanted.guests or 1
        )
        own = price.row.total_price
        if wanted.price is None or wanted.price == own:
            return _Priced(own, own, _lines(price.raw), _parts(home, price.row.components))
        currency = home.currency_code
        difference = abs(wanted.price - own)
        more = f"{Money.of(difference, currency)} {'more' if wanted.price > own else 'less'}"
        warnings = [
            f"Hostaway's own price is {Money.of(own, currency)}: this is {more}, and is booked without parts."
        ]
        if difference > FAR_OFF * own:
            warnings.append("The price is far from Hostaway's own.")
        return _Priced(wanted.price, own, warnings=tuple(warnings))


def _check(wanted: NewStay) -> None:
    if wanted.status == "ownerStay":
        if wanted.price:
            raise InputError("An owner's stay carries no money.", hint="Leave `price` out.")
        return
    if not wanted.guest.name:
        raise InputError("A booking needs `guest`, at least a name.")
    if wanted.guest.email and "@" not in wanted.guest.email:
        raise InputError("`guest.email` is not a mail address.")


def _rules(
    home: Listing, days: Mapping[date, CalendarDay], arrival: date, departure: date, wanted: NewStay
) -> list[str]:
    """What a host may overrule is warned of; a night that is taken is refused, since nothing is forced."""
    if not covers(days, (arrival, departure)):
        raise BrokenAnswerError(f"Hostaway did not send all days of the calendar of {label(home)}.")
    because = obstacle(days, arrival, departure)
    if because and not all(is_free(days[night]) for night in nights_between(arrival, departure)):
        raise ChangeError(f"{label(home)} is not free: {because}.")
    found = [f"Against the calendar's rule: {because}."] if because else []
    if not sleeps(home, wanted.guests):
        found.append(f"The listing sleeps {home.person_capacity}.")
    return found


def _lines(raw: Any) -> list[dict[str, Any]]:
    """The components as Hostaway sent them, with the fields that a booking takes."""
    rows = raw.get("components") if isinstance(raw, dict) else None
    return [
        {name: row[name] for name in _LINE if row.get(name) is not None}
        for row in rows or []
        if isinstance(row, dict)
    ]


def _parts(home: Listing, lines: Any) -> tuple[str, ...]:
    shown = components_of(inside(lines), home.currency_code)
    return tuple(f"{fence(one.label)} {one.amount}" for one in shown)


def _moves(home: Listing, priced: _Priced | None, nights: int) -> tuple[PriceMove, ...]:
    """The price of a night on average, against Hostaway's own; fees and taxes are in both."""
    if priced is None:
        return ()
    cent = Decimal("0.01")
    before, after = ((one / nights).quantize(cent) for one in (priced.own, priced.total))
    return (PriceMove(before, after, home.currency_code),)


def _step(
    home: Listing,
    days: Mapping[date, CalendarDay],
    arrival: date,
    departure: date,
    wanted: NewStay,
    priced: _Priced | None,
) -> Step:
    guest = wanted.guest
    first, _, last = guest.name.rpartition(" ")
    mark = f"{MARK} {secrets.token_hex(6)}"
    body = {
        "channelId": Channel.DIRECT.value,
        "listingMapId": home.id,
        "arrivalDate": f"{arrival}",
        "departureDate": f"{departure}",
        "status": wanted.status,
        "numberOfGuests": wanted.guests,
        "guestName": guest.name or None,
        "guestFirstName": first or last or None,
        "guestLastName": last if first else None,
        "guestEmail": guest.email,
        "phone": guest.phone,
    }
    if priced:
        body |= {"currency": home.currency_code, "totalPrice": as_json(priced.total)}
        body |= {"financeField": list(priced.lines)} if priced.lines else {}
    return Step(
        n=1,
        kind=BookingKind.name,
        body=StepBody(
            what=f"{label(home)}, {arrival} to {departure}",
            before={},
            after=_shown(home, wanted, priced) | {"source": mark},
            operation="createReservation",
            path={},
            body={name: value for name, value in body.items() if value is not None},
            rests_on=nights_of(days, arrival, departure),
            wanted={},
            query={"provider": mark},
        ),
        listing_id=home.id,
    )


def _shown(home: Listing, wanted: NewStay, priced: _Priced | None) -> dict[str, Any]:
    guest = wanted.guest
    shown = {
        "stay": "owner's, without money" if wanted.status == "ownerStay" else "direct booking, confirmed",
        "guest": fence(guest.name),
        "email": fence(guest.email),
        "phone": fence(guest.phone),
        "guests": wanted.guests,
    }
    if priced:
        shown["total"] = f"{Money.of(priced.total, home.currency_code) or priced.total}"
        shown["parts"] = ", ".join(priced.shown)
    return {name: value for name, value in shown.items() if value not in (None, "")}
