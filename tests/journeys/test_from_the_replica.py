"""What people ask, answered from the replica: how many of the questions cost no call once it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import AmbiguousNameError, HostawayMcpError
from hostaway_mcp.models.reservations import StatusClass
from hostaway_mcp.services.change_log import BECAME
from hostaway_mcp.services.learned import NOUNS
from tests.support.house import House, house
from tests.support.replica import synced

AT_LEAST = 0.95
ONLY_HOSTAWAY_KNOWS = {
    "check_connection", "get_financial_report", "get_listing", "get_reservation", "check_availability",
}  # fmt: skip
"""Whether it can be reached, its reports, fees and taxes, the terms of a booking, exact prices."""


@dataclass(frozen=True)
class Asked:
    """A question in words, and the tool call that answers it."""

    words: str
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


def asked(words: str, tool: str, **arguments: Any) -> Asked:
    return Asked(words, tool, arguments)


def of_the_readme(stay: dict[str, Any]) -> Iterator[Asked]:
    """The questions that the README begins with."""
    yield asked(
        "Who arrives in the next three days, and has anyone not paid yet?",
        "find_reservations", by="arrival", from_="today", to="+3d",
    )  # fmt: skip
    yield asked(
        "What is free next weekend for four, and for how much?",
        "check_availability", from_="next weekend", guests=4,
    )  # fmt: skip
    yield asked("What did Anna write?", "search_messages", guest=stay["guest"])
    yield asked("What is still open on her stay?", "get_reservation", reservation=stay["reservation_id"])
    yield asked(
        "What did last month bring, by listing?",
        "get_financial_report", kind="listing_financials", from_="last month",
    )  # fmt: skip


def of_the_catalogue(stay: dict[str, Any], unread: dict[str, Any]) -> Iterator[Asked]:
    """For each tool what the catalogue says that it answers, parameter by parameter, value by value."""
    listing, number = stay["listing"], stay["reservation_id"]
    yield asked("Is the account reachable, with which rights, how fresh is what?", "check_connection")
    yield from _found(stay, unread)
    yield asked("The listings, lean", "find_listings")
    for narrowed in LISTINGS:
        yield asked("Which of the listings?", "find_listings", **narrowed)
    for section in SECTIONS:
        yield asked("Chosen sections of one listing", "get_listing", listing=listing, sections=[section])
    for narrowed in ({}, {"guests": 2}, {"city": "Lisbon"}, {"flex_days": 2}, {"max_price": 200},
                     {"listing": listing}, {"listing": listing, "price": "exact", "guests": 2}):  # fmt: skip
        dates = {"from_": "+10d", "to": "+13d"}
        yield asked("What is free, at what price? And why not?", "check_availability", **dates, **narrowed)
    yield from _stays(stay)
    for part in PARTS:
        yield asked("One stay with chosen parts", "get_reservation", reservation=number, include=[part])
    yield asked("One stay by its guest", "get_reservation", reservation=unread["guest"])
    yield asked("The guest of a stay", "get_guest", reservation=number)
    yield asked("The guest of this name", "get_guest", guest=unread["guest"])
    yield asked("Arrivals, departures, in house", "stay_board")
    yield asked("For some days", "stay_board", days=7, group="Lisbon")
    yield asked("On another day", "stay_board", date="+10d")
    for narrowed in CALENDARS:
        dates = {"from_": "today", "to": "+14d"}
        yield asked("Several listings as runs of like days", "get_calendar", **(dates | narrowed))
    yield asked("A thread with something unread", "get_conversation", reservation=unread["reservation_id"])
    for narrowed in (*MESSAGES, {"guest": unread["guest"]}, {"listing": listing}):
        yield asked("Messages by words, guest, dates, channel", "search_messages", **narrowed)
    yield asked("What happened since yesterday?", "changes_since", since="-24h")
    for kind in (*NOUNS, *BECAME):
        yield asked("Which of the changes?", "changes_since", kinds=[kind])


def _found(stay: dict[str, Any], unread: dict[str, Any]) -> Iterator[Asked]:
    listing, guest = stay["listing"], stay["guest"]
    for words in (
        listing,
        guest,
        str(stay["reservation_id"]),
        str(stay["listing_id"]),
        listing[:4],
        "Lisbon",
    ):
        yield asked("Which one is meant by these words?", "find", query=words)
    for kind in ("listing", "guest", "reservation", "conversation"):
        yield asked("Which of this kind is meant?", "find", query=unread["guest"], kinds=[kind])


def _stays(stay: dict[str, Any]) -> Iterator[Asked]:
    for by in ("stay", "arrival", "departure"):
        yield asked("Stays by their dates", "find_reservations", by=by, from_="today", to="+30d")
        yield asked("Last year's stays", "find_reservations", by=by, from_="-400d", to="-380d")
    yield asked("What was booked this week?", "find_reservations", by="booked")
    yield asked("What changed since yesterday?", "find_reservations", by="updated", from_="yesterday")
    narrowed: list[dict[str, Any]] = [{"listing": stay["listing"]}, {"group": "Lisbon"}, {"detail": "full"}]
    narrowed += [{"status_class": [one]} for one in StatusClass if one != "unknown"]
    narrowed += [{"status": [one]} for one in ("new", "modified", "cancelled", "ownerStay", "pending")]
    narrowed += [{"channel": [one]} for one in ("airbnb", "vrbo", "bookingcom", "direct")]
    narrowed += [{"sort": one} for one in ("-arrival", "departure", "-booked", "-updated")]
    for one in narrowed:
        yield asked("Which of the stays?", "find_reservations", from_="today", to="+60d", **one)
    yield asked("Stays of a guest", "find_reservations", guest=stay["guest"])
    yield asked("Stays of an address", "find_reservations", guest_email="nobody@example.com")
    yield asked("Which stays have something unread?", "find_reservations", unread=True)


LISTINGS: tuple[dict[str, Any], ...] = (
    {"city": "Lisbon"}, {"country_code": "PT"}, {"status": "all"}, {"min_guests": 4}, {"min_bedrooms": 2},
    {"tag": "wifi"}, {"sort": "bedrooms"}, {"sort": "city"}, {"detail": "standard"}, {"detail": "full"},
)  # fmt: skip
MESSAGES: tuple[dict[str, Any], ...] = (
    {"text": "wifi"}, {"text": '"check in"'}, {"from_": "-7d"}, {"incoming": True}, {"incoming": False},
    {"channel": ["airbnb"]},
)  # fmt: skip
SECTIONS = (
    "facts", "rules", "amenities", "fees", "taxes", "access", "channels", "pricing", "images",
    "custom_fields",
)  # fmt: skip
PARTS = ("guest", "money", "conversation", "tasks", "listing", "policy", "custom_fields")
CALENDARS: tuple[dict[str, Any], ...] = (
    {}, {"to": "+30d"}, {"to": "+180d", "limit": 2}, {"from_": "-20d", "to": "today"}, {"group": "Lisbon"},
    {"show": ["price"]}, {"show": ["rules"]}, {"show": ["units"]}, {"show": ["notes"]},
)  # fmt: skip


async def test_nearly_every_question_costs_no_call_once_synced(tmp_path: Path) -> None:
    """The list of questions, each with its tool call; those that do cost one are printed."""
    async with synced(tmp_path, listings=8) as home:
        board = (await home.ask("find_reservations", from_="today", to="+30d", channel=["direct"])).json
        threads = (await home.ask("find_reservations", unread=True)).json["reservations"]
        stay, unread = board["reservations"][0], threads[0]
        questions = [*of_the_readme(stay), *of_the_catalogue(stay, unread)]
        costly = []
        for one in questions:
            calls = await _cost(home, one)
            if calls:
                costly.append((one, calls))
        print(f"{len(costly)} of {len(questions)} questions cost a call:")  # noqa: T201
        for one, calls in costly:
            print(f"{one.tool} {one.arguments}: {', '.join(calls)}")  # noqa: T201 - says what costs a call
        assert 1 - len(costly) / len(questions) >= AT_LEAST, [one.words for one, _ in costly]
        assert {one.tool for one, _ in costly} <= ONLY_HOSTAWAY_KNOWS


async def _cost(home: House, question: Asked) -> list[str]:
    before = len(home.upstream)
    try:
        outcome = await home.ask(question.tool, **question.arguments)
    except AmbiguousNameError:
        # An answer too: with the choices.
        return home.upstream[before:]
    calls = home.upstream[before:]
    assert calls or outcome.json["source"] == "replica", question
    return calls


COLD: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("find_listings", {}, 1),
    ("find_reservations", {"by": "arrival", "from_": "today", "to": "+7d"}, 2),
    ("get_calendar", {"listing": 40160, "from_": "today", "to": "+30d"}, 2),
    ("get_conversation", {"reservation": 0}, 4),
)
"""What each costs when it is asked once; the listings, for names and zones, are one of the calls."""


@pytest.mark.parametrize("many", [100, pytest.param(1_000, marks=pytest.mark.long)])
async def test_many_cold_reads_at_once_cost_what_one_does(tmp_path: Path, many: int) -> None:
    """Also while there is no replica yet; and none once there is one."""
    for tool, arguments, calls in COLD:
        async with house(listings=6) as home:
            given = dict(arguments)
            if "reservation" in given:
                world = home.sandbox.world
                given["reservation"] = next(iter(world.conversations)) - 30_000_000
            answers = await _at_once(home, many, tool, given)
            assert len(home.upstream) == calls, (tool, home.upstream[:10])
            assert len({str(one) for one in answers}) == 1
    async with synced(tmp_path) as home:
        before = len(home.upstream)
        for tool, arguments, _ in COLD[:3]:
            await _at_once(home, many, tool, dict(arguments))
        assert home.upstream[before:] == []


async def _at_once(home: House, many: int, tool: str, arguments: dict[str, Any]) -> list[Any]:
    answers = await asyncio.gather(
        *(home.ask(tool, **arguments) for _ in range(many)), return_exceptions=True
    )
    errors = [one for one in answers if isinstance(one, BaseException)]
    assert not errors, errors[0] if isinstance(errors[0], HostawayMcpError) else errors
    return [one.json for one in answers if not isinstance(one, BaseException)]
