"""What a brief reads with: one window of stays for all its parts, and what only the replica has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hostaway_mcp.errors import NoReplicaError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.services.calendar_days import CalendarDays, Scope
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.stays import Stays, Wanted, days_of
from hostaway_mcp.services.task_book import Due, TaskBook

NO_CALENDARS = "The replica does not have their calendars as of today, and live each costs a call."
NO_STAYS = "The replica does not have the stays of these days, and live they cost many calls."
NO_TASKS = "The replica does not have the tasks, and live all that ever were would have to be read."


class StaysOfWindow(Stays):
    """
    Stays, of which those in a window are read together.

    Questions about less than the window are answered from that one reading, so that live they cost one walk
    of the list and not one each; others are read as ever.
    """

    def __init__(self, stays: Stays, window: Span) -> None:
        self.rest_on(stays.copy)
        self._stays = stays
        self._window = Wanted(by=By.STAY, first=window.first, last=window.last)

    async def read(self, wanted: Wanted, listings: Mapping[int, Listing]) -> Known[Reservation]:
        """As `Stays.read`."""
        if not self._holds(wanted):
            return await self._stays.read(wanted, listings)
        known = await self._stays.read(self._window, listings)
        day_of = days_of(listings)
        return replace(known, rows=tuple(one for one in known.rows if wanted.fits(one, day_of)))

    def _holds(self, wanted: Wanted) -> bool:
        """Whether no stay that is wanted is outside."""
        first, last = self._window.first, self._window.last
        if wanted != Wanted(by=wanted.by, first=wanted.first, last=wanted.last):
            return False
        if wanted.by is By.STAY:
            return first <= wanted.first and wanted.last <= last
        # Who arrives or leaves on the first day may not sleep in the window.
        return wanted.by in (By.ARRIVAL, By.DEPARTURE) and first < wanted.first and wanted.last <= last


class CopiedStaysOnly(Stays):
    """Stays as far as the replica lists them; never a call."""

    def __init__(self, stays: Stays) -> None:
        self.rest_on(stays.copy)

    async def read(self, wanted: Wanted, listings: Mapping[int, Listing]) -> Known[Reservation]:  # noqa: ARG002
        """
        Nothing.

        Raises:
            NoReplicaError: always.
        """
        raise NoReplicaError(NO_STAYS)


class CopiedTasksOnly(TaskBook):
    """Tasks as far as the replica has them; never a call."""

    async def due(self, due: Due) -> Known[Task]:  # noqa: ARG002
        """
        Nothing.

        Raises:
            NoReplicaError: always.
        """
        raise NoReplicaError(NO_TASKS)


class CopiedDaysOnly(CalendarDays):
    """Calendar days as far as the replica has them; the rest is noted as failed without a call."""

    async def live(
        self,
        scope: Scope,
        span: Span,  # noqa: ARG002
        *,
        without: Mapping[int, object],
    ) -> dict[int, tuple[CalendarDay, ...]]:
        """None."""
        for listing in scope.listings:
            if listing.id not in without:
                scope.failures.add(listing, NoReplicaError(NO_CALENDARS))
        return {}


def window_around(day: Span, *others: Span | None) -> Span:
    """The days that a brief of this day looks at: those who leave slept the night before."""
    spans = [day, *(one for one in others if one is not None)]
    return Span(min(one.first for one in spans) - ONE_DAY, max(one.last for one in spans))
