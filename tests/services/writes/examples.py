"""One call of every tool that proposes something; what is true of all of them is tested over this table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.services.writes.house import WritingHouse

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """
    A call that proposes one step in a world of six listings.

    `arguments` looks for something in the sandbox's world that fits, or makes it. `disturb` changes there,
    behind the server's back, something that the proposal rests on and a person would want to know of.
    `reads` is how many requests a proposal may cost once names are known.
    """

    tool: str
    arguments: Callable[[WritingHouse], Awaitable[Json]]
    disturb: Callable[[WritingHouse, Json], None]
    reads: int = 1


# listings


async def _lengthen_stays(home: WritingHouse) -> Json:
    number, listing = min(home.home.sandbox.world.listings.items())
    return {"listing": number, "changes": {"min_nights": listing["minNights"] % 20 + 1}}


def _let_stays_be_long(home: WritingHouse, arguments: Json) -> None:
    home.home.sandbox.world.touch_listing(arguments["listing"], minNights=29)


# admin


async def _make_a_listing(home: WritingHouse) -> Json:
    return {"fields": {"name": f"Nest {len(home.home.sandbox.world.listings)}", "base_price": 100}}


def _make_one_of_its_name(home: WritingHouse, arguments: Json) -> None:
    name = arguments["fields"]["name"]
    home.home.sandbox.world.add_listing({"name": name, "externalListingName": name})


# calendar


async def _block_a_night(home: WritingHouse) -> Json:
    listing_id, days = free_days(home, 1)
    return {"listing": listing_id, "ranges": [{"from": days[0]}], "changes": {"block": True}}


def _book_the_night(home: WritingHouse, arguments: Json) -> None:
    night = date.fromisoformat(arguments["ranges"][0]["from"])
    home.home.sandbox.world.add_reservation(arguments["listing"], night, night + timedelta(days=1))


# inbox


async def _write_to_a_guest(home: WritingHouse) -> Json:
    sandbox = home.home.sandbox
    thread = next(
        number
        for number in sandbox.world.conversations
        if sandbox.world.reservations.peek(number - 30_000_000)["channelId"] == 2018
    )
    # A text that the thread has not had today.
    return {"conversation": thread, "text": f"We wait for you, {len(sandbox.requests)}.", "via": "channel"}


def _hear_from_the_guest(home: WritingHouse, arguments: Json) -> None:
    home.home.sandbox.world.receive_message(arguments["conversation"] - 30_000_000, "We come later.")


# ops


async def _make_a_task(home: WritingHouse) -> Json:
    world = home.home.sandbox.world
    task = {
        "title": f"Change filter {len(world.tasks)}",
        "listing": min(world.listings),
        "due_at": "+2d noon",
    }
    return {"action": "create", "tasks": [task]}


def _make_the_same_task(home: WritingHouse, arguments: Json) -> None:
    world, task = home.home.sandbox.world, arguments["tasks"][0]
    number = max(world.tasks) + 1
    there = {"id": number, "title": task["title"], "listingMapId": task["listing"], "reservationId": None}
    # Noon where the first listing is, two days from now.
    due = home.home.clock.today("Europe/Lisbon") + timedelta(days=2)
    times = {"canStartFrom": None, "shouldEndBy": f"{due} 11:00:00"}
    world.tasks[number] = next(iter(world.tasks.values())) | there | times


# finance


async def _add_an_expense(home: WritingHouse) -> Json:
    world = home.home.sandbox.world
    item = {"concept": f"Paint {len(world.expenses)}", "amount": -45, "listing": min(world.listings)}
    return {"action": "add", "items": [item]}


def _add_the_same_expense(home: WritingHouse, arguments: Json) -> None:
    world, item = home.home.sandbox.world, arguments["items"][0]
    number = max(world.expenses) + 1
    same = {"id": number, "listingMapId": item["listing"], "reservationId": None}
    said = {"concept": item["concept"], "amount": item["amount"]}
    today = {"expenseDate": f"{home.home.clock.today('Europe/Lisbon')}"}
    world.expenses[number] = next(iter(world.expenses.values())) | same | said | today


# approvals


async def _take_back_a_block(home: WritingHouse) -> Json:
    done = await home.propose("update_calendar", **await _block_a_night(home))
    await home.apply(done)
    return {"change_id": done["change_id"]}


def _open_the_night(home: WritingHouse, _arguments: Json) -> None:
    world = home.home.sandbox.world
    for change in world.calendar_changes.values():
        change["isAvailable"] = 1


# reservations


def booked(home: WritingHouse, channel: int = 2000) -> int:
    """A stay by a channel that is to come, with nobody at its heels."""
    world, today = home.home.sandbox.world, home.home.clock.today("UTC")
    for number in world.reservations:
        stay = world.reservations.peek(number)
        if (stay["channelId"], stay["status"]) == (channel, "new") and stay["arrivalDate"] > f"{today}":
            after = date.fromisoformat(stay["departureDate"])
            if world.calendar(stay["listingMapId"], after, after)[0]["status"] == "available":
                return number
    raise AssertionError("no such stay")


async def _book_directly(home: WritingHouse) -> Json:
    # Each stay lies behind the one that was made before, if it was.
    world, first = home.home.sandbox.world, home.home.clock.today("UTC") + timedelta(days=100)
    listing = next(iter(world.listings))
    while world.calendar(listing, first, first)[0]["status"] != "available":
        first += timedelta(days=1)
    dates = {"from": f"{first}", "to": f"{first + timedelta(days=1)}"}
    return {"listing": listing, "guest": {"name": "Ana Silva"}, "guests": 2} | dates


def _sell_the_night(home: WritingHouse, arguments: Json) -> None:
    night = date.fromisoformat(arguments["from"])
    home.home.sandbox.world.add_reservation(
        arguments["listing"], night, night + timedelta(days=1), channelId=2018, status="new"
    )


async def _note_something(home: WritingHouse) -> Json:
    return {"reservation": booked(home), "changes": {"host_note": f"Note {len(home.home.sandbox.requests)}"}}


def _note_something_else(home: WritingHouse, arguments: Json) -> None:
    home.home.sandbox.world.touch_reservation(arguments["reservation"], hostNote="Somebody was here.")


async def _cancel_a_stay(home: WritingHouse) -> Json:
    sandbox = home.home.sandbox
    first = home.home.clock.today("UTC") + timedelta(days=400)
    listing = next(iter(sandbox.world.listings))
    made = sandbox.world.add_reservation(
        listing, first, first + timedelta(days=2), channelId=2018, status="new", guestName="Ana Silva"
    )
    return {"reservation": made["id"], "by": "host"}


def _make_it_dearer(home: WritingHouse, arguments: Json) -> None:
    home.home.sandbox.world.touch_reservation(arguments["reservation"], totalPrice=9_999)


EXAMPLES: tuple[Example, ...] = (
    Example("update_listings", _lengthen_stays, _let_stays_be_long),
    Example("create_listing", _make_a_listing, _make_one_of_its_name),
    # The calendar, and Hostaway's price, which is a calculation.
    Example("create_reservation", _book_directly, _sell_the_night, reads=2),
    Example("update_reservation", _note_something, _note_something_else),
    Example("cancel_reservation", _cancel_a_stay, _make_it_dearer),
    Example("update_calendar", _block_a_night, _book_the_night),
    # The thread's stay and its messages; the replica has the stay.
    Example("send_message", _write_to_a_guest, _hear_from_the_guest, reads=2),
    Example("save_task", _make_a_task, _make_the_same_task),
    Example("save_expense", _add_an_expense, _add_the_same_expense),
    Example("undo_change", _take_back_a_block, _open_the_night),
)
"""In the order of the catalogue; a tool that proposes and is not here fails `test_every_proposal.py`."""


def free_days(home: WritingHouse, number: int) -> tuple[int, list[str]]:
    """A listing with one unit, and days of it on end that are available."""
    world = home.home.sandbox.world
    today = home.home.clock.today("UTC")
    for listing_id in world.listings:
        days = world.calendar(listing_id, today + timedelta(days=5), today + timedelta(days=90))
        for start in range(len(days) - number):
            run = days[start : start + number]
            if all(d["status"] == "available" and d["countAvailableUnits"] in (None, 1) for d in run):
                return listing_id, [d["date"] for d in run]
    raise AssertionError("no such days")
