"""What can be told of a request from what is there, and what takes it back, kind by kind."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.services.writes.calendar import CalendarKind, request_of
from hostaway_mcp.services.writes.expenses import ExpenseKind
from hostaway_mcp.services.writes.expenses import values_of as expense_of
from hostaway_mcp.services.writes.kinds import AbsoluteKind, Landed, Verdict, is_as
from hostaway_mcp.services.writes.listings import ListingKind
from hostaway_mcp.services.writes.new_listings import NewListingKind
from hostaway_mcp.services.writes.stay_changes import StayKind
from hostaway_mcp.services.writes.tasks import TaskKind
from hostaway_mcp.services.writes.tasks import values_of as task_of
from hostaway_mcp.services.writes.things import LIKE
from hostaway_mcp.store.journal.records import Step, StepBody
from tests.services.writes.house import Json, told

UNUSED: Any = None
"""What is only needed to read."""

TASKS, EXPENSES = (kind(UNUSED, UNUSED, clock=UNUSED) for kind in (TaskKind, ExpenseKind))
DAYS, LISTINGS, NEW_LISTINGS = (kind(UNUSED, UNUSED) for kind in (CalendarKind, ListingKind, NewListingKind))
STAYS = StayKind(UNUSED)


def step(operation: str = "updateTask", *, result: Json | None = None, **values: Any) -> Step:
    given: Json = {
        "what": "task 7",
        "before": {"title": "Old"},
        "after": {"title": "New"},
        "path": {"taskId": 7},
    }
    given |= {
        "body": {"title": "New"},
        "rests_on": {"there": True, "title": "Old"},
        "wanted": {"title": "New"},
    }
    return Step(1, "task", StepBody(operation=operation, **(given | values)), 40160, result=result or {})


def test_what_agrees_with_what_is_wanted() -> None:
    """All that it names, however deep; more may be there."""
    assert is_as({"a": {"b": 1}, "c": None}, {"a": {"b": 1, "x": 2}, "y": 3})
    assert not is_as({"a": {"b": 1}}, {"a": {"b": 2}})
    assert not is_as({"a": {"b": 1}}, {"a": None})
    assert not is_as({"a": 1}, {})
    assert is_as({}, {})


@pytest.mark.parametrize(
    ("present", "landed"),
    [
        ({"there": True, "title": "New"}, Landed.APPLIED),
        ({"there": True, "title": "Old"}, Landed.ABSENT),
        ({"there": True, "title": "Another"}, Landed.OTHER),
        ({"there": False}, Landed.OTHER),
    ],
)
def test_whether_values_were_set(present: Json, landed: Landed) -> None:
    assert TASKS.verdict(step(), present) == Verdict(landed)
    assert AbsoluteKind().verdict(step(), present) == Verdict(landed)
    # A stay rests on more than what is wanted of it.
    assert STAYS.verdict(step(rests_on={"title": "Old", "nights": {"x": True}}), present) == Verdict(landed)


@pytest.mark.parametrize(
    ("like", "verdict"),
    [
        ([3], Verdict(Landed.ABSENT)),
        ([], Verdict(Landed.ABSENT)),
        ([3, 9], Verdict(Landed.APPLIED, "It is task 9.", {"task_id": 9})),
        ([3, 8, 9], Verdict(Landed.OTHER, "Several like it appeared: look there.")),
    ],
)
def test_whether_a_thing_was_made(like: list[int], verdict: Verdict) -> None:
    """One like it that was not there before."""
    assert TASKS.verdict(step("createTask", rests_on={LIKE: [3]}, wanted={}), {LIKE: like}) == verdict


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({"name": "Nest", "price": 120.5}, "It is listing 9."),
        ({"name": "Nest", "price": 99, "minNights": 3},
        "It is listing 9. Hostaway keeps otherwise: price, min_nights."),
        ({}, "It is listing 9."),
    ],
)  # fmt: skip
def test_what_hostaway_keeps_of_a_new_listing(now: Json, says: str) -> None:
    sent = step(
        "createListing", rests_on={LIKE: []}, wanted={}, body={"name": "Nest", "price": 120.5, "minNights": 2}
    )
    verdict = NEW_LISTINGS.verdict(sent, {LIKE: [9], "made": {"9": now}})
    assert verdict == Verdict(Landed.APPLIED, says, {"listing_id": 9})
    assert NEW_LISTINGS.verdict(sent, {LIKE: [], "made": {}}) == Verdict(Landed.ABSENT)


@pytest.mark.parametrize(
    ("reply", "kept"), [({"id": 9}, {"task_id": 9}), ({"id": "9"}, {}), ({}, {}), ([9], {}), (None, {})]
)
def test_what_is_kept_of_an_answer(reply: Any, kept: Json) -> None:
    assert TASKS.result_of(step(), reply) == kept


def test_what_takes_things_back(snapshot: SnapshotAssertion) -> None:
    """What was made goes, what was changed is as before, what went is made again; or why not."""
    there = {"there": True, "title": "New", "status": "pending"}
    made = step("createTask", result={"task_id": 9}, rests_on={LIKE: []}, wanted={}, body={"title": "New"})
    unknown = step("createTask", rests_on={LIKE: []}, wanted={}, body={"title": "New"})
    gone = step("deleteTask", body=None, after={}, wanted={"there": False},
                rests_on=dict.fromkeys(TASKS.keys) | {"there": True, "title": "Old", "checklistItems": [],
                "cost": 0})  # fmt: skip
    spent = step("updateExpense", wanted={"amount": -60, "concept": "Paint", "expenseDate": "2026-07-20"},
                 rests_on={"there": True, "amount": -45, "concept": "Paint",
                 "expenseDate": "2026-07-20"})  # fmt: skip
    assert [
        told(TASKS.reverse, made, {"made": {"9": there}}),
        told(TASKS.reverse, unknown, {"made": {"9": there}}),
        told(TASKS.reverse, made, {"made": {"9": {"there": False}}}), told(TASKS.reverse, made, {"made": {}}),
        told(TASKS.reverse, made, {"made": {"9": there | {"title": "Another"}}}),
        told(TASKS.reverse, step(), there), told(TASKS.reverse, step(), there | {"title": "Another"}),
        told(TASKS.reverse, gone, {"there": False}), told(TASKS.reverse, gone, {"there": True}),
        told(EXPENSES.reverse, spent, {"there": True, "amount": -60, "concept": "Paint",
        "expenseDate": "2026-07-20"}),
        NEW_LISTINGS.reverse(made, there), AbsoluteKind().reverse(made, there),
    ] == snapshot  # fmt: skip


def test_what_takes_days_back(snapshot: SnapshotAssertion) -> None:
    """Values that a day had; not one that it lacked, nor a night that is sold by now."""

    def of(was: Json, wanted: Json, now: Json) -> Any:
        day: Json = {
            "rests_on": {"2027-05-01": was},
            "wanted": {"2027-05-01": wanted},
            "path": {"listingId": 40160},
        }
        return told(DAYS.reverse, step("updateCalendar", **day), {"2027-05-01": now})

    assert [
        of({"price": 100}, {"price": 120}, {"price": 120}),
        of({"price": None}, {"price": 120}, {"price": 120}),
        of({"minimumStay": None}, {"minimumStay": 2}, {"minimumStay": 2}),
        of(
            {"maximumStay": None, "note": ""},
            {"maximumStay": 2, "note": "x"},
            {"maximumStay": 2, "note": "x"},
        ),
        of({"note": ""}, {"note": "x"}, {"note": "x"}),
        of(
            {"isAvailable": 1, "status": "available"},
            {"isAvailable": 0},
            {"isAvailable": 0, "status": "blocked"},
        ),
        of(
            {"isAvailable": 1, "status": "available"},
            {"isAvailable": 0},
            {"isAvailable": 0, "status": "reserved"},
        ),
        of(
            {"isAvailable": 0, "status": "blocked"},
            {"isAvailable": 1},
            {"isAvailable": 1, "status": "reserved"},
        ),
        of({"price": 100}, {"price": 120}, {"price": 130}),
    ] == snapshot


def test_what_takes_fields_back(snapshot: SnapshotAssertion) -> None:
    """Of listings and stays: not codes, not what was not there, not dates."""

    def of(kind: Any, was: Json, wanted: Json, now: Json, **more: Any) -> Any:
        return told(kind.reverse, step("update", rests_on=was, wanted=wanted, **more), now)

    beds = {"listingBedTypes": [["2", 1]], "listingBedTypes ids": {"2": [[7, 1]]}}
    now_beds = {"listingBedTypes": [["2", 3]], "listingBedTypes ids": {"2": [[7, 3]]}}
    fields, shown = {"customFieldValues": [[3, "Left"]], "hostNote": ""}, {"⟦Gate⟧": "⟦Left⟧"}
    assert [
        of(LISTINGS, {"name": "Old"}, {"name": "New"}, {"name": "New", "specialStatus": "active"}),
        of(LISTINGS, {"doorSecurityCode": "a"}, {"doorSecurityCode": "b"}, {"doorSecurityCode": "b"}),
        of(LISTINGS, {"minNights": None}, {"minNights": 2}, {"minNights": 2}),
        of(LISTINGS, beds, {"listingBedTypes": [["2", 3]]}, now_beds),
        of(LISTINGS, {"name": "Old"}, {"name": "New"}, {"name": "Newer"}),
        of(STAYS, fields, {"customFieldValues": [], "hostNote": "x"},
           {"customFieldValues": [], "hostNote": "x", "counts as": "confirmed"}, before=shown,
           after={"⟦Gate⟧": "removed", "host note": "⟦x⟧"}),
        of(STAYS, {"hostNote": ""}, {"hostNote": "x"}, {"hostNote": "y", "counts as": "confirmed"}),
        of(STAYS, {"hostNote": "", "pets": 0}, {"hostNote": "x", "pets": 1}, {"hostNote": "x", "pets": 1}),
    ] == snapshot  # fmt: skip


def test_days_on_end_share_an_interval(snapshot: SnapshotAssertion) -> None:
    """Where they get the same values; units go under the name that Hostaway takes them by."""
    one, other = {"price": 100, "availableUnitsToSell": 2}, {"price": 110}
    days = {"2027-05-03": one, "2027-05-01": one, "2027-05-02": one, "2027-05-04": other, "2027-05-06": other}
    assert [request_of(40160, days), request_of(40160, {"2027-05-01": one})] == snapshot


def test_what_tasks_and_expenses_say() -> None:
    """A list that is lacking is an empty one; categories are in order."""
    task = task_of({"title": "Paint", "categoriesMap": ["2", 1], "cost": 0, "rank": 5})
    assert (task["title"], task["categoriesMap"], task["cost"], "rank" in task) == ("Paint", [1, 2], 0, False)
    assert (task["checklistItems"], task["customFieldValue"], task["expense"]) == ([], [], [])
    assert task_of({})["categoriesMap"] == []
    expense = expense_of({"concept": "Paint", "amount": 0, "categoriesNames": ["b", "a"], "isDeleted": 0})
    assert (expense["concept"], expense["amount"], expense["categoriesNames"]) == ("Paint", 0, ["a", "b"])
    assert [expense[key] for key in ("ownerStatementIds", "attachments")] == [[], []]
    assert ("isDeleted" in expense, expense["listingMapId"]) == (False, None)
