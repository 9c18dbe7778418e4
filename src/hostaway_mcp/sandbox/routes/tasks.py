"""Tasks over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.clock import MOMENT
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.envelope import Reply, missing, refused, success
from hostaway_mcp.sandbox.routes.listings import writable_listing
from hostaway_mcp.sandbox.routes.reservations import find_reservation
from hostaway_mcp.sandbox.world.calendar import zone_of
from hostaway_mcp.sandbox.world.world import World

_PAIRS = (("canStartFrom", "canStartFromListingTime"), ("shouldEndBy", "shouldEndByListingTime"))


@serves("listTasks")
def list_tasks(call: Call) -> Reply:
    """A page of tasks that pass every filter; none is by listing or assignee."""
    return call.page([row for row in call.world.tasks.values() if _fits(call, row)])


def _fits(call: Call, row: Json) -> bool:
    for name in ("channelId", "canStartFromEvent", "shouldEndByEvent", "reservationId", "status"):
        text = call.text(name)
        if text is not None and str(row[name]) != text:
            return False
    match = call.text("match")
    if match is not None and match.casefold() not in f"{row['title']} {row['description'] or ''}".casefold():
        return False
    for name in ("canStartFrom", "shouldEndBy"):
        first, last = call.text(f"{name}Start"), call.text(f"{name}End")
        day = (row[name] or "")[:10]
        if (first is not None and day < first) or (last is not None and not "" < day <= last):
            return False
    return True


@serves("getTask")
def get_task(call: Call) -> Reply:
    """One task."""
    return success(_find(call.world, call.id("taskId")))


def _find(world: World, number: int) -> Json:
    if number not in world.tasks:
        raise missing("Task")
    return world.tasks[number]


@serves("createTask")
def create_task(call: Call) -> Reply:
    """A new task; only its title is required."""
    world = call.world
    if not str(call.body.get("title") or "").strip():
        raise refused("title is required")
    number = max(world.tasks, default=9_000_000) + 1
    task = blank("Task") | {
        "id": number,
        "isUpdatedManually": 1,
        "status": "pending",
        "rank": 0,
        "checklistItems": [],
        "customFieldValue": [],
    }
    world.tasks[number] = _changed(world, task, call.body)
    call.did("created", "task", number, after=world.tasks[number])
    return success(world.tasks[number])


@serves("updateTask")
def update_task(call: Call) -> Reply:
    """Changes the given fields of a task."""
    world, number = call.world, call.id("taskId")
    task = _find(world, number)
    world.tasks[number] = _changed(world, task, call.body) | {"isUpdatedManually": 1}
    call.did("updated", "task", number, before=task, after=world.tasks[number])
    return success(world.tasks[number])


@serves("deleteTask")
def delete_task(call: Call) -> Reply:
    """Removes a task."""
    number = call.id("taskId")
    task = _find(call.world, number)
    del call.world.tasks[number]
    call.did("deleted", "task", number, before=task)
    return success([])


def _changed(world: World, task: Json, fields: Json) -> Json:
    """The task with the fields, its listing times and the moments its status brings."""
    task = task | fields
    if task["listingMapId"] is not None:
        if task["listingMapId"] not in world.listings:
            raise refused("Listing not found")
        writable_listing(world, task["listingMapId"])
    if fields.get("reservationId") is not None:
        find_reservation(world, fields["reservationId"])
    for utc, local in _PAIRS:
        if utc in fields or "listingMapId" in fields:
            task[local] = _local(world, task["listingMapId"], task[utc])
    now = world.clock.stamp()
    stamped = {"confirmed": "confirmedAt", "inProgress": "startedAt", "completed": "completedAt"}
    if fields.get("status") in stamped:
        task[stamped[fields["status"]]] = now
    return task


def _local(world: World, listing_id: int | None, moment: str | None) -> str | None:
    if moment is None or listing_id is None:
        return moment
    at = datetime.strptime(moment, MOMENT).replace(tzinfo=UTC)
    return at.astimezone(zone_of(world, listing_id)).strftime(MOMENT)
