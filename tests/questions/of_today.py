"""Questions to begin with: is it connected, what is meant, how is today, what has changed."""

from __future__ import annotations

from typing import Any

from tests.questions.account import BOOKED, Account
from tests.questions.of_calendar import gaps, overlaps
from tests.questions.of_homes import LOFT
from tests.questions.of_inbox import waiting
from tests.questions.of_money import owing
from tests.questions.of_work import due_today, overdue, tasks
from tests.questions.record import Figures, Question, Took, call


def connected(account: Account) -> Figures:
    return {
        "account": str(account.world.account_id),
        "connected": True,
        "listings": len(account.listings),
        "stays": len(account.stays),
        "tasks": len(account.world.tasks),
    }


def the_loft(account: Account) -> Figures:
    return {"best match": ("listing", account.named(LOFT)["id"])}


def nicknamed(account: Account) -> Figures:
    one = next(one for one in account.active.values() if one["internalListingName"] == "MIA-106")
    return {"best match": ("listing", one["id"])}


BEST = {"best match": "matches[0].kind, id"}


def how_is_today(account: Account, city: str | None = None) -> Figures:
    """Counts of the day; gaps and conflicts of two weeks, unpaid arrivals of three days."""
    today, here = account.today, account.city(city)

    def some(stays: Any) -> int:
        return sum(one["listingMapId"] in here for one in stays)

    booked = [one for one in account.dated if one["status"] in BOOKED]
    return {
        "arrivals": some(account.arriving(today, today, BOOKED)),
        "departures": some(account.leaving(today, today, BOOKED)),
        "staying on": some(one for one in booked if one["arrivalDate"] < str(today) < one["departureDate"]),
        "waiting": len(waiting(account, city)),
        "unpaid": len(owing(account, 3, city)),
        "gaps": len(gaps(account, today, account.day(14), 3, city)),
        "conflicts": sum(number in here for number, *_ in overlaps(account, 14)),
        "tasks": sum(
            account.world.tasks[one]["listingMapId"] in here for one in tasks(due_today)(account)["which"]
        ),
        "overdue": sum(
            account.world.tasks[one]["listingMapId"] in here for one in tasks(overdue)(account)["which"]
        )
        or None,
    }


BRIEF = {
    "arrivals": "counts.arrivals",
    "departures": "counts.departures",
    "staying on": "counts.in_house",
    "waiting": "counts.waiting",
    "unpaid": "counts.unpaid",
    "gaps": "counts.gaps",
    "conflicts": "counts.conflicts",
    "tasks": "counts.tasks",
    "overdue": "counts.overdue_tasks",
}
SOME = ("arrivals", "departures")


def come_and_go(account: Account) -> Figures:
    today = how_is_today(account)
    return {name: today[name] for name in SOME}


def moved(account: Account) -> Figures:
    """The stay whose note was written after the replica was filled."""
    stay = next(one for one in account.stays if one["hostNote"] == CHANGED)
    return {"changes": [("reservation", stay["id"])]}


CHANGED = "Asked for a cot by phone"
"""Written by the host a moment after the replica was filled."""

CHANGES = call("changes_since", since="2026-07-23T12:00:30Z", kinds=["reservation"])

TODAY = (
    Question(
        "Is Hostaway connected, and how much of it is here?",
        (call("check_connection"),),
        connected,
        {
            "account": "account_id",
            "connected": "connected",
            "listings": "freshness[noun=listings].rows",
            "stays": "freshness[noun=reservations].rows",
            "tasks": "freshness[noun=tasks].rows",
        },
        upstream=2,
    ),
    Question("Which home is the Alfama one?", (call("find", query="Alfama Loft"),), the_loft, BEST, most=12),
    Question("What is MIA-106?", (call("find", query="MIA-106", kinds=["listing"]),), nicknamed, BEST),
    Question(
        "How is today?", (call("daily_brief"),), how_is_today, BRIEF, tokens=1_500,
    ),
    Question(
        "How is today in Lisbon?",
        (call("daily_brief", group="Lisbon"),), lambda account: how_is_today(account, "Lisbon"), BRIEF,
        tokens=1_500,
    ),
    Question(
        "How many come and go today?",
        (call("daily_brief", sections=["arrivals", "departures"]),),
        come_and_go, {name: BRIEF[name] for name in SOME}, live=12,
    ),
    Question(
        "What has changed since this morning's sync?", (CHANGES,), moved, {"changes": "changes[].kind, id"}
    ),
    Question(
        "And since you last told me?",
        (CHANGES, (CHANGES[0], CHANGES[1] | {"cursor": Took("next_cursor")})),
        lambda _: {"changes": []}, {"changes": "changes[]"},
    ),
)  # fmt: skip
