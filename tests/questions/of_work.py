"""Questions about reviews, about homes to be made ready, tasks, and what more could be sold."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from fractions import Fraction
from typing import Any

from tests.questions.account import (
    BOOKED,
    CHANNELS,
    DAY,
    Account,
    Json,
    arrival,
    day_of,
    departure,
)
from tests.questions.of_homes import COURT
from tests.questions.record import Figures, Page, Question, Took, call

CLEANING, MAINTENANCE = 1, 2
"""Categories of tasks. Source: Hostaway API reference, "Task categories"."""
CLEANING_HOURS = 3


def reviewed(account: Account, days: int, city: str | None = None) -> list[Json]:
    """What guests published and rated of stays that ended in the last days, today included."""
    first, here = account.day(1 - days), account.city(city) if city else account.listings
    return [
        one
        for one in _reviews(account)
        if one["type"] == "guest-to-host"
        and one["status"] == "published"
        and one["rating"]
        and one["listingMapId"] in here
        and first <= day_of(one["departureDate"]) <= account.today
    ]


def _reviews(account: Account) -> list[Json]:
    table = account.world.reviews
    numbers = (stay["id"] * 10 + step for stay in account.stays for step in (1, 2))
    return [table[number] for number in numbers if number in table]


def mean(ratings: list[int]) -> float:
    """To one digit, halves to the even one."""
    return round(Fraction(sum(ratings), len(ratings)) * 10) / 10


def ratings(days: int = 90, city: str | None = None, low: int = 6) -> Any:
    def gold(account: Account) -> Figures:
        found = [one["rating"] for one in reviewed(account, days, city)]
        return {
            "reviews": len(found),
            "mean": mean(found),
            "low": sum(one <= low for one in found) or None,
        }

    return gold


RATED = {"reviews": "overall.reviews", "mean": "overall.mean", "low": "overall.low"}


def by(key: Any) -> Any:
    """Reviews and mean by a key."""

    def gold(account: Account) -> Figures:
        groups = defaultdict(list)
        for one in reviewed(account, 90):
            groups[key(one)].append(one["rating"])
        return {"groups": [(name, len(some), mean(some)) for name, some in groups.items()]}

    return gold


GROUPS = {"groups": "scores[].group, reviews, mean"}


def to_write(account: Account) -> Figures:
    """Of stays that ended in the last 60 days: published without a reply, and guests not reviewed yet."""
    first = account.day(-60)
    recent = [one for one in _reviews(account) if first <= day_of(one["departureDate"]) <= account.today]
    mine = [one for one in recent if one["type"] == "host-to-guest"]
    return {
        "replies": sum(
            one["type"] == "guest-to-host" and one["status"] == "published" and not one["revieweeResponse"]
            for one in recent
        ),
        "guests to review": sum(one["status"] in ("awaiting", "pending") for one in mine),
        "scheduled": sum(one["status"] == "scheduled" for one in mine),
    }


def ready(first: int, days: int, city: str | None = None) -> Any:
    """Each departure of a booked or an owner's stay."""

    def gold(account: Account) -> Figures:
        here = account.city(city)
        leave = account.leaving(account.day(first), account.day(first + days - 1), BOOKED)
        found = [(one["id"], one["departureDate"]) for one in leave if one["listingMapId"] in here]
        return {"turnovers": len(found), "which": Page(found)}

    return gold


READY = {"turnovers": "total", "which": "turnovers[].guests.leaving.reservation_id, departure"}


def _moment(account: Account, stay: Json, day: Any, hour: int) -> datetime:
    local = datetime.combine(day, time(hour), account.zone(stay["listingMapId"]))
    return local.astimezone(UTC)


def slack(account: Account) -> Figures:
    """At a home with one unit: the hours from each check-out to the next check-in."""
    number = account.named(COURT)["id"]
    stays = [one for one in account.dated if one["status"] in BOOKED and one["listingMapId"] == number]
    found = []
    for go in stays:
        if account.today <= departure(go) <= account.day(13):
            next_ones = [one for one in stays if departure(go) <= arrival(one) <= account.day(27)]
            come = min(next_ones, key=arrival, default=None)
            hours = None
            if come:
                out = _moment(account, go, departure(go), go["checkOutTime"])
                into = _moment(account, come, arrival(come), come["checkInTime"])
                hours = (into - out).total_seconds() / 3600
            found.append((go["id"], come["id"] if come else None, hours))
    return {"turnovers": found}


def tasks(fits: Any) -> Any:
    """The tasks that are neither completed nor cancelled and fit."""

    def gold(account: Account) -> Figures:
        found = [one["id"] for one in account.world.tasks.values() if _is_open(one) and fits(account, one)]
        return {"tasks": len(found), "which": Page(found)}

    return gold


def _is_open(task: Json) -> bool:
    return task["status"] not in ("completed", "cancelled")


def due_today(account: Account, task: Json) -> bool:
    """By the listing's own date."""
    return bool(task["shouldEndByListingTime"][:10] == str(account.today))


def overdue(account: Account, task: Json) -> bool:
    return bool(task["shouldEndByListingTime"][:10] < str(account.today))


TASKS = {"tasks": "total", "which": "tasks[].task_id"}


def at_the_court(account: Account) -> Json:
    """The next arrival at Palm Court."""
    number = account.named(COURT)["id"]
    stays = [
        one
        for one in account.arriving(account.today, account.day(30), BOOKED)
        if one["listingMapId"] == number
    ]
    return min(stays, key=arrival)


def offers(account: Account) -> Figures:
    """
    Whether the next guest of Palm Court can come early, leave late, come a night before or stay on.

    Early and late: where the night beside is free; or three hours are left for cleaning between.
    """
    stay = at_the_court(account)
    number, come, go = stay["listingMapId"], arrival(stay), departure(stay)
    before, *_, after = account.days(number, come - DAY, go)
    others = [one for one in account.dated if one["status"] in BOOKED and one["listingMapId"] == number]
    leaves = [one["checkOutTime"] for one in others if departure(one) == come]
    comes = [one["checkInTime"] for one in others if arrival(one) == go]
    into, out = stay["checkInTime"], stay["checkOutTime"]
    early = out if before["isAvailable"] else min(leaves, default=24) + CLEANING_HOURS
    late = into if after["isAvailable"] else max(comes, default=0) - CLEANING_HOURS
    return {
        "stay": stay["id"],
        "early check-in": early < into,
        "late check-out": late > out,
    }


OFFERS = {
    "stay": "offers[0].reservation_id",
    "early check-in": "offers[kind=early_check_in].possible",
    "late check-out": "offers[kind=late_check_out].possible",
}

WORK = (
    Question(
        "How were we rated in the last three months?",
        (call("review_insights"),), ratings(), RATED, most=150,
    ),
    Question(
        "And in Lisbon?", (call("review_insights", group="Lisbon"),), ratings(city="Lisbon"), RATED, most=150
    ),
    Question(
        "How many reviews were below eight?",
        (call("review_insights", max_score=7),), ratings(low=7), RATED, most=150,
    ),
    Question(
        "Are we getting better, month by month?",
        (call("review_insights", by="month"),), by(lambda one: one["departureDate"][:7]), GROUPS, most=150,
    ),
    Question(
        "Guests of which channel like it best?",
        (call("review_insights", by="channel"),), by(lambda one: CHANNELS[one["channelId"]]), GROUPS,
        most=150,
    ),
    Question(
        "Which reviews still want an answer, and which guests must we review?",
        (call("review_queue"),),
        to_write,
        {
            "replies": "counts.reply",
            "guests to review": "counts.review_guest",
            "scheduled": "counts.scheduled",
        },
        most=150,
    ),
    Question("Which homes are to be made ready today?", (call("plan_turnovers"),), ready(0, 1), READY),
    Question(
        "And tomorrow?", (call("plan_turnovers", date="tomorrow"),), ready(1, 1), READY
    ),
    Question(
        "What have the cleaners to do in London this week?",
        (call("plan_turnovers", days=7, group="London"),), ready(0, 7, "London"), READY,
    ),
    Question(
        "How many hours are there for each cleaning in Miami in the next two weeks?",
        (call("plan_turnovers", days=14, group="Miami"),),
        slack,
        {
            "turnovers": "turnovers[].guests.leaving.reservation_id, guests.arriving.reservation_id, "
            "slack_hours"
        },
        most=12,
    ),
    Question(
        "What must be done today?", (call("find_tasks", from_="today", to="today"),), tasks(due_today), TASKS
    ),
    Question(
        "What should have been done by now?",
        (call("find_tasks", to="yesterday"),), tasks(overdue), TASKS,
    ),
    Question(
        "Which repairs are open?",
        (call("find_tasks", category=["maintenance"]),),
        tasks(lambda _, one: MAINTENANCE in one["categoriesMap"]), TASKS,
    ),
    Question(
        "Which work has nobody taken?",
        (call("find_tasks", assignee="nobody"),),
        tasks(lambda _, one: one["assigneeUserId"] is None), TASKS,
    ),
    Question(
        "May the next guest of Palm Court come early or leave late?",
        (
            call("find_reservations", by="arrival", from_="today", to="+30d", listing=COURT),
            call("find_upsells", reservation=Took("reservations[0].reservation_id")),
        ),
        offers, OFFERS, most=12,
    ),
)  # fmt: skip
