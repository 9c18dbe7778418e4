"""Gaps as the sandbox's calendars have them, with the rule that stops each and what really mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.answers import to_object
from hostaway_mcp.services.gaps import GapRow, GapsAnswer
from tests.services import truth
from tests.services.calendar_writes import Writer, fill
from tests.support.house import House, house
from tests.support.replica import sync, synced

FAR = date(2027, 5, 1)
"""From here on the sandbox has no stays."""
DAY = timedelta(days=1)
PERIOD = {"first": str(FAR), "last": "2027-07-10"}
RULES: tuple[tuple[str | None, dict[str, Any], dict[str, Any]], ...] = (
    (None, {}, {}),
    ("minimum_stay", {"minimumStay": 4}, {}),
    ("closed_to_arrival", {"closedOnArrival": 1}, {}),
    ("closed_to_departure", {}, {"closedOnDeparture": 1}),
    ("minimum_stay", {"minimumStay": 7, "closedOnArrival": 1}, {"closedOnDeparture": 1}),
    ("minimum_stay", {"minimumStay": 5}, {"closedOnDeparture": 1}),
)
"""The rule that stops a gap first, what its nights say, and what the day of departure says."""


@dataclass(frozen=True)
class Seeded:
    """A gap that was made, and the rule that stops it."""

    listing_id: int
    first: date
    nights: int
    rule: str | None


async def ask(home: House, **asked: Any) -> GapsAnswer:
    return await home.app.services.gaps.find(**asked)


async def every(home: House, **asked: Any) -> list[GapRow]:
    """All pages."""
    rows: list[GapRow] = []
    cursor = None
    while True:
        answer = await ask(home, **asked, cursor=cursor)
        assert answer.total is not None
        rows += answer.gaps
        cursor = answer.next_cursor
        if cursor is None:
            assert len(rows) == answer.total
            return rows


async def seed(home: House) -> list[Seeded]:
    """Thirty gaps of every kind: all lengths, over the ends of months, multi-unit listings, owner stays."""
    writer, seeded = Writer(home), []
    for place, listing in enumerate(truth.active(home.sandbox.world)[:10]):
        await writer.put(
            listing, FAR - DAY, "2027-07-20", minimumStay=1, closedOnArrival=0, closedOnDeparture=0
        )
        day = date(2027, 5, 3) + DAY * place
        for turn in range(3):
            nights = (place + turn) % 3 + 1
            rule, inside, at_end = RULES[(place + turn * 2) % len(RULES)]
            first, end = day + 4 * DAY, day + (4 + nights) * DAY
            fill(home, listing, day, first, status="ownerStay" if place == 2 else "new")
            fill(home, listing, end, end + 5 * DAY)
            if inside:
                await writer.put(listing, first, end - DAY, **inside)
            if at_end:
                # Every day on which somebody could leave.
                await writer.put(listing, first + DAY, end, **at_end)
            seeded.append(Seeded(listing, first, nights, rule))
            day = end + 14 * DAY
    assert len(seeded) == 30
    assert any(one.first.month != (one.first + one.nights * DAY).month for one in seeded)
    return seeded


def stays_inside(row: GapRow) -> Iterator[tuple[date, date]]:
    for arrival in truth.nights(row.first, row.last):
        for departure in truth.nights(arrival + DAY, row.last + DAY):
            yield arrival, departure


def can_be_booked(home: House, row: GapRow) -> bool:
    world = home.sandbox.world
    return any(truth.can_be_booked(world, row.listing_id, *stay) for stay in stays_inside(row))


@pytest.mark.parametrize("from_the_replica", [False, True])
async def test_thirty_gaps_are_found_with_their_rule_and_mended(
    from_the_replica: bool, tmp_path: Path
) -> None:
    """Each change, put to the sandbox's calendar, makes its gap bookable."""
    async with synced(tmp_path, listings=12) if from_the_replica else house(listings=12) as home:
        seeded = await seed(home)
        if from_the_replica:
            await sync(home, after_seconds=7 * 3_600)
        before = len(home.upstream)
        rows = await every(home, **PERIOD)
        if from_the_replica:
            assert len(home.upstream) == before
        found = [Seeded(row.listing_id, row.first, row.nights, row.rule) for row in rows]
        assert sorted(found, key=str) == sorted(seeded, key=str)
        writer = Writer(home)
        for row in rows:
            assert row.bookable == can_be_booked(home, row) == (row.rule is None)
            assert (row.fix is None) == row.bookable
            for fix in filter(None, (row.fix, row.fix_also)):
                await writer.apply(to_object(fix))
            assert truth.can_be_booked(home.sandbox.world, row.listing_id, row.first, row.last)


async def test_every_gap_of_a_living_portfolio_is_found() -> None:
    """Against the world's own days: runs of one to three free nights between taken ones."""
    async with house(listings=20) as home:
        today = date(2026, 7, 23)
        expected = set()
        for listing in truth.active(home.sandbox.world):
            here = home.sandbox.world.today_at(listing)
            days = truth.days(home.sandbox.world, listing, today - 10 * DAY, today + 70 * DAY)
            for begin in days:
                for nights in (1, 2, 3):
                    run = [begin + DAY * n for n in range(-1, nights + 1)]
                    free = [bool(days[one]["isAvailable"]) for one in run if one in days]
                    if free == [False, *[True] * nights, False] and run[-2] >= here:
                        first = max(begin, here)
                        if first < today + 60 * DAY:
                            expected.add((listing, first, run[-1]))
        rows = await every(home)
        assert {(row.listing_id, row.first, row.last) for row in rows} == expected
        assert len(rows) == len(expected)
        for row in rows:
            assert row.bookable == can_be_booked(home, row)


async def test_worth_is_the_nights_less_the_turnover_and_sums_stay_apart_by_currency() -> None:
    async with house(listings=12) as home:
        rows = await every(home, turnover_cost=Decimal("35.50"))
        for row in rows:
            assert row.worth is not None
            stays = [one for one in stays_inside(row) if one == (row.first, row.last)]
            if row.says is None or row.rule:
                price = truth.price_of_nights(home.sandbox.world, row.listing_id, *stays[0])
                assert row.worth.amount == price - Decimal("35.50")
        answer = await ask(home, turnover_cost=Decimal("35.50"))
        for total in answer.worth:
            amounts = [row.worth.amount for row in rows if row.worth and row.worth.currency == total.currency]
            assert total.amount == sum(amounts)
        assert len(answer.worth) == len({row.currency for row in rows})
        assert sum(one.gaps for one in answer.counts) == answer.total


async def test_a_listing_a_group_and_a_longer_run() -> None:
    async with house(listings=12) as home:
        rows = await every(home)
        city = rows[0].city
        assert city
        assert await every(home, group=city) == [row for row in rows if row.city == city]
        assert await every(home, listing=rows[0].name) == [
            row for row in rows if row.listing_id == rows[0].listing_id
        ]
        assert len(await every(home, max_nights=7)) > len(rows)
        with pytest.raises(UnknownNameError):
            await ask(home, group="Atlantis")


async def test_pages_follow_each_other_and_belong_to_their_question() -> None:
    async with house(listings=12) as home:
        rows = await every(home)
        assert await every(home, limit=4) == rows
        cursor = (await ask(home, limit=4)).next_cursor
        with pytest.raises(CursorError):
            await ask(home, limit=4, max_nights=2, cursor=cursor)


async def test_calendars_that_fail_are_named_and_nothing_is_a_total() -> None:
    async with house(listings=12) as home:
        all_rows = await every(home)
        home.app.services.facts.forget()
        for listing in (40160, 40167):
            home.sandbox.faults.add("status", path=f"/v1/listings/{listing}/calendar", status=503, times=None)
        answer = await ask(home)
        assert not answer.complete
        assert (answer.total, answer.counts, answer.worth) == (None, (), ())
        assert "40160" in (answer.missing[0].resume or "")
        assert "40167" in (answer.missing[0].resume or "")
        assert {row.listing_id for row in answer.gaps} == {
            row.listing_id for row in all_rows if row.listing_id not in (40160, 40167)
        }


async def test_where_time_runs_out_the_rest_is_named() -> None:
    """At the documented pace not all calendars of a portfolio can be read within one answer."""
    async with house(listings=90, limits=(15, 20, 10.0)) as home:
        outcome = await home.ask("find_gaps")
        assert outcome.json["complete"] is False
        assert any("find_gaps with listing=" in one["resume"] for one in outcome.json["missing"])
        assert outcome.json["gaps"]


async def test_a_past_period_is_said_to_be_past() -> None:
    async with house(listings=3) as home:
        answer = await ask(home, first="2026-06-01", last="2026-07-01")
        assert answer.gaps == ()
        assert "past" in answer.warnings[0]
        with pytest.raises(InputError, match="366"):
            await ask(home, first="2026-08-01", last="2028-01-01")
