"""Conflicts that were made in the sandbox: none missed, and none where there is none."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.analytics.conflicts import ConflictKind
from hostaway_mcp.errors import CursorError, UnknownNameError
from hostaway_mcp.services.conflict_rows import ConflictRow, ConflictsAnswer
from tests.services import truth
from tests.services.calendar_writes import fill
from tests.support.house import House, house
from tests.support.replica import sync, synced

DAY = timedelta(days=1)
FAR = date(2027, 5, 3)
"""From here on the sandbox has no stays."""
PERIOD: dict[str, Any] = {"first": str(FAR), "last": "2027-07-10"}
MULTI = 40195
"""Four units."""

Found = tuple[str, int, date, date, frozenset[int]]


async def ask(home: House, **asked: Any) -> ConflictsAnswer:
    return await home.app.services.conflicts.check(**asked)


async def every(home: House, **asked: Any) -> list[ConflictRow]:
    """All pages."""
    rows: list[ConflictRow] = []
    cursor = None
    while True:
        answer = await ask(home, **asked, cursor=cursor)
        rows += answer.conflicts
        cursor = answer.next_cursor
        if cursor is None:
            assert answer.complete
            assert len(rows) == answer.total == sum(one.conflicts for one in answer.counts)
            return rows


def found(rows: list[ConflictRow]) -> list[Found]:
    return sorted(
        (
            (
                row.kind,
                row.listing_id,
                row.dates.first,
                row.dates.last,
                frozenset(one.reservation_id for one in row.reservations),
            )
            for row in rows
        ),
        key=str,
    )


class Seed:
    """Makes conflicts, and remembers them."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.world = home.sandbox.world
        self.made: list[Found] = []

    def stay(self, listing: int, first: int, nights: int, **fields: Any) -> int:
        arrival = FAR + DAY * first
        return int(self.world.add_reservation(listing, arrival, arrival + DAY * nights, **fields)["id"])

    def conflict(self, kind: str, listing: int, first: int, last: int, *stays: int) -> None:
        self.made.append((kind, listing, FAR + DAY * first, FAR + DAY * last, frozenset(stays)))

    def all(self) -> None:
        """Twelve, three of each kind; and beside them what looks like one and is none."""
        one, two, three, four = [n for n in truth.active(self.world) if n != MULTI][:4]
        # Overlaps: by a night, one inside another, an owner's stay and a request that holds nights.
        self.conflict("overlap", one, 3, 3, self.stay(one, 0, 4), self.stay(one, 3, 3))
        self.conflict("overlap", two, 2, 4, self.stay(two, 0, 9), self.stay(two, 2, 3, status="ownerStay"))
        self.conflict(
            "overlap", three, 1, 1, self.stay(three, 0, 2), self.stay(three, 1, 4, status="pending")
        )
        # Five stays in four units, for three nights, one night, and over the end of a month.
        full = fill(self.home, MULTI, FAR, FAR + 5 * DAY)
        self.conflict("overbooked", MULTI, 1, 3, *full, self.stay(MULTI, 1, 3))
        full = fill(self.home, MULTI, FAR + 10 * DAY, FAR + 11 * DAY)
        self.conflict("overbooked", MULTI, 10, 10, *full, self.stay(MULTI, 10, 1, status="modified"))
        full = fill(self.home, MULTI, FAR + 26 * DAY, FAR + 30 * DAY)
        self.conflict("overbooked", MULTI, 27, 29, *full, self.stay(MULTI, 27, 9))
        # Days that were not pushed.
        for listing, first, last in ((one, 20, 20), (two, 20, 24), (MULTI, 40, 41)):
            for offset in range(first, last + 1):
                self.world.calendar_changes[listing, FAR + DAY * offset] = {"isProcessed": 0}
            self.conflict("not_pushed", listing, first, last)
        # Turnovers: a late check-out, an early check-in, and both.
        self.turnover(one, 12, {"checkOutTime": 14}, {"checkInTime": 15})
        self.turnover(two, 30, {"checkOutTime": 11}, {"checkInTime": 11})
        late = self.stay(four, 0, 3, checkOutTime=16)
        self.conflict("short_turnover", four, 3, 3, late, self.stay(four, 3, 2, checkInTime=13))
        self.decoys(four)

    def turnover(self, listing: int, day: int, out: dict[str, Any], into: dict[str, Any]) -> None:
        stays = self.stay(listing, day - 3, 3, **out), self.stay(listing, day, 3, **into)
        self.conflict("short_turnover", listing, day, day, *stays)

    def decoys(self, listing: int) -> None:
        """Same-day turnovers, dead stays on taken nights, stays without dates, and a unit that is left."""
        self.stay(listing, 10, 4)
        self.stay(listing, 14, 4, checkInTime=15, checkOutTime=11)
        self.stay(listing, 18, 4, checkInTime=15)
        for status in ("cancelled", "inquiry", "inquiryPreapproved", "declined", "expired"):
            self.stay(listing, 11, 9, status=status)
        self.stay(listing, 11, 9, isDatesUnspecified=1, status="inquiry")
        for _ in range(3):
            self.stay(MULTI, 55, 3)
        # Late out and early in on one day, but a fourth unit is free.
        self.stay(MULTI, 52, 3, checkOutTime=16)
        self.stay(MULTI, 58, 3, checkInTime=12)


@pytest.mark.parametrize("from_the_replica", [False, True])
async def test_twelve_conflicts_are_found_and_nothing_else(from_the_replica: bool, tmp_path: Path) -> None:
    async with synced(tmp_path, listings=12) if from_the_replica else house(listings=12) as home:
        seed = Seed(home)
        seed.all()
        assert len(seed.made) == 12
        if from_the_replica:
            await sync(home, after_seconds=7 * 3_600)
        before = len(home.upstream)
        rows = await every(home, **PERIOD)
        if from_the_replica:
            assert len(home.upstream) == before
        assert found(rows) == sorted(seed.made, key=str)
        for row in rows:
            assert row.says
        assert found(await every(home, **PERIOD, limit=3)) == found(rows)
        for kind in ConflictKind:
            of_kind = await every(home, **PERIOD, kinds=[kind])
            assert found(of_kind) == found([row for row in rows if row.kind == kind])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_living_portfolio_has_none(seed: int) -> None:
    """Of 40 listings over half a year; double bookings do not happen in the sandbox by themselves."""
    async with house(seed=seed, listings=40) as home:
        answer = await ask(home, first="2026-06-01", last="2026-12-31", kinds=[*ConflictKind][:2])
        assert answer.conflicts == ()
        assert answer.complete
        assert int(answer.looked_at.split()[0]) > 300
        assert await every(home) == []


async def test_a_conflict_is_told_in_words() -> None:
    async with house(listings=3) as home:
        seed = Seed(home)
        for _ in range(2):
            seed.stay(40160, 0, 3, guestName="Ada Byron")
        seed.turnover(40167, 5, {"checkOutTime": 14}, {"checkInTime": 15})
        says = [row.says for row in await every(home, **PERIOD)]
        assert says == [
            "2 stays have the same unit for 3 nights; "
            "same guest and dates, perhaps one booking that came twice",
            "Check-out 14:00, next check-in 15:00: 1 h between",
        ]


async def test_a_cleaning_may_take_longer() -> None:
    async with house(listings=3) as home:
        Seed(home).turnover(40167, 5, {"checkOutTime": 11}, {"checkInTime": 15})
        assert await every(home, **PERIOD) == []
        assert len(await every(home, **PERIOD, cleaning_hours=4.5)) == 1


async def test_a_listing_and_a_group_narrow() -> None:
    async with house(listings=12) as home:
        seed = Seed(home)
        seed.all()
        rows = await every(home, **PERIOD)
        city = rows[0].city
        assert city
        in_city = await every(home, **PERIOD, group=city)
        assert found(in_city) == found([row for row in rows if row.city == city])
        of_one = await every(home, **PERIOD, listing=MULTI)
        assert found(of_one) == found([row for row in rows if row.listing_id == MULTI])
        with pytest.raises(UnknownNameError):
            await ask(home, group="Atlantis")
        cursor = (await ask(home, **PERIOD, limit=2)).next_cursor
        with pytest.raises(CursorError):
            await ask(home, limit=2, cursor=cursor)


async def test_what_could_not_be_read_is_missing() -> None:
    """Calendars that fail, and pages of stays."""
    async with house(listings=40) as home:
        home.sandbox.faults.add("status", path="/v1/listings/40167/calendar", status=503, times=None)
        answer = await ask(home)
        assert not answer.complete
        assert (answer.total, answer.counts) == (None, ())
        assert "40167" in (answer.missing[0].resume or "")
        home.app.services.facts.forget()
        home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None, after=1)
        answer = await ask(home, kinds=[ConflictKind.OVERLAP], last="+200d")
        assert not answer.complete
        assert "reservations" in answer.missing[0].what
