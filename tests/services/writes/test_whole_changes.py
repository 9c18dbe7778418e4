"""
Whole changes, as snapshots: what is shown, what the policy looks at, what a person is asked, what it rests
on, what Hostaway is sent, what came of it, and the same of taking it back; then whole refusals, each in its
sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.store.journal.statements import PLACE
from tests.services.writes.examples import booked, free_days
from tests.services.writes.house import Json, WritingHouse, writing

ALFAMA, DENVER = 40160, 40209
LATER = date(2027, 5, 10)


def masked(value: object) -> Any:
    """Without the names of changes and of bookings that were made, which are others every time."""
    names = r"(chg_|hostaway-mcp )(?:[0-9a-f]{16}|[0-9a-f]{12})"
    return json.loads(re.sub(names, r"\1…", json.dumps(value, default=str)))


async def course(home: WritingHouse, tool: str, arguments: Json) -> list[Any]:
    """A change from the call that proposes it to its end."""
    with pytest.MonkeyPatch.context() as patch:
        check = Mock(wraps=home.home.app.services.writes.policy.now())
        patch.setattr(home.home.app.services.writes.policy, "now", lambda: check)
        shown = await home.call(tool, **arguments)
    (touched,) = check.check.call_args.args
    entry = await (await home.home.app.services.writes.ledger.journal()).get(shown.json["change_id"])
    assert entry is not None
    requests = len(home.home.sandbox.requests)
    applied = await home.call("apply_change", change_id=shown.json["change_id"])
    sent = [
        {"operation": one.operation, "path": one.path, "query": one.query, "body": one.body.decode()}
        for one in home.home.sandbox.requests[requests:]
        if one.method != "GET" and one.operation != "createAccessToken"
    ]
    asked = home.person.asked[-1][1].split("\n")
    rests = [
        [one.n, one.kind, *(getattr(one, name) for name in PLACE), one.body.rests_on, one.body.wanted]
        for one in entry.steps
        if one.body is not None
    ]
    looked_at = [f"{one}" for one in touched]
    return [
        shown.json, shown.text.split("\n"), looked_at, asked, rests, sent, applied.json,
        applied.text.split("\n"),
    ]  # fmt: skip


async def told(home: WritingHouse, tool: str, arguments: Json) -> list[Any] | str:
    """A course, or the refusal in its whole sentence."""
    try:
        return await course(home, tool, arguments)
    except HostawayMcpError as error:
        return f"{error.code}: {error.message} | {error.hint}"


def thread_of(home: WritingHouse) -> int:
    """One with a guest of Airbnb's."""
    world = home.home.sandbox.world
    return next(
        number
        for number in world.conversations
        if world.reservations.peek(number - 30_000_000)["channelId"] == 2018
    )


def first(rows: dict[int, Json], **wanted: Any) -> int:
    """The first row that says this."""
    return next(n for n, row in rows.items() if all(row[key] == value for key, value in wanted.items()))


def _task(home: WritingHouse) -> int:
    return first(home.home.sandbox.world.tasks, status="pending")


def _expense(home: WritingHouse) -> int:
    return min(home.home.sandbox.world.expenses)


def _night(home: WritingHouse, number: int = 1) -> Json:
    listing, days = free_days(home, number + 1)
    return {"listing": listing, "from": days[0], "to": days[number]}


def _longer(home: WritingHouse) -> Json:
    number = booked(home)
    stay = home.home.sandbox.world.reservations.peek(number)
    last = date.fromisoformat(stay["departureDate"]) + timedelta(days=1)
    return {"reservation": number, "changes": {"to": f"{last}", "adults": 3, "children": 1, "guests": 4}}


def _moved(home: WritingHouse, number: int) -> Json:
    """More than a year later, one night more."""
    stay = home.home.sandbox.world.reservations.peek(number)
    later = timedelta(days=400)
    begins, ends = (date.fromisoformat(stay[key]) + later for key in ("arrivalDate", "departureDate"))
    return {"from": f"{begins}", "to": f"{ends + timedelta(days=1)}"}


def _fill(home: WritingHouse, number: int) -> Json:
    """What was not known of a stay."""
    blank: Json = dict.fromkeys(("adults", "children", "infants", "pets", "guestEmail", "phone", "hostNote"))
    home.home.sandbox.world.touch_reservation(number, **blank)
    changes = {"adults": 1, "children": 0, "infants": 1, "pets": 1, "phone": "+351911222333"}
    return {"reservation": number, "changes": changes | {"email": "ana@example.org"}}


Asks = Callable[[WritingHouse], Json]
MAY = {"from": f"{LATER}", "to": f"{LATER + timedelta(days=2)}"}
GUEST = {"name": "Ana Silva", "email": "ana@example.org", "phone": "+351911222333"}

COURSES: dict[str, tuple[str, Asks]] = {
    "prices": (
        "update_calendar",
        lambda _: {
            "listing": [ALFAMA, DENVER],
            "ranges": [MAY, {"from": "2027-06-01"}],
            "changes": {"price_percent": 10, "min_stay": 3, "max_stay": 9, "note": "Fair"},
        },
    ),
    "closed to arrival": (
        "update_calendar",
        lambda _: {
            "listing": ALFAMA,
            "ranges": [MAY],
            "changes": {"closed_to_arrival": True, "closed_to_departure": True, "price": "155.5"},
        },
    ),
    "a new task": (
        "save_task",
        lambda home: {
            "action": "create",
            "tasks": [
                {
                    "title": "Change filter", "listing": DENVER, "description": "Twice", "priority": 1,
                    "starts_at": "2026-08-03 noon", "due_at": "2026-08-03 2:30 pm", "cost": "45.5",
                    "categories": ["maintenance", "cleaning"],
                },
                {"title": "Call the guest", "reservation": booked(home)},
            ],
        },
    ),
    "a task that is changed": (
        "save_task",
        lambda home: {
            "action": "update",
            "tasks": [
                {
                    "task_id": _task(home), "title": "Deep clean", "due_at": "+2d 18:00", "priority": 2,
                    "categories": ["cleaning"], "resolution": "Not yet", "cost": 12,
                },
            ],
        },
    ),
    "a task that is done": (
        "save_task",
        lambda home: {"action": "complete", "tasks": [{"task_id": _task(home), "resolution": "All good"}]},
    ),
    "a task that goes": ("save_task", lambda home: {"action": "delete", "tasks": [{"task_id": _task(home)}]}),
    "expenses": (
        "save_expense",
        lambda home: {
            "action": "add",
            "items": [
                {"concept": "Paint", "amount": "-45.5", "listing": ALFAMA, "date": "2026-07-20"},
                {"concept": "Crib", "amount": 15, "reservation": booked(home), "categories": ["Extras 2"]},
                {"concept": "Soap", "amount": 5, "kind": "expense", "listing": DENVER},
            ],
        },
    ),
    "an expense that is changed": (
        "save_expense",
        lambda home: {
            "action": "change",
            "items": [
                {
                    "expense_id": _expense(home), "concept": "Brushes", "amount": 60, "kind": "extra",
                    "date": "2026-07-21", "categories": ["Walls"], "listing": DENVER,
                }
            ],
        },
    ),
    "an expense that goes": (
        "save_expense",
        lambda home: {"action": "delete", "items": [{"expense_id": _expense(home)}]},
    ),
    "a listing": (
        "update_listings",
        lambda _: {
            "listing": [ALFAMA, DENVER],
            "changes": {
                "name": "Nest", "house_rules": "Quiet.", "check_in_from_hour": 16, "cleaning_fee": "99.5",
                "min_nights": 4, "max_nights": 3, "instant_bookable": False, "base_price": 180,
                "amenities": {"add": ["Crib"], "remove": [1, 2, 3]}, "bed_types": {"Futon": 2},
                "images": {"add": [{"url": "https://images.example.com/new.jpg", "caption": "Terrace"}]},
            },
        },
    ),
    "codes of a listing": (
        "update_listings",
        lambda _: {"listing": ALFAMA, "changes": {"door_code": "4711#", "wifi_password": "sunny-days-7"}},
    ),
    "a new listing": (
        "create_listing",
        lambda _: {
            "fields": {
                "name": "Graça Nest", "city": "Lisbon", "country_code": "PT", "base_price": "120.5",
                "address": "Rua da Graça 1, Lisbon", "guests_included": 2, "extra_person_fee": 15,
                "currency_code": "EUR",
            }
        },
    ),
    "a copy of a listing": (
        "create_listing",
        lambda _: {"fields": {"name": "Loft 2", "bed_types": {"Futon": 2}}, "copy_from": ALFAMA},
    ),
    "a booking": (
        "create_reservation",
        lambda home: {**_night(home, 2), "guest": GUEST, "guests": 2},
    ),
    "a booking at a price": (
        "create_reservation",
        lambda home: {**_night(home), "guest": GUEST, "guests": 1, "price": 400},
    ),
    "a stay's notes": (
        "update_reservation",
        lambda home: {
            "reservation": booked(home),
            "changes": {
                "host_note": "Late", "guest_note": "Nothing", "pets": 1, "door_code": "919191#",
                "email": "ana@example.org", "phone": "+351911222333",
                "custom_fields": {"special request": "A cot"},
            },
        },
    ),
    "a longer stay": ("update_reservation", _longer),
    "a cancellation": ("cancel_reservation", lambda home: {"reservation": booked(home), "by": "guest"}),
    "a cancellation by the host": (
        "cancel_reservation",
        lambda home: {"reservation": booked(home, 2018), "by": "host"},
    ),
    "a message": (
        "send_message",
        lambda home: {"conversation": thread_of(home), "text": "We wait for you.\nAna"},
    ),
    "a mail": (
        "send_message",
        lambda home: {"conversation": thread_of(home), "text": "We wait for you.", "via": "email"},
    ),
    "a template": (
        "send_message",
        lambda home: {"conversation": thread_of(home), "template": "check-in"},
    ),
}  # fmt: skip

COURSES |= {
    "days apart, blocked": (
        "update_calendar",
        lambda _: {
            "listing": ALFAMA,
            "ranges": [MAY, {"from": "2027-05-20"}, {"from": "2027-06"}],
            "changes": {"block": True, "note": "Painting"},
        },
    ),
    "a task that was done": (
        "save_task",
        lambda home: {
            "action": "update",
            "tasks": [
                {
                    "task_id": first(home.home.sandbox.world.tasks, status="completed"),
                    "title": "Clean once more", "description": "", "assignee": "nobody",
                }
            ],
        },
    ),
    "tasks of some kinds": (
        "save_task",
        lambda home: {
            "action": "create",
            "tasks": [
                {"title": "Look after the garden", "due_at": "+3d"},
                {"title": "Wait", "listing": ALFAMA, "starts_at": "+1d", "due_at": "+1d 20:00"},
            ],
        },
    ),
    "two expenses that go": (
        "save_expense",
        lambda home: {
            "action": "delete",
            "items": [{"expense_id": number} for number in sorted(home.home.sandbox.world.expenses)[:2]],
        },
    ),
    "a listing's own lists": (
        "update_listings",
        lambda home: {
            "listing": ALFAMA,
            "changes": {
                "amenities": ["Crib", "Iron"], "bed_types": {"Sofa bed": 1},
                "cancellation_policy": "moderate", "weekly_discount": 0.9, "license": "",
                "images": {"remove": [home.home.sandbox.world.listings[ALFAMA]["listingImages"][0]["url"]]},
            },
        },
    ),
    "a listing's codes go": ("update_listings", lambda _: {"listing": ALFAMA, "changes": {"door_code": ""}}),
    "a booking of one night for many": (
        "create_reservation",
        lambda home: {**_night(home), "guest": {"name": "Zoë"}, "guests": 14, "price": 900},
    ),
    "a stay for too many": (
        "update_reservation",
        lambda home: {
            "reservation": booked(home),
            "changes": {"guests": 40, "adults": 39, "infants": 1, "email": "", "phone": "", "host_note": ""},
        },
    ),
    "an owner's stay": (
        "create_reservation",
        lambda home: {**_night(home), "guest": {"name": "Zoë"}, "guests": 1, "status": "ownerStay"},
    ),
    "a stay of which little is known": ("update_reservation", lambda home: _fill(home, booked(home))),
    "many days apart": (
        "update_calendar",
        lambda _: {
            "listing": ALFAMA,
            "ranges": [{"from": f"{LATER + timedelta(days=3 * number)}"} for number in range(14)],
            "changes": {"min_stay": 4},
        },
    ),
    "a task that is due too early": (
        "save_task",
        lambda home: {
            "action": "update",
            "tasks": [{"task_id": _task(home), "starts_at": "2027-01-02 noon", "due_at": "2027-01-01 noon"}],
        },
    ),
    "an earlier stay": (
        "update_reservation",
        lambda home: {"reservation": booked(home, 2018), "changes": _moved(home, booked(home, 2018))},
    ),
    "a stay of Booking.com that is cancelled": (
        "cancel_reservation",
        lambda home: {"reservation": booked(home, 2005), "by": "guest"},
    ),
    "a message in a channel with links": (
        "send_message",
        lambda home: {"conversation": thread_of(home), "text": "Pay at www.example.org or +49 151 23456789"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COURSES)
async def test_a_whole_change_and_its_undoing(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    tool, arguments = COURSES[name]
    async with writing(tmp_path) as home:
        there = await told(home, tool, arguments(home))
        back: list[Any] | str = "-"
        await home.home.clock.sleep(1)
        if isinstance(there, list):
            back = await told(home, "undo_change", {"change_id": there[0]["change_id"]})
        listed = (await home.call("find_changes")).json
        assert masked({"there": there, "back": back, "listed": listed}) == snapshot


async def test_the_list_of_changes_goes_on_and_is_narrowed(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """Two at a time, by state, by age; and what cannot be asked."""
    async with writing(tmp_path) as home:
        for number in range(3):
            asked = {"action": "create", "tasks": [{"title": f"Task {number}"}]}
            proposal = await home.propose("save_task", **asked)
            if number == 1:
                await home.apply(proposal)
            await home.home.clock.sleep(60)
        first_page = (await home.call("find_changes", limit=2)).json
        second = (await home.call("find_changes", limit=2, cursor=first_page["next_cursor"])).json
        pages = [[one["summary"] for one in page["changes"]] for page in (first_page, second)]
        assert pages == [["Make 1 task"] * 2, ["Make 1 task"]]
        assert "next_cursor" not in second
        applied = (await home.call("find_changes", state="applied")).json["changes"]
        pending = (await home.call("find_changes", state="pending")).json["changes"]
        recent = (await home.call("find_changes", since="2026-07-23T12:01:30Z")).json["changes"]
        assert masked([second, applied, pending, recent]) == snapshot
