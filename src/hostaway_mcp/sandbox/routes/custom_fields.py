"""Custom fields over HTTP."""

from __future__ import annotations

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.envelope import Reply, missing, refused, success
from hostaway_mcp.sandbox.world.world import World


@serves("listCustomFields")
def list_custom_fields(call: Call) -> Reply:
    """A page of custom fields."""
    kind = call.text("objectType")
    rows = call.world.custom_fields.values()
    return call.page([row for row in rows if kind is None or row["objectType"] == kind])


@serves("createCustomField")
def create_custom_field(call: Call) -> Reply:
    """A new custom field."""
    number = max(call.world.custom_fields) + 1
    row = {"id": number, "accountId": call.world.account_id, "sortOrder": None} | call.body
    call.world.custom_fields[number] = row
    call.did("created", "customField", number, after=row)
    return success(row)


@serves("updateCustomField")
def update_custom_field(call: Call) -> Reply:
    """Changes a custom field."""
    row = _find(call.world, call.id("customFieldId"))
    before = dict(row)
    row |= call.body
    call.did("updated", "customField", row["id"], before=before, after=row)
    return success(row)


@serves("deleteCustomField")
def delete_custom_field(call: Call) -> Reply:
    """Removes a custom field, unless a listing uses it ("Delete a custom field")."""
    number = call.id("customFieldId")
    row = _find(call.world, number)
    listings = map(call.world.listings.peek, call.world.listings)
    if any(value["customFieldId"] == number for one in listings for value in one["customFieldValues"]):
        raise refused("Custom field is in use and cannot be deleted")
    del call.world.custom_fields[number]
    call.did("deleted", "customField", number, before=row)
    return success([])


def _find(world: World, number: int) -> Json:
    if number not in world.custom_fields:
        raise missing("Custom field")
    return world.custom_fields[number]
