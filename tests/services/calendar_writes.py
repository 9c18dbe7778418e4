"""Writes to the sandbox's calendar over HTTP, as somebody with a browser would do them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import httpx2

from hostaway_mcp.sandbox.world.calendar import units_of
from tests.support.house import House

WRITTEN_AS = {
    "price": "price",
    "min_stay": "minimumStay",
    "max_stay": "maximumStay",
    "closed_to_arrival": "closedOnArrival",
    "closed_to_departure": "closedOnDeparture",
}
"""What changes of a calendar are called in the documentation of "Update a calendar"."""


class Writer:
    """Writes calendars; `calendar_days` of the API, one interval at a time."""

    def __init__(self, home: House) -> None:
        transport = httpx2.ASGITransport(app=home.sandbox.app)
        self._home = home
        self._http = httpx2.AsyncClient(transport=transport, base_url="http://sandbox/v1")
        self._token = ""

    async def put(self, listing_id: int, first: date | str, last: date | str, **fields: Any) -> None:
        """Changes the days from `first` to `last`, both included; `fields` as documented."""
        body = {"startDate": str(first), "endDate": str(last)} | fields
        headers = {"Authorization": f"Bearer {await self._signed_in()}"}
        answer = await self._http.put(f"/listings/{listing_id}/calendar", json=body, headers=headers)
        assert answer.json()["status"] == "success", answer.text

    async def apply(self, fix: Mapping[str, Any]) -> None:
        """Does what a finding says: the arguments of update_calendar."""
        assert set(fix) == {"listing", "ranges", "changes"}
        changes = {
            WRITTEN_AS[name]: (float(value) if name == "price" else int(value))
            for name, value in fix["changes"].items()
        }
        assert changes
        for days in fix["ranges"]:
            await self.put(fix["listing"], days["from"], days["to"], **changes)

    async def _signed_in(self) -> str:
        if not self._token:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._home.sandbox.account_id,
                "client_secret": self._home.sandbox.client_secret,
                "scope": "general",
            }
            answer = await self._http.post("/accessTokens", data=form)
            self._token = answer.json()["access_token"]
            self._home.clock.advance(2)
        return self._token


def fill(home: House, listing_id: int, arrival: date, departure: date, **fields: Any) -> list[int]:
    """Books all units of a listing."""
    world = home.sandbox.world
    return [
        int(world.add_reservation(listing_id, arrival, departure, **fields)["id"])
        for _ in range(units_of(world, listing_id))
    ]
