"""Questions about the homes: which there are, what they offer, what is free and what it costs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.questions.account import Account, Json, exact, money
from tests.questions.record import Figures, Page, Question, call

LOFT, COURT, NEST = "Alfama Loft", "Palm Court", "Ribeira Nest"
LISTED = {"homes": "total", "which": "listings[].listing_id, name, bedrooms, max_guests"}


def listed(fits: Any) -> Any:
    """The listings in use that fit."""

    def gold(account: Account) -> Figures:
        some = [one for one in account.active.values() if fits(one)]
        return {
            "homes": len(some),
            "which": Page(
                (one["id"], one["name"], one["bedroomsNumber"], one["personCapacity"]) for one in some
            ),
        }

    return gold


def archived(account: Account) -> Figures:
    some = [one for one in account.listings.values() if one["specialStatus"] == "archived"]
    return {"homes": len(some), "which": Page(one["id"] for one in some)}


def hours(account: Account) -> Figures:
    one = account.named(LOFT)
    return {
        "check-in from": one["checkInTimeStart"],
        "check-out until": one["checkOutTime"],
        "nights at least": one["minNights"],
    }


def prices_of(account: Account) -> Figures:
    one = account.named(COURT)
    taxes = account.world.taxes[one["id"]]
    return {
        "cleaning": money(one["cleaningFee"], one["currencyCode"]),
        "base price": money(one["price"], one["currencyCode"]),
        "taxes in percent": [f"{exact(tax['amount'])}" for tax in taxes if tax["amountType"] == "percent"],
    }


def address(account: Account) -> Figures:
    one = account.named(COURT)
    return {"address": one["address"], "beds": one["bedsNumber"], "licence": one["propertyLicenseNumber"]}


def wifi(account: Account) -> Figures:
    one = account.named(NEST)
    return {"network": one["wifiUsername"], "password": "set (hidden)", "key": one["keyPickup"]}


def bookable(account: Account, listing_id: int, first: int, end: int) -> bool:
    """By the calendar: every night free, the stay neither too short nor too long, both ends open."""
    days = account.days(listing_id, account.day(first), account.day(end))
    nights = days[:-1]
    return (
        all(one["isAvailable"] for one in nights)
        and days[0]["minimumStay"] <= len(nights) <= days[0]["maximumStay"]
        and not days[0]["closedOnArrival"]
        and not days[-1]["closedOnDeparture"]
    )


def estimate(account: Account, one: Json, first: int, end: int, guests: int) -> str:
    """The nights by the calendar, extra guests and the cleaning fee."""
    nights = account.days(one["id"], account.day(first), account.day(end - 1))
    extra = max(0, guests - one["guestsIncluded"]) * exact(one["priceForExtraPerson"]) * len(nights)
    whole = sum((exact(night["price"]) for night in nights), Decimal(0)) + extra + exact(one["cleaningFee"])
    return money(whole, one["currencyCode"])


def free(first: int, end: int, guests: int, city: str | None = None) -> Any:
    """The listings that can be booked, with the price."""

    def gold(account: Account) -> Figures:
        some = account.city(city)
        fits = {
            number: one
            for number, one in some.items()
            if one["personCapacity"] >= guests and bookable(account, number, first, end)
        }
        return {
            "free": Page(
                (number, estimate(account, one, first, end, guests)) for number, one in fits.items()
            ),
            "looked at": len(some),
        }

    return gold


FREE = {"free": "free[].listing_id, total", "looked at": "total"}


def quoted(account: Account) -> Figures:
    """
    Palm Court for 8 guests and 7 nights, by Hostaway's rules: the nights, extra persons, the week's discount,
    cleaning, deposit, and taxes on the discounted parts that they apply to.
    """
    one = account.named(COURT)
    nights = account.days(one["id"], account.day(QUOTED), account.day(QUOTED + 6))
    base = sum((exact(night["price"]) for night in nights), Decimal(0))
    extra = max(0, 8 - one["guestsIncluded"]) * exact(one["priceForExtraPerson"]) * 7
    discount = cents(base * (1 - exact(one["weeklyDiscount"] or 1)))
    cleaning = exact(one["cleaningFee"])
    taxes = Decimal(0)
    for tax in account.world.taxes[one["id"]]:
        taxed = base + extra - discount + (cleaning if "cleaningFee" in str(tax["applyTo"]) else 0)
        taxes += cents(taxed * exact(tax["amount"]) / 100)
    total = base + extra - discount + cleaning + taxes + exact(one["refundableDamageDeposit"])
    return {
        "nights": 7,
        "total": money(total, one["currencyCode"]),
        "can be booked": bookable(account, one["id"], QUOTED, QUOTED + 7),
    }


def cents(amount: Decimal) -> Decimal:
    """To the cent, halves up, as Hostaway's own calculation rounds here."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


QUOTED = 84


def audited(account: Account) -> Figures:
    """Names that two active listings share; extra persons who cost money where nobody can be one."""
    names = Counter(one["name"] for one in account.active.values())
    return {
        "listings": len(account.active),
        "same name": sum(count for count in names.values() if count > 1) or None,
        "extra person never paid": sum(
            bool(one["priceForExtraPerson"]) and one["guestsIncluded"] >= one["personCapacity"]
            for one in account.active.values()
        )
        or None,
    }


def without_beds(account: Account) -> Figures:
    """Listings whose number of beds is not that of the beds with a type."""
    some = [
        one["id"]
        for one in account.active.values()
        if one["bedsNumber"] != sum(bed["quantity"] for bed in one["listingBedTypes"])
    ]
    return {"findings": len(some) or None}


def in_runs(listing: str, first: date, last: date, shown: Any) -> Any:
    """The days of a calendar, those on end together of which the same is shown."""

    def gold(account: Account) -> Figures:
        one = account.named(listing)
        found: list[tuple[Any, ...]] = []
        for day in account.days(one["id"], first, last):
            says = shown(day, one["currencyCode"])
            begin = found.pop()[0] if found and found[-1][2:] == says else day["date"]
            found.append((begin, day["date"], *says))
        return {"home": one["id"], "days": [(begin, end, *says[:2]) for begin, end, *says in found]}

    return gold


def status_and_price(day: Json, currency: str) -> tuple[Any, ...]:
    """An open night's price; who has it where it is not open."""
    price = money(day["price"], currency) if day["isAvailable"] else None
    return day["status"], price, tuple(day["reservations"])


def rules(day: Json, _: str) -> tuple[Any, ...]:
    return day["minimumStay"], day["maximumStay"], day["closedOnArrival"], day["closedOnDeparture"]


AUGUST = date(2026, 8, 1), date(2026, 8, 31)
SEPTEMBER = date(2026, 9, 1), date(2026, 9, 14)
QUOTED = 84

HOMES = (
    Question("Which homes do we have?", (call("find_listings"),), listed(lambda one: True), LISTED, live=1),
    Question(
        "Which homes in Portugal sleep six?",
        (call("find_listings", country_code="Portugal", min_guests=6),),
        listed(lambda one: one["countryCode"] == "PT" and one["personCapacity"] >= 6), LISTED, live=1,
    ),
    Question(
        "What have we got in Miami?",
        (call("find_listings", city="Miami"),),
        listed(lambda one: one["city"] == "Miami"), LISTED, live=1,
    ),
    Question(
        "Which have three bedrooms or more?",
        (call("find_listings", min_bedrooms=3),),
        listed(lambda one: one["bedroomsNumber"] >= 3), LISTED, live=1,
    ),
    Question(
        "Which homes are out of use?",
        (call("find_listings", status="archived"),),
        archived, {"homes": "total", "which": "listings[].listing_id"}, live=1,
    ),
    Question(
        "When do guests of Alfama Loft come and go, and how many nights must they stay?",
        (call("get_listing", listing=LOFT),),
        hours,
        {
            "check-in from": "listing.rules.check_in_from_hour",
            "check-out until": "listing.rules.check_out_hour",
            "nights at least": "listing.rules.min_nights",
        },
        live=2, most=12,
    ),
    Question(
        "What do cleaning and taxes cost at Palm Court?",
        (call("get_listing", listing=COURT, sections=["pricing", "taxes"]),),
        prices_of,
        {
            "cleaning": "listing.pricing.cleaning_fee",
            "base price": "listing.pricing.base_price",
            "taxes in percent": "listing.taxes[].percent",
        },
        silent=("taxes in percent",),
        upstream=1, live=2, most=12,
    ),
    Question(
        "Where is Palm Court, and how many beds has it?",
        (call("get_listing", listing=COURT, sections=["facts"]),),
        address,
        {
            "address": "listing.facts.address",
            "beds": "listing.facts.beds",
            "licence": "listing.facts.license",
        },
        live=2, most=12,
    ),
    Question(
        "How do guests get into Ribeira Nest and online?",
        (call("get_listing", listing=NEST, sections=["access"]),),
        wifi,
        {
            "network": "listing.access.wifi_name",
            "password": "listing.access.wifi_password",
            "key": "listing.access.key_pickup",
        },
        live=2, most=12,
    ),
    Question(
        "What is free from 15 to 18 October for four, and for how much?",
        (call("check_availability", from_="2026-10-15", to="2026-10-18", guests=4),),
        free(84, 87, 4), FREE, most=150,
    ),
    Question(
        "And in Lisbon, for two?",
        (call("check_availability", from_="2026-10-15", to="2026-10-18", guests=2, city="Lisbon"),),
        free(84, 87, 2, "Lisbon"), FREE, most=150, live=6,
    ),
    Question(
        "Is there a week free at the end of August for six?",
        (call("check_availability", from_="2026-08-24", to="2026-08-31", guests=6),),
        free(32, 39, 6), FREE,
    ),
    Question(
        "What can we still offer two people for the coming weekend?",
        (call("check_availability", from_="2026-07-24", to="2026-07-26", guests=2),),
        free(1, 3, 2), FREE,
    ),
    Question(
        "What would a week at Palm Court cost eight people in October?",
        (call("quote_stay", listing=COURT, from_="2026-10-15", to="2026-10-22", guests=8),),
        quoted,
        {"nights": "nights", "total": "total", "can be booked": "available"},
        upstream=1, live=3, most=12,
    ),
    Question(
        "Which listings share a name or charge for guests who cannot come?",
        (call("audit_listings"),),
        audited,
        {
            "listings": "listings_checked",
            "same name": "counts.same_name",
            "extra person never paid": "counts.extra_person_never_paid",
        },
        live=1,
    ),
    Question(
        "Where do the beds not match?",
        (call("audit_listings", checks=["capacity"]),),
        without_beds, {"findings": "counts.beds_not_as_listed"},
    ),
    Question(
        "Which nights of August are free at Alfama Loft, and what do they cost?",
        (call("get_calendar", listing=LOFT, from_="2026-08-01", to="2026-08-31"),),
        in_runs(LOFT, *AUGUST, status_and_price),
        {"home": "calendars[0].listing_id", "days": "calendars[0].runs[].from, to, status, price"},
        silent=("days",),
        live=2, most=12,
    ),
    Question(
        "Which minimum and maximum stays are set at Ribeira Nest in the first half of September?",
        (call("get_calendar", listing=NEST, from_="2026-09-01", to="2026-09-14", show=["rules"]),),
        in_runs(NEST, *SEPTEMBER, rules),
        {"home": "calendars[0].listing_id", "days": "calendars[0].runs[].from, to, min_stay, max_stay"},
        silent=("days",),
        most=12,
    ),
)  # fmt: skip
