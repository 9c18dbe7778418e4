"""Tasks and expenses of which something is unusual: what is proposed of them and what is refused, whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.services.writes.examples import booked
from tests.services.writes.house import Json, WritingHouse, proposed, writing

ALFAMA, DENVER, ARCHIVED = 40160, 40209, 40237


async def of_tasks(home: WritingHouse, action: str, *tasks: Json) -> list[Any]:
    return await proposed(home, "save_task", *({"tasks": [one]} for one in tasks), action=action)


async def of_expenses(home: WritingHouse, action: str, *items: Json) -> list[Any]:
    return await proposed(home, "save_expense", *({"items": [one]} for one in items), action=action)


def a_task(home: WritingHouse, number: int, **values: Any) -> Json:
    """One of a home in Lisbon, that waits."""
    world = home.home.sandbox.world
    blank = dict.fromkeys(next(iter(world.tasks.values())))
    world.tasks[number] = blank | {
        "id": number,
        "title": "Paint",
        "status": "pending",
        "listingMapId": ALFAMA,
    }
    world.tasks[number] |= values
    return {"task_id": number}


def an_expense(home: WritingHouse, number: int, **values: Any) -> Json:
    """One of a home in Lisbon."""
    world = home.home.sandbox.world
    blank = dict.fromkeys(next(iter(world.expenses.values())))
    there = {"concept": "Paint", "amount": -45.5, "expenseDate": "2026-07-20", "listingMapId": ALFAMA}
    world.expenses[number] = blank | {"id": number, "isDeleted": 0} | there | values
    return {"expense_id": number}


async def test_new_tasks(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Of a stay, late, at the last minute, without a place, and with numbers that are cut."""
    async with writing(tmp_path) as home:
        stay = booked(home)
        assert await of_tasks(
            home, "create",
            {"title": "Call", "reservation": stay, "cost": 0}, {"title": "Call", "reservation": 7},
            {"title": "Call", "reservation": stay, "listing": DENVER},
            {"title": "Late", "due_at": "2026-07-23 12:59"},
            {"title": "Late", "due_at": "2026-07-23T11:59:59Z"},
            {"title": "Now", "due_at": "2026-07-23T12:00:00Z"},
            {"title": "Same", "starts_at": "+1d noon", "due_at": "+1d noon"},
            {"title": "Day", "due_at": "today"},
            {"title": "Wrong", "starts_at": "2026-08-02 noon", "due_at": "2026-08-01 noon"},
            {"title": "Dear", "cost": "12.345", "listing": DENVER},
            {"title": "Dear", "cost": 12, "assignee": "Nobody "},
            {"title": "Soap ⟦x⟧"}, {"title": "Soap", "description": "a⟦b"},
            {"title": "Soap", "resolution": "a\u200bb"},
            {"title": "Old", "listing": ARCHIVED}, {"title": "Long, " * 20, "description": "Twice, " * 60},
        ) == snapshot  # fmt: skip


async def test_tasks_of_a_stay_that_has_no_listing(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Its times are in UTC then, and a cost has no currency."""
    async with writing(tmp_path) as home:
        stay = booked(home)
        home.home.sandbox.world.touch_reservation(stay, listingMapId=None)
        assert await of_tasks(
            home, "create", {"title": "Call", "reservation": stay, "due_at": "+1d noon"},
            {"title": "Call", "reservation": stay, "cost": 5},
        ) == snapshot  # fmt: skip


async def test_changed_tasks(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """To another place, to what it is already, behind its end, before its beginning, by its events."""
    async with writing(tmp_path) as home:
        plain = a_task(home, 501)
        timed = a_task(home, 502, canStartFrom="2026-08-01 09:00:00", shouldEndBy="2026-08-02 09:00:00")
        moved = timed | {"task_id": 503}
        a_task(home, 503, canStartFrom="2026-08-01 09:00:00", shouldEndBy="2026-08-02 09:00:00",
               canStartFromEvent="check-in", shouldEndByEvent="check-out")  # fmt: skip
        over, gone = a_task(home, 504, status="completed"), a_task(home, 505, status="cancelled")
        odd = a_task(home, 506, shouldEndBy="soon", title=None, listingMapId=None, assigneeUserId=None)
        assert await of_tasks(
            home, "update",
            plain | {"title": "Paint"}, plain | {"listing": ALFAMA},
            plain | {"listing": DENVER, "title": "Rake"},
            plain | {"listing": DENVER, "due_at": "+1d noon", "cost": 5}, plain | {"listing": ARCHIVED},
            plain | {"due_at": "+1d noon"}, plain | {"description": ""},
            plain | {"priority": 3, "categories": []},
            plain | {"reservation": booked(home)}, timed | {"starts_at": "2026-08-03 noon"},
            timed | {"due_at": "2026-08-01 09:59"}, timed | {"due_at": "2026-08-01 10:00"},
            timed | {"title": "Rake"},
            timed | {"starts_at": "2026-08-01 9:00", "due_at": "2026-08-01 8:00"},
            moved | {"starts_at": "2026-08-01 11:00"}, moved | {"due_at": "2026-08-04 11:00"},
            moved | {"title": "Rake"}, over | {"title": "Rake"}, gone | {"title": "Rake"},
            over | {"status": "pending"}, odd | {"title": "Rake"}, odd | {"due_at": "+1d noon"},
            odd | {"cost": 5},
            odd | {"assignee": "nobody"}, {"task_id": 7, "title": "Rake"},
        ) == snapshot  # fmt: skip


async def test_tasks_that_are_given_done_and_deleted(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """With all that they hold; those of archived homes can only go."""
    async with writing(tmp_path) as home:
        user = min(home.home.sandbox.world.users)
        full = a_task(
            home, 501, description="Twice, " * 60, assigneeUserId=user, cost=45.5, costCurrency="EUR",
            costDescription="For paint", checklistItems=[{"id": 1}, {"id": 2}], categoriesMap=[2, 1],
            priority=1,
            reservationId=booked(home), resolutionNote="Not yet", shouldEndBy="2026-08-02 09:00:00",
        )  # fmt: skip
        stranger = a_task(home, 502, assigneeUserId=99, shouldEndBy="soon", listingMapId=7)
        old, over = a_task(home, 503, listingMapId=ARCHIVED), a_task(home, 504, status="completed")
        said = await of_tasks(home, "delete", full, stranger, old, {"task_id": 7}, full | {"resolution": "x"})
        said += await of_tasks(home, "complete", full, old, over, full | {"resolution": "All good"},
                               full | {"resolution": "Not yet"}, full | {"title": "x"})  # fmt: skip
        said += await of_tasks(home, "assign", full | {"assignee": "nobody"}, full | {"assignee": user},
                               stranger | {"assignee": user}, over | {"assignee": user},
                               full | {"assignee": "x", "title": "y"}, {"assignee": "x"})  # fmt: skip
        assert said == snapshot


async def test_several_tasks_at_once(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Each gets its own number; the same ones are refused, by what they say and by their number."""
    async with writing(tmp_path) as home:
        one, two = a_task(home, 501), a_task(home, 502)
        said = await proposed(
            home, "save_task",
            {"action": "update", "tasks": [one | {"title": "A"}, two | {"title": "A"}]},
            {"action": "update", "tasks": [one | {"title": "A"}, one | {"title": "B"}]},
            {"action": "create", "tasks": [{"title": "A"}, {"title": "A"}]},
            {"action": "delete", "tasks": [{"task_id": 7}, {"task_id": 8}]},
            {"action": "create", "tasks": [{"title": "A"}, {"title": "B", "listing": ARCHIVED}]},
        )  # fmt: skip
        home.home.sandbox.faults.add("status", path="/v1/users", status=403, times=None)
        assert [*said, *await of_tasks(home, "delete", one)] == snapshot


async def test_too_many_tasks_to_find_one_among(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """By its title where there are too many of its days; else nothing is made that could not be found."""
    monkeypatch.setattr("hostaway_mcp.services.writes.tasks.PAGE_LIMIT", 2)
    async with writing(tmp_path) as home:
        for number in range(501, 511):
            a_task(home, number, shouldEndBy="2026-08-02 09:00:00")
        wish = {"listing": ALFAMA, "due_at": "2026-08-02 10:00"}
        said = await of_tasks(home, "create", wish | {"title": "Rake"}, wish | {"title": "Paint"})
        del home.home.sandbox.world.tasks[510]
        said += await of_tasks(home, "create", wish | {"title": "Paint"})
        assert said == snapshot


async def test_new_expenses(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Borders of amounts and dates, new categories, of a stay, and the very same again."""
    async with writing(tmp_path) as home:
        stay = booked(home)
        paint = {"concept": "Paint", "amount": -45.5, "listing": ALFAMA, "date": "2026-07-20"}
        an_expense(home, 901)
        an_expense(home, 902, isDeleted=1, concept="Soap")
        assert await of_expenses(
            home, "add", paint, paint | {"amount": 45.5}, paint | {"concept": "Soap"},
            paint | {"listing": DENVER},
            paint | {"date": "2025-07-22"}, paint | {"date": "2025-07-21"}, paint | {"date": "2027-07-24"},
            paint | {"date": "2027-07-25"}, paint | {"amount": 0.004}, paint | {"amount": "0.005"},
            paint | {"amount": 12, "kind": "expense"}, paint | {"categories": ["Zinc", "Alu", "Zinc"]},
            paint | {"categories": []}, paint | {"categories": ["a⟦b"]}, paint | {"concept": "a\u200bb"},
            {"concept": "Crib", "amount": 15, "reservation": stay},
            paint | {"reservation": stay, "listing": DENVER},
            paint | {"listing": ARCHIVED}, {"concept": "Crib", "amount": 15},
        ) == snapshot  # fmt: skip


async def test_changed_expenses(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Of no listing, of an archived one, to another currency, on a statement, and what is the same."""
    async with writing(tmp_path) as home:
        paint = an_expense(home, 901, categoriesNames=["Zinc", "Alu"], ownerStatementIds=[5, 6])
        nowhere, old = an_expense(home, 902, listingMapId=None), an_expense(home, 903, listingMapId=ARCHIVED)
        extra = an_expense(home, 904, amount=20, concept=None)
        said = await of_expenses(
            home, "change", paint | {"concept": "Paint"}, paint | {"concept": "Brush"},
            paint | {"kind": "extra"},
            paint | {"amount": 60}, paint | {"amount": 60, "kind": "expense"}, paint | {"listing": DENVER},
            paint | {"listing": ALFAMA}, paint | {"listing": DENVER, "amount": 5},
            paint | {"listing": ARCHIVED},
            paint | {"categories": ["Alu", "Zinc"]}, paint | {"categories": ["Tin"]},
            paint | {"categories": []},
            paint | {"date": "2020-01-01"}, paint | {"reservation": booked(home)}, paint | {"amount": 0},
            nowhere | {"amount": 5}, nowhere | {"concept": "x"}, nowhere | {"listing": ALFAMA},
            nowhere | {"kind": "extra"},
            old | {"concept": "x"}, extra | {"kind": "extra"}, extra | {"kind": "expense"},
            extra | {"concept": "x"},
            {"expense_id": 7, "concept": "x"}, {"expense_id": 901},
        )  # fmt: skip
        said += await of_expenses(home, "delete", paint, nowhere, old, extra, {"expense_id": 7})
        assert said == snapshot


async def test_several_expenses_at_once(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What they are called together, and what they come to where they are in one currency."""
    async with writing(tmp_path) as home:
        spent = {"concept": "A", "amount": -10, "listing": ALFAMA}
        paid, abroad = spent | {"concept": "B", "amount": "0.5"}, spent | {"concept": "C", "listing": DENVER}
        lists: list[list[Json]] = [
            [spent, paid], [spent, spent | {"concept": "D"}], [paid, paid | {"concept": "D"}, spent],
            [spent, abroad], [spent, spent], [spent, spent | {"listing": ARCHIVED}],
            [spent, {"concept": "E"}],
        ]  # fmt: skip
        said: list[Any] = []
        for items in lists:
            said += await proposed(home, "save_expense", {"action": "add", "items": items})
        nowhere = an_expense(home, 902, listingMapId=None)
        both = {"action": "delete", "items": [an_expense(home, 901), nowhere]}
        said += await proposed(home, "save_expense", both, {"action": "delete", "items": [nowhere]})
        costs = [
            (await home.propose("save_expense", action="add", items=items))["cost"] for items in (*lists[:4],)
        ]
        costs.append((await home.propose("save_expense", **both))["cost"])
        assert [*said, costs] == snapshot


async def test_too_many_expenses_to_find_one_among(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """As many as fit into twenty pages, and one page more."""
    monkeypatch.setattr("hostaway_mcp.services.writes.expenses.PAGE", 3)
    async with writing(tmp_path) as home:
        for number in range(1, 61):
            an_expense(home, number, concept=f"Item {number}")
        for number in {*home.home.sandbox.world.expenses} - set(range(1, 61)):
            del home.home.sandbox.world.expenses[number]
        paint = {"concept": "Item 60", "amount": -45.5, "listing": ALFAMA, "date": "2026-07-20"}
        said = await of_expenses(home, "add", paint)
        an_expense(home, 61)
        assert [*said, *await of_expenses(home, "add", paint)] == snapshot
