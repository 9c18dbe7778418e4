"""Calendars from the replica: the days of a few listings whole, and which of many are free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.reservations import By, Reservation, StatusClass
from hostaway_mcp.services.copy import CALENDAR, STAYS, Ages, Copied, Copy, covered
from hostaway_mcp.services.wanted import Wanted

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store

HOLDING = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION})
"""Stays that take a night. Source: Hostaway API reference, "Reservation statuses"."""


class CopiedCalendars(Copy):
    """Calendars in the replica."""

    async def days(
        self,
        listing_ids: Sequence[int],
        first: date,
        last: date,
        ages: Ages = CALENDAR,
        *,
        stays: bool = False,
    ) -> dict[int, Copied[CalendarDay]]:
        """
        The calendar days of those listings of which all are there, first and last included.

        With `stays` a day has those that take it.
        """

        async def read(store: Store) -> Copied[tuple[int, Copied[CalendarDay]]] | None:
            usable = await self._usable(store, listing_ids, first, last, ages)
            taken = await self._taken(store, list(usable), first, last, ages) if stays and usable else None
            if not usable or (stays and taken is None):
                return None
            found = {}
            for number, kept in (await store.calendar.days(usable, first, last)).items():
                rows = tuple(one.row for one in kept)
                if taken is None:
                    found[number] = Copied(rows, usable[number])
                    continue
                here = [stay for stay in taken.rows if stay.listing_id == number]
                days = tuple(_with_stays(day, here) for day in rows)
                found[number] = Copied(days, min(usable[number], taken.as_of))
            return Copied(tuple(found.items()), min(one.as_of for one in found.values()))

        found = await self._read(read)
        return dict(found.rows) if found else {}

    async def free(
        self, listing_ids: Sequence[int], first: date, last: date, ages: Ages = CALENDAR
    ) -> Copied[int] | None:
        """Those of the listings that can be slept in on every night from `first` to `last`, both included."""

        async def read(store: Store) -> Copied[int] | None:
            found = await store.calendar.free(listing_ids, first, last)
            # Whose calendars are shown are brought anew when they are read, not those of the whole portfolio.
            if found is None or self._clock.now() - found.oldest > ages.usable:
                return None
            return Copied(tuple(found.listing_ids), found.oldest)

        return await self._read(read) if listing_ids else None

    async def _usable(
        self, store: Store, listing_ids: Sequence[int], first: date, last: date, ages: Ages
    ) -> dict[int, datetime]:
        known = await store.calendar.ages(listing_ids, first, last)
        return {
            number: as_of
            for number, as_of in known.items()
            if as_of is not None and self._may_use(as_of, ages, "calendar", str(number))
        }

    async def _taken(
        self, store: Store, listing_ids: Sequence[int], first: date, last: date, ages: Ages
    ) -> Copied[Reservation] | None:
        from hostaway_mcp.store.stay_windows import Which

        wanted = Wanted(by=By.STAY, first=first, last=last)
        as_of = covered(wanted, await store.sync.states("reservations"))
        if as_of is None or not self._may_use(
            as_of, STAYS if ages is CALENDAR else ages, "reservations", "changes"
        ):
            return None
        which = Which(by=By.STAY, first=first, last=last, listing_ids=frozenset(listing_ids))
        holding = [one.id for one in await store.reservations.brief(which) if one.status_class in HOLDING]
        return Copied(tuple(kept.row for kept in await store.reservations.get(holding)), as_of)


def _with_stays(day: CalendarDay, stays: Iterable[Reservation]) -> CalendarDay:
    dated = ((stay, stay.arrival, stay.departure) for stay in stays)
    takes = tuple(stay for stay, first, end in dated if first and end and first <= day.date < end)
    return day.model_copy(update={"reservations": takes})
