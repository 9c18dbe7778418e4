"""Expenses and extras over HTTP."""

from __future__ import annotations

import csv
import io

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.envelope import Reply, missing, refused, success
from hostaway_mcp.sandbox.routes.listings import writable_listing
from hostaway_mcp.sandbox.routes.reservations import find_reservation
from hostaway_mcp.sandbox.world.paperwork import write_expense
from hostaway_mcp.sandbox.world.world import World

_COLUMNS = ("id", "expenseDate", "concept", "amount", "type", "listingMapId", "listingName", "reservationId")


@serves("listExpenses")
def list_expenses(call: Call) -> Reply:
    """A page of expenses and extras, or CSV."""
    reply = call.page(list(call.world.expenses.values()))
    if call.text("format") != "csv":
        return reply
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([row[name] for name in _COLUMNS] for row in reply.payload["result"])
    return Reply(text=written.getvalue(), content_type="text/csv")


@serves("getExpense")
def get_expense(call: Call) -> Reply:
    """One expense or extra."""
    return success(_find(call.world, call.id("expenseId")))


def _find(world: World, number: int) -> Json:
    if number not in world.expenses:
        raise missing("Expense")
    return world.expenses[number]


@serves("createExpense")
def create_expense(call: Call) -> Reply:
    """A new expense (negative amount) or extra (positive)."""
    world, number = call.world, call.world.next_number()
    now = world.clock.stamp()
    world.expenses[number] = write_expense(
        number,
        _stored(world, call.body),
        account_id=world.account_id,
        stamp=now,
        listing_name=_name(world, call.body),
    )
    call.did("created", "expense", number, after=world.expenses[number])
    return success(world.expenses[number])


@serves("updateExpense")
def update_expense(call: Call) -> Reply:
    """Changes the given fields of an expense."""
    world, number = call.world, call.id("expenseId")
    before = _find(world, number)
    given = before | _stored(world, call.body)
    row = write_expense(
        number,
        given,
        account_id=world.account_id,
        stamp=before["insertedOn"],
        listing_name=_name(world, given),
    )
    world.expenses[number] = row | {"updatedOn": world.clock.stamp()}
    call.did("updated", "expense", number, before=before, after=world.expenses[number])
    return success(world.expenses[number])


@serves("deleteExpense")
def delete_expense(call: Call) -> Reply:
    """Removes an expense; the result is an empty object ("Delete an expense")."""
    number = call.id("expenseId")
    row = _find(call.world, number)
    del call.world.expenses[number]
    call.did("deleted", "expense", number, before=row)
    return success({})


def _stored(world: World, body: Json) -> Json:
    """The body, checked against the listing and the reservation it names."""
    if not body.get("amount"):
        raise refused("amount must not be 0")
    if body.get("listingMapId") is not None and body["listingMapId"] in world.listings:
        writable_listing(world, body["listingMapId"])
    elif body.get("listingMapId") is not None:
        raise refused("Listing not found")
    if body.get("reservationId") is not None:
        writable_listing(world, find_reservation(world, body["reservationId"])["listingMapId"])
    return {name: value for name, value in body.items() if name != "type"} | _categories(world, body)


def _categories(world: World, body: Json) -> Json:
    """Ids and names of the categories; a name that is not there yet makes one (changelog 2025-06-24)."""
    if "categories" not in body and "categoriesNames" not in body:
        return {}
    known = world.expense_categories
    names = [known[number] for number in body.get("categories") or () if number in known]
    names += [name for name in body.get("categoriesNames") or () if name not in names]
    for name in names:
        if name not in known.values():
            known[max(known, default=0) + 1] = name
    numbers = {name: number for number, name in known.items()}
    return {"categories": [numbers[name] for name in names], "categoriesNames": names}


def _name(world: World, body: Json) -> str | None:
    listing_id: int = body.get("listingMapId") or 0
    return world.listings.peek(listing_id)["name"] if listing_id in world.listings else None
