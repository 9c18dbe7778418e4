"""Reservations over HTTP: reading."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.envelope import RefusalError, Reply, everything, missing, page_of, success
from hostaway_mcp.sandbox.pricing import cents, plain
from hostaway_mcp.sandbox.world.charges import paid_of
from hostaway_mcp.sandbox.world.conversations import conversation_id
from hostaway_mcp.sandbox.world.dictionaries import PAYMENT_METHODS
from hostaway_mcp.sandbox.world.reservations import COLLECTED_BY_HOST, guest_name
from hostaway_mcp.sandbox.world.stays import Stay
from hostaway_mcp.sandbox.world.world import World

NESTED = ("customFieldValues", "reservationFees", "reservationUnit", "financeField")
POLICY_FIELDS = (
    "cancellationPolicyDetails",
    "bookingCancellationPolicy",
    "vrboCancellationPolicy",
    "marriottCancellationPolicy",
)
_NOT_FILTERS = (
    "limit",
    "offset",
    "afterId",
    "sortOrder",
    "includeResources",
    "includeCancellationPolicy",
    "includePayments",
)
BOOKING_FIELDS: Json = {
    "bookingcomSpecialRequests": {"remarks": "Quiet room, please.", "geniusFreebies": []},
    "bookingcomSmokingPreference": 0,
    "bookingcomIsGeniusMember": 1,
    "bookingcomNoShowFeeWaived": False,
}


def find_reservation(world: World, reservation_id: int) -> Json:
    """The reservation, or 404."""
    if reservation_id not in world.reservations:
        raise missing("Reservation")
    return world.reservations.peek(reservation_id)


@serves("listReservations")
def list_reservations(call: Call) -> Reply:
    """
    A page of reservations, by `afterId` or by `offset`.

    `afterId` is a position in the present order, not a comparison of ids; an unknown one gives an empty
    page. Source: Hostaway API reference, "Retrieve reservations list" (changelog 2026-03-31, 2026-05-18).
    """
    _check_date_type(call)
    ids, places = _ordered(call)
    after = call.number("afterId")
    limit = call.size()
    fitting = _fitting(call, ids)
    if after is None:
        offset = max(0, call.number("offset") or 0)
        page = fitting[offset : offset + limit]
    else:
        offset = 0
        start = (
            bisect_right(fitting, places[after], key=places.__getitem__) if after in places else len(fitting)
        )
        page = fitting[start : start + limit]
    rows = [_listed(call, number) for number in page]
    return page_of(rows, total=len(fitting), limit=limit, offset=offset)


def _check_date_type(call: Call) -> None:
    given = [name for name in ("dateType", "startDate", "endDate") if call.text(name)]
    if given and not call.sandbox.date_type_enabled:
        raise RefusalError(400, f"{given[0]} is not enabled for this account")
    if given and "dateType" not in given:
        raise RefusalError(400, f"{given[0]} needs dateType")


def _ordered(call: Call) -> tuple[list[int], dict[int, int]]:
    name = call.text("sortOrder") or ""
    world = call.world
    orders: dict[str, Callable[[Stay], Any]] = {
        "": lambda stay: (-stay.updated, -stay.id),
        "updatedOn": lambda stay: (stay.updated, stay.id),
        "arrivalDate": lambda stay: (stay.arrival, stay.id),
        "arrivalDateDesc": lambda stay: (-stay.arrival.toordinal(), -stay.id),
        "latestActivity": lambda stay: (stay.activity, stay.id),
        "latestActivityDesc": lambda stay: (-stay.activity, -stay.id),
        "lastConversationMessageSent": lambda stay: (_talk(world, stay, "messageSentOn"), stay.id),
        "lastConversationMessageReceived": lambda stay: (_talk(world, stay, "messageReceivedOn"), stay.id),
    }
    if name.startswith("lastConversation") and name.endswith("Desc"):
        ids, _ = world.reservation_order(name[:-4], orders[name[:-4]])
        ids = ids[::-1]
        return ids, {number: place for place, number in enumerate(ids)}
    return world.reservation_order(name, orders[name])


def _talk(world: World, stay: Stay, field: str) -> str:
    number = conversation_id(stay.id)
    return world.conversations.peek(number)[field] or "" if number in world.conversations else ""


def _fitting(call: Call, ids: list[int]) -> list[int]:
    """The ids that pass every filter, in order; remembered, so that a walk filters once."""
    filters = sorted(pair for pair in call.query if pair[0] not in _NOT_FILTERS)
    if not filters:
        return ids
    wanted = _wanted(call)
    name = f"reservations/{call.text('sortOrder')}/{filters}"
    fitting: list[int] = call.world.remember(name, lambda: [number for number in ids if wanted(number)])
    return fitting


def _wanted(call: Call) -> Callable[[int], bool]:
    """One test for all filters: the short record first, the document only where it must be."""
    world = call.world
    brief = _brief_tests(call)
    full = _full_tests(call)
    match, email = (call.text("match") or "").casefold(), (call.text("guestEmail") or "").casefold()

    def wanted(number: int) -> bool:
        stay = world.stays[number]
        if not all(test(stay) for test in brief):
            return False
        # What nobody has changed is as it was drawn; to write every document would take minutes.
        known = match in guest_name(stay).casefold() and (
            not email or email in (stay.guest.email.casefold(), stay.guest.relay.casefold())
        )
        if not known and world.reservations.kept(number) is None:
            return False
        return not full or _passes(world.reservations.peek(number), full)

    return wanted


def _passes(document: Json, tests: Iterable[Callable[[Json], bool]]) -> bool:
    return all(test(document) for test in tests)


def _brief_tests(call: Call) -> list[Callable[[Stay], bool]]:
    tests: list[Callable[[Stay], bool]] = []
    listing, channel = call.number("listingId"), call.number("channelId")
    if listing is not None:
        tests.append(lambda stay: stay.listing_id == listing)
    if channel is not None:
        tests.append(lambda stay: stay.channel == channel)
    unread = call.text("hasUnreadConversationMessages")
    if unread is not None:
        tests.append(lambda stay: stay.unread == (unread == "1"))
    for name, field in (("arrival", "arrival"), ("departure", "departure")):
        tests += _day_tests(call.day(f"{name}StartDate"), call.day(f"{name}EndDate"), field)
    kind = call.text("dateType")
    if kind in ("arrival", "departure"):
        tests += _day_tests(call.day("startDate"), call.day("endDate"), kind)
    return tests


def _day_tests(first: date | None, last: date | None, field: str) -> list[Callable[[Stay], bool]]:
    tests: list[Callable[[Stay], bool]] = []
    if first is not None:
        tests.append(lambda stay: getattr(stay, field) >= first)
    if last is not None:
        tests.append(lambda stay: getattr(stay, field) <= last)
    return tests


def _full_tests(call: Call) -> list[Callable[[Json], bool]]:
    tests: list[Callable[[Json], bool]] = []
    for name in (
        "isStarred",
        "isArchived",
        "isPinned",
        "reservationAgreement",
        "assigneeUserId",
        "customerUserId",
    ):
        text = call.text(name)
        if text is not None:
            tests.append(lambda row, name=name, text=text: str(row[name]) == text)  # type: ignore[misc]
    match, email = call.text("match"), call.text("guestEmail")
    if match is not None:
        tests.append(lambda row: match.casefold() in (row["guestName"] or "").casefold())
    if email is not None:
        tests.append(lambda row: email.casefold() == (row["guestEmail"] or "").casefold())
    tests += _text_day_tests(call, "latestActivityOn", "latestActivityStart", "latestActivityEnd")
    if call.text("dateType") == "creation":
        tests += _text_day_tests(call, "reservationDate", "startDate", "endDate")
    if call.text("dateType") == "cancellation":
        tests.append(lambda row: bool(row["status"] == "cancelled" and row["cancellationDate"]))
        tests += _text_day_tests(call, "cancellationDate", "startDate", "endDate")
    return tests


def _text_day_tests(call: Call, field: str, start: str, end: str) -> list[Callable[[Json], bool]]:
    tests: list[Callable[[Json], bool]] = []
    first, last = call.text(start), call.text(end)
    if first is not None:
        tests.append(lambda row: (row[field] or "")[:10] >= first)
    if last is not None:
        tests.append(lambda row: "" < (row[field] or "")[:10] <= last)
    return tests


def _listed(call: Call, number: int) -> Json:
    """A row of the list: nested objects are empty unless `includeResources` asks for them."""
    full = call.flag("includeResources")
    row = shown(call.world, number, resources=full, payments=call.flag("includePayments"))
    if not full:
        row |= {name: [] for name in NESTED} | {"hostProxyEmail": None}
    if not call.flag("includeCancellationPolicy"):
        row |= dict.fromkeys(POLICY_FIELDS)
    return row


def shown(world: World, number: int, *, resources: bool = False, payments: bool = False) -> Json:
    """A reservation as answers carry it: with its payment state, extras and balance where asked for."""
    row = dict(find_reservation(world, number))
    charges = world.charges_of(number) if row["channelId"] in COLLECTED_BY_HOST else []
    row["paymentStatus"] = _payment_status(row, charges)
    row["remainingBalance"] = _balance(row, charges) if payments else None
    row["listingName"] = (
        world.listings.peek(row["listingMapId"])["name"] if row["listingMapId"] in world.listings else None
    )
    if resources and row["channelId"] == 2005:
        row |= {name: value for name, value in BOOKING_FIELDS.items() if row[name] is None}
        row["bookingcomBookerName"] = row["bookingcomBookerName"] or row["guestName"]
    if not resources:
        row |= dict.fromkeys(name for name in row if name.startswith("bookingcom"))
    return row


def _balance(row: Json, charges: list[Json]) -> float | None:
    if row["totalPrice"] is None:
        return None
    return plain(cents(row["totalPrice"]) - paid_of(charges))


def _payment_status(row: Json, charges: list[Json]) -> str:
    """Paid, Partially paid or Unknown, by the charges; `isPaid` is never stored (live, 2026-07)."""
    paid = paid_of(charges)
    if paid <= 0 or row["totalPrice"] is None:
        return "Unknown"
    return "Paid" if paid >= cents(row["totalPrice"]) else "Partially paid"


@serves("getReservation")
def get_reservation(call: Call) -> Reply:
    """One reservation, with nested objects and policy; Booking.com extras on demand."""
    number = call.id("reservationId")
    return success(shown(call.world, number, resources=call.flag("includeResources")))


@serves("listReservationPaymentMethods")
def list_payment_methods(_call: Call) -> Reply:
    """The payment methods as a keyed object."""
    return success(PAYMENT_METHODS)


@serves("listReservationCustomFields")
def list_reservation_custom_fields(call: Call) -> Reply:
    """The deprecated list of reservation fields."""
    fields = call.world.custom_fields.values()
    return everything([field for field in fields if field["objectType"] == "reservation"])


@serves("listReservationLogs")
def list_reservation_logs(call: Call) -> Reply:
    """What was changed on a reservation, newest first (2026-08-04)."""
    number = call.id("reservationId")
    find_reservation(call.world, number)
    return call.page(call.world.reservation_logs.get(number, [])[::-1])


@serves("getReservationRentalAgreement")
def get_rental_agreement(call: Call) -> Reply:
    """The reservation, whose `rentalAgreementFileUrl` is the agreement."""
    return success(shown(call.world, call.id("reservationId")))
