"""Questions about money: what is owed, earned, spent and reported, and why two figures differ."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.questions.account import (
    BOOKINGCOM,
    CHANNELS,
    CONFIRMED,
    DAY,
    HELD,
    HOST_COLLECTS,
    OWNER,
    Account,
    Json,
    arrival,
    departure,
    exact,
    money,
    nights_within,
    span,
)
from tests.questions.of_stays import FIRST, NEXT, first_arrival
from tests.questions.record import Figures, Page, Question, call

JUNE = date(2026, 6, 1), date(2026, 6, 30)
AUGUST = date(2026, 8, 1), date(2026, 8, 31)


def collected_by_host(stay: Json) -> bool:
    """Whether the guest pays the host, and not the channel."""
    if stay["channelId"] == BOOKINGCOM:
        return bool(stay["guestPaymentCardIsVirtual"] == 0)
    return stay["channelId"] in HOST_COLLECTS


def owing(account: Account, within: int, city: str | None = None) -> list[tuple[Json, Decimal]]:
    """Stays that arrive from today on and are not paid in full, with what is missing."""
    here = account.city(city) if city else account.listings
    found = []
    for stay in account.arriving(account.today, account.day(within), CONFIRMED | HELD):
        if stay["listingMapId"] in here and collected_by_host(stay) and stay["totalPrice"]:
            balance = exact(stay["totalPrice"]) - account.paid(stay)
            if balance > 0:
                found.append((stay, balance))
    return found


def owed(within: int, city: str | None = None) -> Any:
    def gold(account: Account) -> Figures:
        found = owing(account, within, city)
        sums: dict[str, list[Decimal]] = defaultdict(list)
        for stay, balance in found:
            sums[stay["currency"]].append(balance)
        return {
            "stays": len(found),
            "which": Page(
                (
                    stay["id"],
                    stay["arrivalDate"],
                    money(exact(stay["totalPrice"]), stay["currency"]),
                    money(balance, stay["currency"]),
                )
                for stay, balance in found
            ),
            "in all": [
                (len(some), money(sum(some, Decimal(0)), currency)) for currency, some in sums.items()
            ],
        }

    return gold


OWED = {
    "stays": "total",
    "which": "balances[].reservation_id, arrival, total, balance",
    "in all": "totals[].stays, balance",
}


def failed(account: Account) -> Figures:
    """Charges that were tried in vain, of stays that owe and arrive in the next three weeks."""
    charges = [one for stay, _ in owing(account, 21) for one in account.world.charges_of(stay["id"])]
    found = [one for one in charges if one["status"] == "failed"]
    return {"failed": [(one["reservationId"], money(one["amount"], one["currency"])) for one in found]}


def spent(first: date, category: str | None = None, city: str | None = None) -> Any:
    """Expenses below zero, extras above; one sum a currency, which is the listing's."""

    def gold(account: Account) -> Figures:
        sums: dict[str, list[Decimal]] = defaultdict(list)
        numbers = []
        # What was spent on a home counts, whatever became of it.
        here = {number for number, one in account.listings.items() if city in (None, one["city"])}
        for one in account.world.expenses.values():
            fits = category is None or category in one["categoriesNames"]
            if (
                fits
                and str(first) <= one["expenseDate"] <= str(account.today)
                and one["listingMapId"] in here
            ):
                numbers.append(one["id"])
                sums[account.listings[one["listingMapId"]]["currencyCode"]].append(exact(one["amount"]))
        return {
            "entries": len(numbers),
            "which": Page(numbers),
            "sums": [
                (
                    money(sum((one for one in some if one < 0), Decimal(0)), currency),
                    money(sum((one for one in some if one > 0), Decimal(0)), currency),
                    money(sum(some, Decimal(0)), currency),
                )
                for currency, some in sums.items()
            ],
        }

    return gold


SPENT = {
    "entries": "total",
    "which": "expenses[].expense_id",
    "sums": "totals[].expenses, extras, net",
}


def accommodation(stay: Json) -> Decimal | None:
    """
    Base rate, extra persons and the discounts on them.

    Without finance fields it is the price less cleaning and tax.
    """
    if stay["totalPrice"] is None:
        return None
    fields = [one for one in stay["financeField"] if not one["isDeleted"]]
    if not fields:
        return exact(stay["totalPrice"]) - exact(stay["cleaningFee"]) - exact(stay["taxAmount"])
    kinds = ("accommodation", "discount")
    return sum((exact(one["total"]) for one in fields if one["type"] in kinds), Decimal(0))


@dataclass
class Earned:
    """What a period comes to in one currency."""

    stays: int = 0
    sold: int = 0
    priced: int = 0
    available: int = 0
    revenue: Fraction = field(default_factory=Fraction)


def earned(account: Account, first: date, last: date, city: str | None = None) -> dict[str, Earned]:
    """By night: each night's even share of its stay; nights sold never more than the units."""
    found: dict[str, Earned] = defaultdict(Earned)
    here = account.city(city)
    for number, listing in here.items():
        one = found[listing["currencyCode"]]
        one.available += available(account, number, first, last)
    sold: dict[tuple[int, date], int] = defaultdict(int)
    for stay in account.sleeping(first, last, CONFIRMED):
        if stay["listingMapId"] not in here:
            continue
        nights, revenue = nights_within(stay, first, last), accommodation(stay)
        one = found[stay["currency"]]
        for night in span(max(arrival(stay), first), min(departure(stay) - DAY, last)):
            sold[stay["listingMapId"], night] += 1
        if revenue is not None:
            one.stays += 1
            one.priced += nights
            one.revenue += Fraction(revenue) * nights / stay["nights"]
    for (number, _), units in sold.items():
        found[here[number]["currencyCode"]].sold += min(units, account.units(number))
    return {currency: one for currency, one in found.items() if one.available or one.sold}


def available(account: Account, number: int, first: date, last: date) -> int:
    """Nights of all units less those of the owner and those that the calendar blocks."""
    units, nights = account.units(number), 0
    owner: dict[date, int] = defaultdict(int)
    for stay in account.at(number):
        if stay["status"] in OWNER and nights_within(stay, first, last):
            for night in span(max(arrival(stay), first), min(departure(stay) - DAY, last)):
                owner[night] += 1
    for day in account.days(number, first, last):
        blocked = day["countBlockedUnits"] or int(units == 1 and day["status"] == "blocked")
        nights += units - owner[date.fromisoformat(day["date"])] - blocked
    return nights


def figures(first: date, last: date, city: str | None = None) -> Any:
    """Nights, occupancy, revenue, ADR and RevPAR, one row a currency."""

    def gold(account: Account) -> Figures:
        return {
            "figures": [
                (
                    money(one.revenue, currency),
                    one.sold,
                    one.available,
                    money(one.revenue / one.priced, currency),
                    money(one.revenue / one.available, currency),
                )
                for currency, one in earned(account, first, last, city).items()
            ],
        }

    return gold


FIGURES = {"figures": "totals[].revenue, nights_sold, nights_available, adr, revpar"}


def occupied(account: Account) -> Figures:
    return {
        "occupancy": [
            (currency, round(one.sold / one.available, 4))
            for currency, one in earned(account, *AUGUST).items()
        ]
    }


def by_channel(account: Account) -> Figures:
    """The nights of June that each channel's stays slept, currency by currency."""
    nights: dict[tuple[str, str], int] = defaultdict(int)
    for stay in account.sleeping(*JUNE, CONFIRMED):
        if stay["listingMapId"] in account.active:
            nights[CHANNELS[stay["channelId"]], stay["currency"]] += nights_within(stay, *JUNE)
    return {"nights": Page((*key, count) for key, count in nights.items())}


def by_arrival(account: Account) -> Figures:
    """The whole revenue of the stays that arrive in June."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for stay in account.arriving(*JUNE, CONFIRMED):
        if stay["listingMapId"] in account.active and (revenue := accommodation(stay)) is not None:
            sums[stay["currency"]] += revenue
    return {"revenue": [money(amount, currency) for currency, amount in sums.items()]}


def kept_of_cancelled(account: Account) -> Figures:
    """What is kept of cancelled stays that were to arrive in June, whole."""
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for stay in account.arriving(*JUNE, {"cancelled"}):
        for one in stay["financeField"]:
            if one["name"] == "cancellationPayout" and stay["listingMapId"] in account.active:
                sums[stay["currency"]].append(exact(one["total"]))
    return {
        "income": [(money(sum(some, Decimal(0)), currency), len(some)) for currency, some in sums.items()]
    }


def reported(account: Account) -> Figures:
    """Hostaway's columns: sums over the stays that arrive in June, one a currency."""
    names = {"baseRate": "baseRate", "cleaningFee": "cleaningFeeValue", "hostChannelFee": "hostChannelFee"}
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    stays = account.arriving(*JUNE, CONFIRMED)
    for stay in stays:
        row = sums[stay["currency"]]
        row["totalPrice"] += exact(stay["totalPrice"])
        for one in stay["financeField"]:
            if one["name"] in names:
                row[names[one["name"]]] += exact(one["total"])
    return {
        "stays": len(stays),
        "sums": [
            (currency, *(f"{row[name]:.2f}" for name in ("totalPrice", *names.values())))
            for currency, row in sums.items()
        ],
    }


def waterfall(account: Account) -> Figures:
    """From the guest's price to the payout: less what the channel keeps and the deposit."""
    stay = first_arrival(account)
    price, kept = exact(stay["totalPrice"]), exact(stay["channelCommissionAmount"])
    payout = price - kept - exact(stay["securityDepositFee"])
    if stay["airbnbExpectedPayoutAmount"] is not None:
        payout = exact(stay["airbnbExpectedPayoutAmount"])
    return {
        "guest price": money(price, stay["currency"]),
        "payout": money(payout, stay["currency"]),
        "unexplained": money(Decimal(0), stay["currency"]),
    }


SUMMARY = "get_financial_summary"
MONEY = (
    Question(
        "Who still owes us money for arrivals in the next two weeks?",
        (call("find_balances"),), owed(14), OWED, live=8,
    ),
    Question(
        "How much is still to be paid by those who come in the next two months?",
        (call("find_balances", arriving_within=60),), owed(60), OWED, most=150,
    ),
    Question(
        "Who owes us in London for the next month?",
        (call("find_balances", arriving_within=30, group="London"),), owed(30, "London"), OWED,
    ),
    Question(
        "Which charges failed for guests who come in three weeks?",
        (call("find_balances", arriving_within=21),), failed,
        {"failed": "failed_charges[].reservation_id, amount"},
        most=150,
    ),
    Question(
        "What did we spend since May?",
        (call("find_expenses", from_="2026-05-01", to="today"),), spent(date(2026, 5, 1)), SPENT,
    ),
    Question(
        "And on maintenance?",
        (call("find_expenses", from_="2026-05-01", to="today", category="maintenance"),),
        spent(date(2026, 5, 1), "Maintenance"), SPENT,
    ),
    Question(
        "What did Berlin cost us this month?",
        (call("find_expenses", from_="2026-07-01", to="today", group="Berlin"),),
        spent(date(2026, 7, 1), city="Berlin"), SPENT,
    ),
    Question(
        "What did June bring: nights, occupancy, ADR and RevPAR?",
        (call(SUMMARY, from_="2026-06-01", to="2026-07-01"),), figures(*JUNE), FIGURES, most=150,
    ),
    Question(
        "And in Lisbon?",
        (call(SUMMARY, from_="2026-06-01", to="2026-07-01", group="Lisbon"),),
        figures(*JUNE, "Lisbon"), FIGURES, most=150,
    ),
    Question(
        "What has August brought so far?",
        (call(SUMMARY, from_="2026-08-01", to="2026-09-01"),), figures(*AUGUST), FIGURES,
    ),
    Question(
        "How full are we in August?",
        (call(SUMMARY, from_="2026-08-01", to="2026-09-01"),),
        occupied, {"occupancy": "totals[].currency, occupancy"},
    ),
    Question(
        "Through which channels were June's nights sold?",
        (call(SUMMARY, from_="2026-06-01", to="2026-07-01", by="channel"),),
        by_channel, {"nights": "groups[].key, currency, nights_sold"}, most=150,
    ),
    Question(
        "What do June's arrivals bring, counted by arrival as the bookkeeper does?",
        (call(SUMMARY, from_="2026-06-01", to="2026-06-30", basis="arrival"),),
        by_arrival, {"revenue": "totals[].revenue"}, most=150,
    ),
    Question(
        "What did we earn from June's cancelled stays?",
        (call(SUMMARY, from_="2026-06-01", to="2026-07-01"),),
        kept_of_cancelled, {"income": "cancellation_income[].amount, stays"}, most=150,
    ),
    Question(
        "What does Hostaway's own report say of June's arrivals?",
        (call("get_financial_report", from_="2026-06-01", to="2026-06-30", limit=1),),
        reported,
        {
            "stays": "total",
            "sums": "totals[].currency, values.totalPrice, values.baseRate, values.cleaningFeeValue, "
            "values.hostChannelFee",
        },
        upstream=12, live=14, most=150,
    ),
    Question(
        "Why is our payout for the next guest less than the price?",
        (NEXT, call("explain_money", reservation=FIRST)),
        waterfall,
        {
            "guest price": "steps[label=Guest price].amount",
            "payout": "steps[label=Payout].amount",
            "unexplained": "unexplained",
        },
        upstream=3,
    ),
)  # fmt: skip
