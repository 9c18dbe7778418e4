"""Changes of calendars: how a listing's days are looked at, sent, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.calendar import INTERVALS_AT_MOST
from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.errors import ChangeError, DriftError, InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.nights import status_of
from hostaway_mcp.services.writes.kinds import AbsoluteKind, Back, State, check_as_left
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.store.journal.records import Step

TAKEN = frozenset({"reserved", "pending", "conflicted"})
"""Words of a night that a stay takes."""

UNITS = "availableUnitsToSell"
"""What a listing with several units has instead of `isAvailable`: the units that can still be sold."""

_SENT_AS = {UNITS: "desiredUnitsToSell"}
"""Read under one key, written under another: the target is met when so many can be sold."""

_NEVER_EMPTY = {"price": "price", "minimumStay": "minimum stay", "maximumStay": "maximum stay"}
"""What a day may lack, but what cannot be taken away from it again."""

Days = Mapping[str, Mapping[str, Any]]
"""Values under Hostaway's keys, by date."""


class CalendarKind(AbsoluteKind):
    """The days of one listing. Repeating such a request changes nothing more."""

    name = "calendar"

    def __init__(self, hostaway: Hostaway, learner: Learner) -> None:
        self._hostaway = hostaway
        self._learner = learner

    async def present(self, step: Step) -> State:
        """The days in question, by date, with Hostaway's values of what the step is about."""
        assert step.body is not None  # who has none is not asked
        assert step.listing_id is not None  # steps of this kind have one
        days = sorted(step.body.rests_on)
        found = await self.days(step.listing_id, date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
        return {day: state_of(found[day], step.body.rests_on[day]) for day in days if day in found}

    async def days(
        self, listing_id: int, first: date, last: date, *, stays: bool = False
    ) -> dict[str, CalendarDay]:
        """
        A listing's days as Hostaway has them now, by date; `stays` says who takes them. The replica learns.

        Raises:
            HostawayMcpError: they cannot be read.
        """
        page = await self._hostaway.calendar.find_days(
            listing_id, start_date=first, end_date=last, include_resources=stays or None
        )
        await self._learner.learn(
            "calendar",
            lambda store: store.calendar.put(
                listing_id, page.rows, page.raw, first, last, seen_at=page.as_of
            ),
        )
        return {day.date.isoformat(): day for day in page.rows}

    def reverse(self, step: Step, present: State) -> Back | None:
        """The days as they were, unless somebody changed or took them since."""
        body = step.body
        assert body is not None  # who has none is not asked
        check_as_left(body, present)
        was = {day: {key: body.rests_on[day][key] for key in keys} for day, keys in body.wanted.items()}
        for day, values in was.items():
            for key, word in _NEVER_EMPTY.items():
                if key in values and values[key] is None:
                    raise ChangeError(
                        f"{body.what}: {day} had no {word} before, and Hostaway takes none back.",
                        hint="Set the one you want with update_calendar.",
                    )
            if values.get("isAvailable") and present[day].get("status") in TAKEN:
                raise DriftError(f"{body.what}: a stay takes {day} by now.")
        back = replace(
            body,
            before=body.after,
            after=body.before,
            **request_of(body.path["listingId"], was),
            rests_on={day: dict(present[day]) for day in was},
            wanted=was,
        )
        return Back(back)


def state_of(day: CalendarDay, keys: Iterable[str]) -> dict[str, Any]:
    """A day's values under these keys of Hostaway's, in the form in which they are sent."""
    status = status_of(day)
    values = {
        "isAvailable": day.is_available if day.is_available is not None else status == "available",
        "status": status,
        UNITS: day.available_units_to_sell,
        "countBlockedUnits": day.count_blocked_units,
        "price": day.price,
        "minimumStay": day.minimum_stay,
        "maximumStay": day.maximum_stay,
        # Null is no other than 0, and an empty note none: "Calendar day object".
        "closedOnArrival": bool(day.closed_on_arrival),
        "closedOnDeparture": bool(day.closed_on_departure),
        "note": day.note or "",
    }
    return {key: as_json(values[key]) for key in keys}


def request_of(listing_id: int, wanted: Days) -> dict[str, Any]:
    """
    The operation, path and body that bring these days about: one interval, or up to 200.

    Raises:
        InputError: it would take more intervals.
    """
    intervals = _intervals(wanted)
    if len(intervals) > INTERVALS_AT_MOST:
        raise InputError(
            f"This would be {len(intervals)} intervals; Hostaway takes {INTERVALS_AT_MOST} at once.",
            hint="Ask for fewer days, or the same value on days on end.",
        )
    path = {"listingId": listing_id}
    if len(intervals) == 1:
        return {"operation": "updateCalendar", "path": path, "body": intervals[0]}
    return {"operation": "updateCalendarIntervals", "path": path, "body": intervals}


def _intervals(wanted: Days) -> list[dict[str, Any]]:
    """Days on end that get the same values share an interval; both its dates are included."""
    found: list[dict[str, Any]] = []
    for name in sorted(wanted):
        values = {_SENT_AS.get(key, key): value for key, value in wanted[name].items()}
        last = found[-1] if found else {}
        same = {key: value for key, value in last.items() if key not in ("startDate", "endDate")} == values
        if last and same and date.fromisoformat(last["endDate"]) + ONE_DAY == date.fromisoformat(name):
            last["endDate"] = name
        else:
            found.append({"startDate": name, "endDate": name, **values})
    return found
