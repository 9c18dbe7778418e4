"""Questions about pace: what is on the books, against last year, and what was picked up lately."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.questions.account import CONFIRMED, Account, Json, nights_within
from tests.questions.record import Figures, Question, call


def on_books(account: Account, stay: Json, day: date) -> bool:
    """Booked by the end of the day where the listing is, and not cancelled by then."""
    if account.local_day(stay["reservationDate"], stay["listingMapId"]) > day:
        return False
    return stay["status"] in CONFIRMED or (
        stay["status"] == "cancelled"
        and bool(stay["cancellationDate"])
        and date.fromisoformat(stay["cancellationDate"]) > day
    )


def pace(days: int, city: str | None = None) -> Any:
    """Nights on the books now; the nights 364 days earlier as they stood 364 days ago, and in the end."""

    def gold(account: Account) -> Figures:
        here = account.city(city)

        def nights(back: int, at: date) -> int:
            first, last = account.day(-back), account.day(days - 1 - back)
            some = account.sleeping(first, last, CONFIRMED | {"cancelled"})
            return sum(
                nights_within(one, first, last)
                for one in some
                if one["listingMapId"] in here and on_books(account, one, at)
            )

        return {
            "nights": nights(0, account.today),
            "a year before": nights(364, account.day(-364)),
            "in the end": nights(364, date.max),
        }

    return gold


PACE = {
    "nights": "whole.nights",
    "a year before": "whole.nights_then",
    "in the end": "whole.nights_final_then",
}


def picked_up(account: Account) -> Figures:
    """Nights of the next 90 days that were booked, and lost, in the last week."""
    first, last, week = account.today, account.day(89), account.day(-7)
    new = lost = 0
    for stay in account.sleeping(first, last, CONFIRMED | {"cancelled"}):
        if stay["listingMapId"] in account.active:
            now, then = on_books(account, stay, account.today), on_books(account, stay, week)
            nights = nights_within(stay, first, last)
            new, lost = new + nights * (now > then), lost + nights * (then > now)
    return {"new": new, "lost": lost}


PACING = (
    Question(
        "How are we booked for the next three months, against last year?",
        (call("report_pacing"),), pace(90), PACE, most=150,
    ),
    Question(
        "And for the next 30 days?", (call("report_pacing", to="+30d"),), pace(30), PACE, most=150
    ),
    Question(
        "And in Edinburgh?",
        (call("report_pacing", group="Edinburgh"),), pace(90, "Edinburgh"), PACE, most=150,
    ),
    Question(
        "What came onto the books in the last week, and what was lost?",
        (call("report_pacing"),),
        picked_up, {"new": "pickup[0].new", "lost": "pickup[0].lost"}, most=150,
    ),
)  # fmt: skip
