"""Questions about nights that stay empty, stays that cannot all take place, and prices that look wrong."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from tests.questions.account import (
    DAY,
    TAKING,
    Account,
    Json,
    arrival,
    day_of,
    departure,
    exact,
    money,
    runs,
    span,
)
from tests.questions.record import Figures, Page, Question, call

GAP = "gaps[].listing_id, from, to, bookable, rule"
Gap = tuple[int, str, str, bool, str | None]


def gaps(
    account: Account, first: date, end: date, most: int, city: str | None = None
) -> list[tuple[Gap, str | None]]:
    """
    Runs of at most so many free nights between nights that are not, with a night from the first day up to
    the end: the gap as `GAP` shows it, and what its nights cost.
    """
    found = []
    for number, listing in account.city(city).items():
        known = account.calendar(number)
        around = span(min(first, account.today) - (most + 1) * DAY, end + (most + 1) * DAY)
        days = {day: known[day] for day in around}
        for run in runs([day for day, one in days.items() if one["isAvailable"]]):
            before, after = run[0] - DAY, run[-1] + DAY
            if len(run) > most or before not in days or after not in days or run[-1] < account.today:
                continue
            nights = [night for night in run if night >= account.today]
            if nights[0] >= end or nights[-1] < first:
                continue
            found.append(_gap(number, listing, days, nights))
    return found


def _gap(number: int, listing: Json, days: dict[date, Json], nights: list[date]) -> tuple[Gap, str | None]:
    stays = [
        (nights[begin], nights[begin] + length * DAY)
        for length in range(len(nights), 0, -1)
        for begin in range(len(nights) - length + 1)
    ]
    possible = [stay for stay in stays if stopped(days, *stay) is None]
    come, go = possible[0] if possible else stays[0]
    worth = sum((exact(days[night]["price"]) for night in span(come, go - DAY)), Decimal(0))
    rule = None if possible else stopped(days, come, go)
    gap = (number, str(nights[0]), str(nights[-1] + DAY), bool(possible), rule)
    return gap, money(worth, listing["currencyCode"])


def stopped(days: dict[date, Json], come: date, go: date) -> str | None:
    """The rule that stops a stay; None if it can be booked."""
    nights, first, last = (go - come).days, days[come], days[go]
    if nights < first["minimumStay"]:
        return "minimum_stay"
    if first["closedOnArrival"]:
        return "closed_to_arrival"
    if last["closedOnDeparture"]:
        return "closed_to_departure"
    return "maximum_stay" if nights > first["maximumStay"] else None


def holes(first: int, end: int, most: int = 3, city: str | None = None) -> Any:
    """The gaps, and what they are worth together in each currency."""

    def gold(account: Account) -> Figures:
        found = gaps(account, account.day(first), account.day(end), most, city)
        return {
            "gaps": len(found),
            "which": Page((*gap, worth) for gap, worth in found),
            "worth": [money(amount, currency) for currency, amount in _sums(found).items()],
        }

    return gold


def _sums(found: list[tuple[Gap, str | None]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for _, worth in found:
        amount, _, currency = (worth or "").partition(" ")
        sums[currency] += Decimal(amount)
    return sums


def worth_filling(account: Account) -> Figures:
    """The nights of the next month's gaps less 60 for each turnover."""
    found = gaps(account, account.today, account.day(30), 3)
    counts: dict[str, int] = defaultdict(int)
    for (_, _, _, _, rule), _ in found:
        counts[rule or "bookable"] += 1
    sums = _sums(found)
    here = account.listings
    turnovers: dict[str, int] = defaultdict(int)
    for (number, *_), _ in found:
        turnovers[here[number]["currencyCode"]] += 60
    return {
        "by rule": list(counts.items()),
        "worth": [money(amount - turnovers[currency], currency) for currency, amount in sums.items()],
    }


HOLES = {"gaps": "total", "which": f"{GAP}, worth", "worth": "worth[]"}


def overlaps(account: Account, days: int) -> list[tuple[int, str, frozenset[int]]]:
    """Two stays that hold the same night of a listing with one unit, in so many days from today."""
    held = defaultdict(list)
    for stay in account.sleeping(account.today, account.day(days - 1), TAKING):
        held[stay["listingMapId"]].append(stay)
    return [
        (number, "overlap", frozenset((one["id"], other["id"])))
        for number, stays in held.items()
        if account.units(number) == 1
        for one, other in combinations(stays, 2)
        if max(arrival(one), arrival(other)) < min(departure(one), departure(other))
    ]


def double_booked(account: Account) -> Figures:
    found = overlaps(account, 90)
    return {
        "conflicts": len(found),
        "where": [(number, kind) for number, kind, _ in found],
        "stays": sorted(one for _, _, some in found for one in some),
    }


def tight(account: Account) -> Figures:
    """Turnovers on one day with less than five hours; the homes of Berlin have one unit each."""
    found = []
    for number in account.city("Berlin"):
        stays = [one for one in account.at(number) if one["status"] in TAKING]
        for go in stays:
            day = departure(go)
            hours = [one["checkInTime"] - go["checkOutTime"] for one in stays if arrival(one) == day]
            if account.today <= day <= account.day(13) and any(some < 5 for some in hours):
                found.append((number, str(day)))
    return {"homes": Page(found)}


def cheap(floor: int, days: int) -> Any:
    """Runs of open nights below a floor, with the lowest price of each."""

    def gold(account: Account) -> Figures:
        found, nights = [], 0
        for number, listing in account.active.items():
            some = account.open_days(number, account.today, account.day(days - 1))
            nights += len(some)
            low = {day_of(one["date"]): exact(one["price"]) for one in some if one["price"] < floor}
            for run in runs(list(low)):
                lowest = min(low[day] for day in run)
                found.append((number, str(run[0]), str(run[-1]), money(lowest, listing["currencyCode"])))
        return {
            "findings": len(found),
            "which": Page(found),
            "open nights": f"{nights} open nights of {len(account.active)} listings",
        }

    return gold


CHEAP = {
    "findings": "total",
    "which": "findings[].listing_id, from, to, price",
    "open nights": "looked_at",
}
UNSAID = ("open nights",)
"""The text says it only where nothing is found."""

CALENDAR = (
    Question(
        "Which nights of the next two months will stay empty between others, and what would they bring?",
        (call("find_gaps"),), holes(0, 60), HOLES, most=150,
    ),
    Question(
        "Which one-night holes are there in Lisbon until the end of August, and what stops a booking?",
        (call("find_gaps", to="2026-09-01", max_nights=1, group="Lisbon"),),
        holes(0, 40, 1, "Lisbon"), HOLES,
    ),
    Question(
        "Which gaps open in the next two weeks?",
        (call("find_gaps", to="+14d"),), holes(0, 14), HOLES,
    ),
    Question(
        "Is filling the next month's gaps worth it if a turnover costs 60?",
        (call("find_gaps", to="+30d", turnover_cost=60),),
        worth_filling, {"by rule": "counts[].rule, gaps", "worth": "worth[]"},
    ),
    Question(
        "Is anything double booked?",
        (call("check_conflicts", kinds=["overlap"]),),
        double_booked,
        {
            "conflicts": "total",
            "where": "conflicts[].listing_id, kind",
            "stays": "conflicts[0].reservations[].reservation_id",
        },
        most=150,
    ),
    Question(
        "Where in Berlin have the cleaners less than five hours in the next two weeks?",
        (call("check_conflicts", kinds=["short_turnover"], cleaning_hours=5, to="+13d", group="Berlin"),),
        tight, {"homes": "conflicts[].listing_id, dates.from"}, most=150,
    ),
    Question(
        "Which open nights of the next two months cost less than 100?",
        (call("check_prices", rules=["floor=100"]),), cheap(100, 60), CHEAP,
        most=150, silent=UNSAID,
    ),
    Question(
        "Does any night of the next two weeks cost less than 40?",
        (call("check_prices", rules=["floor=40"], to="+13d"),), cheap(40, 14), CHEAP,
        most=150, silent=UNSAID,
    ),
)  # fmt: skip
