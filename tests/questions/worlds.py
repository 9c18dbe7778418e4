"""The worlds that the questions are asked in: accounts with some trouble in them, beside a filled replica."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.sandbox.world.world import World
from tests.questions.account import BOOKED, DAY, Account, arrival, departure
from tests.questions.filling import CALENDARS, THREADS, Reach, fill, refill
from tests.questions.of_today import CHANGED
from tests.questions.record import Question
from tests.support.house import House, house

SEEDS = (1, 2, 3)
SIZES = (12, 150, 500)
WHOLE = Reach(history=True, behind=62, ahead=160)
AHEAD = Reach(history=False, behind=5, ahead=76)
SAMPLES = {
    1: Reach(history=False, behind=5, ahead=76, parts=frozenset()),
    2: Reach(history=False, behind=5, ahead=76, parts=frozenset({CALENDARS})),
    3: AHEAD,
}
"""
What the replica of 500 homes has, by seed: filling it takes longest, and nobody waits for what no question
needs. All have the stays that are ahead with their charges, the tasks, the expenses and the listings.
"""
OF_CALENDARS = {
    "check_availability", "check_conflicts", "check_prices", "find_gaps", "find_upsells", "get_calendar",
    "get_financial_summary", "get_reply_context", "quote_stay",
}  # fmt: skip
OF_THREADS = {"get_conversation", "get_reply_context", "search_messages", "triage_inbox"}


def reach_of(seed: int, listings: int) -> Reach:
    """How much of a world is there: all where it is small, two years of history of 150 homes once."""
    if listings > 150:
        return SAMPLES[seed]
    return WHOLE if listings <= 12 or seed == 1 else AHEAD


def asked_of(questions: Sequence[Question], seed: int, listings: int) -> list[Question]:
    """The questions that such a world can be asked."""
    reach = reach_of(seed, listings)
    size = listings if reach.history else SIZES[-1]
    return [one for one in questions if size <= one.most and parts_of(one) <= reach.parts]


def parts_of(one: Question) -> set[str]:
    """What a question's answer rests on beside stays and papers."""
    parts = {CALENDARS} if one.tool in OF_CALENDARS else set()
    parts |= {THREADS} if one.tool in OF_THREADS else set()
    return {CALENDARS, THREADS} if one.tool == "daily_brief" else parts


@dataclass(frozen=True)
class Asked:
    """A house to ask, and the documents that tell what is true."""

    home: House
    account: Account


@asynccontextmanager
async def world(
    folder: Path, *, seed: int, listings: int, replica: bool = True, **options: Any
) -> AsyncIterator[Asked]:
    """A world with its trouble; with `replica` beside one that was filled a minute ago."""
    reach = reach_of(seed, listings)
    settings: dict[str, Any] = options | ({"hostaway_mcp_data_dir": folder} if replica else {})
    async with house(seed=seed, listings=listings, **settings) as home:
        make_trouble(home.sandbox.world)
        since = None if reach.history else home.clock.now().date() - reach.anchor_days * DAY
        account = Account(home.sandbox.world, since=since, behind=reach.behind, ahead=reach.ahead)
        if replica:
            await fill(home, account, reach)
        await home.clock.sleep(60)
        stay = account.arriving(account.today, account.day(20), BOOKED)[-1]
        home.sandbox.world.touch_reservation(stay["id"], hostNote=CHANGED)
        if replica:
            await refill(home, account, reach, stay["id"])
        account.now = home.sandbox.world.clock.now()
        yield Asked(home, account)


def make_trouble(world: World) -> None:
    """A double booking, a payment that was given back, and a price that lost a digit."""
    account = Account(world, since=world.first_day)
    soon = account.arriving(account.day(5), account.day(25), BOOKED)
    stay = min((one for one in soon if account.units(one["listingMapId"]) == 1), key=lambda one: one["id"])
    world.add_reservation(
        stay["listingMapId"],
        arrival(stay),
        departure(stay),
        guestName="Dora Doubled",
        guestFirstName="Dora",
        guestLastName="Doubled",
        totalPrice=480,
        cleaningFee=60,
        taxAmount=20,
        numberOfGuests=2,
    )
    paid = next(one for one in account.arriving(account.day(1), account.day(60), BOOKED) if account.paid(one))
    charge = world.charges_of(paid["id"])[0]
    refund = {"id": 900_000_001, "type": "refund", "title": "Refund", "amount": 25, "status": "paid"}
    world.add_charge(paid["id"], charge | refund)
    first = min(account.active)
    free = next(one for one in account.days(first, account.day(3), account.day(50)) if one["isAvailable"])
    world.calendar_changes[first, date.fromisoformat(free["date"])] = {"price": 9}
