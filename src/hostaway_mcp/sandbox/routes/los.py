"""Prices by length of stay over HTTP."""

from __future__ import annotations

import csv
import io

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.envelope import Reply, everything, refused, success
from hostaway_mcp.sandbox.routes.listings import writable_listing

_FLAGS = ("isSyncedAirbnb", "isSyncedBooking", "isSyncedExpedia", "isSyncedVrbo")
_COLUMNS = ("checkin", "occupancy", "prices")


@serves("listLos")
def list_los(call: Call) -> Reply:
    """A page of length-of-stay prices."""
    return call.page([row for row in call.world.los.values() if _fits(call, row)])


def _fits(call: Call, row: Json) -> bool:
    for name in ("listingMapId", "occupancy", *_FLAGS):
        text = call.text(name)
        if text is not None and str(row[name]) != text:
            return False
    first, last = call.text("checkinStart"), call.text("checkInEnd")
    return (first is None or row["checkin"] >= first) and (last is None or row["checkin"] <= last)


@serves("upsertLos")
def upsert_los(call: Call) -> Reply:
    """Replaces the prices of one listing."""
    return _replace(call, list(call.body))


@serves("importLosCsv")
def import_los(call: Call) -> Reply:
    """Replaces the prices of one listing from CSV lines of check-in, occupancy and prices."""
    rows = list(csv.reader(io.StringIO(str(call.body.get("CSV", "")))))
    rows = [row for row in rows if row and row[0] != "checkin"]
    if not all(len(row) >= len(_COLUMNS) and row[1].isdigit() for row in rows):
        raise refused("CSV lines need checkin, occupancy and prices")
    return _replace(
        call, [{"checkin": row[0], "occupancy": int(row[1]), "prices": ",".join(row[2:])} for row in rows]
    )


def _replace(call: Call, given: list[Json]) -> Reply:
    world, listing_id = call.world, call.id("listingMapId")
    writable_listing(world, listing_id)
    before = [row for row in world.los.values() if row["listingMapId"] == listing_id]
    for row in before:
        del world.los[row["id"]]
    now = world.clock.stamp()
    rows = []
    for one in given:
        number = world.next_number()
        row = blank("Los") | dict.fromkeys(_FLAGS, 0) | one
        row |= {"id": number, "accountId": world.account_id, "listingMapId": listing_id}
        world.los[number] = row | {"insertedOn": now, "updatedOn": now}
        rows.append(world.los[number])
    call.did("updated", "los", listing_id, before={"rows": before}, after={"rows": rows})
    return everything(rows) if rows else success([])
