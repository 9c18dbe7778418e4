"""What is offered is really possible: neighbours, requests, owners and blocks are all looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostaway_mcp.errors import InputError, UnknownNameError
from hostaway_mcp.services.upsell_rows import OfferRow
from hostaway_mcp.services.upsells import UpsellAnswer
from tests.support.house import House, house
from tests.support.replica import sync, synced

FIRST = date(2027, 5, 3)
"""From here on the sandbox has no stays."""
DAY = timedelta(days=1)
LISTING = 40_160
"""In Lisbon, with one unit; its hours are set below to 15:00 and 11:00."""


@dataclass(frozen=True)
class Case:
    """What lies before or after a stay of 15:00 to 11:00, and what can be offered then."""

    side: str
    status: str | None
    hour: int | None
    possible: bool
    at: int | None


TWENTY = (
    Case("before", None, None, True, 11),
    Case("before", "new", 11, True, 14),
    Case("before", "modified", 9, True, 12),
    Case("before", "new", 12, False, None),
    Case("before", "ownerStay", 10, True, 13),
    Case("before", "ownerStay", 13, False, None),
    Case("before", "pending", 12, False, None),
    Case("before", "awaitingPayment", 10, True, 13),
    Case("before", "block", None, False, None),
    Case("before", "cancelled", 12, True, 11),
    Case("after", None, None, True, 15),
    Case("after", "new", 15, True, 12),
    Case("after", "modified", 18, True, 15),
    Case("after", "new", 14, False, None),
    Case("after", "ownerStay", 16, True, 13),
    Case("after", "ownerStay", 14, False, None),
    Case("after", "pending", 14, False, None),
    Case("after", "awaitingPayment", 15, True, 12),
    Case("after", "block", None, False, None),
    Case("after", "inquiry", 14, True, 15),
)


def seed(home: House, case: Case, arrival: date) -> int:
    """A stay of three nights with that neighbour; gives the stay."""
    world = home.sandbox.world
    departure = arrival + 3 * DAY
    stay = world.add_reservation(LISTING, arrival, departure, checkInTime=15, checkOutTime=11)
    night = arrival - DAY if case.side == "before" else departure
    if case.status == "block":
        world.calendar_changes[LISTING, night] = {"isAvailable": 0}
    elif case.status and case.side == "before":
        world.add_reservation(LISTING, arrival - 2 * DAY, arrival, status=case.status, checkOutTime=case.hour)
    elif case.status:
        world.add_reservation(
            LISTING, departure, departure + 2 * DAY, status=case.status, checkInTime=case.hour
        )
    return int(stay["id"])


def prepare(home: House) -> list[tuple[Case, int]]:
    home.sandbox.world.touch_listing(LISTING, checkInTimeStart=15, checkOutTime=11)
    return [(case, seed(home, case, FIRST + 8 * number * DAY)) for number, case in enumerate(TWENTY)]


async def of_stay(home: House, stay: int) -> dict[str, OfferRow]:
    answer = await home.app.services.upsells.of_stay(stay)
    assert answer.complete
    return {one.kind: one for one in answer.offers}


async def of_days(home: House, **asked: Any) -> UpsellAnswer:
    return await home.app.services.upsells.of_days(**asked, question=asked)


async def check(home: House, cases: list[tuple[Case, int]]) -> None:
    for case, stay in cases:
        offer = (await of_stay(home, stay))["early_check_in" if case.side == "before" else "late_check_out"]
        hour = offer.at.astimezone(ZoneInfo("Europe/Lisbon")).hour if offer.at else None
        assert (offer.possible, hour) == (case.possible, case.at), (case, offer.because)
        regular = 15 if case.side == "before" else 11
        day = offer.arrival if case.side == "before" else offer.departure
        until = offer.until.astimezone(ZoneInfo("Europe/Lisbon"))
        assert (until.date(), until.hour) == (day, regular)


async def test_twenty_cases_of_early_and_late() -> None:
    async with house(listings=2) as home:
        await check(home, prepare(home))


async def test_the_replica_judges_the_same(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        cases = prepare(home)
        await sync(home, after_seconds=7 * 3_600)
        asked = len(home.upstream)
        # A year of calendars is kept; whatever lies behind it is read.
        await check(home, cases[:6])
        assert len(home.upstream) == asked
        await check(home, cases[6:])


async def test_offered_nights_are_free_in_hostaways_calendar() -> None:
    """Every possible offer of a living portfolio, against the world's own days."""
    async with house(listings=40) as home:
        world, cursor, seen = home.sandbox.world, None, 0
        asked: dict[str, Any] = {"days": 10, "limit": 50}
        while True:
            answer = await home.app.services.upsells.of_days(**asked, cursor=cursor, question=asked)
            for row in answer.offers:
                assert row.possible
                assert row.until > home.clock.now()
                if row.first and row.last:
                    days = world.calendar(row.listing_id, row.first, row.last)
                    assert all(day["isAvailable"] for day in days)
                    assert row.worth
                    assert row.worth.amount == sum(day["price"] for day in days)
                    seen += 1
                    around = world.calendar(row.listing_id, row.first - DAY, row.last + DAY)
                    if row.kind == "gap_offer":
                        assert len(days) <= 3
                        ends = [bool(around[0]["isAvailable"]), bool(around[-1]["isAvailable"])]
                        assert ends == [False, False] or row.first == world.today_at(row.listing_id)
            cursor = answer.next_cursor
            if cursor is None:
                break
        assert seen > 10


async def test_days_look_at_those_who_arrive_or_leave_then() -> None:
    async with house(listings=12) as home:
        today = home.clock.today("Europe/Lisbon")
        answer = await of_days(home, days=5, limit=50)
        assert answer.understood["days"] == f"{today} to {today + 4 * DAY}, both included"
        for row in answer.offers:
            about = row.arrival if row.kind in ("early_check_in", "extend_before") else row.departure
            if row.kind == "gap_offer":
                assert today <= row.arrival <= today + 4 * DAY or today <= row.departure <= today + 4 * DAY
            else:
                assert today <= about <= today + 4 * DAY
        assert answer.not_possible


async def test_a_group_or_a_listing_narrows() -> None:
    async with house(listings=12) as home:
        there = {n for n, one in home.sandbox.world.listings.items() if one["city"] == "Porto"}
        assert {row.listing_id for row in (await of_days(home, days=14, group="Porto")).offers} <= there
        rows = (await of_days(home, days=14, listing=LISTING)).offers
        assert {row.listing_id for row in rows} <= {LISTING}
        with pytest.raises(UnknownNameError):
            await of_days(home, listing="Atlantis")


async def test_two_guests_at_one_gap_are_told_apart() -> None:
    async with house(listings=1) as home:
        today = home.clock.today("Europe/Lisbon")
        world = home.sandbox.world
        for number in list(world.stays):
            world.remove_reservation(number)
        world.blocks.clear()
        world.add_reservation(LISTING, today - 2 * DAY, today + 2 * DAY)
        world.add_reservation(LISTING, today + 3 * DAY, today + 6 * DAY)
        answer = await of_days(home, days=4)
        assert [row.kind for row in answer.offers].count("gap_offer") == 2
        assert any("whoever agrees first" in warning for warning in answer.warnings)


async def test_who_cannot_be_offered_anything_is_said() -> None:
    async with house(listings=2) as home:
        world = home.sandbox.world
        over = world.add_reservation(LISTING, "2026-07-01", "2026-07-03")["id"]
        gone = world.add_reservation(LISTING, "2027-03-01", "2027-03-03", status="cancelled")["id"]
        with pytest.raises(InputError, match="ended on 2026-07-03"):
            await of_stay(home, over)
        with pytest.raises(InputError, match="is cancelled"):
            await of_stay(home, gone)
        with pytest.raises(UnknownNameError):
            await of_stay(home, 99)


async def test_calendars_that_fail_are_missing_and_the_rest_is_there() -> None:
    """Two of forty listings fail."""
    async with house(listings=40) as home:
        whole = await of_days(home, days=2, limit=50)
        home.app.services.facts.forget()
        there = sorted({row.listing_id for row in whole.offers})
        for one in there[:2]:
            home.sandbox.faults.add("status", path=f"/v1/listings/{one}/calendar", status=503, times=None)
        answer = await of_days(home, days=2, limit=50)
        assert not answer.complete
        assert answer.total is None
        assert all(str(one) in (answer.missing[0].resume or "") for one in there[:2])
        assert sorted({row.listing_id for row in answer.offers}) == there[2:]
        home.sandbox.faults.clear()
        home.app.services.facts.forget()
        resumed = await of_days(home, days=2, limit=50, listing=there[:2])
        assert {row.listing_id for row in resumed.offers} == set(there[:2])


async def test_a_listing_without_hours_is_said() -> None:
    async with house(listings=1) as home:
        home.sandbox.world.touch_listing(LISTING, timeZoneName="Nowhere/Else")
        answer = await of_days(home, days=30)
        assert answer.offers == ()
        assert any("audit_listings shows which" in warning for warning in answer.warnings)
