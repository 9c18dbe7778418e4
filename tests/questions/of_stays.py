"""Questions about who comes, stays and leaves, and about guests."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.questions.account import (
    BOOKED,
    CONFIRMED,
    HELD,
    OWNER,
    TAKING,
    Account,
    Json,
    arrival,
    money,
)
from tests.questions.record import Figures, Page, Question, Took, call

ROW = "reservations[].reservation_id, guest, arrival, departure, nights, total"
FIRST = Took("reservations[0].reservation_id")


def row(stay: Json) -> tuple[Any, ...]:
    """A stay as `ROW` shows it."""
    # Owners pay nothing for their own homes.
    price = None if stay["status"] in OWNER else stay["totalPrice"]
    return (
        stay["id"],
        stay["guestName"],
        stay["arrivalDate"],
        stay["departureDate"],
        stay["nights"],
        None if price is None else money(price, stay["currency"]),
    )


def found(stays: list[Json]) -> Figures:
    return {"stays": len(stays), "which": Page(map(row, stays))}


TOLD = {"stays": "total", "which": ROW}


def arriving(first: int, last: int, **narrowed: Any) -> Any:
    return lambda account: found(
        _narrowed(account, account.arriving(account.day(first), account.day(last)), **narrowed)
    )


def leaving(first: int, last: int, **narrowed: Any) -> Any:
    return lambda account: found(
        _narrowed(account, account.leaving(account.day(first), account.day(last)), **narrowed)
    )


def sleeping(first: int, end: int, statuses: set[str] = TAKING, **narrowed: Any) -> Any:
    """With a night from the first day up to the end, which is none of them."""
    return lambda account: found(
        _narrowed(account, account.sleeping(account.day(first), account.day(end - 1), statuses), **narrowed)
    )


def _narrowed(
    account: Account, stays: list[Json], *, city: str | None = None, channel: int | None = None
) -> list[Json]:
    here = account.city(city) if city else account.listings
    return [stay for stay in stays if stay["listingMapId"] in here and channel in (None, stay["channelId"])]


def booked_lately(account: Account) -> Figures:
    """By the day it was at the listing when it was booked."""
    return found(
        [
            stay
            for stay in account.stays
            if stay["status"] in TAKING
            and account.local_day(stay["reservationDate"], stay["listingMapId"]) >= account.day(-3)
        ]
    )


def cancelled(account: Account) -> Figures:
    """Those with a night in the next two months."""
    return found(account.sleeping(account.today, account.day(59), {"cancelled"}))


def first_arrival(account: Account) -> Json:
    """The next guest from Airbnb: the first row of `NEXT`."""
    stays = account.arriving(account.today, account.day(14), CONFIRMED)
    stays = [one for one in stays if one["channelId"] == AIRBNB]
    return min(stays, key=lambda one: (one["arrivalDate"], one["id"]))


def the_board(first: int, days: int, city: str | None = None) -> Any:
    """Day by day: how many arrive, leave and stay on."""

    def gold(account: Account) -> Figures:
        return {
            "the days": Page(_counted(account, account.day(first + offset), city) for offset in range(days))
        }

    return gold


def _counted(account: Account, day: date, city: str | None) -> tuple[Any, ...]:
    come = _narrowed(account, account.arriving(day, day, BOOKED), city=city)
    leave = _narrowed(account, account.leaving(day, day, BOOKED), city=city)
    stay = _narrowed(account, account.sleeping(day, day, BOOKED), city=city)
    return str(day), len(come), len(leave), sum(arrival(one) < day for one in stay)


BOARD = {"the days": "days[].date, counts.arrivals, counts.departures, counts.in_house"}


def same_day(account: Account) -> Figures:
    """Days of London, where each home has one unit, on which one leaves and another comes."""
    day = account.today
    leave = {one["listingMapId"] for one in account.leaving(day, day, BOOKED)}
    come = {one["listingMapId"] for one in account.arriving(day, day, BOOKED)}
    here = account.city("London")
    asking = account.arriving(day, day, HELD)
    return {
        "same-day turnovers": len(leave & come & here.keys()),
        "requests": sum(one["listingMapId"] in here for one in asking),
    }


def money_of_the_first(account: Account) -> Figures:
    stay = first_arrival(account)
    parts = [one for one in stay["financeField"] if one["isIncludedInTotalPrice"] and not one["isDeleted"]]
    return {
        "stay": stay["id"],
        "booked": stay["reservationDate"].replace(" ", "T") + "Z",
        "price": money(stay["totalPrice"], stay["currency"]),
        "parts": [money(one["total"], stay["currency"]) for one in parts],
    }


def tasks_of_the_first(account: Account) -> Figures:
    stay = first_arrival(account)
    mine = [one for one in account.world.tasks.values() if one["reservationId"] == stay["id"]]
    return {"stay": stay["id"], "tasks": [(one["id"], one["status"]) for one in mine]}


def guest_of_the_first(account: Account) -> Figures:
    """All stays under the guest's address, or under the same full name and country."""
    stay = first_arrival(account)
    who = (stay["guestName"], stay["guestCountry"])
    booked = [
        one
        for one in account.stays
        if one["status"] in BOOKED
        and (one["guestEmail"] == stay["guestEmail"] or (one["guestName"], one["guestCountry"]) == who)
    ]
    return {
        "guest": stay["guestName"],
        "stays booked": len(booked),
        "nights": sum(one["nights"] for one in booked),
    }


def party_of_the_first(account: Account) -> Figures:
    stay = first_arrival(account)
    return {
        "stay": stay["id"],
        "check-in hour": stay["checkInTime"],
        "check-out hour": stay["checkOutTime"],
        "adults": stay["adults"],
        "note": stay["guestNote"],
    }


AIRBNB = 2018
NEXT = call(
    "find_reservations",
    by="arrival",
    from_="today",
    to="+14d",
    channel=["airbnb"],
    status_class=["confirmed"],
)

STAYS = (
    Question(
        "Who arrives today?",
        (call("find_reservations", by="arrival", from_="today", to="today"),),
        arriving(0, 0), TOLD, live=2,
    ),
    Question(
        "Who arrives this week, and at what price?",
        (call("find_reservations", by="arrival", from_="today", to="+7d"),),
        arriving(0, 7), TOLD, live=2,
    ),
    Question(
        "Who leaves tomorrow?",
        (call("find_reservations", by="departure", from_="tomorrow", to="tomorrow"),),
        leaving(1, 1), TOLD, live=2,
    ),
    Question(
        "Who stays with us in Lisbon in the next two weeks?",
        (call("find_reservations", from_="today", to="+14d", group="Lisbon"),),
        sleeping(0, 14, city="Lisbon"), TOLD, live=2,
    ),
    Question(
        "Which Airbnb guests arrive in the next ten days?",
        (call("find_reservations", by="arrival", from_="today", to="+10d", channel=["airbnb"]),),
        arriving(0, 10, channel=AIRBNB), TOLD, live=2,
    ),
    Question(
        "When do owners use their own homes in the next two months?",
        (call("find_reservations", from_="today", to="+60d", status_class=["owner_stay"]),),
        sleeping(0, 60, OWNER), TOLD,
    ),
    Question(
        "Which requests to book are still open?",
        (call("find_reservations", from_="today", to="+60d", status_class=["needs_action"]),),
        sleeping(0, 60, HELD), TOLD,
    ),
    Question(
        "What was cancelled for the next two months?",
        (call("find_reservations", from_="today", to="+60d", status=["cancelled"]),),
        cancelled, TOLD,
    ),
    Question(
        "What was booked in the last three days?",
        (call("find_reservations", by="booked", from_="-3d", to="today"),),
        booked_lately, TOLD, most=150,
    ),
    Question(
        "What does the next guest from Airbnb pay for?",
        (NEXT, call("get_reservation", reservation=FIRST, include=["money"])),
        money_of_the_first,
        {
            "stay": "reservation.reservation_id",
            "booked": "reservation.booked_at",
            "price": "money.total",
            "parts": "money.components[].amount",
        },
        silent=("booked",),
    ),
    Question(
        "Is the cleaning after that stay arranged?",
        (NEXT, call("get_reservation", reservation=FIRST, include=["tasks"])),
        tasks_of_the_first,
        {"stay": "reservation.reservation_id", "tasks": "tasks[].task_id, status"},
    ),
    Question(
        "Who comes with the next guest, when, and what did they note?",
        (NEXT, call("get_reservation", reservation=FIRST, include=["guest"])),
        party_of_the_first,
        {
            "stay": "reservation.reservation_id",
            "check-in hour": "reservation.check_in_hour",
            "check-out hour": "reservation.check_out_hour",
            "adults": "guest.adults",
            "note": "guest.guest_note",
        },
    ),
    Question(
        "Has the next guest been here before?",
        (NEXT, call("get_guest", reservation=FIRST)),
        guest_of_the_first,
        {"guest": "guest.name", "stays booked": "guest.booked", "nights": "guest.nights"},
        most=150,
    ),
    Question("How many come and go today?", (call("stay_board"),), the_board(0, 1), BOARD, live=2),
    Question("And on each of the next three days?", (call("stay_board", days=3),), the_board(0, 3), BOARD),
    Question(
        "How does the week look in Berlin?",
        (call("stay_board", days=7, group="Berlin"),),
        the_board(0, 7, "Berlin"), BOARD,
    ),
    Question(
        "In how many homes in London does one guest follow another today, and who only asks to come?",
        (call("stay_board", group="London"),),
        same_day,
        {"same-day turnovers": "days[0].counts.same_day_turnovers", "requests": "days[0].counts.requests"},
    ),
)  # fmt: skip
